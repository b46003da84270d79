"""Every model trained on the colour data sets of the data folder with the training loop."""

from __future__ import annotations

import itertools
import math

import pytest

from report_builder import datasets
from report_builder.datasets._stream import Stream
from report_builder.kinds import DATA_STEPS, DATASETS, MODELS
from report_builder.train import loop

TRAINING = {"epochs": 1, "batch_size": 16, "learning_rate": 1e-4, "optimizer": {"kind": "adam"}}
CONDITIONS = ({"kind": "attribute_condition", "names": ["Smiling", "Male"]}, {"kind": "one_hot"})


def planned(dataset, steps):
    """Return what a plan knows of the data."""
    layout = DATASETS.get(dataset["kind"]).layout(DATASETS.get(dataset["kind"]).parameters(**parameters(dataset)))
    for step in steps:
        layout = DATA_STEPS.get(step["kind"]).layout(layout, DATA_STEPS.get(step["kind"]).parameters(**parameters(step)))
    return layout


def parameters(entry):
    """Return an entry without its kind."""
    return {key: value for key, value in entry.items() if key != "kind"}


def fitting(name, dataset, first, conditions):
    """Return data that the model accepts, trying sizes, ranges and conditions in turn."""
    for size, bounds, condition in itertools.product((28, 32, 42, 48, 64), ("unit", "symmetric"), conditions):
        # the subset comes first, so that no other image is read
        steps = [{"kind": "subset", "train": 32, "validation": 16, "test": 16}, {"kind": "scale", "range": bounds}]
        steps += [*first, {"kind": "resize", "size": size}, condition]
        if not MODELS.get(name).refuses(MODELS.get(name).parameters(), planned(dataset, steps)):
            return {"dataset": dataset, "steps": steps}
    raise AssertionError(f"{name} refuses every size and range")


def trained(name, data, folder):
    """Return the history of two steps, and the data."""
    prepared = datasets.prepare(data, [folder])
    model = {"kind": name, **MODELS.get(name).parameters().model_dump(mode="json")}
    training = loop.start({"model": model, "data": data, "training": TRAINING, "seed": 1, "threads": 1}, prepared)
    loop.train(training, prepared, on_epoch=lambda _: None)
    return training.history, prepared


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS.names())
def test_every_model_trains_on_cifar10(name, cifar10_folder):
    """Two steps on colour images in memory give finite terms, including on the test split."""
    history, _ = trained(name, fitting(name, {"kind": "cifar10"}, [], CONDITIONS[1:]), cifar10_folder)
    assert all(math.isfinite(value) for values in history.values() for value in values)
    assert any(term.startswith("test_") for term in history)


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS.names())
def test_every_model_trains_on_streamed_celeba(name, celeba_folder):
    """Two steps on faces that are read batch by batch give finite terms, including on the official validation split."""
    dataset, crop = {"kind": "celeba", "label": "Smiling"}, [{"kind": "crop", "size": 148}]
    history, data = trained(name, fitting(name, dataset, crop, CONDITIONS), celeba_folder)
    assert isinstance(data.splits["train"].x, Stream)
    assert all(math.isfinite(value) for values in history.values() for value in values)
    assert any(term.startswith("val_") for term in history)
