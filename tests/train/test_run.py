"""The stored results of a training, in this process."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from report_builder.errors import RunError
from report_builder.jobs import Epoch, Resumed
from report_builder.kinds import Condition, ImageData, Split
from report_builder.spec.training import Training
from report_builder.store import Step, Store
from report_builder.train import checkpoint, loop, probe, run

OWN = Path(__file__).parent / "own"
GENUINE = loop.Pass.__call__


@pytest.fixture(scope="module")
def data():
    """Forty images of three classes, one-hot, in three splits."""
    random = np.random.default_rng(0)
    y = random.integers(0, 3, 60)
    x = (random.random((60, 8, 8, 1)) > 0.5).astype(np.float32)
    whole = Split(x, y, np.eye(3, dtype=np.float32)[y])
    places = {"train": slice(0, 40), "validation": slice(40, 50), "test": slice(50, 60)}
    splits = {name: whole.take(place) for name, place in places.items()}
    return ImageData(splits, tuple("abc"), (0.0, 1.0), (Condition("class", tuple("abc")),))


def step(kind="vae", *, epochs=4, **training):
    """Return a run."""
    settings = Training.model_validate({"epochs": epochs, "batch_size": 16} | training).model_dump()
    model = {"kind": kind} if kind.endswith(".py") else {"kind": kind, "filters": [2, 4]}
    return Step("run", (), {"model": model, "training": settings, "seed": 1, "threads": 1})


def stored(store, chosen, data, emit=lambda event: None):
    """Return the trained and stored run."""
    with store.claim(chosen, resume=True) as work:
        run.train(work, data, OWN, emit)
        return work.done


def arrays(path):
    """Return all arrays of a file."""
    with np.load(path) as file:
        return dict(file)


@pytest.fixture(scope="module")
def gan(data, tmp_path_factory):
    """A run of four epochs with two networks, each with batch statistics."""
    return stored(Store(tmp_path_factory.mktemp("gan")), step("./small_gan.py"), data)


def test_what_a_run_leaves(gan):
    """A run leaves weights, history, samples, layers, and a note with shapes, range, classes, condition and epochs."""
    assert set(gan.meta["files"]) == {"weights.npz", "history.json", "progress.npz", "summary.json"}
    expected = {"image_shape": [8, 8, 1], "value_range": [0, 1], "class_names": ["a", "b", "c"], "condition_dim": 3}
    expected |= {"images": {"train": 40, "validation": 10, "test": 10}, "epochs": 4, "best_epoch": None, "weights_epoch": 4}
    assert expected.items() <= gan.meta["note"].items()
    assert gan.meta["note"]["costs"].keys() == {"cpu_seconds", "peak_memory"}
    assert arrays(gan.path("progress.npz"))["images"].shape == (5, 20, 8, 8, 1)


def test_the_summary_has_the_layers_of_each_part(gan):
    """Name, type, output shape, parameters and inputs of each layer are listed by network, and add up to the model's."""
    parts = gan.json("summary.json")
    assert list(parts) == ["generator", "discriminator"]
    rows = {row["type"]: row for row in parts["generator"]}
    assert rows["BatchNormalization"]["trainable"] == 2 * 16
    assert rows["Concatenate"]["inputs"] == [row["name"] for row in parts["generator"] if row["type"] == "InputLayer"]
    assert all(row["name"] in {other["name"] for other in parts["generator"]} for row in rows.values())
    assert rows["Reshape"]["output_shape"] == [8, 8, 1]
    assert rows["BatchNormalization"]["parameters"] == 4 * 16
    total = sum(row["parameters"] for rows in parts.values() for row in rows)
    assert gan.meta["note"]["non_trainable_parameters"] == 2 * 16  # moving mean and variance
    assert total == gan.meta["note"]["parameters"] + 2 * 16


def validation_losses(monkeypatch, values):
    """Replace the validation losses in the history."""

    def told(self, order, batch_size, on_progress=None):
        means = GENUINE(self, order, batch_size, on_progress)
        return means if batch_size != loop.EVALUATION_BATCH else means | {"loss": next(series)}

    series = iter(values)
    monkeypatch.setattr(loop.Pass, "__call__", told)


