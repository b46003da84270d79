"""Stored steps are complete or absent, whatever a kill, a full disk, a second process or an accident does."""

import errno
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from report_builder.errors import StorageError
from report_builder.store import Step, Store, folder, locked, sessions
from report_builder.store.step import KINDS

STEP = Step("run", (), {"seed": 1}, {})


def finish(store: Store, text: str = "weights") -> None:
    """Commit the step with one file."""
    with store.claim(STEP) as work:
        (work.folder / "weights.txt").write_text(text)
        work.commit({"seconds": 1.5})


def test_absent_until_committed(tmp_path: Path) -> None:
    """A step that has only been started is absent; once committed, it has its files and its note."""
    store = Store(tmp_path)
    with store.claim(STEP) as work:
        (work.folder / "weights.txt").write_text("half")
        assert store.read("run", STEP.key) is None
    finish(store)
    stored = store.read("run", STEP.key)
    assert stored is not None
    assert stored.path("weights.txt").read_text() == "weights"
    assert stored.meta["note"] == {"seconds": 1.5}


def test_scratch_survives(tmp_path: Path) -> None:
    """In the scratch folder of a killed worker, a resuming one finds the complete files, and any other nothing."""
    with Store(tmp_path).claim(STEP) as work:
        for name in ("checkpoint", "step.json", ".checkpoint.7.tmp"):
            (work.folder / name).write_text("epoch 3")
    with Store(tmp_path).claim(STEP, resume=True) as work:
        assert [path.name for path in work.folder.iterdir()] == ["checkpoint"]
    with Store(tmp_path).claim(STEP) as work:
        assert list(work.folder.iterdir()) == []


def test_what_a_killed_commit_left_is_no_result(tmp_path: Path) -> None:
    """A step whose commit was killed just before its rename is made again, with the digests of its own files only."""
    finish(Store(tmp_path))
    folder = tmp_path / "run" / STEP.key
    folder.rename(folder.with_name(f"{STEP.key}.work"))
    store = Store(tmp_path)
    with store.claim(STEP, resume=True) as work:
        assert work.done is None
        stored = work.commit(files=["weights.txt"])
    assert list(stored.meta["files"]) == ["weights.txt"]
    assert store.read("run", STEP.key) is not None


def test_only_named_files_are_kept(tmp_path: Path) -> None:
    """A commit that names its files drops the others."""
    with Store(tmp_path).claim(STEP) as work:
        (work.folder / "checkpoint").write_text("x")
        (work.folder / "weights.txt").write_text("y")
        stored = work.commit(files=["weights.txt"])
    assert sorted(p.name for p in stored.folder.iterdir()) == ["step.json", "weights.txt"]


@pytest.mark.parametrize("damage", ["truncate", "alter", "remove", "metadata"])
def test_damage_is_noticed(tmp_path: Path, damage: str) -> None:
    """A truncated, altered or missing file makes the step absent, and the damaged folder is kept under another name."""
    finish(Store(tmp_path))
    file = tmp_path / "run" / STEP.key / ("step.json" if damage == "metadata" else "weights.txt")
    if damage == "remove":
        file.unlink()
    else:
        file.write_text({"truncate": "wei", "alter": "WEIGHTS", "metadata": "{"}[damage])
    store = Store(tmp_path)
    assert store.read("run", STEP.key) is None
    finish(store)
    assert any("damaged" in path.name for path in (tmp_path / "run").iterdir())
    assert store.read("run", STEP.key) is not None


def test_a_step_that_says_it_is_another_is_none(tmp_path: Path) -> None:
    """A step with another spec is not found under this key, on the first reading or later."""
    finish(Store(tmp_path))
    file, store = tmp_path / "run" / STEP.key / "step.json", Store(tmp_path)
    file.write_text(json.dumps(json.loads(file.read_text()) | {"spec": {"seed": 2}}))
    assert [store.read("run", STEP.key, by_content=each) for each in (False, True, False)] == [None] * 3


def test_damage_after_reading_is_noticed(tmp_path: Path) -> None:
    """A change that keeps the size is noticed, although the digest was remembered before."""
    finish(Store(tmp_path))
    store = Store(tmp_path)
    assert store.read("run", STEP.key) is not None
    time.sleep(0.01)
    (tmp_path / "run" / STEP.key / "weights.txt").write_text("WEIGHTS")
    assert store.read("run", STEP.key) is None


def test_second_process_waits_and_reuses(tmp_path: Path) -> None:
    """A second claim of the same step waits for the first and finds its result."""
    began, seen = threading.Event(), []

    def second() -> None:
        began.wait(5)
        with Store(tmp_path).claim(STEP) as work:
            seen.append(work.done)

    thread = threading.Thread(target=second)
    thread.start()
    with Store(tmp_path).claim(STEP) as work:
        began.set()
        time.sleep(0.2)
        assert seen == []
        (work.folder / "weights.txt").write_text("once")
        work.commit()
    thread.join(5)
    assert seen[0] is not None


