"""The store: one folder `<root>/<kind>/<key>/` per step, either complete or absent."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from report_builder.datasets._files import content
from report_builder.errors import ReportError
from report_builder.plain import Fields, Plain
from report_builder.records import frozen
from report_builder.store.files import Memo, storage_errors, sync_folder, write_there
from report_builder.store.holders import Holder
from report_builder.store.leases import CLOCK, Clock, Lease, LeaseLostError, holder_of, locked, locked_if_free
from report_builder.store.step import KINDS, Step

META = "step.json"
LOCKS = "locks"
WORK = ".work"  # suffix of scratch folders: `<key>.<token of the lease>.work` while the step is held, else `<key>.work`
PATIENCE = 60.0  # seconds within which a network disk must show what another machine has stored
IMPORTED = "imported"  # key in the note of a step that another machine made
DISTRUSTED = (
    "results of another machine cannot be used",
    "",
    "",
    "They were set aside. Run the command again.",
)  # fields of a Problem after `where`


@frozen
class Stored:
    """A complete step on disk.

    `meta` holds the step (`kind`, `inputs`, `spec`, `code`), the worker's `note`, and the digests of its `files`.
    """

    folder: Path
    meta: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Key of the step."""
        return self.folder.name

    def path(self, name: str) -> Path:
        """Path of one of the step's files."""
        return self.folder / name

    def json(self, name: str) -> Any:
        """Content of one of the step's files, parsed as JSON."""
        return json.loads(self.path(name).read_text(encoding="utf-8"))


@dataclass
class Work:
    """A claimed step: `done` if it is already stored, else a scratch folder to fill, held under a lease."""

    step: Step
    folder: Path
    done: Stored | None
    _target: Path
    _lease: Lease
    _store: Store

    @property
    def lost(self) -> bool:
        """Whether another process is known to have taken the step over, so that further work here is in vain."""
        return self._lease.lost

    def commit(self, meta: Fields | None = None, files: Sequence[str] | None = None) -> Stored:
        """Make the step complete, with `meta` as its note and only the named `files` (default: all).

        Metadata is written last, and a single rename makes the step visible. A kill at any moment leaves the step absent or
        complete: the content of a scratch folder is never taken for a result.

        Raises:
            LeaseLostError: another process took the step over or has already stored it; nothing changed.
        """
        try:
            with storage_errors(self._target):
                self._keep_hold()
                complete = self._fill(meta, files)
                self._keep_hold()
                self._reveal()
        except (OSError, ReportError) as error:
            if self._lease.held:
                raise
            raise LeaseLostError from error
        self.done = Stored(self._target, complete)
        return self.done

    def _keep_hold(self) -> None:
        if not self._lease.held:
            raise LeaseLostError

    def _fill(self, meta: Fields | None, files: Sequence[str] | None) -> dict[str, Plain]:
        for path in self.folder.iterdir():
            if path.name.startswith(".") or path.name == META or (files is not None and path.name not in files):
                _remove(path)
        digests = {path.name: content(path) for path in sorted(self.folder.iterdir())}
        complete = self.step.as_json() | {"note": dict(meta or {}), "files": digests}
        write_there(self.folder / META, json.dumps(complete, ensure_ascii=False, indent=1))
        sync_folder(self.folder)
        return complete

    def _reveal(self) -> None:
        """Rename the scratch folder; this fails if a process that took the step over has already renamed it."""
        if self._target.exists():
            if self._store.read(self.step.kind, self.step.key, by_content=True):
                shutil.rmtree(self.folder, ignore_errors=True)
                raise LeaseLostError
            set_aside(self._target)
        self.folder.rename(self._target)
        sync_folder(self._target.parent)

    def begin(self, *, resume: bool) -> None:
        """Create the scratch folder from the last holder's, emptied; with `resume` only incomplete files are removed."""
        left = [self._target.with_name(f"{self.step.key}.{token}{WORK}") for token in self._lease.before]
        for old in (*left, self._at_rest):
            with suppress(FileNotFoundError):
                old.rename(self.folder)
                break
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in self.folder.iterdir():
            if not resume or path.name.startswith(".") or path.name == META:
                _remove(path)

    def leave(self, held: bool) -> None:  # noqa: FBT001  called by the lease
        """Leave the scratch folder to the next holder; if the step was taken over, delete what was written since."""
        if held and self.folder.is_dir():
            self.folder.rename(self._at_rest)
        elif not held:
            shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _at_rest(self) -> Path:
        """Path of the scratch folder while no process works in it."""
        return self._target.with_name(f"{self.step.key}{WORK}")


