"""Location of a data set's files (path in the experiment, data folders, Keras' cache), and digests of their content."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

from report_builder.errors import MissingDataError, Problem, ReportError
from report_builder.picture_files import FORMATS

NOT_READ = (".gif", ".bmp", ".webp", ".tif", ".tiff", ".heic", ".avif", ".jfif")  # refused rather than silently ignored
DEEPEST = 50  # levels of nested folders


def find(
    path: str | None, names: Sequence[str], folders: Sequence[Path], what: str, *, folder: bool | None = None
) -> Path | None:
    """Return the path that the experiment names, else the first of `names` in the first folder that has one, else None.

    Args:
        path: path in the experiment, relative to one of the folders or to the working directory; None: use `names`.
        names: file or folder names to look for if there is no path.
        folders: searched in order.
        what: description of the expected file for messages, e.g. "a .npz file".
        folder: whether to accept only folders (True), only regular files (False), or both (None); never a device or a pipe.

    Raises:
        MissingDataError: if the named path does not exist, or is not of the expected type.
    """
    wanted = tuple(names) if path is None else (_at_home(path),)
    named = [place / name for place in (*folders, *([] if path is None else [Path()])) for name in wanted]
    places = [
        *dict.fromkeys([*named, *(Path(os.path.normpath(place)) for place in named)])
    ]  # `..` after a folder that does not exist
    modes = [(place, _mode(place)) for place in places]
    good = [
        place for place, mode in modes if (stat.S_ISDIR(mode) and folder is not False) or (stat.S_ISREG(mode) and not folder)
    ]
    if path is not None and not good:
        other = next((place for place, mode in modes if mode), None)
        rule = f"something else lies there; {what} is expected" if other else f"no such file or folder; {what} is expected"
        listed = str(other) if other else ", ".join(dict.fromkeys(str(place) for place in places[: len(folders) or 1]))
        raise MissingDataError(Problem("data.path", rule, repr(path), f"{_near(places)}Looked at {listed}."))
    return good[0] if good else None


def _at_home(path: str) -> str:
    """Expand `~` in a path if that user is known."""
    with suppress(RuntimeError):
        return str(Path(path).expanduser())
    return path


def _mode(path: Path) -> int:
    """Return the `st_mode` of a path; 0 if there is nothing, or the system does not accept the path."""
    with suppress(OSError, ValueError):
        return path.stat().st_mode
    return 0


def _near(places: Sequence[Path]) -> str:
    """Suggest an existing file with a similar name."""
    for place in places:
        with suppress(OSError, ValueError):
            if near := get_close_matches(place.name, [file.name for file in place.parent.iterdir()], n=1):
                return f"Did you mean '{near[0]}'? "
    return ""


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn an OSError while reading `path` into a ReportError."""
    try:
        yield
    except OSError as error:
        rule = f"this cannot be read ({error.strerror or error})"
        raise ReportError(
            Problem(_printable(Path(error.filename or path)), rule, next_step="Check that it exists and that you may read it.")
        ) from error


def signature(path: Path) -> tuple[int, str]:
    """Return a cheap signature of a file (size and times) or of a folder of pictures (count and digest of the listing).

    It changes whenever the content does, which is not read: unlike a file's mtime, its ctime cannot be set back.

    Raises:
        ReportError: if it cannot be read, or the folder holds an entry with a picture's name that is not a readable picture.
    """
    with reading(path):
        if not path.is_dir():
            status = path.stat()
            return status.st_size, _times(status)
        listed = sorted(f"{name}:{(status := entry.stat()).st_size}:{_times(status)}" for name, entry in _walk(path))
    return len(listed), hashlib.sha256("\n".join(listed).encode()).hexdigest()


def _times(status: os.stat_result) -> str:
    return f"{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"


def newest(path: Path) -> int:
    """Return the time at which a file, or any picture in a folder, last changed, in ns since the epoch."""
    found = [entry.stat() for _, entry in _walk(path)] if path.is_dir() else [path.stat()]
    return max((max(status.st_mtime_ns, status.st_ctime_ns) for status in found), default=0)


