"""Entry point of the command line, and the only place where errors become messages and exit codes."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Sequence

from report_builder.cli.parser import Options, parser
from report_builder.cli.streams import standing

PATHS = (
    errno.ENOTDIR,
    errno.EEXIST,
    errno.EISDIR,
    errno.ENAMETOOLONG,
    errno.ELOOP,
    errno.ENXIO,
    errno.EIO,
    errno.EMFILE,
    errno.ENFILE,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; users see a traceback only if REPORT_BUILDER_DEBUG is set."""
    with standing():
        try:
            if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
                signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGTERM, _interrupt)
            return _carry_out(parser().parse_args(arguments, Options()))
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            print("interrupted: finished steps are stored; run the same command to continue.", file=sys.stderr)
            return 130


def _carry_out(options: Options) -> int:
    from report_builder.errors import Exit, ReportError, once
    from report_builder.limits import allow
    from report_builder.store.files import storage_errors

    os.environ["MPLBACKEND"] = "agg"  # figures go to files; a notebook kernel's backend is not available here
    try:
        _readable(options)
        allow(options.limits)
        with storage_errors(options.where()):
            return int(options.command()(options))
    except ReportError as error:
        print("\n".join(f"error: {problem}" for problem in once(error.problems)), file=sys.stderr)
        return int(error.exit_code)
    except MemoryError:
        print("error: memory ran out.\n  Close other programs, or ask for less.", file=sys.stderr)
        return int(Exit.RUN_FAILED)
    except Exception as error:  # noqa: BLE001  the last resort: unforeseen errors become messages, too
        if isinstance(error, OSError) and error.errno in PATHS:
            print(f"error: {error.filename or options.where()}: {error.strerror}.\n  {_advice(error.errno)}", file=sys.stderr)
            return int(Exit.STORAGE)
        return _our_bug(error)


def _readable(options: Options) -> None:
    """Raise UsageError if an argument is not valid UTF-8."""
    from report_builder.errors import Problem, UsageError

    for name, value in vars(options).items():
        for text in value if isinstance(value, list | tuple) else [value]:
            if isinstance(text, str) and any("\ud800" <= letter <= "\udfff" for letter in text):
                raise UsageError(Problem("", "an argument is not valid UTF-8", f"{name}: {text!r}"))


def _advice(number: int) -> str:
    if number in (errno.EMFILE, errno.ENFILE):
        return "Allow more open files: ulimit -n 1024."
    return "Choose another path with --store, --build or --figures, or remove what is in the way."


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _our_bug(error: Exception) -> int:
    """Report an unforeseen error; returns exit code 1.

    An error in one of the user's own files is reported as theirs. Any other is a bug of this program: its traceback is written
    to a file that the message names.
    """
    if os.environ.get("REPORT_BUILDER_DEBUG"):
        raise error
    import tempfile
    import traceback

    from report_builder.kinds import blamed, file_behind

    if theirs := file_behind(error):
        print(f"error: {blamed(error, theirs)}", file=sys.stderr)
        return 1

    with tempfile.NamedTemporaryFile("w", prefix="report-builder-", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.write("".join(traceback.format_exception(error)))
    summary = f"{type(error).__name__}: {error}"
    print(
        f"error: the report builder itself failed ({summary}).\n"
        f"  What is stored is kept.  Details for a bug report: {file.name}",
        file=sys.stderr,
    )
    return 1
