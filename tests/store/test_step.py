"""The key: the one identity of everything that is stored."""

import json

import pytest

from report_builder.store import Step

SPEC = {"model": {"kind": "vae", "latent_dim": 2}, "seed": 1, "rate": 1e-3}


def test_order_does_not_count() -> None:
    """Two specs that differ only in the order of their keys have one key."""
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
    """A tuple in a resolved spec has the key that it has after JSON."""
    assert Step("run", (), {"filters": (1, 2)}, {}).key == Step("run", (), {"filters": [1, 2]}, {}).key