def weights_by_epoch(chosen, data):
    """Return the weights after each epoch of a run that stores nothing."""
    found, state = {}, loop.start(chosen.spec, data, OWN)
    loop.train(state, data, on_epoch=lambda s: found.update({s.epoch: _values(s)}))
    return found


def _values(state):
    return {name: np.asarray(v).copy() for name, v in loop.weights(state.model).items()}


def same(path, weights):
    """Return whether a file holds these weights."""
    found = arrays(path)
    return found.keys() == weights.keys() and all((found[name] == weights[name]).all() for name in found)


@pytest.fixture(scope="module")
def by_epoch(data):
    """The weights after each of four epochs."""
    return weights_by_epoch(step("./classes.py", epochs=4), data)


@pytest.mark.parametrize("restore", [True, False])
def test_best_and_last_weights_are_both_kept(data, by_epoch, tmp_path, monkeypatch, restore):
    """After `patience` epochs, `weights.npz` has the best or the last weights, and another file the other ones."""
    chosen = step("./classes.py", epochs=9, early_stopping={"patience": 2, "restore_best_weights": restore})
    validation_losses(monkeypatch, [5.0, 3.0, 4.0, 3.5, 1.0])
    done = stored(Store(tmp_path), chosen, data)
    note, other = done.meta["note"], "last.npz" if restore else "best.npz"
    assert {name for name in done.meta["files"] if "json" not in name} == {"weights.npz", other}
    assert (note["epochs"], note["best_epoch"], note["weights_epoch"]) == (4, 2, 2 if restore else 4)
    assert same(done.path("weights.npz"), by_epoch[2 if restore else 4])
    assert same(done.path(other), by_epoch[4 if restore else 2])
    assert len(done.json("history.json")["loss"]) == 4


def test_without_early_stopping_the_best_by_validation_loss_is_beside_the_last(data, tmp_path, monkeypatch):
    """The last weights are measured, and the best ones are kept if they differ."""
    validation_losses(monkeypatch, [5.0, 3.0, 4.0])
    done = stored(Store(tmp_path), step("./classes.py", epochs=3), data)
    assert "best.npz" in done.meta["files"]
    assert done.meta["note"]["weights_epoch"] == 3
    validation_losses(monkeypatch, [5.0, 3.0])
    done = stored(Store(tmp_path), step("./classes.py", epochs=2), data)
    assert "best.npz" not in done.meta["files"]


class Stop(Exception):  # noqa: N818  it stands for a kill
    """Ends a training from outside."""


def stopped(store, chosen, data, epoch):
    """Leave the scratch folder of a run that was killed after an epoch."""

    def emit(event):
        if isinstance(event, Epoch) and event.epoch == epoch:
            raise Stop

    with pytest.raises(Stop):
        stored(store, chosen, data, emit)
    return store.root / "run" / f"{chosen.key}.work"


STOPPING = step(epochs=4, early_stopping={"patience": 3})


@pytest.fixture(scope="module")
def whole(data, tmp_path_factory):
    """The run that was never stopped."""
    return stored(Store(tmp_path_factory.mktemp("whole")), STOPPING, data)


@pytest.fixture(scope="module")
def halfway(data, tmp_path_factory):
    """The root of a store in which the run was stopped after two epochs."""
    return stopped(Store(tmp_path_factory.mktemp("halfway")), STOPPING, data, 2).parents[1]


@pytest.mark.parametrize(
    "lost", [None, "samples-00001.npz", "best.npz", pytest.param("checkpoint.npz", marks=pytest.mark.slow)]
)
def test_a_run_goes_on_only_with_everything_that_belongs_to_it(data, whole, halfway, tmp_path, lost):
    """Without the samples or best weights of its checkpoint, a run starts from the beginning, with the same result."""
    store, heard = Store(shutil.copytree(halfway, tmp_path / "store")), []
    if lost:
        (store.root / "run" / f"{STOPPING.key}.work" / lost).unlink()
    done = stored(store, STOPPING, data, heard.append)
    assert [event.epoch for event in heard if isinstance(event, Resumed)] == ([] if lost else [2])
    assert done.meta["note"]["costs"]["cpu_seconds"] > 0
    compared = ("weights.npz", "progress.npz", "summary.json")
    assert all(done.path(name).read_bytes() == whole.path(name).read_bytes() for name in compared)


