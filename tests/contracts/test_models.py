"""What every registered model must keep."""

from __future__ import annotations

import ast
import itertools
import subprocess
import sys
from pathlib import Path
from typing import Literal, get_args, get_origin

import keras
import numpy as np
import pytest

from report_builder import datasets, languages
from report_builder.kinds import MODELS
from report_builder.store import Step, Store
from report_builder.worker import checkpoint, loop, pool

DATA = {
    "dataset": {"kind": "digits", "copies": 0},
    "steps": [{"kind": "scale"}, {"kind": "binarise"}, {"kind": "subset", "train": 64, "test": 20}],
}
TRAINING = {"epochs": 1, "batch_size": 32, "learning_rate": 1e-3, "optimizer": {"kind": "adam"}}
CAPABILITIES = {"encode", "posterior", "decode", "likelihood", "sample"}
PRINTED_WIDTH = 88
ALL = pytest.mark.parametrize("kind", [module for _, module in MODELS], ids=MODELS.names())
NAMES = pytest.mark.parametrize("name", MODELS.names())


def spec(name):
    """A run of two steps with the kind's defaults, as the plan resolves it."""
    parameters = MODELS.get(name).Parameters().model_dump(mode="json")
    return {"model": {"kind": name, **parameters}, "data": DATA, "training": TRAINING, "seed": 1, "threads": 1}


def variants(kind):
    """The parameters with every combination of their choices."""
    choices = {
        n: get_args(f.annotation) for n, f in kind.Parameters.model_fields.items() if get_origin(f.annotation) is Literal
    }
    return [kind.Parameters(**dict(zip(choices, values, strict=True))) for values in itertools.product(*choices.values())]


def definitions(kind):
    """Qualified names of the functions and classes of the network's file."""
    tree = ast.parse(Path(kind.__file__).with_name("network.py").read_text(encoding="utf-8"))
    found = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
            found |= {f"{node.name}.{inner.name}": inner for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return found


@pytest.fixture(scope="module")
def data():
    """Small images in two splits."""
    return datasets.prepare(DATA, [])


@pytest.fixture(scope="module")
def trained(data):
    """Each model trained in this process for one epoch of two steps."""

    def train(name):
        keras.utils.clear_session()
        state = loop.start(spec(name), data)
        loop.train(state, data, on_epoch=lambda _: None)
        return state

    return {name: train(name) for name in MODELS.names()}


# --- what the front process reads ---------------------------------------------------------------------------------------------


def test_the_models_of_the_first_issue_are_found():
    """An autoencoder and a variational autoencoder are registered by their folders."""
    assert {"autoencoder", "vae"} <= set(MODELS.names())


@ALL
def test_a_model_documents_its_parameters(kind):
    """Every parameter has a description and a default, so that `kind: name` is enough."""
    assert all(field.description for field in kind.Parameters.model_fields.values())
    assert kind.Parameters()


@ALL
def test_a_model_says_its_name_in_every_language(kind):
    """TITLE has an entry for each language of the reports."""
    assert set(languages.codes()) <= set(kind.TITLE)


@ALL
def test_listings_exist_and_fit_on_a_page(kind):
    """Every listing names a function or class of network.py, and no line of that file is wider than the page."""
    known = definitions(kind)
    assert {name for names in kind.LISTINGS.values() for name in names} <= set(known)
    lines = Path(kind.__file__).with_name("network.py").read_text(encoding="utf-8").splitlines()
    assert max(map(len, lines)) <= PRINTED_WIDTH


@ALL
def test_equations_are_balanced_and_their_symbols_explained(kind):
    """For every choice of the parameters the braces match, each symbol occurs, and its meaning is there in every language."""
    for parameters in variants(kind):
        equation = kind.equation(parameters)
        assert equation.latex.count("{") == equation.latex.count("}")
        assert equation.latex.count(r"\left") == equation.latex.count(r"\right")
        for symbol, meaning in equation.symbols:
            assert all(part.strip() in equation.latex for part in symbol.split("=")[0].split(","))
            assert set(languages.codes()) <= set(meaning)


def test_reading_the_models_imports_no_keras():
    """Parameters, equations and listings of all models are there without TensorFlow, Keras or NumPy."""
    code = (
        "import sys; from report_builder.kinds import MODELS; [m.equation(m.Parameters()) for _, m in MODELS]; "
        "assert not {'tensorflow', 'keras', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# --- what a worker does -------------------------------------------------------------------------------------------------------


@NAMES
def test_a_model_trains_two_steps(name, trained):
    """One epoch of two steps logs a finite loss for training and test images."""
    history = trained[name].history
    assert np.isfinite([history["loss"], history["test_loss"]]).all()
    assert trained[name].finished


@NAMES
def test_a_model_saves_and_loads(name, trained, data, tmp_path):
    """A model built anew with the stored weights computes the same."""
    checkpoint.save_weights(trained[name].model, tmp_path / "weights.npz")
    again = loop.build(spec(name)["model"], data.image_shape)
    again(data.splits["test"].x[:1])
    checkpoint.load_weights(again, tmp_path / "weights.npz")
    x = data.splits["test"].x
    assert (np.asarray(again.encode(x)) == np.asarray(trained[name].model.encode(x))).all()


@NAMES
def test_a_model_provides_what_it_says(name, trained, data):
    """Every capability in PROVIDES has the shapes and ranges of the contract, and no other is there."""
    model, provides, x = trained[name].model, MODELS.get(name).PROVIDES, data.splits["test"].x
    assert provides <= CAPABILITIES
    size = MODELS.get(name).Parameters().latent_dim
    checks = {
        "encode": lambda: np.asarray(model.encode(x)).shape == (20, size),
        "posterior": lambda: [np.asarray(part).shape for part in model.posterior(x)] == [(20, size)] * 2,
        "decode": lambda: _are_images(np.asarray(model.decode(np.zeros((3, size), np.float32))), 3, data.image_shape),
        "sample": lambda: _are_images(np.asarray(model.sample(4, 1)), 4, data.image_shape),
        "likelihood": lambda: all(np.asarray(term).shape == (20,) for term in model.elbo_terms(x, 2).values()),
    }
    assert all(checks[capability]() for capability in provides)
    methods = {"likelihood": "elbo_terms"}
    assert not any(hasattr(model, methods.get(capability, capability)) for capability in CAPABILITIES - provides)


def test_models_are_reproducible_across_processes(tmp_path):
    """Two workers, each with one thread, end with the same weights to the last bit."""
    steps = {name: Step("run", (), spec(name), {}) for name in MODELS.names()}
    for folder in ("first", "second"):
        base = {"after": [], "store": str(tmp_path / folder), "folders": [], "beside": None}
        pool.run([base | {"step": step.as_json(), "label": name} for name, step in steps.items()], workers=1)
    for step in steps.values():
        first, second = (Store(tmp_path / folder).read("run", step.key) for folder in ("first", "second"))
        assert first.path("weights.npz").read_bytes() == second.path("weights.npz").read_bytes()


def _are_images(images, n, shape):
    return images.shape == (n, *shape) and images.min() >= 0 and images.max() <= 1
