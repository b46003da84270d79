"""Leases, with a clock of the test: who is silent is followed by one other, whatever time it is anywhere."""

from __future__ import annotations

import errno
import itertools
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from report_builder.errors import StorageError
from report_builder.store import LeaseLostError, Step, Store, holders, leases, locked, locked_if_free
from report_builder.store.holders import Holder
from report_builder.store.leases import BEAT, MISSED, Clock, at_work, holder_of

STEP = Step("run", (), {"seed": 1}, {})


class Time:
    """A clock that goes on while somebody sleeps; `beating` leases beat meanwhile."""

    def __init__(self) -> None:
        self.now, self.beating, self.step = 0.0, [], 0.0

    def sleep(self, seconds: float) -> None:
        """Time passes, by beats where it is more than one."""
        self.now += self.step or seconds
        if self.now % BEAT < (self.step or seconds):
            for lease in self.beating:
                lease.beat()

    @property
    def clock(self) -> Clock:
        """As a lease takes it."""
        return Clock(lambda: self.now, self.sleep)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch):
    """Makes the leases that are taken within it those of another machine, of which this one knows no process."""
    here, number = Holder.this, itertools.count()

    def there(token: str) -> Holder:
        return replace(here(token), host="far", process=os.getpid(), counted=f"boot {next(number)}", began="1")

    class Elsewhere:
        def __enter__(self) -> None:
            monkeypatch.setattr(Holder, "this", there)

        def __exit__(self, *_: object) -> None:
            monkeypatch.setattr(Holder, "this", here)

    return Elsewhere()


def test_who_beats_keeps_it_and_who_is_silent_is_followed(tmp_path: Path, elsewhere) -> None:
    """A holder on another machine keeps its lease as long as it beats; after six that stay out another has it."""
    time = Time()
    with elsewhere:
        held = locked(tmp_path / "x", time.clock)
        lease = held.__enter__()
    time.beating, time.step = [lease], 5.0
    with locked_if_free(tmp_path / "x", time.clock) as got:
        assert got is None
    assert time.now <= 2 * BEAT
    time.beating, before = [], time.now
    with locked(tmp_path / "x", time.clock) as follower:
        assert time.now - before >= MISSED * BEAT
        assert time.now - before <= (MISSED + 1) * BEAT
        assert (lease.held, follower.held, follower.before) == (False, True, (lease.token,))
        held.__exit__(None, None, None)
        assert follower.held
    assert list(tmp_path.iterdir()) == []


def test_of_many_that_wait_one_follows(tmp_path: Path, elsewhere) -> None:
    """All find the same lease lost, one creates what follows it; the others wait for that one, and so on to the last."""
    time, names = Time(), list[str]()
    with elsewhere:
        dead = leases._create(tmp_path / "x", time.clock)
        watches = [leases._Watch(tmp_path / "x", time.clock) for _ in range(3)]
        for _ in range(MISSED + 1):
            assert not any(watch.look() for watch in watches)
            time.now += BEAT
        assert [watch.look() for watch in watches] == [False] * 3
        made = [leases._create(tmp_path / "x", time.clock, watch.tokens) for watch in watches]
    names = sorted(path.name for path in tmp_path.iterdir())
    assert [bool(lease) for lease in made] == [True, False, False]
    assert names == ["x", f"x.{dead.token}"]
    assert [watch.look() for watch in watches] == [None] * 3
    assert holder_of(tmp_path / "x").token == made[0].token
    made[0].give_back()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_stood_still_costs_nobody_the_lease(tmp_path: Path, elsewhere) -> None:
    """A look that took minutes counts as one missed beat: it is the disk that was silent, for the holder as well."""
    time = Time()
    with elsewhere:
        leases._create(tmp_path / "x", time.clock)
    watch = leases._Watch(tmp_path / "x", time.clock)
    for _ in range(MISSED):
        time.now += 600
        assert watch.look() is None


