"""Sessions of running processes: what they need is not pruned, and leftovers of killed ones are found."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from report_builder.errors import StorageError
from report_builder.store import Step, Store, in_use, leftovers, locked, log_of, nobody_begins, session
from report_builder.store.holders import Holder

STEP = Step("run", (), {"seed": 1}, {})
KILLED = """
import os, signal
from pathlib import Path
from report_builder.store import session
with session(Path({root!r}), ["a"]) as folder:
    (folder / "tmp").mkdir()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_keys_are_in_use_as_long_as_a_session_lasts(tmp_path: Path) -> None:
    """Two running processes protect what either needs; an ended one protects nothing and leaves no folder."""
    with session(tmp_path, ["a", "b"]), in_use(tmp_path, ["b", "c"]), nobody_begins(tmp_path) as busy:
        assert busy == {"a", "b", "c"}
        assert list(leftovers(tmp_path)) == []
    with nobody_begins(tmp_path) as busy:
        assert busy == set()
    assert list((tmp_path / "sessions").iterdir()) == []


def test_no_session_begins_during_a_prune(tmp_path: Path) -> None:
    """A build that starts while steps are being removed waits, and plans with what is left."""
    began = threading.Event()

    def other() -> None:
        with session(tmp_path, ["a"]):
            began.set()

    with nobody_begins(tmp_path):
        thread = threading.Thread(target=other)
        thread.start()
        assert not began.wait(0.2)
    thread.join(5)
    assert began.is_set()


def test_a_killed_session_keeps_nothing(tmp_path: Path) -> None:
    """The folder of a killed process is a leftover, and its keys are free."""
    subprocess.run([sys.executable, "-c", KILLED.format(root=str(tmp_path))], check=False)
    with nobody_begins(tmp_path) as busy:
        assert busy == set()
        assert [path.parent.name for path in leftovers(tmp_path)] == ["sessions"]


def test_the_next_session_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    """Leftovers of a killed process of this machine are removed; one on another machine cannot be known to have ended."""
    subprocess.run([sys.executable, "-c", KILLED.format(root=str(tmp_path))], check=False)
    (killed,) = (tmp_path / "sessions").iterdir()
    far = tmp_path / "sessions" / "far"
    far.mkdir()
    (far / "lock").write_bytes(replace(Holder.this("0" * 16), counted="another machine", began="1").written())
    with session(tmp_path, []) as folder:
        assert set((tmp_path / "sessions").iterdir()) == {far, folder}
    assert not killed.exists()


def test_leftovers(tmp_path: Path) -> None:
    """Damaged and half-removed steps, logs of ended processes, partial files and stale locks are leftovers; live logs not."""
    left = ["run/0a.damaged-7", "figure/0b.gone-7", "sync/12"]
    for name in left:
        (tmp_path / name).mkdir(parents=True)
    files = ["logs/1-ab-1.log", ".memo.json.7.tmp", "locks/0c"]
    (tmp_path / "sync" / "34").mkdir()
    with session(tmp_path, []) as folder, locked(tmp_path / "sync" / "34.lock"):
        for path in (log_of(folder, 1), *(tmp_path / name for name in files)):
            path.parent.mkdir(exist_ok=True)
            path.touch()
        (tmp_path / "locks" / "0c").write_bytes(replace(Holder.this("0" * 16), began="1").written())
        assert {str(path.relative_to(tmp_path)) for path in leftovers(tmp_path)} == {*left, *files}


def test_a_store_that_cannot_be_written_needs_no_session(tmp_path: Path) -> None:
    """If no session can be kept, what is stored can still be used."""
    (tmp_path / "sessions").write_text("a file where a folder belongs")
    with in_use(tmp_path, ["a"]):
        pass
    with pytest.raises(StorageError, match="a file stands where a folder belongs"), session(tmp_path, []):
        pass


def test_a_removed_lock_is_no_lock(tmp_path: Path) -> None:
    """A process that waited for a lock whose file was removed takes the new one, so that two never hold the same step."""
    path, order = tmp_path / "lock", list[str]()

    def other() -> None:
        with locked(path) as lease:
            order.append("second")
            assert lease.held

    with locked(path):
        thread = threading.Thread(target=other)
        thread.start()
        order.append("first")
        path.unlink()
    thread.join(5)
    assert order == ["first", "second"]


def test_removing_a_step_leaves_no_lock(tmp_path: Path) -> None:
    """A removed step has no lock file left, and one in progress is not removed."""
    store = Store(tmp_path)
    with store.claim(STEP) as work:
        assert not store.remove("run", STEP.key)
        work.commit()
    assert store.remove("run", STEP.key)
    assert list((tmp_path / "locks").iterdir()) == []
