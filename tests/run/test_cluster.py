"""Jobs on workers of a Dask scheduler, in separate processes of this machine: fake jobs that sleep and write a line."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("distributed")
from dask import config

from report_builder.errors import MissingDataError, RunError, UsageError
from report_builder.jobs import Done, Epoch, Failed, Job, Resumed, Site, Skipped, Started
from report_builder.run import cards, cluster, relay
from report_builder.store import Step, digest, holders


def _benchmark(name: str):
    """Import a file of the benchmarks."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[2] / "benchmarks" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


crashes = _benchmark("crashes")
pytestmark = pytest.mark.filterwarnings("ignore")  # Dask's own, about ports and times


@pytest.fixture
def machines(tmp_path: Path):
    """A scheduler without workers, which the test starts."""
    made = crashes.Machines(tmp_path)
    yield made
    made.end()


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """A scheduler with two workers, for tests that kill neither; the first has a data folder, the second two cards."""
    made = crashes.Machines(tmp_path_factory.mktemp("two"))
    (made.folder / "data").mkdir()
    (made.folder / "data" / "digits").touch()
    made.worker(**{relay.DATA: str(made.folder / "data"), cards.VISIBLE: ""})
    made.worker(**{relay.DATA: str(made.folder / "none"), cards.VISIBLE: "3,4"})
    yield made
    made.end()


def job(name: str, *needs: Job, kind: str = "run", code: dict[str, str] | None = None, **spec) -> Job:
    """Return a fake job."""
    step = Step(kind, tuple(need.key for need in needs), {"name": name, **spec}, code or {})
    return Job(step, name, step.inputs, seconds=1.0)


def do(machines: crashes.Machines, store: Path, *jobs: Job, on_event=lambda job, event: None):
    """Run jobs; return the events by label, and the failures."""
    told = list[tuple[str, object]]()

    def hear(job, event) -> None:
        told.append((job.label, event))
        on_event(job, event)

    failed = cluster.run(jobs, Site(store, (store.parent,)), str(machines.file), hear)
    return told, failed


def epochs(store: Path, done: Job) -> str:
    """Return the epochs that a fake job went through."""
    return Site(store).store.read(done.step.kind, done.key).path("epochs.txt").read_text()


def events(told, label: str) -> list[type]:
    """Return the types of the events of a job."""
    return [type(event) for name, event in told if name == label]


def test_what_is_told_is_what_is_told_locally(two, tmp_path: Path) -> None:
    """Two workers run a graph, each job after its inputs, and events come in order and end with `Done`."""
    runs = [job(f"run {n}", epochs=3) for n in range(4)]
    facts = job("facts", *runs, kind="facts")
    told, failed = do(two, tmp_path / "store", facts, *runs)
    assert failed == []
    assert [events(told, one.label) for one in runs] == [[Started, Epoch, Epoch, Epoch, Done]] * 4
    assert [name for name, event in told if isinstance(event, Done)][-1] == "facts"
    store = Site(tmp_path / "store").store
    assert len({store.read("run", one.key).meta["note"]["process"] for one in runs}) == 2
    assert [list((tmp_path / "store" / name).iterdir()) for name in ("locks", "sessions")] == [[], []]


def test_a_process_that_dies_is_begun_again_and_goes_on(two, tmp_path: Path) -> None:
    """A child killed by SIGKILL or SIGTERM loses only the current epoch; one that dies each time fails, as it does locally."""
    killed, told_to = job("killed", epochs=4, dies=3), job("told", epochs=4, dies=2, signal=int(signal.SIGTERM))
    told, failed = do(two, tmp_path / "store", killed, told_to)
    assert failed == []
    for one, gone_on in ((killed, 2), (told_to, 1)):
        assert [event.epoch for name, event in told if name == one.label and isinstance(event, Resumed)] == [gone_on]
        assert epochs(tmp_path / "store", one) == "1 2 3 4 "


