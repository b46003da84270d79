"""Imports steps from another store, and synchronises two stores; steps present on both sides are not transferred."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from report_builder.errors import Problem, ReportError, UsageError
from report_builder.plain import Fields
from report_builder.plan.prepared import imported
from report_builder.records import frozen
from report_builder.store import META, Step, Store, Stored, locked, session, storage_errors, write_atomically
from report_builder.store.folder import IMPORTED
from report_builder.store.judging import KEY, NAME, fault
from report_builder.store.sessions import STAGES
from report_builder.store.step import KINDS

FAR = re.compile(r"[\w.@][\w.@-]+:.*|rsync://.+|\[.+\]:.*")  # a single letter before the colon is a drive
_LISTED = re.compile(rf"-.* ({'|'.join(KINDS)})/({KEY.pattern})/{re.escape(META)}")
_ABSENT = 23  # rsync's exit code for a missing folder, among others


@frozen
class Synced:
    """Result of a synchronisation.

    Attributes:
        came: number of steps imported.
        went: number of steps exported.
        damaged: damaged steps, each with its path and the reason; they were not transferred.
    """

    came: int
    went: int
    damaged: Sequence[str]


def sync(store: Store, where: str) -> Synced:
    """Transfer the complete steps that only one side has; damaged steps stay where they are.

    Args:
        where: a folder, or `HOST:FOLDER` of a machine that rsync reaches.

    Raises:
        UsageError: the parent of the folder does not exist, or rsync is not installed.
        ReportError: rsync failed; what was transferred is kept.
    """
    with session(store.root, ()):
        if FAR.fullmatch(where) and not Path(where).exists():
            return _with_machine(store, where)
        other = _folder(Path(where))
        (came, there), (went, here) = _bring(other, store), _bring(store, other)
        return Synced(came, went, there + here)


def _folder(path: Path) -> Store:
    if not path.absolute().parent.is_dir():
        raise UsageError(Problem(str(path), "a store cannot be here: its folder is not there", next_step="Is a disk missing?"))
    return Store(path)


def _bring(source: Store, target: Store) -> tuple[int, list[str]]:
    """Copy the steps that the target lacks, checking every digest; return how many were copied, and the damaged ones."""
    brought, wrong = 0, list[str]()
    for kind, key in source.every():
        if target.read(kind, key):
            continue
        stored = source.read(kind, key, by_content=True)
        if why := fault(stored) if stored else "a file is missing or was altered":
            wrong.append(f"{source.root / kind / key}: {why}")
        elif stored and add(target, stored, keep=True):
            brought += 1
            if kind == "run":
                remember(target, stored.meta["spec"]["data"])
    target.memo.save()
    return brought, wrong


def add(store: Store, stored: Stored, *, keep: bool = False) -> bool:
    """Add a step to the store, marked as imported; return False if it is there already.

    Args:
        keep: copy the files instead of moving them.
    """
    with store.claim(Step.from_json(stored.meta)) as work:
        if work.done:
            return False
        with storage_errors(store.root):
            for name in stored.meta["files"]:
                if keep:
                    shutil.copyfile(stored.path(name), work.folder / name)
                else:
                    stored.path(name).replace(work.folder / name)
        work.commit(stored.meta["note"] | {IMPORTED: True}, files=list(stored.meta["files"]))
    return True


def remember(store: Store, data: Fields) -> None:
    """Remember the fingerprint of imported data; where data of one name has two fingerprints, remember neither."""
    name, found = imported(data), str(data["fingerprint"])
    store.memo.remember(name, found if store.memo.recall(name) in (None, found) else "")


# --- by rsync -----------------------------------------------------------------------------------------------------------------


def _with_machine(store: Store, where: str) -> Synced:
    """Synchronise with a store on another machine by rsync, where nothing else of this program runs.

    `step.json` is sent last: until it arrives, the step counts as absent there. Complete steps are never overwritten.
    """
    stage = store.root / STAGES / sha256(where.encode()).hexdigest()[:16]
    with locked(stage.with_suffix(".lock")):
        there = _complete(where)
        came, wrong = _fetch(where, stage, [step for step in sorted(there) if not store.read(*step)], store)
        here = [(kind, stored) for kind in KINDS for stored in store.all(kind) if (kind, stored.key) not in there]
        _send(here, store.root, stage / "out", where)
        shutil.rmtree(stage, ignore_errors=True)
    return Synced(came, len(here), wrong)


def _complete(where: str) -> set[tuple[str, str]]:
    """Kind and key of each complete step there; empty if there is no store yet."""
    found = ["--include=/*/", "--include=/*/*/", f"--include=/*/*/{META}", "--exclude=*"]
    done = _run(["--list-only", "--recursive", *found, f"{where}/"])
    if done.returncode == _ABSENT and "No such file" in done.stderr:
        return set()
    return {(match[1], match[2]) for line in _told(done, where).splitlines() if (match := _LISTED.fullmatch(line))}


def _fetch(where: str, stage: Path, steps: Iterable[tuple[str, str]], store: Store) -> tuple[int, list[str]]:
    """Fetch the descriptions of steps, then the files they name, and add the undamaged steps to the store."""
    metas = [f"{kind}/{key}/{META}" for kind, key in steps]
    _copy(f"{where}/", f"{stage}/", metas)
    _copy(f"{where}/", f"{stage}/", [f"{Path(meta).parent}/{name}" for meta in metas for name in _names(stage / meta)])
    return _bring(Store(stage), store)


def _names(file: Path) -> list[str]:
    """File names in a step's description from another machine; invalid names are left out."""
    with suppress(OSError, ValueError, LookupError, TypeError):
        return [name for name in json.loads(file.read_text(encoding="utf-8"))["files"] if NAME.fullmatch(name)]
    return []


def _send(steps: Iterable[tuple[str, Stored]], root: Path, out: Path, where: str) -> None:
    """Send the files of steps, then their descriptions, marked as imported."""
    files, metas = list[str](), list[str]()
    for kind, stored in steps:
        metas.append(f"{kind}/{stored.key}/{META}")
        files += [f"{kind}/{stored.key}/{name}" for name in stored.meta["files"]]
        meta = {**stored.meta, "note": stored.meta["note"] | {IMPORTED: True}}
        write_atomically(out / metas[-1], json.dumps(meta, ensure_ascii=False, indent=1))
    _copy(f"{root}/", f"{where}/", files)
    _copy(f"{out}/", f"{where}/", metas)


def _copy(source: str, target: str, names: Iterable[str]) -> None:
    """Copy files by rsync, which resumes interrupted copies and verifies the transfer."""
    if listed := "".join(f"{name}\n" for name in names):
        far = source if FAR.fullmatch(source) else target
        _told(_run(["--times", "--partial", "--mkpath", "--files-from=-", source, target], listed), far.rstrip("/"))


def _run(arguments: list[str], said: str = "") -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(["rsync", *arguments], input=said, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UsageError(Problem("", "rsync is not installed", next_step="Install it, or name a folder.")) from None


def _told(done: subprocess.CompletedProcess[str], where: str) -> str:
    """Output of rsync.

    Raises:
        ReportError: rsync failed; what was transferred is kept.
    """
    if done.returncode:
        said = done.stderr.strip().partition("\n")[0] or f"exit code {done.returncode}"
        raise ReportError(Problem(where, "rsync failed", said, next_step="Run the command again: it resumes where it stopped."))
    return done.stdout
