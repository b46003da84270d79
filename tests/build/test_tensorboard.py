"""Event files, read back by TensorFlow."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from report_builder.build import Options, build
from report_builder.build.tensorboard import FILE, Boards, of_run, records
from report_builder.jobs import Epoch, Job, Progress, Resumed
from report_builder.store import Step, Store

HISTORY = {"loss": [161.5, 150.25], "val_loss": [160.0, 149.0], "epoch_time": [2.0, 3.0]}
FINISHED = "2026-01-02T03:04:05+00:00"


def events(content: bytes, tmp_path: Path) -> list[tuple[int, dict[str, float]]]:
    """Step and values of each event, as read by TensorFlow, which checks both checksums of each record."""
    import tensorflow as tf
    from tensorflow.core.util import event_pb2

    path = tmp_path / "read.back"
    path.write_bytes(content)
    found = [event_pb2.Event.FromString(record.numpy()) for record in tf.data.TFRecordDataset(str(path))]
    assert found[0].file_version == "brain.Event:2"
    assert [event.wall_time for event in found] == sorted(event.wall_time for event in found)
    return [(event.step, {value.tag: value.simple_value for value in event.summary.value}) for event in found[1:]]


def planned(kind: str = "vae") -> SimpleNamespace:
    """Step of a plan."""
    return SimpleNamespace(step=Step("run", (), {"model": kind}))


@pytest.fixture
def plan(tmp_path: Path) -> SimpleNamespace:
    """Plan with two names for one run, and a second run; its steps are read from a store."""
    store, same, other = Store(tmp_path / "runs"), planned(), planned("gan")
    found = {("vae", 1): same, ("again", 1): same, ("gan", 2): other}
    return SimpleNamespace(runs=found, store=store, stored=lambda p: store.read("run", p.step.key))


def store_run(plan: SimpleNamespace, name: tuple[str, int]) -> None:
    """Store a finished run."""
    with plan.store.claim(plan.runs[name].step) as work:
        (work.folder / "history.json").write_text(json.dumps(HISTORY))
        work.commit({"finished": FINISHED})


def epoch(plan: SimpleNamespace, name: tuple[str, int], number: int) -> tuple[Job, Epoch]:
    """Progress message of a worker after an epoch."""
    return Job(plan.runs[name].step, ""), Epoch(number, {term: values[number - 1] for term, values in HISTORY.items()})


EXPECTED = [
    (1, {"loss": 161.5, "val_loss": 160.0, "epoch_time": 2.0}),
    (2, {"loss": 150.25, "val_loss": 149.0, "epoch_time": 3.0}),
]


def test_tensorflow_reads_the_history_back(tmp_path: Path) -> None:
    """Every term of every epoch is a scalar with its own name at the step of its epoch."""
    assert events(records(HISTORY, 1e9), tmp_path) == EXPECTED
    assert events(records({}, 1e9), tmp_path) == []


def test_many_epochs_and_long_names(tmp_path: Path) -> None:
    """Lengths and steps beyond one byte are encoded as protocol buffers require."""
    history = {"discriminator_loss_" * 12: [float(i) for i in range(300)]}
    found = events(records(history, 0.0), tmp_path)
    assert [step for step, _ in found] == list(range(1, 301))
    assert found[-1][1] == {"discriminator_loss_" * 12: 299.0}


def test_a_file_grows_with_the_epochs(plan: SimpleNamespace, tmp_path: Path) -> None:
    """While a run trains, each epoch is appended under every name of the run and under no other."""
    boards = Boards(plan, tmp_path / "board")
    boards.heard(*epoch(plan, ("vae", 1), 1))
    boards.heard(Job(plan.runs["vae", 1].step, ""), Progress(1, 0.5, {}))
    for name, expected in (("vae@1", EXPECTED[:1]), ("again@1", EXPECTED[:1])):
        assert events((tmp_path / "board" / name / FILE).read_bytes(), tmp_path) == expected
    boards.heard(*epoch(plan, ("vae", 1), 2))
    assert events((tmp_path / "board" / "vae@1" / FILE).read_bytes(), tmp_path) == EXPECTED
    assert not (tmp_path / "board" / "gan@2").exists()


def test_a_resumed_run_has_the_epochs_before(plan: SimpleNamespace, tmp_path: Path) -> None:
    """The file of a resumed run holds the epochs from before the interruption, each epoch once."""
    boards, job = Boards(plan, tmp_path / "board"), Job(plan.runs["gan", 2].step, "")
    before = {term: values[:1] for term, values in HISTORY.items()}
    boards.heard(job, Resumed(1, before))
    boards.heard(*epoch(plan, ("gan", 2), 2))
    assert events((tmp_path / "board" / "gan@2" / FILE).read_bytes(), tmp_path) == EXPECTED


def test_stored_runs_have_files_without_training(plan: SimpleNamespace, tmp_path: Path) -> None:
    """A run that is already stored gets its file from its history, with the same bytes each time."""
    store_run(plan, ("vae", 1))
    boards = Boards(plan, tmp_path / "board")
    boards.complete()
    written = (tmp_path / "board" / "vae@1" / FILE).read_bytes()
    assert events(written, tmp_path) == EXPECTED
    assert written == of_run(plan.stored(plan.runs["again", 1])) == (tmp_path / "board" / "again@1" / FILE).read_bytes()
    assert not (tmp_path / "board" / "gan@2").exists()


def test_files_of_runs_that_are_gone_are_removed(plan: SimpleNamespace, tmp_path: Path) -> None:
    """A renamed run leaves no curve behind, and files that the program did not write are kept."""
    for name in ("old@1", "mine", "vae@1"):
        (tmp_path / "board" / name).mkdir(parents=True)
        (tmp_path / "board" / name / (FILE if name != "mine" else "notes.txt")).touch()
    Boards(plan, tmp_path / "board")
    assert sorted(path.name for path in (tmp_path / "board").iterdir()) == ["mine", "vae@1"]


def test_a_build_writes_them_on_request_only(built) -> None:
    """With the option, each run and seed has its folder even if nothing trains; without it there is none."""
    build(built.plan(), built.workspace, Options())
    folder = built.folder / "build" / "tiny" / "tensorboard"
    assert not folder.exists()
    done = build(built.plan(), built.workspace, Options(tensorboard=True))
    assert not done.compiled
    assert {path.parent.name for path in folder.rglob(FILE)} == {f"{run}@{seed}" for run, seed in built.plan().runs}
