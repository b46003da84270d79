"""Reference arrays and values of every probe and metric on one small data set; other tests check their meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from report_builder.kinds import FROM_RUN, METRICS, PROBES, Condition, ImageData, Judge, ProbeRequest, Split

TABLE = yaml.safe_load((Path(__file__).parent / "measured.yaml").read_text(encoding="utf-8"))
CLASSES = ("zero", "one", "two")
OTHER = {  # parameters if the defaults do not suit the small data
    "interpolation": {"pairs": [[0, 1], [2, 0]], "steps": 3},
    "pair_means": {"pairs": [[0, 1], [2, 0]], "n": 5},
    "four_corners": {"corners": [0, 1, 2, 1], "n": 3},
    "attribute_vector": {"attribute": "bright", "n": 2, "multiples": [-1, 0, 2]},
    "attribute_effect": {"attribute": "bright", "n": 6},
    "code_map": {"methods": ["pca"]},
    "code_statistics": {"cell": 0.05},
    "decode_grid": {"n": 3},
    "class_asked": {"probe": {"kind": "conditional_samples", "per_condition": 2}},
    "decoded_paths": {"n": 4, "steps": 3},
    "prior_codes": {"samples": 4},
    "extreme_reconstructions": {"count": 2},
    "samples": {"n": 7},
    "blank": {"n": 3},
    "nearest_training": {"n": 3, "k": 2},
    "nearest_distances": {"n": 9},
    "classified": {"images": {"kind": "images", "n": 6}, "counted": ["one", 2]},
    "features": {"images": {"kind": "samples", "n": 6}},
    "class_scores": {"classes": [1, "two"]},
    "recognised": {"threshold": 0.5, "probe": {"kind": "decode_grid", "n": 4}},
    "coverage": {"probe": {"kind": "samples", "n": 80}},
    "frechet_distance": {"probe": {"kind": "samples", "n": 80}},
    "sample_quality": {"probe": {"kind": "samples", "n": 80}, "threshold": 0.45},
    "nearest_distance": {"n": 50},
    "interpolation_smoothness": {"n": 10, "steps": 4},
    "class_agreement": {"judges": 40, "k": 3},
    "history": {"terms": ["loss", "kl_loss"]},
}
BLIND = {  # requested from models without a condition, or independent of the model
    "decode_grid", "extreme_reconstructions", "pair_means", "prior_codes", "reconstruction_errors", "reconstruction_quality",
    "reconstructions", "blank", "class_scores", "classified", "features", "images",
}  # fmt: skip
WITHOUT = {"conditional_samples", "cell_asked", "class_asked"}  # need a conditional model
WAYS: dict[str, tuple[str, dict[str, Any]]] = {  # probes whose parameters take another path than the defaults
    "interpolation, arcs of given images": ("interpolation", {"indices": [[4, 9], [7, 7]], "path": "spherical", "steps": 4}),
    "interpolation, the first condition": ("interpolation", {"pairs": [["one", "one"]], "steps": 3, "condition": "first"}),
    "four_corners, arcs of given images": ("four_corners", {"indices": [3, 1, 8, 59], "n": 3, "path": "spherical"}),
    "four_corners, one class": ("four_corners", {"corners": [1, 1, "one", 2], "n": 2, "condition": "first"}),
    "attribute_vector, a class": ("attribute_vector", {"attribute": 2, "n": 2, "batch": 20, "tolerance": 0.5}),
    "attribute_vector, all images": ("attribute_vector", {"attribute": "two", "n": 2, "batch": 20, "tolerance": None}),
    "decode_grid, quantiles": ("decode_grid", {"n": 3, "lattice": "normal"}),
    "decode_grid, limits": ("decode_grid", {"n": 2, "limits": [[0, 1], [-2, 0.5]]}),
    "code_plane, of draws": ("code_plane", {"plane": "prior", "n": 3, "seed": 2}),
    "code_plane, of codes": ("code_plane", {"n": 2, "points": 7, "quantile": 0.2}),
    "code_cdf, axes": ("code_cdf", {"axes": [2, 1], "n": 20}),
    "features, of images of the data": ("features", {"images": {"kind": "images", "n": 6, "split": "train"}}),
    "features, of reconstructions": ("features", {"images": {"kind": "reconstructions", "n": 4}}),
    "classified, of pairs": ("classified", {"images": {"kind": "interpolation", "pairs": [[0, 1]]}, "counted": ["two"]}),
    "codes, drawn": ("codes", {"drawn": 3, "n": 11}),
    "images, by class": ("images", {"per_class": 2, "classes": ["two", 0]}),
    "images, some of each class": ("images", {"n": 20, "per_class": 3, "split": "train"}),
    "reconstructions, drawn": ("reconstructions", {"n": 4}),
    "extreme_reconstructions, squared": ("extreme_reconstructions", {"n": 9, "count": 3, "error": "mse"}),
    "samples, drawn": ("samples", {"n": 5, "conditions": "drawn", "seed": 3}),
    "conditional_samples": ("conditional_samples", {}),
    "conditional_samples, cells": ("conditional_samples", {"classes": [2, "one"], "positions": "all", "per_condition": 2}),
    "conditional_samples, rows": ("conditional_samples", {"positions": "rows", "cell": [1, 2], "every_class": False}),
    "conditional_samples, columns": ("conditional_samples", {"positions": "columns", "cell": [2, 1], "z": "fixed", "seed": 1}),
    "conditional_samples, encoded": ("conditional_samples", {"z": "encoded", "index": 5, "per_condition": 3}),
    "conditional_samples, encoded, asked": ("conditional_samples", {"z": "encoded", "classes": ["two"], "positions": [[2, 1]]}),
    "decoded_paths, the first condition": ("decoded_paths", {"n": 3, "steps": 3, "condition": "first", "seed": 4}),
    "importance_weights, one draw": ("importance_weights", {"k": 1, "n": 6}),
}  # fmt: skip
TOLD = WAYS | {name: (name, OTHER.get(name, {})) for name in PROBES.names()}
HISTORY = {
    "loss": 100 * np.exp(-np.arange(6) / 3) + 3,
    "kl_loss": np.full(6, 3.0),
    "epoch_time": np.array([9.0, 2, 2, 2, 3, 2]),
}
COSTS = {
    "epochs": 6, "weights_epoch": 5, "parameters": 100, "non_trainable_parameters": 10, "seconds": 24.0, "cpu_seconds": 30.0,
    "peak_memory": 5e8,
}  # fmt: skip


class Halves:
    """A model whose codes are the mean brightness of the left and right halves; decoding paints the halves in these greys."""

    takes, pixels = ("x",), "Bernoulli"
    provides = frozenset({"encode", "decode", "sample", "classify", "features", "posterior", "likelihood", "discriminate"})

    def __init__(self) -> None:
        self.calls = 0

    def encode(self, x: Any) -> np.ndarray:
        """Return the mean brightness of both halves."""
        x = np.asarray(x)
        return np.stack([x[:, :, :4].mean((1, 2, 3)), x[:, :, 4:].mean((1, 2, 3))], axis=1)

    def decode(self, z: Any) -> np.ndarray:
        """Return images with both halves in their grey."""
        return np.clip(np.repeat(np.asarray(z)[:, None, :], 8, axis=1).repeat(4, axis=2)[..., None], 0, 1)

    def sample(self, n: int, seed: int) -> np.ndarray:
        """Return images of randomly drawn greys."""
        return self.decode(np.random.default_rng(seed).random((n, 2)))

    def classify(self, x: Any) -> np.ndarray:
        """Return probabilities that are largest for the class with the nearest brightness."""
        near = 1 - np.abs(np.asarray(x).mean((1, 2, 3))[:, None] - np.arange(3) / 3)
        return near / near.sum(axis=1, keepdims=True)

    def features(self, x: Any) -> np.ndarray:
        """Return the code."""
        return self.encode(x)

    def posterior(self, x: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return codes, and log-variances that differ by image and axis."""
        z = self.encode(x)
        return z, np.stack([z[:, 0] - 3, np.full(len(z), -0.5)], axis=1)

    def elbo_terms(self, x: Any, samples: int) -> dict[str, np.ndarray]:
        """Return the squared error, a constant KL term, and one that changes with each call."""
        self.calls += 1
        error = ((np.asarray(x) - self.decode(self.encode(x))) ** 2).sum((1, 2, 3))
        return {"reconstruction": error, "kl_closed_form": error * 0 + 3, "kl_monte_carlo": error + samples + 0.1 * self.calls}


