"""Sessions: which processes use a store, which steps they need, and what killed processes left behind."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from report_builder.errors import StorageError
from report_builder.store.files import TEMPORARY, storage_errors
from report_builder.store.folder import LOCKS, WORK
from report_builder.store.holders import Holder
from report_builder.store.leases import at_work, holder_of, locked
from report_builder.store.step import KINDS

SESSIONS, LOGS = "sessions", "logs"
STAGES = "sync"  # folder for what is being copied from another machine
ASIDE = (".damaged-", ".gone-")  # parts of names of folders that are no longer steps


@contextmanager
def session(root: Path, keys: Iterable[str]) -> Iterator[Path]:
    """Yield a folder for this process alone; while it exists, steps with these keys are not pruned.

    Folders of killed processes of this machine are removed first.

    Raises:
        StorageError: the store cannot be written.
    """
    machine = sha256(Holder.this("").counted.encode()).hexdigest()[:8]  # skips the sessions of other machines
    folder = root / SESSIONS / f"{machine}-{os.getpid()}-{secrets.token_hex(8)}"
    with ExitStack() as held:
        with storage_errors(folder), locked(root / f"{SESSIONS}.lock"):
            for left in filter(_has_ended, (root / SESSIONS).glob(f"{machine}-*")):
                shutil.rmtree(left, ignore_errors=True)
            folder.mkdir(parents=True)
            held.enter_context(locked(folder / "lock"))
            (folder / "keys.json").write_text(json.dumps(sorted(set(keys))), encoding="utf-8")
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def in_use(root: Path, keys: Iterable[str]) -> Iterator[None]:
    """Protect steps from pruning; a store that cannot be written cannot be pruned either."""
    with ExitStack() as held:
        with suppress(StorageError):
            held.enter_context(session(root, keys))
        yield


def log_of(folder: Path, number: int) -> Path:
    """Path of the log of the worker with this number in a session."""
    return folder.parents[1] / LOGS / f"{folder.name}-{number}.log"


@contextmanager
def nobody_begins(root: Path) -> Iterator[set[str]]:
    """Yield the keys that active sessions need, while no other session can begin."""
    with storage_errors(root), locked(root / f"{SESSIONS}.lock"):
        yield set().union(*(_keys(folder) for folder in _at_work(root)))


def leftovers(root: Path) -> Iterator[Path]:
    """Yield what kills, damage and failures left behind, except checkpoints. Call it while no session can begin."""
    sessions = set(_at_work(root))
    yield from (folder for folder in (root / SESSIONS).glob("*") if folder not in sessions)
    names = {folder.name for folder in sessions}
    yield from (log for log in (root / LOGS).glob("*.log") if log.stem.rpartition("-")[0] not in names)
    yield from (path for path in root.glob(".*") if TEMPORARY.fullmatch(path.name))
    stages = {path.with_suffix("") for path in (root / STAGES).glob("*")}
    coming = at_work(stage.with_suffix(".lock") for stage in stages)
    idle = [(stage, lock) for stage in stages if (lock := stage.with_suffix(".lock")) not in coming]
    yield from (path for each in idle for path in each if path.exists())
    steps = [path for kind in KINDS for path in (root / kind).glob("*")]
    yield from (path for path in steps if any(part in path.name for part in ASIDE))
    yield from (
        path for path in steps if path.suffix == WORK and len(path.suffixes) > 1 and (path.parent / _key(path)).is_dir()
    )
    begun = {_key(path) for path in steps if path.suffix == WORK}  # leases of killed processes, which name their checkpoints
    locks = [lock for lock in (root / LOCKS).glob("*") if _key(lock) not in begun]
    held = at_work(locks)
    yield from (lock for lock in locks if lock not in held)


def _has_ended(folder: Path) -> bool:
    """Whether this machine knows that the process of a session has ended."""
    holder = holder_of(folder / "lock")
    return holder is not None and holder.is_here and not holder.runs


def _key(path: Path) -> str:
    return path.name.partition(".")[0]


def _at_work(root: Path) -> list[Path]:
    held = at_work(folder / "lock" for folder in (root / SESSIONS).glob("*"))
    return [lock.parent for lock in held]


def _keys(folder: Path) -> set[str]:
    """Keys that a session needs; empty if it ends while they are read, or was killed before it wrote them."""
    with suppress(OSError, ValueError):
        return set(json.loads((folder / "keys.json").read_text(encoding="utf-8")))
    return set()