class Store:
    """All steps under one root folder, with one lease per step: a second build waits for a step, then reuses it."""

    def __init__(self, root: Path, clock: Clock = CLOCK) -> None:
        self.root, self._clock = root.absolute(), clock

    @cached_property
    def memo(self) -> Memo:
        """Digests computed earlier."""
        return Memo(self.root / "memo.json")

    def read(self, kind: str, key: str, *, by_content: bool = False) -> Stored | None:
        """Return a complete step, or None if it is absent, truncated or altered. Nothing is changed on disk.

        With `by_content` every byte is read; otherwise a file that is unchanged according to the disk is not opened.
        """
        folder, digest = self.root / kind / key, content if by_content else self.memo.sha256
        try:
            meta = json.loads((folder / META).read_text(encoding="utf-8"))
            if meta["kind"] != kind or not self._has_key(Stored(folder, meta), "" if by_content else digest(folder / META)):
                return None
            intact = all(digest(folder / name) == recorded for name, recorded in meta["files"].items())
        except (ReportError, OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None
        return Stored(folder, meta) if intact else None

    def _has_key(self, stored: Stored, digest: str) -> bool:
        """Whether the content of a step yields its key; remembered by `digest`, that of its metadata file."""
        if digest and self.memo.recall(f"step {digest}") == stored.key:
            return True
        if Step.from_json(stored.meta).key != stored.key:
            return False
        if digest:
            self.memo.remember(f"step {digest}", stored.key)
        return True

    @contextmanager
    def claim(self, step: Step, *, resume: bool = False) -> Iterator[Work]:
        """Wait for the step's lease, then yield what is stored, or a scratch folder to fill.

        A damaged step is set aside. With `resume` the scratch folder holds the complete files that a killed process left there;
        otherwise it is empty.
        """
        target = self.root / step.kind / step.key
        with ExitStack() as held:
            with storage_errors(self.root):
                lease = held.enter_context(self._hold(step.key))
                scratch = target.with_name(f"{step.key}.{lease.token}{WORK}")
                work = Work(step, scratch, self._stored(step), target, lease, self)
                if work.done is None:
                    set_aside(target)
                    lease.leave = work.leave  # set first: a checkpoint is put back even if the disk fails below
                    work.begin(resume=resume)
                    work.done = self.read(step.kind, step.key)  # the folder has changed, so a network disk looks again
            yield work

    def _hold(self, key: str) -> AbstractContextManager[Lease]:
        return locked(self.root / LOCKS / key, self._clock)

    def _stored(self, step: Step) -> Stored | None:
        """Stored step, if any; every byte is read before it counts as damaged, because a disk may have failed only once."""
        found = self.read(step.kind, step.key)
        return found or (
            self.read(step.kind, step.key, by_content=True) if (self.root / step.kind / step.key).is_dir() else None
        )

    def holder(self, key: str) -> Holder | None:
        """Process that works on a step; one on another machine may have ended without this machine knowing it yet."""
        holder = holder_of(self.root / LOCKS / key)
        return None if holder and holder.is_here and not holder.runs else holder

    def expect(self, key: str) -> Stored | None:
        """Wait for a step that another machine has stored, which a network disk may not show for some seconds.

        Returns None if it is still absent after `PATIENCE` seconds: then the two machines do not share this disk.
        """
        began, pause = self._clock.now(), 0.01
        while (found := self.find(key)) is None and self._clock.now() - began < PATIENCE:
            for kind in KINDS:
                with suppress(OSError):
                    list((self.root / kind).iterdir())  # listing a folder drops what the client has cached as absent
            self._clock.sleep(pause)
            pause = min(2 * pause, 2.0)
        return found

    def keys(self, kind: str) -> list[str]:
        """Keys of all steps of a kind on disk, complete or damaged."""
        return sorted(path.name for path in (self.root / kind).glob("*") if path.is_dir() and "." not in path.name)

    def every(self) -> list[tuple[str, str]]:
        """Kind and key of every step on disk, complete or damaged."""
        return [(kind, key) for kind in KINDS for key in self.keys(kind)]

    def all(self, kind: str) -> list[Stored]:
        """All complete steps of a kind, oldest first."""
        folders = [self.root / kind / key for key in self.keys(kind)]
        found = [self.read(kind, folder.name) for folder in sorted(folders, key=lambda p: (p.stat().st_mtime_ns, p.name))]
        return [stored for stored in found if stored]

    def find(self, key: str) -> Stored | None:
        """Complete step with this key, of any kind; None if there is none."""
        return next(filter(None, (self.read(kind, key) for kind in KINDS if (self.root / kind / key).is_dir())), None)

    def put_aside(self, kind: str, key: str) -> None:
        """Set aside a step that turned out to be wrong; from then on it is absent."""
        with storage_errors(self.root), self._hold(key):
            set_aside(self.root / kind / key)

    def distrust(self, steps: Iterable[Stored]) -> bool:
        """Set aside those steps that another machine made, after a failure to use them; return whether there were any."""
        imported = [step for step in steps if step.meta["note"].get(IMPORTED)]
        for step in imported:
            self.put_aside(step.meta["kind"], step.key)
        return bool(imported)

    def remove(self, kind: str, key: str) -> bool:
        """Remove a step and what a killed worker left of it; return False if a process is working on it."""
        folder = self.root / kind / key
        with locked_if_free(self.root / LOCKS / key, self._clock) as lease:
            if lease and folder.exists():
                gone = folder.with_name(f"{key}.gone-{lease.token}")
                folder.rename(gone)
                shutil.rmtree(gone)
            if lease:
                for left in ("", *(f".{token}" for token in lease.before)):
                    shutil.rmtree(folder.with_name(f"{key}{left}{WORK}"), ignore_errors=True)
            return lease is not None


def set_aside(folder: Path) -> None:
    """Rename a damaged step, so that nothing is lost and nothing damaged is used."""
    with suppress(FileNotFoundError):  # absent, or another process was faster
        folder.rename(folder.with_name(f"{folder.name}.damaged-{secrets.token_hex(8)}"))


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
