"""The command line: thin, and the one funnel through which errors become sentences and exit codes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from report_builder.cli.parser import parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; no traceback reaches a user unless REPORT_BUILDER_DEBUG is set."""
    options = parser().parse_args(arguments)
    from report_builder.errors import Exit, ReportError
    from report_builder.limits import allow
    from report_builder.store.files import storage_errors

    signal.signal(signal.SIGTERM, _interrupt)
    os.environ["MPLBACKEND"] = "agg"  # figures are drawn into files: what a notebook's kernel sets is known to it only
    try:
        allow(options.limits)
        with storage_errors(options.where()):
            return int(options.command()(options))
    except ReportError as error:
        print("\n".join(f"error: {problem}" for problem in error.problems), file=sys.stderr)
        return int(error.exit_code)
    except KeyboardInterrupt:
        print("interrupted: what is finished is stored; the same command goes on from there.", file=sys.stderr)
        return int(Exit.INTERRUPTED)
    except BrokenPipeError:  # whoever reads what is printed went away: of no harm to a command that only prints
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.DONE)
    except Exception as error:  # noqa: BLE001  the funnel: whatever nobody foresaw becomes a sentence
        return _our_bug(error)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _our_bug(error: Exception) -> int:
    """A traceback is our bug: it goes to a file, the user gets a sentence."""
    if os.environ.get("REPORT_BUILDER_DEBUG"):
        raise error
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="report-builder-", suffix=".txt", delete=False, encoding="utf-8") as file:
        file.write("".join(traceback.format_exception(error)))
    summary = f"{type(error).__name__}: {error}"
    print(
        f"error: the report builder itself failed ({summary}).\n"
        f"  What is stored is kept.  Details for a bug report: {file.name}",
        file=sys.stderr,
    )
    return 1
