"""Files that are either complete or absent, and digests that are not computed twice."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from report_builder.datasets._files import content, newest, signature
from report_builder.errors import Problem, StorageError
from report_builder.store.leases import locked

SETTLED = 50_000_000  # ns: no disk has coarser timestamps, except for FAT and old network disks
_AGAIN = "run the command again: what is stored is kept."
_SPACE = ("no space left on the disk", f"Free some space and {_AGAIN}")
_PERMISSION = ("no permission to write here", "Choose another folder with --store or --build, or change its permissions.")
_OPEN = ("too many files are open", f"Raise the limit, for instance with 'ulimit -n 1024', and {_AGAIN}")
_PLACE = ("a file stands where a folder belongs, or a folder where a file belongs", f"Move it away and {_AGAIN}")
_NAME = ("the path is too long, or its symbolic links form a loop", "Choose a shorter path, or repair the link.")
_DEVICE = ("the disk cannot be read or written", f"Check the disk, and {_AGAIN}")
SAID = {  # errors that only the user can fix -> the rule, and what to do next
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), _SPACE),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), _PERMISSION),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), _OPEN),
    **dict.fromkeys((errno.ENOTDIR, errno.EISDIR, errno.EEXIST), _PLACE),
    **dict.fromkeys((errno.ENAMETOOLONG, errno.ELOOP), _NAME),
    **dict.fromkeys((errno.EIO, errno.ESTALE), _DEVICE),
}
TEMPORARY = re.compile(r"\..+\.[0-9a-f]+\.tmp")  # names that only `write_there` gives


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn errors of a disk, a folder or a system limit into a StorageError that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno not in SAID:
            raise
        rule, step = SAID[error.errno]
        raise StorageError(Problem(str(error.filename or path), rule, next_step=step)) from error


def write_atomically(path: Path, content: bytes | str) -> None:
    """Write a file under a unique temporary name, flush it to disk and rename it; missing folders are created."""
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_there(path, content)


def write_there(path: Path, content: bytes | str) -> None:
    """Write a file like `write_atomically`, in a folder that must exist."""
    data = content.encode() if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink()


def remove_temporaries(folder: Path) -> None:
    """Remove files that killed processes were writing. The caller must hold the lock under which this folder is written."""
    if folder.is_dir():
        for path in folder.iterdir():
            if TEMPORARY.fullmatch(path.name):
                path.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Flush a folder and its files to disk; Windows cannot open folders, and keeps the order of changes itself."""
    for path in [*(p for p in folder.iterdir() if p.is_file()), *([folder] if os.name == "posix" else [])]:
        descriptor = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Memo:
    """Digests of files (and of folders of pictures) by path, size and modification time, kept in one JSON file.

    The digest of a file that changed a moment ago is not kept, because the file may change again within one tick of the clock.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, list[int | str]] = self._read()
        self._learnt: dict[str, list[int | str]] = {}

    def _read(self) -> dict[str, list[int | str]]:
        try:
            read = json.loads(self._path.read_text(encoding="utf-8")).items()
        except (OSError, ValueError, AttributeError, RecursionError):
            return {}
        return {name: entry for name, entry in read if isinstance(entry, list) and len(entry) == len(("size", "time", "value"))}

    def sha256(self, path: Path) -> str:
        """SHA-256 of the content of a file, or of the pictures in a folder, as hex."""
        current = signature(path)
        known = self._known.get(str(path))
        if known is None or known[:2] != list(current):
            known = [*current, content(path, current)]
            if time.time_ns() - newest(path) > SETTLED:
                self._known[str(path)] = self._learnt[str(path)] = known
        return str(known[2])

    def recall(self, name: str) -> str | None:
        """Value remembered under a name; None if there is none."""
        known = self._known.get(name)
        return str(known[2]) if known else None

    def remember(self, name: str, value: str) -> None:
        """Remember a value under a name."""
        if self.recall(name) != value:
            self._known[name] = self._learnt[name] = [0, 0, value]

    def save(self) -> None:
        """Write new entries to disk; a memo that cannot be written only costs time."""
        if not self._learnt:
            return
        with suppress(StorageError, OSError), locked(self._path.with_suffix(".lock")):
            write_atomically(self._path, json.dumps(self._read() | self._learnt))
            self._learnt = {}