def test_nobody_waits_for_a_process_that_has_ended(tmp_path: Path) -> None:
    """A lease whose process ended on this machine is free at once; of one whose number another process has now, too."""
    code = (
        "import os, sys; from pathlib import Path; from report_builder.store import locked\n"
        "with locked(Path(sys.argv[1])): os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "x")], check=False)
    time = Time()
    with locked_if_free(tmp_path / "x", time.clock) as lease:
        assert lease
        assert lease.before
    reused = replace(Holder.this("0" * 16), began="1")
    (tmp_path / "y").write_bytes(reused.written())
    with locked(tmp_path / "y", time.clock), locked_if_free(tmp_path / "y", time.clock) as second:
        assert second is None
    assert (time.now, at_work([tmp_path / "y"], time.clock)) == (0.0, set())


ENDED = """
import os, signal, sys
from pathlib import Path
from report_builder.jobs import process
from report_builder.store import leases
signal.signal(signal.SIGTERM, process._end)
signal.alarm(20)
with leases.locked(Path(sys.argv[1])), leases._KEEPER._guard:
    os.kill(os.getpid(), signal.SIGTERM)
    signal.pause()
"""
FORKED = """
import os, signal, sys, threading
from pathlib import Path
from report_builder.store import leases
held, never = threading.Event(), threading.Event()
leases._KEEPER._leases.add("of the parent")
threading.Thread(target=lambda: (leases._KEEPER._guard.acquire(), held.set(), never.wait()), daemon=True).start()
held.wait()
child = os.fork()
if not child:
    signal.alarm(20)
    with leases.locked(Path(sys.argv[1])):
        os._exit(len(leases._KEEPER.leases))
os._exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) % 100)
"""


def test_a_signal_at_any_moment_gives_all_back(tmp_path: Path) -> None:
    """Who is told to end while it takes a lease, or gives one back, ends, and holds nothing any more."""
    ended = subprocess.run([sys.executable, "-c", ENDED, str(tmp_path / "x")], check=False, timeout=60)
    assert ended.returncode == -signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


def test_a_fork_holds_nothing(tmp_path: Path) -> None:
    """A child takes leases of its own, also where another thread of its parent was just taking one."""
    assert subprocess.run([sys.executable, "-c", FORKED, str(tmp_path / "x")], check=False, timeout=60).returncode == 1


def test_another_namespace_may_count_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of the same number on another machine, or in another container, is another one."""
    other = replace(Holder.this("0" * 16), counted="another boot", process=2**22 + 7)
    assert (other.is_here, other.runs) == (False, False)
    monkeypatch.setattr(holders, "_process_space", lambda: "")
    assert not Holder.this("1" * 16).is_here


def test_a_disk_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There a lease has its name before its content: what is empty is waited for, and followed where it stays so."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    time = Time()
    with locked(tmp_path / "x", time.clock), locked_if_free(tmp_path / "x", time.clock) as second:
        assert second is None
    for name in ("x", f"x.{0:<16}".strip()):
        (tmp_path / name).touch()
    with locked(tmp_path / "x", time.clock) as lease:
        assert lease.held
        assert len(lease.before) == 2
    assert time.now >= MISSED * BEAT


def test_a_network_disk_that_answers_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that was made and is reported as there already is one's own."""
    link = os.link

    def made_and_denied(source: str, target: Path) -> None:
        link(source, target)
        raise FileExistsError(errno.EEXIST, "exists")

    monkeypatch.setattr(os, "link", made_and_denied)
    with locked(tmp_path / "x") as lease:
        assert lease.held


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES, errno.ENOSPC])
def test_faults_of_the_disk_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """What keeps a lease from being taken is an error of the disk in a sentence; nothing is left in the way."""
    for name in ("link", "open"):
        with monkeypatch.context() as broken:

            def fail(*_: object) -> None:
                raise OSError(code, os.strerror(code))

            broken.setattr(os, "open", fail)
            broken.setattr(os, name, fail)
            with pytest.raises(StorageError), Store(tmp_path).claim(STEP):
                pass
    with Store(tmp_path).claim(STEP) as work:
        assert work.done is None


# --- steps under a lease ------------------------------------------------------------------------------------------------------


def finish(work, text: str):
    """Commits a step."""
    (work.folder / "weights.txt").write_text(text)
    return work.commit()


def test_the_commit_of_one_that_was_followed_is_refused(tmp_path: Path, elsewhere) -> None:
    """The follower goes on with the checkpoint; what returns writes into nothing, is refused, and then finds the result."""
    time = Time()
    with elsewhere:
        slow = Store(tmp_path, time.clock).claim(STEP, resume=True)
        returned = slow.__enter__()
    (returned.folder / "checkpoint").write_text("epoch 3")
    with Store(tmp_path, time.clock).claim(STEP, resume=True) as work:
        assert (work.folder / "checkpoint").read_text() == "epoch 3"
        returned.folder.mkdir()  # as it does who writes a checkpoint there
        with pytest.raises(LeaseLostError):
            finish(returned, "late")
        assert returned.lost
        finish(work, "first")
    with pytest.raises(LeaseLostError):
        finish(returned, "later")
    slow.__exit__(None, None, None)
    stored = Store(tmp_path).read("run", STEP.key)
    assert stored.path("weights.txt").read_text() == "first"
    assert {path.name for path in (tmp_path / "run").iterdir()} == {STEP.key}
    assert list((tmp_path / "locks").iterdir()) == []


def test_a_step_that_is_stored_already_is_not_stored_twice(tmp_path: Path) -> None:
    """Whoever finds at its commit that the step is there whole leaves it, although its own lease is held."""
    with Store(tmp_path).claim(STEP) as work:
        finish(work, "first")
    stored = tmp_path / "run" / STEP.key
    stored.rename(tmp_path / "hidden")  # as a network disk hides for a while what another machine made
    with Store(tmp_path).claim(STEP) as work:
        (tmp_path / "hidden").rename(stored)
        with pytest.raises(LeaseLostError):
            finish(work, "second")
    assert [path.read_text() for path in (tmp_path / "run").glob("**/weights.txt")] == ["first"]