def test_data_is_found_where_it_is(two, tmp_path: Path) -> None:
    """A worker without the data leaves the job to the other one, and without any data the job fails with a message."""
    jobs = [job(f"run {n}", data="digits") for n in range(4)]
    nowhere = job("nowhere", data="faces")
    told, failed = do(two, tmp_path / "store", *jobs, nowhere, job("reader", nowhere, kind="facts"))
    assert [epochs(tmp_path / "store", one) for one in jobs] == ["1 "] * 4
    assert [(one.label, type(event.as_raised)) for one, event in failed] == [("nowhere", MissingDataError)]
    assert events(told, "reader") == [Skipped]


def test_cards_are_found_where_they_are(two, tmp_path: Path) -> None:
    """A worker without a card leaves the job to one that has some, whose process sees as many as the job asks for."""
    asked = {"one": 1, "two": 2, "none": 0, "three": 3}
    jobs = [replace(job(name), gpu=count) for name, count in asked.items()]
    told, failed = do(two, tmp_path / "store", *jobs)
    assert [(one.label, event.error) for one, event in failed] == [("three", cards.NO_CARD)]
    assert "asks for 3 graphics cards" in failed[0][1].problems[0].rule
    store = Site(tmp_path / "store").store
    seen = {one.label: store.read("run", one.key).meta["note"]["cards"] for one in jobs[:3]}
    assert seen == {"one": seen["one"], "two": "3,4", "none": "-1"}
    assert seen["one"] in {"3", "4"}
    assert [type(event) for name, event in told if name == "three"] == [Failed]


def test_other_code_is_refused_by_name(two, tmp_path: Path) -> None:
    """A worker whose files or packages differ from those of the plan refuses a job, and says what differs."""
    ((_, failed),) = do(two, tmp_path / "store", job("run", code={"version.py": "0" * 16, "numpy": "1.0"}))[1]
    (problem,) = failed.problems
    assert "has different code from what this was planned with" in problem.rule
    assert "version.py is" in problem.received
    assert "numpy is" in problem.received
    assert list((tmp_path / "store").glob("run/*")) == []


@pytest.mark.parametrize(("given", "seen"), [("65536", None), ("131072", "131072")])
def test_a_training_has_no_allocator_settings_of_dask(machines, tmp_path: Path, given: str, seen: str | None) -> None:
    """What Dask sets for its own workers does not reach the process of a training; what the user sets does."""
    machines.worker(MALLOC_TRIM_THRESHOLD_=given)
    run = job("run")
    assert do(machines, tmp_path / "store", run)[1] == []
    assert Site(tmp_path / "store").store.read("run", run.key).meta["note"]["malloc"] == seen


def test_code_is_read_once_and_again_when_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker does not read code again for the next job, unless the file has changed."""
    own, read = tmp_path / "own.py", list[Path]()
    own.write_text("a = 1\n")
    os.utime(own, (1e9, 1e9))
    monkeypatch.setattr(digest, "_read", lambda path: read.append(path) or [path.read_text()])

    def refused() -> str:
        """Return the message about the present file."""
        asked = Job(Step("run", (), {}, {"./own.py": "none"}), "run", ())
        return relay.do(asked, Site(tmp_path / "store", (), tmp_path), "topic", lambda event: None).problems[0].received

    assert "a = 1" in refused()
    assert "a = 1" in refused()
    assert len(read) == 1
    own.write_text("b = 2\n")
    assert "b = 2" in refused()


def test_a_store_that_is_another_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An input that never appears on the worker's disk ends in an error, not in an endless wait."""
    lost = Job(Step("facts", ("0" * 20,), {}, {}), "facts", ("0" * 20,))
    site = Site(tmp_path / "store")
    monkeypatch.setattr("report_builder.store.folder.PATIENCE", 0.05)
    failed = relay.do(lost, site, "topic", lambda event: None)
    assert "does not find what another machine stored" in failed.problems[0].rule


def test_workers_are_killed_and_join(machines, tmp_path: Path) -> None:
    """If the only worker is killed in an epoch, the one that joins continues from there, and nothing is done twice."""
    first, long = machines.worker(), job("long", epochs=5, seconds=0.2)

    def kill(_, event) -> None:
        if isinstance(event, Epoch) and event.epoch == 2 and first.poll() is None:
            first.kill()
            machines.worker()

    told, failed = do(machines, tmp_path / "store", long, job("after", long, kind="facts"), on_event=kill)
    assert failed == []
    assert epochs(tmp_path / "store", long) == "1 2 3 4 5 "
    assert [event.epoch >= 2 for _, event in told if isinstance(event, Resumed)] == [True]


