"""Sweeps in the plan: arms are trained, measured and stored like any run."""

from __future__ import annotations

import pytest

from report_builder.errors import ReportError

SWEEP = "sweeps:\n  latent:\n    run: vae\n    over: {model.latent_dim: [2, 3]}\nmetrics:\n"


@pytest.fixture
def swept(lab):
    """The project with a sweep of two arms, measured and shown."""
    lab.edit("metrics:\n", SWEEP)
    lab.edit("runs: [vae, longer], split: test", "runs: [vae, longer, latent], split: test")
    lab.edit("  grid:", "  arms: {kind: reconstructions, runs: [latent]}\n  grid:")
    return lab


def keys(lab) -> dict[str, str]:
    """Return the key of each step by its label."""
    plan = lab.plan()
    return {p.label: p.step.key for target in plan.everything() for p in target.closure()}


def test_an_arm_is_the_run_that_it_equals(swept) -> None:
    """An arm with the run's own settings is the run's training; other arms are separate trainings."""
    runs = swept.plan().runs
    assert runs["latent-2", 1].step.key == runs["vae", 1].step.key
    assert runs["latent-3", 1].step.key not in {runs["vae", 1].step.key, runs["longer", 1].step.key}


def test_arms_are_measured_and_shown(swept) -> None:
    """Metrics and figures that name the sweep read every arm."""
    plan = swept.plan()
    assert {m.subject for m in plan.resolved.measures} == {"ae", "vae", "longer", "latent-2", "latent-3"}
    assert list(plan.figures["arms"].needs) == ["latent-2", "latent-3"]
    assert plan.subjects(plan.resolved.figures["arms"])["latent-3"].name == "VAE, latent_dim 3"


def test_a_further_value_leaves_the_other_arms_alone(swept) -> None:
    """An additional value of an axis adds one training and leaves finished arms and their measurements unchanged."""
    before = keys(swept)
    swept.edit("[2, 3]", "[1, 2, 3]")
    after = keys(swept)
    of_arms = [label for label in before if label != "figure arms"]
    assert {label: after[label] for label in of_arms} == {label: before[label] for label in of_arms}
    assert "run latent-1, seed 1" in after.keys() - before.keys()


def test_another_name_trains_nothing(swept) -> None:
    """Names of a sweep and of its arms are in no key of a training or measurement."""
    before = {key for label, key in keys(swept).items() if not label.startswith("figure")}
    swept.edit("    run: vae\n", "    run: vae\n    name: 'd = {latent_dim}'\n")
    for old, new in (("  latent:\n", "  sizes:\n"), ("longer, latent]", "longer, sizes]"), ("runs: [latent]", "runs: [sizes]")):
        swept.edit(old, new)
    assert {key for label, key in keys(swept).items() if not label.startswith("figure")} == before


def test_an_unknown_parameter_of_an_axis(swept) -> None:
    """A setting that the model does not have is one mistake, at the line of the axis."""
    swept.edit("model.latent_dim:", "model.latent_dims:")
    with pytest.raises(ReportError) as caught:
        swept.plan()
    (problem,) = caught.value.problems
    assert problem.where.endswith("tiny.yaml:23: runs.latent-2.model.latent_dims")
    assert "Did you mean 'latent_dim'?" in problem.allowed


def test_a_misspelt_sweep(swept) -> None:
    """An unknown id in a list of runs is also compared with the names of sweeps."""
    swept.edit("longer, latent]", "longer, latnet]")
    with pytest.raises(ReportError, match="Did you mean 'latent'"):
        swept.plan()
