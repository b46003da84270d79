"""The key: the single identity of everything that is stored."""

import json

import pytest

from report_builder.store import Step
from report_builder.store.step import canonical, data_name

SPEC = {"model": {"kind": "vae", "latent_dim": 2}, "seed": 1, "rate": 1e-3}


def test_order_does_not_count() -> None:
    """Two specs that differ only in the order of their keys have the same key."""
    turned = dict(reversed(SPEC.items()))
    assert Step("run", (), SPEC, {}).key == Step("run", (), turned, {}).key


@pytest.mark.parametrize(
    "other",
    [
        Step("arrays", (), SPEC, {}),
        Step("run", ("a",), SPEC, {}),
        Step("run", (), SPEC | {"seed": 2}, {}),
        Step("run", (), SPEC, {"network.py": "1"}),
    ],
)
def test_each_part_counts(other: Step) -> None:
    """Kind, inputs, spec and code each change the key."""
    assert other.key != Step("run", (), SPEC, {}).key


def test_survives_transport() -> None:
    """A step sent as JSON has the same key on arrival."""
    step = Step("run", ("a", "b"), SPEC, {"network.py": "1"})
    assert Step.from_json(json.loads(json.dumps(step.as_json()))).key == step.key


def test_tuples_are_lists() -> None:
    """A tuple in a resolved spec has the same key as after JSON."""
    assert Step("run", (), {"filters": (1, 2)}, {}).key == Step("run", (), {"filters": [1, 2]}, {}).key


def test_keys_stay_what_they_are() -> None:
    """The hashed text has a fixed form and a key a fixed length, so that the next version finds what is stored."""
    assert (
        canonical({"b": [1, 2.5], "a": {"d": None, "c": "ż"}, "e": (True,)})
        == '{"a":{"c":"ż","d":null},"b":[1,2.5],"e":[true]}'
    )
    assert Step("run", ("a", "b"), SPEC, {"network.py": "1"}).key == "7e58b4a3625a516a262d"
    assert (
        data_name({"dataset": "mnist", "fingerprint": "1"})
        == data_name({"dataset": "mnist"})
        != data_name({"dataset": "cifar"})
    )
