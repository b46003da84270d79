"""Samples of fixed noise during training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from report_builder.kinds import Condition, ImageData, Split
from report_builder.spec.training import Training
from report_builder.train import loop
from report_builder.train.asked import Asked
from report_builder.train.samples import NUMBER, Samples

OWN = Path(__file__).parent / "own"


@pytest.fixture
def data():
    """Forty images of three classes, one-hot."""
    y = np.random.default_rng(0).integers(0, 3, 40)
    x = np.random.default_rng(1).uniform(-1, 1, (40, 4, 4, 1)).astype(np.float32)
    train = Split(x, y, np.eye(3, dtype=np.float32)[y])
    return ImageData(
        {"train": train, "test": train.take(slice(0, 8))}, tuple("abc"), (-1.0, 1.0), (Condition("class", tuple("abc")),)
    )


def spec(kind="./small_gan.py", **model):
    """Return the spec of a run of two epochs."""
    training = Training.model_validate({"epochs": 2, "batch_size": 16}).model_dump()
    return {"model": {"kind": kind, **model}, "training": training, "seed": 1}


def trained(data, on_epoch=lambda state: None, **chosen):
    """Train a run; `on_epoch` is also called for the untrained model."""
    state = loop.start(spec(**chosen), data, OWN)
    on_epoch(state)
    loop.train(state, data, on_epoch=on_epoch)
    return state


def samples_of(state, data, folder):
    """Return the samples of a run."""
    return Samples(Asked(state.model, state.kind, state.parameters), data, folder)


def joined(data, folder, **chosen):
    """Return the joined file of a run."""
    holder = []

    def on_epoch(state):
        if not holder:
            holder.append(samples_of(state, data, folder))
        holder[0].draw(state.epoch)

    state = trained(data, on_epoch, **chosen)
    assert holder[0].join(state.epoch, folder / "progress.npz")
    with np.load(folder / "progress.npz") as file:
        return dict(file)


def test_there_is_a_row_before_the_first_and_after_each_epoch(data, tmp_path):
    """Images, logits, conditions, requested classes, range and class names have the documented shapes and types."""
    found = joined(data, tmp_path)
    assert {name: (a.shape, str(a.dtype)) for name, a in found.items()} == {
        "images": ((3, NUMBER, 4, 4, 1), "float16"),
        "logits": ((3, NUMBER), "float32"),
        "condition": ((NUMBER, 3), "float32"),
        "asked_class": ((NUMBER,), "int64"),
        "value_range": ((2,), "float32"),
        "class_names": ((3,), "<U1"),
    }
    assert found["asked_class"].tolist() == [i % 3 for i in range(NUMBER)]
    assert (found["condition"].argmax(1) == found["asked_class"]).all()
    assert found["value_range"].tolist() == [-1, 1]
    assert (found["images"][0] != found["images"][1]).any()


def test_sampling_changes_no_weight(data, tmp_path):
    """A run that is sampled after each epoch ends with the weights of one that is not."""
    drawn = []

    def on_epoch(state):
        samples = samples_of(state, data, tmp_path)
        drawn.append(samples.draw(state.epoch))

    sampled, alone = trained(data, on_epoch), trained(data)
    assert len(drawn) == 3
    pairs = zip(sampled.variables().values(), alone.variables().values(), strict=True)
    assert all((np.asarray(a) == np.asarray(b)).all() for a, b in pairs)


def test_a_model_without_conditions_has_images_alone(data, tmp_path):
    """A VAE, which draws from its prior, stores images, range and class names, but no condition or logits."""
    small = ImageData({n: Split((s.x + 1) / 2, s.y) for n, s in data.splits.items()}, data.class_names, (0.0, 1.0))
    found = joined(small, tmp_path, kind="vae", filters=[2])
    assert set(found) == {"images", "value_range", "class_names"}


def test_what_cannot_sample_has_no_samples(data, tmp_path):
    """A classifier, which cannot sample, stores no samples, and none are missing."""
    state = loop.start(spec("./classes.py"), data, OWN)
    samples = samples_of(state, data, tmp_path)
    samples.draw(0)
    assert samples.complete(5)
    assert not samples.join(0, tmp_path / "progress.npz")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_epoch_is_noticed(data, tmp_path):
    """Samples that an older version did not store cannot be recovered from a checkpoint."""
    state = loop.start(spec(), data, OWN)
    samples = samples_of(state, data, tmp_path)
    samples.draw(0)
    samples.draw(2)
    assert samples.complete(0)
    assert not samples.complete(2)


def test_a_class_without_images_is_left_out(data, tmp_path):
    """The classes in turn are those with images in the training split."""
    places = np.flatnonzero(data.splits["train"].y != 1)
    without = ImageData({"train": data.splits["train"].take(places)}, tuple("abc"), (-1.0, 1.0), data.conditions)
    found = joined(without, tmp_path)
    assert found["asked_class"].tolist() == [0, 2] * 10
