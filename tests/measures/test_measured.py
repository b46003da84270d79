"""Every probe and metric on one small data set: all arrays and values are held, beside the tests of what each of them means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from report_builder.kinds import FROM_RUN, METRICS, PROBES, Condition, ImageData, Judge, ProbeRequest, Split

TABLE = yaml.safe_load((Path(__file__).parent / "measured.yaml").read_text(encoding="utf-8"))
CLASSES = ("zero", "one", "two")
OTHER = {  # parameters where the defaults do not suit the small data
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
WITHOUT = {"conditional_samples", "cell_asked", "class_asked"}  # these need a model that is told what to draw
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
    """Codes are the mean of the left and of the right half; decoding paints the halves in that grey."""

    takes, pixels = ("x",), "Bernoulli"
    provides = frozenset({"encode", "decode", "sample", "classify", "features", "posterior", "likelihood", "discriminate"})

    def __init__(self) -> None:
        self.calls = 0

    def encode(self, x: Any) -> np.ndarray:
        """Mean brightness of both halves."""
        x = np.asarray(x)
        return np.stack([x[:, :, :4].mean((1, 2, 3)), x[:, :, 4:].mean((1, 2, 3))], axis=1)

    def decode(self, z: Any) -> np.ndarray:
        """Both halves in their grey."""
        return np.clip(np.repeat(np.asarray(z)[:, None, :], 8, axis=1).repeat(4, axis=2)[..., None], 0, 1)

    def sample(self, n: int, seed: int) -> np.ndarray:
        """Greys drawn anew."""
        return self.decode(np.random.default_rng(seed).random((n, 2)))

    def classify(self, x: Any) -> np.ndarray:
        """The class whose brightness is nearest is the likeliest."""
        near = 1 - np.abs(np.asarray(x).mean((1, 2, 3))[:, None] - np.arange(3) / 3)
        return near / near.sum(axis=1, keepdims=True)

    def features(self, x: Any) -> np.ndarray:
        """The code."""
        return self.encode(x)

    def posterior(self, x: Any) -> tuple[np.ndarray, np.ndarray]:
        """Codes, and variances that differ by image and axis."""
        z = self.encode(x)
        return z, np.stack([z[:, 0] - 3, np.full(len(z), -0.5)], axis=1)

    def elbo_terms(self, x: Any, samples: int) -> dict[str, np.ndarray]:
        """Squared error, a constant KL term, and one that is another with each call."""
        self.calls += 1
        error = ((np.asarray(x) - self.decode(self.encode(x))) ** 2).sum((1, 2, 3))
        return {"reconstruction": error, "kl_closed_form": error * 0 + 3, "kl_monte_carlo": error + samples + 0.1 * self.calls}


def part(n: int, seed: int) -> Split:
    """Images of three classes in turn, each a brightness with noise, in one of 2 x 2 cells."""
    random = np.random.default_rng(seed)
    y = np.arange(n) % 3
    x = np.clip(y[:, None, None, None] / 3 + random.random((n, 8, 8, 1)) / 3, 0, 1).astype(np.float32)
    position = np.stack(np.divmod(np.arange(n) % 4, 2), axis=1)
    return Split(x, y, np.concatenate([np.eye(3)[y], position], axis=1).astype(np.float32), (y[:, None] == 1).astype(np.uint8))


@pytest.fixture(scope="module")
def answers() -> Any:
    """What a worker answers to a request."""
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
        model: Any = Halves()
        return probe.arrays(model, data, asked, judge if probe.judged else None)

    return answer


def told(values: np.ndarray) -> str | list[Any]:
    """An array by its type and shape, and a number that each of its elements moves."""
    if values.dtype.kind in "US":
        return [f"{values.dtype.kind} {values.shape}", " ".join(values.ravel()[:6])]
    weights = np.cos(np.arange(values.size)).reshape(values.shape)
    return [f"{values.dtype} {values.shape}", float(f"{(values * weights).sum(dtype=np.float64):.5g}")]


def probe(name: str, answer: Any) -> dict[str, Any]:
    """The arrays of a probe."""
    return {key: told(np.asarray(values)) for key, values in sorted(answer(ProbeRequest(name, OTHER.get(name, {}))).items())}


def metric(name: str, answer: Any) -> dict[str, Any]:
    """The values of a metric, with how many they rest on and, where there are some, their samples and units."""
    kind = METRICS.get(name)
    required = dict.fromkeys(kind.parameters.model_json_schema().get("required", ()), "judge")
    asked = kind.parameters.model_validate(required | OTHER.get(name, {}))
    found = kind.measure({key: answer(request) for key, request in kind.reads(asked).items()}, asked)
    return {
        key: [m.value if isinstance(m.value, str) else float(f"{m.value:.5g}"), int(m.n)]
        + [told(np.asarray(each)) for each in (m.samples, m.units) if each is not None]
        for key, m in found.items()
    }


def close(found: Any, known: Any) -> bool:
    """Whether all is equal, numbers nearly so."""
    if isinstance(found, dict):
        return [*found] == [*known] and all(close(found[key], known[key]) for key in found)
    if isinstance(found, list):
        return len(found) == len(known) and all(map(close, found, known))
    return found == pytest.approx(known, rel=2e-3, abs=2e-4) if isinstance(found, float) else found == known


@pytest.mark.parametrize("name", sorted({*PROBES.names()} - WITHOUT))
def test_probes(answers, name: str) -> None:
    """A probe gives the arrays of the table."""
    assert close(found := probe(name, answers), TABLE["probes"].get(name, {})), found


@pytest.mark.parametrize("name", sorted({*METRICS.names()} - WITHOUT))
def test_metrics(answers, name: str) -> None:
    """A metric gives the values of the table."""
    assert close(found := metric(name, answers), TABLE["metrics"].get(name, {})), found