@pytest.mark.slow
def test_a_scheduler_that_is_killed_is_no_hang(machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The build ends with a message, what was trained is kept, and the next build continues from there."""
    machines.worker()
    long = job("long", epochs=8, seconds=0.2)

    def kill(_, event) -> None:
        if isinstance(event, Epoch) and event.epoch == 2:
            monkeypatch.setattr(cluster, "PATIENCE", 4.0)
            machines.scheduler.kill()

    began = time.monotonic()
    with pytest.raises(RunError, match=r"the scheduler is gone|no worker has been connected"):
        do(machines, tmp_path / "store", long, on_event=kill)
    assert time.monotonic() - began < 60
    monkeypatch.undo()
    again = crashes.Machines(tmp_path / "again")
    try:
        again.worker()
        _, failed = do(again, tmp_path / "store", long)
    finally:
        again.end()
    assert failed == []
    assert epochs(tmp_path / "store", long) == "1 2 3 4 5 6 7 8 "


def test_an_interrupt_ends_what_the_workers_do(two, tmp_path: Path) -> None:
    """Ctrl-C ends the children on the workers, which release their leases and run the jobs of the next build."""
    processes, long = [], job("long", epochs=500, seconds=0.1)

    def interrupt(_, event) -> None:
        if isinstance(event, Started):
            processes.append(event.process)
        if isinstance(event, Epoch):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        do(two, tmp_path / "store", long, on_event=interrupt)
    end = time.monotonic() + 20
    while holders._start_time(processes[0]) not in {"", "ended"}:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert (tmp_path / "store" / "run" / f"{long.key}.work" / "epochs.txt").is_file()
    assert list((tmp_path / "store" / "sessions").iterdir()) == []
    assert do(two, tmp_path / "store", *(job(f"next {n}", seconds=0.2) for n in range(4)))[1] == []


@pytest.mark.external("openssl")
def test_tls_lets_in_who_has_the_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler and a worker with the certificate of docs/cluster.md serve only clients that have it."""
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=report-builder"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    tls = ("--tls-ca-file", certificate, "--tls-cert", certificate, "--tls-key", key)
    closed = crashes.Machines(tmp_path / "tls", *tls, "--protocol", "tls")
    one = job("run")
    try:
        closed.worker(*tls)
        named = {"ca-file": certificate, "client.cert": certificate, "client.key": key}
        with config.set({f"distributed.comm.tls.{name}": value for name, value in named.items()}):
            assert do(closed, tmp_path / "store", one)[1] == []
        assert epochs(tmp_path / "store", one) == "1 "
        monkeypatch.setattr(cluster, "PATIENCE", 2.0)
        with pytest.raises(RunError, match="no scheduler answers"):
            do(closed, tmp_path / "other", one)
    finally:
        closed.end()


def test_an_open_port_is_said() -> None:
    """The build warns if anybody who reaches the scheduler can run programs, but not on this machine or with TLS."""
    open_to = {"tcp://10.0.0.5:8786": True, "tcp://127.0.0.1:8786": False, "tcp://[::1]:1": False, "tls://10.0.0.5:1": False}
    assert {address: bool(cluster.warning(address)) for address in open_to} == open_to


@pytest.mark.parametrize(
    ("where", "error", "said"),
    [("local:none", UsageError, "local:N begins N workers"), ("tcp://127.0.0.1:9", RunError, "no scheduler answers")],
)
def test_what_is_no_cluster(where: str, error: type[Exception], said: str, tmp_path: Path, monkeypatch) -> None:
    """For an unreadable address, or one where nobody answers, the message says what to do."""
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    with pytest.raises(error, match=said):
        cluster.run([job("run")], Site(tmp_path), where, lambda *_: None)


@pytest.mark.slow
def test_whatever_is_killed_nothing_is_lost() -> None:
    """Thirty kills of front, scheduler, workers and trainings lose nothing; `benchmarks/crashes.py` does a hundred."""
    assert crashes.main(["--cases", "30", "--seed", "7"]) == 0
