"""The store: `<root>/<kind>/<key>/`, each folder complete or absent."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from report_builder.store.files import Memo, locked, storage_errors, sync_folder, write_atomically
from report_builder.store.step import Step

META = "step.json"


@dataclass(frozen=True)
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
    """A claimed step: `done` if somebody finished it meanwhile, else a scratch folder that survives a kill."""

    step: Step
    folder: Path
    done: Stored | None
    _target: Path

    def commit(self, meta: Mapping[str, Any] | None = None, files: Sequence[str] | None = None) -> Stored:
        """Makes the step complete: only `files` (default: all) are kept, metadata is written last, one rename shows it all."""
        with storage_errors(self._target):
            for path in sorted(self.folder.iterdir()):
                if files is not None and path.name not in files:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
            memo = Memo(self.folder / ".none")
            digests = {path.name: memo.sha256(path) for path in sorted(self.folder.iterdir())}
            complete = self.step.as_json() | {"note": dict(meta or {}), "files": digests}
            write_atomically(self.folder / META, json.dumps(complete, ensure_ascii=False, indent=1))
            sync_folder(self.folder)
            if self._target.exists():
                _set_aside(self._target)
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

    def read(self, kind: str, key: str) -> Stored | None:
        """A complete step; None where it is absent, truncated or altered. Changes nothing."""
        folder = self.root / kind / key
        try:
            meta = json.loads((folder / META).read_text(encoding="utf-8"))
            if Step.from_json(meta).key != key:
                return None
            intact = all(self.memo.sha256(folder / name) == digest for name, digest in meta["files"].items())
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None
        return Stored(folder, meta) if intact else None

    @contextmanager
    def claim(self, step: Step) -> Iterator[Work]:
        """Waits for the step's lock, then gives what is stored or a scratch folder to fill; what is damaged is set aside."""
        target = self.root / step.kind / step.key
        scratch = target.with_name(f"{step.key}.work")
        with ExitStack() as held:
            with storage_errors(self.root):
                held.enter_context(locked(self.root / "locks" / step.key))
                done = self.read(step.kind, step.key)
                if done is None and target.exists():
                    _set_aside(target)
                if done is None:
                    scratch.mkdir(parents=True, exist_ok=True)
            yield Work(step, scratch, done, target)

    def all(self, kind: str) -> list[Stored]:
        """Every complete step of a kind, oldest first."""
        folders = [p for p in (self.root / kind).glob("*") if p.is_dir() and "." not in p.name]
        found = [self.read(kind, folder.name) for folder in sorted(folders, key=lambda p: (p.stat().st_mtime_ns, p.name))]
        return [stored for stored in found if stored]

    def remove(self, kind: str, key: str) -> bool:
        """Removes a step and what a killed worker left of it; False where somebody is at work on it."""
        folder = self.root / kind / key
        with locked(self.root / "locks" / key, wait=False) as free:
            if free and folder.exists():
                gone = folder.with_name(f"{key}.gone-{os.getpid()}")
                folder.rename(gone)
                shutil.rmtree(gone)
            if free:
                shutil.rmtree(folder.with_name(f"{key}.work"), ignore_errors=True)
            return free


def _set_aside(folder: Path) -> None:
    """A damaged step is kept under another name, so that nothing is lost and nothing damaged is used."""
    name = folder.with_name(f"{folder.name}.damaged-{os.getpid()}")
    shutil.rmtree(name, ignore_errors=True)
    try:
        folder.rename(name)
    except FileNotFoundError:  # another process was quicker
        return
