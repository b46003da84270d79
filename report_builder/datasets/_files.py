"""Where the files of a public data set lie: named in the experiment, in a data folder, in Keras' cache, or to be fetched."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

from report_builder.errors import Problem, ReportError

SOURCE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"  # where `keras.datasets` downloads from
PATIENCE = 20  # seconds without an answer before a download counts as failed
CHUNK = 1 << 18
PICTURES = (".jpg", ".jpeg", ".png")


def named_or_found(path: str | None, name: str, folders: Sequence[Path]) -> Path | None:
    """The file named in the experiment (relative to the first folder that has it), else `name` in the folders, else None.

    Raises:
        ReportError: the experiment names a file that is not there.
    """
    wanted = Path(path).expanduser() if path else Path(name)
    found = next((file for folder in (*folders, Path()) if (file := folder / wanted).is_file()), None) if path else None
    if path and found is None:
        places = ", ".join(str(folder / wanted) for folder in folders) or str(wanted)
        raise ReportError(Problem("data.path", "no such file", repr(path), f"Looked for {places}."))
    return found or next((file for folder in folders if (file := folder / name).is_file()), None)


def first(path: str | None, names: Sequence[str], folders: Sequence[Path], where: str = "data.path") -> Path | None:
    """The file or folder named in the experiment, else the first of `names` in the first folder that has one, else None.

    Raises:
        ReportError: the experiment names what is not there.
    """
    wanted = (str(Path(path).expanduser()),) if path else names
    found = next((place for folder in folders for name in wanted if (place := folder / name).exists()), None)
    if path and found is None:
        found = Path(wanted[0]) if Path(wanted[0]).exists() else None
    if path and found is None:
        places = ", ".join(str(folder / wanted[0]) for folder in folders) or wanted[0]
        raise ReportError(Problem(where, "no such file or folder", repr(path), f"Looked for {places}."))
    return found


def signature(path: Path) -> tuple[int, int | str]:
    """What changes when a file or a folder of pictures does, without reading it: bytes and time; pictures and their listing."""
    if not path.is_dir():
        status = path.stat()
        return status.st_size, status.st_mtime_ns
    listed = sorted(f"{name}:{(status := entry.stat()).st_size}:{status.st_mtime_ns}" for name, entry in _walk(path))
    return len(listed), hashlib.sha256("\n".join(listed).encode()).hexdigest()


def content(path: Path, known: tuple[int, int | str] | None = None) -> str:
    """The sha256 of a file's content, hex; of a folder's pictures with their names, wherever the folder lies.

    Args:
        path: a file or a folder.
        known: its `signature`, where it has just been taken.
    """
    return _content(path, known or signature(path))


@lru_cache(maxsize=64)
def _content(path: Path, _: tuple[int, int | str]) -> str:
    """The digest of what lies there, computed once in a process as long as the signature stays."""
    if not path.is_dir():
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    whole = hashlib.sha256()
    for name in pictures(path):
        digest = hashlib.sha256((path / name).read_bytes()).hexdigest()
        whole.update(f"{name}:{digest}\n".encode())
    return whole.hexdigest()


def pictures(folder: Path) -> list[str]:
    """Names of the JPEG and PNG files in a folder and below it, relative, in alphabetical order; hidden ones do not count."""
    return sorted(name for name, _ in _walk(folder))


def _walk(folder: Path, below: str = "") -> Iterator[tuple[str, os.DirEntry[str]]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name[0] == ".":
                continue
            if entry.name.lower().endswith(PICTURES):
                yield below + entry.name, entry
            elif entry.is_dir():
                yield from _walk(Path(entry.path), f"{below}{entry.name}/")


def keras_cache() -> Path:
    """The folder in which Keras keeps the data sets it has downloaded."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "datasets"


def instead(name: str, folders: Sequence[Path]) -> str:
    """What to do where there is no internet."""
    return f"Put {name} into {(*folders, keras_cache())[0]}, or name it with 'path'."


def absent(name: str, folders: Sequence[Path], *, put: str | None = None) -> NoReturn:
    """Says where a file was looked for, and to put it there (or, where other forms would do, `put`).

    Raises:
        ReportError: always.
    """
    places = ", ".join(str(folder) for folder in (*folders, keras_cache()))
    rule = "the data set is not on this computer"
    raise ReportError(Problem("", rule, f"no {name}", f"Looked in {places}.", instead(put or name, folders)))


def download(name: str, target: Path, sha256: str, *, place_instead: str, source: str = SOURCE) -> Path:
    """Fetches one file of a source, checks it, and only then shows it under its name.

    Raises:
        ReportError: there is no connection, or the content is not what was published.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _fetch(source + name, temporary, sha256)
        temporary.replace(target)
    except OSError as error:
        problem = Problem(
            name, f"the data set is not on this computer and could not be downloaded ({error})", next_step=place_instead
        )
        raise ReportError(problem) from error
    finally:
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
