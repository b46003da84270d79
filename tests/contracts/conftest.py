"""Stand-ins for data and models in plain NumPy, so that probes can be measured without TensorFlow."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from annotated_types import MaxLen

from report_builder.kinds import FROM_RUN, PROBES, Condition, ImageData, Judge, Split, layer_arrays, layers_of

CLASSES = ("zero", "one", "two")
LAYERS = {
    "encoder": [("image", "InputLayer", [8, 8, 1], 0), ("conv", "Conv2D", [4, 4, 8], 80), ("z", "Dense", [2], 258)],
    "decoder": [("code", "InputLayer", [2], 0), ("dense", "Dense", [64], 192), ("norm", "BatchNormalization", [64], 256)],
}


HEAVY = ("tensorflow", "keras", "matplotlib", "sklearn")
PLANNED = """
import json, sys
from report_builder import kinds

for registry, given in json.load(sys.stdin).items():
    for name, parameters in given.items():
        kind = getattr(kinds, registry).get(name)
        asked = kind.parameters.model_validate(parameters)
        subjects = {{run: kinds.Subject(run, swept={{"model.latent_dim": len(run)}}) for run in parameters.get("runs", ())}}
        shown = subjects if registry == "FIGURES" else kinds.Subject("run", latent_dim=99)
        calls = {{"reads": [asked], "facts": [asked], "check": [asked, shown], "needs_for": [asked], "uses": [asked]}}
        for call, values in calls.items():
            getattr(kind, call, list)(*values if hasattr(kind, call) else ())
        print(*(f"{{registry}}.{{name}}: {{package}}" for package in {heavy} if sys.modules.pop(package, None)), sep="\\n")
"""


@pytest.fixture
def loaded_by_planning():
    """`loaded_by_planning({registry: {kind: parameters}})`: the heavy packages that planning loads, by kind."""

    def loaded(given):
        command = [sys.executable, "-c", PLANNED.format(heavy=HEAVY)]
        done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.split("\n")

    return loaded


class Linear:
    """A model whose codes are the mean brightness of the left and right halves; decoding paints the halves in these greys."""

    takes, provides, pixels = ("x",), frozenset({"encode", "decode", "sample", "classify", "features"}), "Bernoulli"

    def encode(self, x, condition=None):
        """Return the mean brightness of both halves."""
        x = np.asarray(x)
        return np.stack([x[:, :, :4].mean((1, 2, 3)), x[:, :, 4:].mean((1, 2, 3))], axis=1)

    def decode(self, z, condition=None):
        """Return images with both halves in their grey."""
        images = np.repeat(np.asarray(z)[:, None, :], 8, axis=1).repeat(4, axis=2)[..., None]
        return np.clip(images, 0, 1)

    def sample(self, n, seed, condition=None):
        """Return images of randomly drawn greys."""
        return self.decode(np.random.default_rng(seed).random((n, 2)))

    def classify(self, x):
        """Return probabilities that are largest for the class with the nearest brightness."""
        far = np.abs(np.asarray(x).mean((1, 2, 3))[:, None] - np.arange(3) / 3)
        return (1 - far) / (1 - far).sum(axis=1, keepdims=True)

    def features(self, x):
        """Return the code."""
        return self.encode(x)


class Posterior(Linear):
    """The same model with a posterior of constant width and the terms of a bound."""

    takes, provides, pixels = (
        ("x",),
        frozenset({"encode", "decode", "sample", "classify", "features", "posterior", "likelihood"}),
        "Bernoulli",
    )

    def posterior(self, x):
        """Return codes and a constant log-variance."""
        z = self.encode(x)
        return z, np.full_like(z, -2.0)

    def elbo_terms(self, x, samples):
        """Return the squared error and constant KL terms."""
        error = ((np.asarray(x) - self.decode(self.encode(x))) ** 2).sum((1, 2, 3))
        return {"reconstruction": error, "kl_closed_form": error * 0 + 3, "kl_monte_carlo": error * 0 + 2}


def _split(n, seed):
    random = np.random.default_rng(seed)
    y = np.arange(n) % len(CLASSES)
    x = np.clip(y[:, None, None, None] / 3 + random.random((n, 8, 8, 1)) / 3, 0, 1).astype(np.float32)
    position = np.stack(np.divmod(np.arange(n) % 4, 2), axis=1)
    condition = np.concatenate([np.eye(len(CLASSES))[y], position], axis=1).astype(np.float32)
    return Split(x, y, condition, (y[:, None] == 1).astype(np.uint8))


@pytest.fixture(scope="session")
def pictures():
    """Sixty test images of three classes, 8 x 8, conditioned on the class and one of 2 x 2 cells."""
    conditions = (Condition("class", CLASSES), Condition("position", ("row", "column")))
    return ImageData({"train": _split(90, 1), "test": _split(60, 2)}, CLASSES, (0.0, 1.0), conditions, ("bright",))


@pytest.fixture(scope="session")
def history():
    """The terms that a run of twelve epochs logs."""
    falling = 100 * np.exp(-np.arange(12) / 5)
    terms = {"loss": falling + 3, "reconstruction_loss": falling, "kl_loss": np.full(12, 3.0), "test_loss": falling + 4}
    return terms | {"epoch_time": np.full(12, 2.0)}


@pytest.fixture(scope="session")
def progress():
    """The samples that a run of twelve epochs stores, brighter from epoch to epoch."""
    level = np.linspace(0, 1, 13)[:, None, None, None, None]
    asked = np.arange(20) % 3
    kept = {"images": (level * np.ones((13, 20, 8, 8, 1))).astype(np.float16), "logits": np.tile(level[:, 0, 0, 0], (1, 20))}
    return kept | {"asked_class": asked, "condition": np.eye(3)[asked], "value_range": np.array([0.0, 1.0])}


@pytest.fixture(scope="session")
def costs():
    """The costs that a run of twelve epochs stores."""
    known = {"epochs": 12, "weights_epoch": 10, "parameters": 100, "non_trainable_parameters": 10, "seconds": 24.0}
    return {name: np.asarray(value) for name, value in (known | {"cpu_seconds": 30.0, "peak_memory": 5e8}).items()}


@pytest.fixture(scope="session")
def layers():
    """The layers of the model as a run stores them."""
    keys = ("name", "type", "output_shape", "parameters")
    return layer_arrays(layers_of({part: [dict(zip(keys, row, strict=True)) for row in rows] for part, rows in LAYERS.items()}))


@pytest.fixture(scope="session")
def answer(pictures, history, progress, costs, layers):
    """`answer(request)` returns the arrays that a worker would return."""
    judge = Judge(Linear().classify, (8, 8, 1), (0.0, 1.0), CLASSES, Linear().features)

    known = {}

    def measured(request):
        key = repr(request)
        if key not in known:
            known[key] = fresh(request)
        return known[key]

    def fresh(request):
        if request.kind in FROM_RUN:
            return {"history": history, "progress": progress, "costs": costs, "layers": layers}[request.kind]
        probe = PROBES.get(request.kind)
        parameters = probe.parameters.model_validate(request.parameters)
        model = Posterior() if probe.needs or probe.judged else None
        return probe.arrays(model, pictures, parameters, judge if probe.judged else None)

    return measured


@pytest.fixture(scope="session")
def resolved():
    """A function that resolves a request's parameters as the plan does."""

    def filled(request):
        if request.kind in FROM_RUN:
            return request
        probe = PROBES.get(request.kind)
        given = probe.parameters.model_validate(request.parameters)
        return replace(request, parameters=given.model_dump(mode="json"), noise=probe.noise(given))

    return filled


