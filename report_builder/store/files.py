"""Files that are complete or absent, and digests that are not computed twice."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from report_builder.datasets._files import content, signature
from report_builder.errors import Problem, StorageError


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Says a full disk or a missing permission in a sentence; nothing stored is lost by either."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(
                Problem(
                    str(path),
                    "no space left on the disk",
                    next_step="Free some space and run the command again: what is stored is kept.",
                )
            ) from error
        if isinstance(error, PermissionError) or error.errno == errno.EROFS:
            raise StorageError(
                Problem(
                    str(path),
                    "no permission to write here",
                    next_step="Choose another folder with --store or --build, or change its permissions.",
                )
            ) from error
        raise


def write_atomically(path: Path, content: bytes | str) -> None:
    """Writes under a temporary name, flushes to the disk, renames."""
    data = content.encode() if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[bool]:
    """Holds the `flock` of a file; without `wait`, says whether it could be had."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def sync_folder(folder: Path) -> None:
    """Flushes a folder and the files in it to the disk."""
    for path in [*(p for p in folder.iterdir() if p.is_file()), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Memo:
    """Digests of files (and of folders of pictures) by path, size and modification time, kept in one JSON file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, list[object]] = self._read()
        self._learnt: dict[str, list[object]] = {}

    def _read(self) -> dict[str, list[object]]:
        try:
            return dict(json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return {}

    def sha256(self, path: Path) -> str:
        """The sha256 of a file's content, or of a folder's pictures, hex."""
        current = signature(path)
        known = self._known.get(str(path))
        if known is None or known[:2] != list(current):
            known = [*current, content(path, current)]
            self._known[str(path)] = self._learnt[str(path)] = known
        return str(known[2])

    def recall(self, name: str) -> str | None:
        """A value remembered under a name."""
        known = self._known.get(name)
        return str(known[2]) if known else None

    def remember(self, name: str, value: str) -> None:
        """Remembers a value under a name."""
        if self.recall(name) != value:
            self._known[name] = self._learnt[name] = [0, 0, value]

    def save(self) -> None:
        """Keeps what was learnt; a memo that cannot be written costs time only."""
        if not self._learnt:
            return
        with suppress(StorageError, OSError), locked(self._path.with_suffix(".lock")):
            write_atomically(self._path, json.dumps(self._read() | self._learnt))
            self._learnt = {}
