"""Public files of data sets, fetched and compared with what was published."""

from __future__ import annotations

import hashlib
import secrets
import sys
from contextlib import suppress
from pathlib import Path

from report_builder.errors import MissingDataError, Problem

SOURCE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"  # where `keras.datasets` downloads from
PATIENCE = 20  # seconds without an answer before a download counts as failed
CHUNK = 1 << 18


def download(name: str, target: Path, sha256: str, *, place_instead: str, source: str = SOURCE) -> Path:
    """Fetches one file of a source, checks it, and only then shows it under its name.

    Raises:
        MissingDataError: there is no connection, or the content is not what was published.
    """
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _fetch(source + name, temporary, sha256)
        temporary.replace(target)
    except OSError as error:
        problem = Problem(
            name, f"the data set is not on this computer and could not be downloaded ({error})", next_step=place_instead
        )
        raise MissingDataError(problem) from error
    finally:
        with suppress(OSError):  # also where a file stands in the place of the folder
            temporary.unlink(missing_ok=True)
    return target


def _fetch(address: str, target: Path, sha256: str) -> None:
    """Writes an address to a file with progress on stderr; OSError if its content has another digest."""
    import urllib.request  # slow to import, and hardly ever needed

    digest, done = hashlib.sha256(), 0
    with urllib.request.urlopen(address, timeout=PATIENCE) as answer, target.open("wb") as stream:  # noqa: S310  a constant https address
        total = int(answer.headers.get("Content-Length") or 0)
        while chunk := answer.read(CHUNK):
            stream.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            _show(target.name.strip(".").split(".")[0], done, total)
    if digest.hexdigest() != sha256:
        raise OSError(f"its sha256 is {digest.hexdigest()}, published is {sha256}")


def _show(name: str, done: int, total: int) -> None:
    """A progress line on a terminal; for a file or a pipe only its end."""
    finished = done >= total
    if sys.stderr.isatty() or finished:
        line = f"downloading {name}: {done / 1e6:.1f} of {total / 1e6:.1f} MB"
        sys.stderr.write(("\r" if sys.stderr.isatty() else "") + line + ("\n" if finished else ""))
        sys.stderr.flush()
