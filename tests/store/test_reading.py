"""What figures and metrics read of finished steps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from report_builder.errors import ReportError
from report_builder.store import Step, Store
from report_builder.store.reading import inputs, of_run

NOTE = {
    "epochs": 2, "weights_epoch": 1, "parameters": 7, "non_trainable_parameters": 3, "seconds": 1.5, "device": "cpu",
    "costs": {"cpu_seconds": 2.5, "peak_memory": None},
}  # fmt: skip
LAYERS = {"encoder": [{"name": "a", "type": "Dense", "output_shape": [None, 2], "parameters": 6, "trainable": 6, "inputs": []}]}


def kept(store: Store, kind: str, note: Any = None, seed: int = 0, **files: Any) -> str:
    """Return the key of a step with these files: arrays, or values as JSON."""
    with store.claim(Step(kind, (), {"seed": seed}, {})) as work:
        for name, content in files.items():
            if isinstance(content, dict) and any(isinstance(value, np.ndarray) for value in content.values()):
                np.savez(work.folder / f"{name}.npz", **content)
            else:
                (work.folder / f"{name}.json").write_text(json.dumps(content))
        return work.commit(note or {}).key


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    return Store(tmp_path)


def read(store: Store, **asked: tuple[str, str]) -> Any:
    """Return what a figure reads that requests these parts of steps, by key."""
    reads = [[name, part] for name, (part, _) in asked.items()]
    return inputs(Step("figure", tuple(key for _, key in asked.values()), {"reads": reads}, {}), store)


def test_a_training_tells_of_itself(store) -> None:
    """History, costs (without unknown ones), layers, and any archive by name can be read from a training."""
    history, progress = {"loss": [2.0, 1.0]}, {"images": np.ones((3, 2))}
    key = kept(store, "run", NOTE, history=history, summary=LAYERS, progress=progress)
    found = read(store, h=("history", key), c=("costs", key), l=("layers", key), p=("progress", key))
    assert {name: values.tolist() for name, values in found["h"].items()} == history
    costs = {name: (value.shape, value.item()) for name, value in found["c"].items()}
    known = {name: value for name, value in NOTE.items() if name not in ("device", "costs")} | {"cpu_seconds": 2.5}
    assert costs == {name: ((), value) for name, value in known.items()}
    assert found["l"]["name"].tolist() == ["a"]
    assert found["p"]["images"].shape == (3, 2)


def test_an_old_training_noted_no_costs(store) -> None:
    """Of an old training without costs, only what every training notes is known."""
    kept(store, "run", {"epochs": 2})
    assert {name: value.item() for name, value in of_run(store.all("run")[0], "costs").items()} == {"epochs": 2}


def test_seeds_of_a_fact_are_one_input(store) -> None:
    """There is one value per seed, in the requested order, with the words of the first, next to the arrays of a probe."""
    words = {"unit": "nats", "better": "lower", "reduction": "mean", "n": 5, "title": "Loss"}
    facts = [
        [{"name": "other", "value": 0.0}, {"name": "loss", "value": value, **words, "n": n}]
        for value, n in ((3.0, 5), (4.0, 6))
    ]
    keys = [kept(store, "facts", seed=seed, facts=found) for seed, found in enumerate(facts)]
    probe = kept(store, "arrays", arrays={"z": np.zeros(4)})
    found = read(store, **{"a@7": ("loss", keys[1]), "z": ("", probe), "a@2": ("loss", keys[0])})
    assert list(found) == ["z", "a"]
    assert found["z"]["z"].shape == (4,)
    assert {name: value.tolist() for name, value in found["a"].items()} == {
        "value": [4.0, 3.0],
        "seeds": [7, 2],
        **words,
        "n": 6,
    }
    assert found["a"]["seeds"].dtype == np.int64


def test_a_fact_of_data_has_no_seed(store) -> None:
    """A fact measured without a training is one value of no seed."""
    fact = {"name": "n", "value": 60, "unit": "", "better": "none", "reduction": "", "n": 60, "title": ""}
    found = read(store, n=("n", kept(store, "facts", facts=[fact])))
    assert (found["n"]["value"].tolist(), found["n"]["seeds"].tolist()) == ([60], [])


def test_what_was_damaged_meanwhile_is_said(store) -> None:
    """A step that is gone when it is read gives a message, not a traceback."""
    with pytest.raises(ReportError, match="damaged while it was needed"):
        read(store, a=("", "0" * 20))
