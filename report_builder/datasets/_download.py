"""Download of published data files, verified by their digest."""

from __future__ import annotations

import hashlib
import secrets
import sys
from contextlib import suppress
from pathlib import Path

from report_builder.errors import MissingDataError, Problem

SOURCE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"  # where `keras.datasets` downloads from, too
PATIENCE = 20  # seconds without an answer before a download counts as failed
CHUNK = 1 << 18


def download(name: str, target: Path, sha256: str, *, place_instead: str, source: str = SOURCE) -> Path:
    """Download a file, verify its digest, and only then move it to its final name.

    Args:
        name: of the file, relative to `source`.
        target: path of the file to write; its folder is created.
        sha256: the expected digest, hex.
        place_instead: advice for a user without a connection.
        source: URL of the folder, with a trailing slash.

    Raises:
        MissingDataError: if there is no connection, or the content is not what was published.
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
        with suppress(OSError):  # the parent may be a file, too
            temporary.unlink(missing_ok=True)
    return target


def _fetch(address: str, target: Path, sha256: str) -> None:
    """Download a URL to a file with progress on stderr; raise OSError if the digest differs."""
    import urllib.request  # slow to import and rarely needed

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
    """Print progress: continuously on a terminal, only once finished to a file or a pipe."""
    finished = done >= total > 0
    if sys.stderr.isatty() or finished:
        line = f"downloading {name}: {done / 1e6:.1f} MB" + (f" of {total / 1e6:.1f} MB" if total else "")
        sys.stderr.write(("\r" if sys.stderr.isatty() else "") + line + ("\n" if finished else ""))
        sys.stderr.flush()