def small_parameters(kind):
    """Return parameters for two runs, or one data set, that suit the small data."""
    known = kind.parameters.model_fields
    extra = {"runs": ["ae", "vae"], "data": "ae", "pairs": [[0, 1]], "steps": 3, "metrics": ["test.elbo"]}
    extra |= {"corners": [0, 1, 2, 1], "attribute": "bright"}
    chosen = {key: value for key, value in extra.items() if key in known}
    if "runs" in known and any(isinstance(rule, MaxLen) and rule.max_length == 1 for rule in known["runs"].metadata):
        chosen["runs"] = ["vae"]
    chosen |= {"judge": "cnn"} if "judge" in known and known["judge"].is_required() else {}
    return kind.parameters.model_validate(chosen | ({"n": 5} if "quantile" in known else {}))


@pytest.fixture(scope="session")
def small():
    """`small(kind)` returns parameters for two runs, or one data set, that suit the small data."""
    return small_parameters


def fact(values):
    """Return a fact as a figure reads it, with a value for each seed."""
    about = {"unit": "nats/image", "better": "higher", "reduction": "mean over images", "n": 60}
    seeds = np.arange(1, len(values) + 1)
    return {"value": np.array(values), "seeds": seeds} | {key: np.array(value) for key, value in about.items()}


@pytest.fixture
def arrays_of(answer):
    """A function that returns the arrays and the facts (of three seeds) that a kind shows, by default with small parameters."""

    def answered(kind, parameters=None):
        parameters = parameters or small_parameters(kind)
        names = kind.facts(parameters)
        arrays = {name: answer(request) for name, request in kind.reads(parameters).items()}
        return arrays | {name: fact([len(name), 12.5, 1000 / len(name)]) for name in names}

    return answered
