"""`explain` gives the first field that differs, old -> new."""

from __future__ import annotations

import pytest

from report_builder.plan import reason

STEP = {
    "kind": "run",
    "inputs": ["a"],
    "spec": {"model": {"kind": "vae", "latent_dim": 2}, "seed": 1},
    "code": {"train/loop.py": "1"},
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "nothing changed"),
        ({"spec": {"model": {"kind": "vae", "latent_dim": 3}, "seed": 1}}, "model.latent_dim: 2 -> 3"),
        ({"spec": {"model": {"kind": "vae"}, "seed": 1}}, "model.latent_dim: 2 -> absent"),
        ({"code": {"train/loop.py": "2"}}, "the code in train/loop.py changed"),
        ({"inputs": ["b"]}, "one of the steps it reads changed"),
        ({"inputs": ["b"], "spec": {"model": {"kind": "vae", "latent_dim": 2}, "seed": 7}}, "seed: 1 -> 7"),
    ],
)
def test_reason(change: dict, said: str) -> None:
    """The spec is compared first, then the code, then the inputs."""
    assert reason(STEP, STEP | change) == said


def test_a_list_of_equal_length_is_entered() -> None:
    """In lists of equal length the differing entry is named; a longer list is a different value."""
    steps = [{"kind": "scale"}, {"kind": "binarise", "threshold": 0.5}]
    other = [{"kind": "scale"}, {"kind": "binarise", "threshold": 0.4}]
    old = STEP | {"spec": {"steps": steps}}
    assert reason(old, STEP | {"spec": {"steps": other}}) == "steps.1.threshold: 0.5 -> 0.4"
    assert reason(old, STEP | {"spec": {"steps": steps[:1]}}) == f"steps: {steps} -> {steps[:1]}"


def test_a_new_step_was_never_built() -> None:
    """A step that the last build did not have is new."""
    assert "never built" in reason(None, STEP)