def test_a_disk_that_fails_once_damages_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a step counts as damaged it is read once more, every byte."""
    with Store(tmp_path).claim(STEP) as work:
        finish(work, "first")
    store, read, failures = Store(tmp_path), Path.read_text, iter([OSError(errno.EIO, "once")])

    def once(path: Path, *given: str, **named: str) -> str:
        if error := next(failures, None):
            raise error
        return read(path, *given, **named)

    monkeypatch.setattr(Path, "read_text", once)
    with store.claim(STEP) as work:
        assert work.done


def test_what_another_machine_stored_is_waited_for(tmp_path: Path) -> None:
    """A look-up that a network disk answers from memory is asked again; what never comes is None after a minute."""
    time, store = Time(), Store(tmp_path / "other")
    with store.claim(STEP) as work:
        finish(work, "first")

    def sleep(seconds: float) -> None:
        time.now += seconds
        if time.now > 20 and not (tmp_path / "store").exists():
            (tmp_path / "other").rename(tmp_path / "store")

    here = Store(tmp_path / "store", Clock(lambda: time.now, sleep))
    assert here.expect(STEP.key).key == STEP.key
    assert 20 < time.now < 30
    assert here.expect("0" * 20) is None
    assert time.now < 100


def test_a_store_says_who_is_at_work_on_a_step(tmp_path: Path, elsewhere) -> None:
    """Host, process and beginning of the holder, wherever that is; nobody where it ended here, or nobody began."""
    store = Store(tmp_path)
    assert store.holder(STEP.key) is None
    with elsewhere, store.claim(STEP):
        far = store.holder(STEP.key)
        assert (far.host, far.process, far.since[:2]) == ("far", os.getpid(), "20")
    with store.claim(STEP):
        assert store.holder(STEP.key).process == os.getpid()
    (tmp_path / "locks" / STEP.key).write_bytes(replace(Holder.this("0" * 16), began="1").written())
    assert store.holder(STEP.key) is None


@pytest.mark.external("namespaces")
def test_two_containers_with_equal_process_ids(tmp_path: Path) -> None:
    """Processes with one number, each in a namespace of its own, know nothing of each other, and make a step once."""
    code = """
import os, sys, time
from pathlib import Path
from report_builder.store import Step, Store
while not list(Path(sys.argv[1]).glob("ready-*")) and sys.argv[2] == "second":
    time.sleep(0.01)
with Store(Path(sys.argv[1])).claim(Step("run", (), {"seed": 1}, {})) as work:
    Path(sys.argv[1], f"ready-{sys.argv[2]}").touch()
    if not work.done:
        time.sleep(1)
        (work.folder / "file").write_text(sys.argv[2])
        work.commit()
    print(os.getpid(), work.done.path("file").read_text())
"""
    command = ["unshare", "-Urpf", sys.executable, "-c", code, str(tmp_path)]
    both = [subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in ("first", "second")]
    assert [process.communicate(timeout=50)[0] for process in both] == ["1 first\n"] * 2
    assert [path.name for path in (tmp_path / "run").iterdir()] == [STEP.key]
    assert list((tmp_path / "locks").iterdir()) == []


@pytest.mark.slow
@pytest.mark.external("namespaces", "faketime")
def test_clocks_that_are_hours_apart(tmp_path: Path) -> None:
    """A holder whose clock is an hour slow keeps its lease while it beats, and is followed by one an hour ahead once killed."""
    code = """
import sys, time
from pathlib import Path
from report_builder.store import Step, Store, leases
leases.BEAT = 0.1
while sys.argv[2] == "ahead" and not Path(sys.argv[1], "held").exists():
    time.sleep(0.01)
with Store(Path(sys.argv[1])).claim(Step("run", (), {"seed": 1}, {})) as work:
    Path(sys.argv[1], "held" if sys.argv[2] == "slow" else "followed").touch()
    time.sleep(60 if sys.argv[2] == "slow" else 0)
    work.commit()
"""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))  # the program itself knows its runs by their numbers
    both = {
        name: subprocess.Popen(
            ["unshare", "-Urpf", "--kill-child", sys.executable, "-c", code, str(tmp_path), name],
            env=os.environ | {"LD_PRELOAD": str(library), "FAKETIME": by},
        )
        for name, by in (("slow", "-1h"), ("ahead", "+1h"))
    }
    for _ in range(2000):
        if (tmp_path / "held").exists():
            break
        time.sleep(0.01)
    time.sleep(2.0)
    kept = not (tmp_path / "followed").exists()
    both["slow"].kill()
    assert (kept, both["slow"].wait(30) != 0, both["ahead"].wait(30)) == (True, True, 0)
    assert Store(tmp_path).read("run", STEP.key)
