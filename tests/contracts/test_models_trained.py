"""What every registered model, with its defaults and with each preset, must do in a worker."""

from __future__ import annotations

import functools
import itertools
import re

import keras
import numpy as np
import pytest
import yaml

from report_builder import datasets
from report_builder.kinds import CAPABILITIES, MODELS, Condition, Layout, Role, Sizes, Split, by_role
from report_builder.store import Step, Store
from report_builder.train import checkpoint, loop

DIGITS = {"kind": "digits", "copies": 0}
TRAINING = {"epochs": 1, "batch_size": 32, "learning_rate": 1e-3, "optimizer": {"kind": "adam"}}
CLASS = Condition("class", tuple("0123456789"))
RANGES = {"unit": (0, 1), "symmetric": (-1, 1)}
CASES = [(name, preset) for name, kind in MODELS for preset in (None, *kind.presets)]
LIGHT = {name: preset for name, preset in CASES if preset in (None, "half_width")}  # the cheapest of each kind, for `make test`
ALL = pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id="-".join(filter(None, case)), marks=[pytest.mark.slow] if LIGHT[case[0]] != case[1] else [])
        for case in CASES
    ],
)
LIMITS = {"classify": (0, 1)}


def parameters_of(case):
    """Return the model's defaults updated with the preset's parameters."""
    kind, preset = MODELS.get(case[0]), case[1]
    return kind.parameters(**(kind.presets[preset].parameters if preset else {}))


def fitting(case, sizes=range(2, 65)):
    """Return the smallest square size that the model takes, and its pixel range."""
    for size, bounds in itertools.product(sizes, RANGES):
        layout = Layout((size, size, 1), RANGES[bounds], CLASS.names, conditions=(CLASS,))
        if not MODELS.get(case[0]).refuses(parameters_of(case), layout):
            return size, bounds
    raise AssertionError("the model refuses all images")


def spec(case, **training):
    """Return a resolved run of two steps per epoch on the smallest images that fit."""
    size, bounds = fitting(case)
    steps = [{"kind": "subset", "train": 64, "test": 20}, {"kind": "scale", "range": bounds}]
    steps += [{"kind": "resize", "size": size}, {"kind": "one_hot"}]
    model = {"kind": case[0], **parameters_of(case).model_dump(mode="json")}
    data = {"dataset": DIGITS, "steps": steps}
    return {"model": model, "data": data, "training": TRAINING | training, "seed": 1, "threads": 1}


def answers(case, model, split):
    """Return the arrays that the model gives for the images of a split, by capability."""
    kind = MODELS.get(case[0])
    x, condition = split.x, [split.condition] if "condition" in kind.takes else []
    n, size = len(x), latent_dim(case)
    z = np.zeros((n, size), np.float32)
    calls = {
        "encode": lambda: model.encode(x, *condition),
        "posterior": lambda: np.stack([np.asarray(part) for part in model.posterior(x, *condition)]),
        "likelihood": lambda: np.stack([np.asarray(term) for term in model.elbo_terms(x, *condition, 2).values()]),
        "decode": lambda: model.decode(z, *condition),
        "sample": lambda: model.sample(n, 1, *condition),
        "discriminate": lambda: model.discriminate(x, *condition),
        "classify": lambda: model.classify(x),
        "features": lambda: model.features(x),
    }
    return {name: np.asarray(calls[name]()) for name in sorted(kind.provides)}


def latent_dim(case):
    """Return the number of dimensions of the code; 0 for a model without one."""
    return next(iter(by_role(parameters_of(case), Role.LATENT).values()), 0)


def sizes(split):
    """Return the sizes for which a network is built, given its images and ten classes."""
    return Sizes(split.x.shape[1:], 10, 10)


@pytest.fixture(scope="module")
def trained():
    """`trained(case)`: a model trained once in this process for one epoch, and its data."""

    def train(case):
        keras.utils.clear_session()
        data = datasets.prepare(spec(case)["data"], [])
        state = loop.start(spec(case), data)
        loop.train(state, data, on_epoch=lambda _: None)
        return state, data

    return functools.cache(train)


@ALL
def test_a_model_trains_two_steps(case, trained):
    """One epoch of two steps logs finite declared terms, the same ones for training and test images."""
    state, _ = trained(case)
    terms = {name for name in state.history if not name.startswith("test_")} - {"epoch_time"}
    assert {f"test_{name}" for name in terms} == {name for name in state.history if name.startswith("test_")}
    assert np.isfinite(list(state.history.values())).all()
    assert terms <= {term.name for term in state.kind.logs(state.parameters)}


