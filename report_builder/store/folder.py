"""The store: `<root>/<kind>/<key>/`, each folder complete or absent."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from report_builder.datasets._files import content
from report_builder.errors import ReportError
from report_builder.plain import Fields
from report_builder.records import frozen
from report_builder.store.files import Memo, locked, storage_errors, sync_folder, write_atomically
from report_builder.store.step import KINDS, Step

META = "step.json"
LOCKS = "locks"
IMPORTED = "imported"  # in the note of a step: another machine made it
DISTRUSTED = (
    "results of another machine cannot be used",
    "",
    "",
    "They were put aside: run the command again.",
)  # of a Problem


@frozen
class Stored:
    """A complete step.

    `meta` holds the step (`kind`, `inputs`, `spec`, `code`), what the worker noted, and the digest of each file.
    """

    folder: Path
    meta: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The step's key."""
        return self.folder.name

    def path(self, name: str) -> Path:
        """One of its files."""
        return self.folder / name

    def json(self, name: str) -> Any:
        """One of its files, read as JSON."""
        return json.loads(self.path(name).read_text(encoding="utf-8"))


@dataclass
class Work:
    """A claimed step: `done` if somebody finished it meanwhile, else a scratch folder to fill."""

    step: Step
    folder: Path
    done: Stored | None
    _target: Path

    def commit(self, meta: Fields | None = None, files: Sequence[str] | None = None) -> Stored:
        """Makes the step complete: only `files` (default: all) are kept, metadata is written last, one rename shows it all.

        A kill at any moment leaves the step absent or complete: what stands in the scratch folder is never taken for a result.
        """
        with storage_errors(self._target):
            for path in self.folder.iterdir():
                if path.name.startswith(".") or path.name == META or (files is not None and path.name not in files):
                    _remove(path)
            digests = {path.name: content(path) for path in sorted(self.folder.iterdir())}
            complete = self.step.as_json() | {"note": dict(meta or {}), "files": digests}
            write_atomically(self.folder / META, json.dumps(complete, ensure_ascii=False, indent=1))
            sync_folder(self.folder)
            if self._target.exists():
                set_aside(self._target)
            self.folder.rename(self._target)
            sync_folder(self._target.parent)
        self.done = Stored(self._target, complete)
        return self.done


class Store:
    """All steps under one root folder. One `flock` for each step: a second build waits, then reuses."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    @cached_property
    def memo(self) -> Memo:
        """Digests that were computed before."""
        return Memo(self.root / "memo.json")

    def read(self, kind: str, key: str, *, by_content: bool = False) -> Stored | None:
        """A complete step; None where it is absent, truncated or altered. Changes nothing.

        With `by_content` every byte is read; else a file that the disk says is unchanged is not looked into.
        """
        folder, digest = self.root / kind / key, content if by_content else self.memo.sha256
        try:
            meta = json.loads((folder / META).read_text(encoding="utf-8"))
            if meta["kind"] != kind or not self._is(Stored(folder, meta), "" if by_content else digest(folder / META)):
                return None
            intact = all(digest(folder / name) == recorded for name, recorded in meta["files"].items())
        except (ReportError, OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None
        return Stored(folder, meta) if intact else None

    def _is(self, stored: Stored, digest: str) -> bool:
        """Whether a step has its key; for a file with this digest that is computed once."""
        if digest and self.memo.recall(f"step {digest}") == stored.key:
            return True
        if Step.from_json(stored.meta).key != stored.key:
            return False
        if digest:
            self.memo.remember(f"step {digest}", stored.key)
        return True

    @contextmanager
    def claim(self, step: Step, *, resume: bool = False) -> Iterator[Work]:
        """Waits for the step's lock, then gives what is stored or a scratch folder to fill; what is damaged is set aside.

        With `resume` the scratch folder holds the whole files that a killed process left there; else it is empty.
        """
        target = self.root / step.kind / step.key
        scratch = target.with_name(f"{step.key}.work")
        with ExitStack() as held:
            with storage_errors(self.root):
                held.enter_context(locked(self.root / LOCKS / step.key))
                done = self.read(step.kind, step.key)
                if done is None and target.exists():
                    set_aside(target)
                if done is None:
                    _clear(scratch, resume=resume)
            yield Work(step, scratch, done, target)

    def keys(self, kind: str) -> list[str]:
        """The key of every step of a kind that is here, complete or damaged."""
        return sorted(path.name for path in (self.root / kind).glob("*") if path.is_dir() and "." not in path.name)

    def every(self) -> list[tuple[str, str]]:
        """Kind and key of every step that is here, complete or damaged."""
        return [(kind, key) for kind in KINDS for key in self.keys(kind)]

    def all(self, kind: str) -> list[Stored]:
        """Every complete step of a kind, oldest first."""
        folders = [self.root / kind / key for key in self.keys(kind)]
        found = [self.read(kind, folder.name) for folder in sorted(folders, key=lambda p: (p.stat().st_mtime_ns, p.name))]
        return [stored for stored in found if stored]

    def find(self, key: str) -> Stored | None:
        """The complete step with this key, of whatever kind."""
        return next(filter(None, (self.read(kind, key) for kind in KINDS if (self.root / kind / key).is_dir())), None)

    def put_aside(self, kind: str, key: str) -> None:
        """Keeps a step that turned out to be wrong under another name: it is absent from then on."""
        with storage_errors(self.root), locked(self.root / LOCKS / key):
            set_aside(self.root / kind / key)

    def distrust(self, steps: Iterable[Stored]) -> bool:
        """Puts aside those steps that another machine made, because what reads them failed; False where there are none."""
        imported = [step for step in steps if step.meta["note"].get(IMPORTED)]
        for step in imported:
            self.put_aside(step.meta["kind"], step.key)
        return bool(imported)

    def remove(self, kind: str, key: str) -> bool:
        """Removes a step and what a killed worker left of it; False where somebody is at work on it."""
        folder = self.root / kind / key
        with locked(self.root / LOCKS / key, wait=False) as free:
            if free and folder.exists():
                gone = folder.with_name(f"{key}.gone-{os.getpid()}")
                folder.rename(gone)
                shutil.rmtree(gone)
            if free:
                shutil.rmtree(folder.with_name(f"{key}.work"), ignore_errors=True)
                (self.root / LOCKS / key).unlink(missing_ok=True)
            return free


def set_aside(folder: Path) -> None:
    """A damaged step is kept under another name, so that nothing is lost and nothing damaged is used."""
    name = folder.with_name(f"{folder.name}.damaged-{os.getpid()}")
    shutil.rmtree(name, ignore_errors=True)
    try:
        folder.rename(name)
    except FileNotFoundError:  # another process was quicker
        return


def _clear(scratch: Path, *, resume: bool) -> None:
    """Makes the scratch folder, emptied of what a killed process left; with `resume` of what it had not written whole."""
    scratch.mkdir(parents=True, exist_ok=True)
    for path in scratch.iterdir():
        if not resume or path.name.startswith(".") or path.name == META:
            _remove(path)


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