def test_the_checkpoint_holds_both_optimisers_and_the_statistics(data, tmp_path):
    """Moments of each optimiser and the moving means of batch normalisation are stored by name and restored."""
    chosen = step("./small_gan.py", epochs=2, learning_rate={"kind": "exponential_decay", "decay_rate": 0.5})
    state = loop.start(chosen.spec, data, OWN)
    loop.train(state, data, on_epoch=lambda s: s.epoch == 1 and checkpoint.save(s, tmp_path / "c.npz"))
    names = set(state.variables())
    assert {"optimizer.0.000", "optimizer.1.000"} <= names
    places = {f"model.{place:03d}" for place, weight in enumerate(state.model.weights) if weight.name == "moving_mean"}
    assert places
    assert places <= names
    again = loop.start(chosen.spec, data, OWN)
    assert checkpoint.restore(again, tmp_path / "c.npz")
    loop.train(again, data, on_epoch=lambda s: None)
    ours, theirs = state.variables(), again.variables()
    assert all((np.asarray(ours[name]) == np.asarray(theirs[name])).all() for name in names)


@pytest.mark.parametrize("kind", ["vae", "./classes.py", pytest.param("./small_gan.py", marks=pytest.mark.slow)])
def test_a_stream_trains_to_the_same_weights(data, kind):
    """Images made on demand give the same weights as those in memory."""

    class Streamed:
        def __init__(self, x):
            self.x, self.shape, self.dtype = x, x.shape, x.dtype

        def __len__(self):
            return len(self.x)

        def __getitem__(self, index):
            return self.x[index]

    splits = {name: Split(Streamed(s.x), s.y, s.condition) for name, s in data.splits.items()}
    streamed = ImageData(splits, data.class_names, data.value_range, data.conditions)
    first, second = (weights_by_epoch(step(kind, epochs=2), chosen)[2] for chosen in (data, streamed))
    assert all((first[name] == second[name]).all() for name in first)


def test_a_probe_is_given_its_judge(data, tmp_path):
    """`reads` names the inputs: a probe with only a judge gets no model, but the judge's probabilities, range and classes."""
    store = Store(tmp_path / "store")
    judge = stored(store, step("./classes.py", epochs=1), data)
    (tmp_path / "asks.py").write_text(
        "import numpy as np\n"
        "from report_builder import kinds\n\n"
        "class Parameters(kinds.Parameters):\n    pass\n\n"
        "def measure(model, data, parameters, judge):\n"
        "    assert model is None and judge.class_names == ('a', 'b', 'c') and judge.value_range == (0, 1)\n"
        "    assert judge.features is None\n"
        "    assert judge.image_shape == (8, 8, 1) and judge.classify(data.splits['test'].x[:0]).shape == (0, 3)\n"
        "    return {'probability': judge.classify(np.asarray(data.splits['test'].x))}\n\n"
        "KIND = kinds.Probe(parameters=Parameters, judged=measure)\n"
    )
    asked = Step("arrays", (judge.key,), {"probe": {"kind": "./asks.py"}, "reads": ["judge"]})
    (tmp_path / "classes.py").write_text((OWN / "classes.py").read_text())
    with store.claim(asked) as work:
        probe.measure(work, data, store, tmp_path)
        found = arrays(work.done.path("arrays.npz"))["probability"]
    assert found.shape == (10, 3)
    assert found.sum(axis=1) == pytest.approx(1)


def test_a_judge_shows_what_its_last_layer_sees(data, tmp_path):
    """The features of a trained classifier are those of its images, even of none, and do not depend on the batch."""
    store = Store(tmp_path)
    reference = stored(store, step("classifier", epochs=1), data)
    judge, x = probe._judge(reference, None), np.asarray(data.splits["train"].x)
    whole = judge.features(x)
    assert (whole.shape, whole.dtype, judge.features(x[:0]).shape) == ((40, 128), np.float32, (0, 128))
    np.testing.assert_allclose(judge.features(x[30:]), whole[30:], atol=1e-5)


def test_a_probe_of_a_run_that_is_gone_says_so(data, tmp_path):
    """For a run that was removed meanwhile, the message says what to do."""
    asked = Step("arrays", ("0" * 20,), {"probe": {"kind": "codes"}})
    with Store(tmp_path).claim(asked) as work, pytest.raises(RunError, match="is not stored"):
        probe.measure(work, data, Store(tmp_path), None)