@ALL
def test_a_model_saves_and_loads(case, trained, tmp_path):
    """A rebuilt model with the stored weights gives bit-identical answers."""
    state, data = trained(case)
    checkpoint.save_weights(state.model, tmp_path / "weights.npz")
    again = loop.build(spec(case)["model"], sizes(data.splits["test"]))
    checkpoint.load_weights(again, tmp_path / "weights.npz")
    for model in (state.model, again):
        loop.set_randomness(model, 1, 0)
    first, second = (answers(case, model, data.splits["test"]) for model in (state.model, again))
    assert all((first[name] == second[name]).all() for name in first)


@ALL
def test_a_model_provides_what_it_says(case, trained):
    """Every capability that a model provides has the shapes and ranges of the contract."""
    state, data = trained(case)
    found, images = answers(case, state.model, data.splits["test"]), (20, *data.image_shape)
    size = latent_dim(case)
    shapes = {"encode": (20, size), "posterior": (2, 20, size), "discriminate": (20,), "classify": (20, 10)}
    shapes |= {"features": (20, getattr(parameters_of(case), "hidden", 0))}
    shapes |= dict.fromkeys(("decode", "sample"), images)
    for name, values in found.items():
        assert values.shape == shapes.get(name, (len(values), 20))
        low, high = data.value_range if name.startswith(("sample", "decode")) else LIMITS.get(name, (-np.inf, np.inf))
        assert ((values >= low) & (values <= high)).all()


@ALL
def test_a_model_has_no_capability_that_it_does_not_name(case, trained):
    """A model has a method of the contract only if it declares the capability."""
    model = trained(case)[0].model
    methods = {name: written.partition("(")[0] for name, written in CAPABILITIES.items()}
    assert {name for name, method in methods.items() if hasattr(model, method)} == MODELS.get(case[0]).provides


@pytest.mark.slow
@ALL
def test_a_model_continues_where_it_was_stopped(case, tmp_path):
    """A run stopped between two epochs and resumed with a new process' state ends with bit-identical weights."""
    keras.utils.clear_session()
    data, run = datasets.prepare(spec(case)["data"], []), spec(case, epochs=2)
    kept = []
    whole = loop.start(run, data)
    loop.train(whole, data, on_epoch=lambda state: kept or kept.append(checkpoint.save(state, tmp_path / "checkpoint.npz")))
    again = loop.start(run, data)
    assert checkpoint.restore(again, tmp_path / "checkpoint.npz")
    assert again.epoch == 1
    loop.train(again, data, on_epoch=lambda _: None)
    before, after = (state.variables() for state in (whole, again))
    assert before.keys() == after.keys()
    assert all((np.asarray(before[name]) == np.asarray(after[name])).all() for name in before)


@ALL
@pytest.mark.parametrize("size", [32, pytest.param(64, marks=pytest.mark.slow)])
def test_a_model_takes_a_step_on_colour_images(case, size):
    """Each network trains a step on images of CIFAR's and CelebA's sizes, with the parameters that a refusal proposes."""
    name, bounds = case[0], RANGES[fitting(case)[1]]
    kind, parameters = MODELS.get(name), parameters_of(case)
    layout = Layout((size, size, 3), bounds, CLASS.names, conditions=(CLASS,))
    if proposed := re.search(r"With '(.+?)' they fit", kind.refuses(parameters, layout)):
        parameters = kind.parameters(**parameters.model_dump() | yaml.safe_load(proposed[1]))
    assert not kind.refuses(parameters, layout)
    keras.utils.clear_session()
    x = np.random.default_rng(0).uniform(*bounds, (4, size, size, 3)).astype(np.float32)
    split = Split(x, np.arange(4), np.eye(10, dtype=np.float32)[:4])
    model = loop.build({"kind": name} | parameters.model_dump(), sizes(split))
    model.compile(keras.optimizers.Adam(1e-4))
    before = [np.asarray(weight).copy() for weight in model.trainable_weights]
    held = {"x": split.x, "condition": split.condition, "y": split.y}
    batch = tuple(keras.ops.convert_to_tensor(held[part]) for part in kind.takes)
    for _ in range(getattr(parameters, "critic_steps", 1)):
        logs = model.train_step(batch if len(batch) > 1 else batch[0])
    assert np.isfinite([float(value) for value in logs.values()]).all()
    assert all((old != np.asarray(new)).any() for old, new in zip(before, model.trainable_weights, strict=True))


@pytest.mark.slow
def test_models_are_reproducible_across_processes(do, tmp_path):
    """Two single-threaded workers end with bit-identical weights."""
    steps = [Step("run", (), spec((name, None)), {}) for name in MODELS.names()]
    for folder in ("first", "second"):
        assert do(*steps, workers=1, store=folder) == []
    for step in steps:
        first, second = (Store(tmp_path / folder).read("run", step.key) for folder in ("first", "second"))
        assert first.path("weights.npz").read_bytes() == second.path("weights.npz").read_bytes()