class Told(Halves):
    """A conditional version whose images are brighter by the condition; codes and draws exclude that brightness."""

    takes = ("x", "condition")
    provides = Halves.provides | {"decode_condition", "sample_condition"}

    def encode(self, x: Any, condition: Any) -> np.ndarray:
        """Return the code without the brightness of the condition."""
        return super().encode(x) - bright(condition)[:, None]

    def decode(self, z: Any, condition: Any) -> np.ndarray:
        """Return halves brightened by the condition."""
        return super().decode(np.asarray(z) + bright(condition)[:, None])

    def sample(self, n: int, seed: int, condition: Any) -> np.ndarray:
        """Return images of randomly drawn greys."""
        return self.decode(np.random.default_rng(seed).random((n, 2)) / 2, condition)

    def posterior(self, x: Any, condition: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return codes, and log-variances that differ by image."""
        z = self.encode(x, condition)
        return z, z - 3

    def elbo_terms(self, x: Any, condition: Any, samples: int) -> dict[str, np.ndarray]:
        """Return squared errors, and terms that count the draws and the calls."""
        self.calls += 1
        error = ((np.asarray(x) - self.decode(self.encode(x, condition), condition)) ** 2).sum((1, 2, 3))
        return {"reconstruction": error, "kl_closed_form": error * 0 + 3, "kl_monte_carlo": error + samples + 0.1 * self.calls}


def bright(condition: Any) -> np.ndarray:
    """Return the brightness that a condition adds to an image."""
    return np.asarray(condition) @ np.array([0.01, 0.02, 0.03, 0.05, 0.07], dtype=np.float32)


def part(n: int, seed: int) -> Split:
    """Return images of three classes in turn, each a brightness with noise, in one of 2 x 2 cells."""
    random = np.random.default_rng(seed)
    y = np.arange(n) % 3
    x = np.clip(y[:, None, None, None] / 3 + random.random((n, 8, 8, 1)) / 3, 0, 1).astype(np.float32)
    position = np.stack(np.divmod(np.arange(n) % 4, 2), axis=1)
    return Split(x, y, np.concatenate([np.eye(3)[y], position], axis=1).astype(np.float32), (y[:, None] == 1).astype(np.uint8))


@pytest.fixture(scope="module", params=[Halves])
def answers(request: pytest.FixtureRequest) -> Any:
    """A function that answers a metric's request like a worker."""
    kind = request.param
    conditions = (Condition("class", CLASSES), Condition("position", ("row", "column")))
    data = ImageData({"train": part(90, 1), "test": part(60, 2)}, CLASSES, (0.0, 1.0), conditions, ("bright",))
    judge = Judge(Halves().classify, (8, 8, 1), (0.0, 1.0), CLASSES, Halves().features)
    progress = {"logits": np.linspace(-1, 1, 40).reshape(2, 20), "real_logits": np.linspace(0, 2, 40).reshape(2, 20)}
    from_run = {"history": HISTORY, "progress": progress, "costs": {name: np.asarray(v) for name, v in COSTS.items()}}

    def answer(request: ProbeRequest) -> Any:
        if request.kind in FROM_RUN:
            return from_run[request.kind]
        probe = PROBES.get(request.kind)
        asked = probe.parameters.model_validate({**OTHER.get(request.kind, {}), **request.parameters})
        model: Any = kind()
        return probe.arrays(model, data, asked, judge if probe.judged else None)

    return answer


def told(values: np.ndarray) -> str | list[Any]:
    """Summarise an array by dtype, shape and a checksum to which every element contributes."""
    if values.dtype.kind in "US":
        return [f"{values.dtype.kind} {values.shape}", " ".join(values.ravel()[:6])]
    weights = np.cos(np.arange(values.size)).reshape(values.shape)
    return [f"{values.dtype} {values.shape}", float(f"{(values * weights).sum(dtype=np.float64):.5g}")]


def probe(answer: Any, kind: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Return the summarised arrays of a probe."""
    return {key: told(np.asarray(values)) for key, values in sorted(answer(ProbeRequest(kind, parameters)).items())}


def metric(name: str, answer: Any) -> dict[str, Any]:
    """Return a metric's values with number of images, samples, units and remarks, if any."""
    kind = METRICS.get(name)
    required = dict.fromkeys(kind.parameters.model_json_schema().get("required", ()), "judge")
    asked = kind.parameters.model_validate(required | OTHER.get(name, {}))
    found = kind.measure({key: answer(request) for key, request in kind.reads(asked).items()}, asked)
    return {
        key: [m.value if isinstance(m.value, str) else float(f"{m.value:.5g}"), int(m.n)]
        + [told(np.asarray(each)) for each in (m.samples, m.units) if each is not None]
        + [each for each in (m.given, m.title, m.caution and "with a caution") if each]
        for key, m in found.items()
    }


def close(found: Any, known: Any) -> bool:
    """Return whether both are equal, floats approximately."""
    if isinstance(found, dict):
        return [*found] == [*known] and all(close(found[key], known[key]) for key in found)
    if isinstance(found, list):
        return len(found) == len(known) and all(map(close, found, known))
    return found == pytest.approx(known, rel=2e-3, abs=2e-4) if isinstance(found, float) else found == known


@pytest.mark.parametrize("name", sorted({*PROBES.names()} - WITHOUT))
def test_probes(answers, name: str) -> None:
    """Every probe gives the arrays of the table."""
    assert close(found := probe(answers, name, OTHER.get(name, {})), TABLE["probes"].get(name, {})), found


@pytest.mark.parametrize("name", sorted({*METRICS.names()} - WITHOUT))
def test_metrics(answers, name: str) -> None:
    """Every metric gives the values of the table."""
    assert close(found := metric(name, answers), TABLE["metrics"].get(name, {})), found


@pytest.mark.parametrize("name", [name for name, (kind, _) in WAYS.items() if kind not in WITHOUT])
def test_ways(answers, name: str) -> None:
    """With parameters that take another path, a probe gives the arrays of the table."""
    assert close(found := probe(answers, *WAYS[name]), TABLE["ways"].get(name, {})), found


@pytest.mark.parametrize("answers", [Told], indirect=True)
@pytest.mark.parametrize("name", [name for name, (kind, _) in TOLD.items() if kind not in BLIND])
def test_with_a_condition(answers, name: str) -> None:
    """For a conditional model, a probe gives the arrays of the table."""
    assert close(found := probe(answers, *TOLD[name]), TABLE["conditional"].get(name, {})), found
