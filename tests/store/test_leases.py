"""Leases with a simulated clock: a silent holder is followed by exactly one other, whatever the clocks show."""

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
    """A clock that advances during sleep, while `beating` leases beat."""

    def __init__(self) -> None:
        self.now, self.beating, self.step = 0.0, [], 0.0

    def sleep(self, seconds: float) -> None:
        """Advance the time, with heartbeats at each full interval."""
        self.now += self.step or seconds
        if self.now % BEAT < (self.step or seconds):
            for lease in self.beating:
                lease.beat()

    @property
    def clock(self) -> Clock:
        """The clock as a lease takes it."""
        return Clock(lambda: self.now, self.sleep)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch):
    """A context in which leases are taken as if by an unknown process of another machine."""
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
    """A holder on another machine keeps its lease while it beats; after six missed beats another takes it."""
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
    """All see the same lease lost, one creates its successor, and the others wait for that one."""
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
    """A look that took minutes counts as one missed beat, since the disk was silent for the holder as well."""
    time = Time()
    with elsewhere:
        leases._create(tmp_path / "x", time.clock)
    watch = leases._Watch(tmp_path / "x", time.clock)
    for _ in range(MISSED):
        time.now += 600
        assert watch.look() is None


def test_nobody_waits_for_a_process_that_has_ended(tmp_path: Path) -> None:
    """A lease of an ended process of this machine is free at once, even if its process id has been reused."""
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
    """A process told to end while it takes or returns a lease ends, and holds nothing afterwards."""
    ended = subprocess.run([sys.executable, "-c", ENDED, str(tmp_path / "x")], check=False, timeout=60)
    assert ended.returncode == -signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


def test_a_fork_holds_nothing(tmp_path: Path) -> None:
    """A child takes leases of its own, even if another thread of its parent was just taking one."""
    assert subprocess.run([sys.executable, "-c", FORKED, str(tmp_path / "x")], check=False, timeout=60).returncode == 1


def test_another_namespace_may_count_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process with the same id on another machine, or in another container, is a different one."""
    other = replace(Holder.this("0" * 16), counted="another boot", process=2**22 + 7)
    assert (other.is_here, other.runs) == (False, False)
    monkeypatch.setattr(holders, "_process_space", lambda: "")
    assert not Holder.this("1" * 16).is_here


def test_a_disk_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without hard links, a lease has its name before its content: an empty one is waited for, and followed if it stays so."""

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
    """A link that was made although it is reported to exist already is accepted as one's own."""
    link = os.link

    def made_and_denied(source: str, target: Path) -> None:
        link(source, target)
        raise FileExistsError(errno.EEXIST, "exists")

    monkeypatch.setattr(os, "link", made_and_denied)
    with locked(tmp_path / "x") as lease:
        assert lease.held


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES, errno.ENOSPC])
def test_faults_of_the_disk_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """A failure to take a lease is a StorageError, and leaves nothing in the way."""
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
    """Commit a step."""
    (work.folder / "weights.txt").write_text(text)
    return work.commit()


def test_the_commit_of_one_that_was_followed_is_refused(tmp_path: Path, elsewhere) -> None:
    """The follower resumes from the checkpoint; the late holder's commit is refused, after which it finds the result."""
    time = Time()
    with elsewhere:
        slow = Store(tmp_path, time.clock).claim(STEP, resume=True)
        returned = slow.__enter__()
    (returned.folder / "checkpoint").write_text("epoch 3")
    with Store(tmp_path, time.clock).claim(STEP, resume=True) as work:
        assert (work.folder / "checkpoint").read_text() == "epoch 3"
        returned.folder.mkdir()  # like a process that writes a checkpoint there
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
    """A commit leaves a step that is already stored completely, although its own lease is held."""
    with Store(tmp_path).claim(STEP) as work:
        finish(work, "first")
    stored = tmp_path / "run" / STEP.key
    stored.rename(tmp_path / "hidden")  # a network disk may hide for a while what another machine made
    with Store(tmp_path).claim(STEP) as work:
        (tmp_path / "hidden").rename(stored)
        with pytest.raises(LeaseLostError):
            finish(work, "second")
    assert [path.read_text() for path in (tmp_path / "run").glob("**/weights.txt")] == ["first"]


def test_a_disk_that_fails_once_damages_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a step counts as damaged, every byte of it is read once more."""
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
    """A cached look-up of a network disk is repeated; a step that never appears is None after a minute."""
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
    """The holder is given by host, process and start, wherever it is; there is none if it ended here or never began."""
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
    """Processes of equal id in separate namespaces do not confuse each other, and make a step once."""
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
    """A holder whose clock is an hour slow keeps its lease while it beats; after a kill, one an hour ahead follows."""
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
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))  # the faketime program keys its runs by pid
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


def test_a_lease_is_followed_after_a_minute_without_a_beat() -> None:
    """The documentation promises one minute."""
    assert BEAT * MISSED == 60