def content(path: Path, known: tuple[int, str] | None = None) -> str:
    """Return the SHA-256 hex digest of a file, or of the pictures in a folder with their relative names.

    Args:
        path: a file or a folder.
        known: its `signature`, if it has just been taken.

    Raises:
        ReportError: as `signature`.
    """
    return _content(path, known or signature(path))


@lru_cache(maxsize=64)
def _content(path: Path, _: tuple[int, str]) -> str:
    """Compute the digest of `path`, cached in the process until the signature changes."""
    with reading(path):
        if not path.is_dir():
            with path.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        whole = hashlib.sha256()
        for name in pictures(path):
            with (path / name).open("rb") as stream:
                whole.update(f"{name}:{hashlib.file_digest(stream, 'sha256').hexdigest()}\n".encode())
    return whole.hexdigest()


def pictures(folder: Path) -> list[str]:
    """Return the relative names of all JPEG and PNG files in a folder and below it, sorted, without hidden ones.

    Raises:
        ReportError: if the folder cannot be read, or holds an entry with a picture's name that is not a readable picture.
    """
    with reading(folder):
        return sorted(name for name, _ in _walk(folder))


def natural(name: str) -> tuple[list[str | int], str]:
    """Sort key for natural order: 2 comes before 10."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)], name


def _walk(folder: Path, below: str = "", above: tuple[tuple[int, int], ...] = ()) -> Iterator[tuple[str, os.DirEntry[str]]]:
    status = folder.stat()
    here = (status.st_dev, status.st_ino)
    if here in above or len(above) > DEEPEST:
        rule = "a link leads back into its own folder" if here in above else "folders are nested too deeply"
        raise ReportError(Problem(_printable(folder), rule, next_step="Take it out of the data set."))
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name[0] == ".":
                continue
            if entry.is_dir():
                yield from _walk(Path(entry.path), f"{below}{entry.name}/", (*above, here))
            elif Path(entry.name).suffix.lower() in FORMATS:
                yield below + _picture_name(entry), entry
            elif Path(entry.name).suffix.lower() in NOT_READ:
                rule, step = "pictures of this format are not read", "Save it as PNG or JPEG, or take it out of the data set."
                raise ReportError(Problem(_printable(Path(entry.path)), rule, next_step=step))


def _picture_name(entry: os.DirEntry[str]) -> str:
    """Return the name of a picture.

    Raises:
        ReportError: if it is a pipe, a device or a broken link, or its path is not valid UTF-8.
    """
    rule = ""
    if not entry.is_file():
        rule = "this link leads nowhere" if entry.is_symlink() else "this has the name of a picture but is not a file"
    elif _printable(Path(entry.path)) != entry.path:
        rule = "the path of this picture is not valid UTF-8"
    if rule:
        raise ReportError(Problem(_printable(Path(entry.path)), rule, next_step="Replace it, or take it out of the data set."))
    return entry.name


def _printable(path: Path) -> str:
    """Return a path as printable text, whatever bytes it consists of."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def keras_cache() -> Path:
    """Return the folder in which Keras caches downloaded data sets."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "datasets"


def instead(name: str, folders: Sequence[Path]) -> str:
    """Return advice for a user without internet access."""
    return f"Put {name} into {(*folders, keras_cache())[0]}, or name it with 'path'."


def absent(name: str, folders: Sequence[Path], *, put: str | None = None) -> NoReturn:
    """Report that a data set was not found, where it was searched for, and where to put it.

    Args:
        name: of the missing file.
        folders: the data folders that were searched.
        put: what to put there, if not `name`.

    Raises:
        MissingDataError: always.
    """
    places = ", ".join(str(folder) for folder in (*folders, keras_cache()))
    rule = "the data set is not on this computer"
    raise MissingDataError(Problem("", rule, f"no {name}", f"Looked in {places}.", instead(put or name, folders)))