def test_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    """A process killed while it held a step leaves no lock behind."""
    code = f"""
import os, signal
from pathlib import Path
from report_builder.store import Step, Store, locked
with Store(Path({str(tmp_path)!r})).claim(Step("run", (), {{"seed": 1}}, {{}})) as work:
    (work.folder / "checkpoint").write_text("1")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], check=False)
    finish(Store(tmp_path))
    assert Store(tmp_path).read("run", STEP.key) is not None


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """A full disk or a missing permission during a commit is a StorageError, and no partial step has the final name."""
    store = Store(tmp_path)

    def fail(_: int) -> None:
        raise OSError(code, os.strerror(code))

    with store.claim(STEP) as work:
        (work.folder / "weights.txt").write_text("weights")
        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(StorageError, match=r"space|permission"):
            work.commit()
    monkeypatch.undo()
    assert not (tmp_path / "run" / STEP.key).exists()
    finish(store)
    assert store.read("run", STEP.key) is not None


def test_remove(tmp_path: Path) -> None:
    """A removed step is absent, as is its scratch folder."""
    store = Store(tmp_path)
    finish(store)
    store.remove("run", STEP.key)
    assert store.read("run", STEP.key) is None
    assert list((tmp_path / "run").iterdir()) == []


def test_a_store_knows_what_is_in_it(tmp_path: Path) -> None:
    """Steps are found by kind, in the order of their creation, and by key; damaged ones are still counted."""
    store, steps = Store(tmp_path), [Step(kind, (), {"seed": n}, {}) for n, kind in enumerate(("run", "facts", "run"))]
    for step in steps:
        with store.claim(step) as work:
            (work.folder / "file").write_text(step.kind)
            assert work.commit().key == step.key
    keys = [step.key for step in steps]
    (tmp_path / "run" / f"{keys[0]}.work").mkdir()
    os.utime(tmp_path / "run" / keys[2], ns=(1, 1))
    assert store.keys("run") == sorted([keys[0], keys[2]])
    assert store.every() == [*(("run", key) for key in store.keys("run")), ("facts", keys[1])]
    assert [stored.key for stored in store.all("run")] == [keys[2], keys[0]]
    found = store.find(keys[1])
    assert found is not None
    assert (found.meta["kind"], found.path("file").read_text()) == ("facts", "facts")
    (tmp_path / "facts" / keys[1] / "file").write_text("FACTS")
    assert Store(tmp_path).find(keys[1]) is None
    assert Store(tmp_path).every() == store.every()
    assert store.find("0" * 20) is None


def test_every_byte_can_be_read(tmp_path: Path) -> None:
    """A change that the disk's metadata hides is noticed only by reading the content."""
    finish(Store(tmp_path))
    file, store = tmp_path / "run" / STEP.key / "weights.txt", Store(tmp_path)
    old = file.stat()
    os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns - 10**12))
    os.utime(tmp_path / "run" / STEP.key / "step.json", ns=(old.st_atime_ns, old.st_mtime_ns - 10**12))
    assert store.read("run", STEP.key) is not None
    store.memo.sha256 = lambda path: json.loads((path.parent / "step.json").read_text())["files"].get(path.name, "same")
    file.write_text("WEIGHTS")
    assert store.read("run", STEP.key) is not None
    assert store.read("run", STEP.key, by_content=True) is None


def test_what_another_machine_made_is_put_aside(tmp_path: Path) -> None:
    """Of unusable steps, only imported ones are set aside, and never this machine's own."""
    store, other = Store(tmp_path), Step("facts", (), {}, {})
    finish(store)
    with store.claim(other) as work:
        imported = work.commit({"imported": "elsewhere"})
    assert not store.distrust([store.all("run")[0]])
    assert store.distrust([store.all("run")[0], imported])
    assert (store.find(other.key), store.find(STEP.key) is None) == (None, False)
    assert [path.name.partition("-")[0] for path in (tmp_path / "facts").iterdir()] == [f"{other.key}.damaged"]


def test_what_somebody_works_on_is_not_removed(tmp_path: Path) -> None:
    """A step whose lock is held stays; a free one is removed with its lock, even if nothing was stored."""
    store = Store(tmp_path)
    finish(store)
    with locked(tmp_path / "locks" / STEP.key):
        assert store.remove("run", STEP.key) is False
        assert store.find(STEP.key) is not None
    assert [store.remove("run", STEP.key) for _ in range(2)] == [True, True]
    assert list((tmp_path / "locks").iterdir()) == []


def test_names_on_the_disk_stay_what_they_are():
    """Names of folders, files and notes are part of the store's format, which outlives the version that wrote it."""
    assert (folder.META, folder.LOCKS, folder.IMPORTED, folder.WORK) == ("step.json", "locks", "imported", ".work")
    assert (sessions.SESSIONS, sessions.LOGS, sessions.ASIDE) == ("sessions", "logs", (".damaged-", ".gone-"))
    assert KINDS == ("run", "arrays", "facts", "figure", "answer")
