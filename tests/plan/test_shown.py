"""Figures of facts: their inputs, what redraws them, and what cannot be shown."""

from __future__ import annotations

import pytest

from report_builder.errors import ReportError

BARS = '''\
"""Bars: a fact of each run."""

from matplotlib.figure import Figure as Page

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Drawing, Figure
from report_builder.kinds import Parameters as Base


class Parameters(Base):
    """Which fact of which runs."""

    runs: tuple[str, ...]
    fact: str = "test.elbo"
    color: str = "grey"


def reads(parameters):
    return {}


def facts(parameters):
    return [f"{run}.{parameters.fact}" for run in parameters.runs]


def check(parameters, subjects):
    if len({subjects[run].setting("training.epochs") for run in parameters.runs}) < 2:
        raise ReportError(Problem("runs", "nothing differs"))


def draw(arrays, parameters, subjects, language):
    figure = Page()
    told = []
    for place, (run, name) in enumerate(zip(parameters.runs, facts(parameters))):
        figure.subplots().bar(place, arrays[name]["value"].mean(), color=parameters.color)
        fact = {key: value.tolist() for key, value in arrays[name].items()}
        told.append([subjects[run].name, fact])
    return Drawing(figure, repr(told), "bars")


KIND = Figure(summary="a bar for each run", parameters=Parameters, reads=reads, facts=facts, check=check, draw=draw)
'''
FIGURE = "  bars: {kind: ./bars.py, runs: [vae, longer]}\n  grid:"


@pytest.fixture
def shown(built):
    """A finished report with a figure of its facts that has not been drawn."""
    (built.experiment.parent / "bars.py").write_text(BARS)
    built.edit("  grid:", FIGURE)
    return built


def problems(lab) -> list[str]:
    """Return the plan's messages about the experiment."""
    with pytest.raises(ReportError) as caught:
        lab.plan()
    return [str(problem) for problem in caught.value.problems]


def test_a_figure_shows_what_was_measured(shown) -> None:
    """The figure is drawn from stored facts, and gets value, seeds, unit, direction, reduction and number of images."""
    assert shown.to_do() == ["figure bars"]
    assert shown.run("figure", "bars", "--report", "tiny") == 0
    plan = shown.plan()
    told = dict(eval(plan.stored(plan.figures["bars"]).json("drawing.json")["details"]))  # noqa: S307 - our own repr
    facts = plan.stored(plan.fact("vae.test.elbo")["vae.test.elbo@1"]).json("facts.json")
    elbo = next(fact for fact in facts if fact["name"] == "elbo")
    assert told["VAE"] == {
        "value": [elbo["value"]],
        "seeds": [1],
        "unit": "nats/image",
        "better": "higher",
        "reduction": elbo["reduction"],
        "n": 60,
        "title": "",
    }
    assert told["Longer"]["value"] != told["VAE"]["value"]


def test_a_figure_needs_the_facts_of_every_seed(shown) -> None:
    """A figure alone needs only the facts that it shows, for each seed, with their trainings, and no other metric."""
    shown.edit("    name: VAE", "    name: VAE\n    seeds: [1, 2]")
    plan = shown.plan()
    assert [*plan.figures["bars"].needs] == [f"{run}.test.elbo@{seed}" for run in ("vae", "longer") for seed in (1, 2)]
    kinds = [step.step.kind for step in plan.missing([plan.figures["bars"]])]
    assert [kinds.count(kind) for kind in ("run", "arrays", "facts", "figure")] == [2, 2, 2, 1]  # seed 2 of both
    assert not any("ae," in step.label and "vae" not in step.label for step in plan.figures["bars"].closure())


def test_an_option_draws_again_and_nothing_else(shown) -> None:
    """An option of the figure is in the key of no fact, array or training."""
    before = shown.plan()
    shown.edit("runs: [vae, longer]}\n  grid", "runs: [vae, longer], color: red}\n  grid")
    after = shown.plan()
    changed = [a.label for a, b in zip(after.everything(), before.everything(), strict=True) if a.step.key != b.step.key]
    assert changed == ["figure bars"]


def test_a_changed_fact_draws_again(shown) -> None:
    """Another way to measure changes the key of the figures that show it, and of no other figure."""
    before = shown.plan()
    shown.edit("runs: [vae, longer], split: test}\n", "runs: [vae, longer], split: test, samples: 2}\n")
    after = shown.plan()
    assert after.figures["bars"].step.key != before.figures["bars"].step.key
    assert after.figures["grid"].step.key == before.figures["grid"].step.key
    assert {key: p.step.key for key, p in after.runs.items()} == {key: p.step.key for key, p in before.runs.items()}


UNKNOWN = {
    "of another run": ("[vae, longer]}", "[vae, ae]}", "Metric 'elbo' gives 'test.elbo' of vae, longer", "'ae' (or its sweep)"),
    "of no run": ("[vae, longer]}", "[vae, longer], fact: test.elbow}", "Did you mean 'vae.test.elbo'", "report-builder facts"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_an_unknown_fact(shown, case: str) -> None:
    """For a fact that no metric gives, the mistake says which runs have it, or lists the nearest facts."""
    old, new, allowed, step = UNKNOWN[case]
    shown.edit(f"runs: {old}\n  grid", f"runs: {new}\n  grid")
    found = problems(shown)
    assert "figures.bars: the figure shows a fact that no metric of this report gives" in found[0]
    assert allowed in found[0]
    assert step in found[0]


def test_a_wrong_metric_is_one_mistake(shown) -> None:
    """Facts missing because of a wrong metric are not reported as mistakes of the figure."""
    shown.edit("kind: elbo, runs: [vae, longer], split: test", "kind: elbow, runs: [vae, longer], split: test")
    (found,) = problems(shown)
    assert "unknown metric" in found


def test_runs_that_a_kind_cannot_show(shown) -> None:
    """The kind's own check runs during planning, and reports at the line of the parameter that it names."""
    shown.edit("training: {epochs: 8}", "training: {epochs: 1}")
    (found,) = problems(shown)
    assert found.startswith(str(shown.experiment))
    assert found.endswith("figures.bars.runs: nothing differs")


def test_a_subject_knows_in_what_its_sweep_differs(lab) -> None:
    """An arm's settings are resolved values by key path, including inherited ones and those of presets."""
    lab.edit(
        "metrics:\n", "sweeps:\n  s:\n    run: vae\n    over: {model.latent_dim: [2, 3], training.epochs: [1, 2]}\nmetrics:\n"
    )
    lab.edit("  grid:", "  arms: {kind: reconstructions, runs: [s, ae]}\n  grid:")
    plan = lab.plan()
    people = plan.subjects(plan.resolved.figures["arms"])
    assert people["s-3-2"].swept == {"model.latent_dim": 3, "training.epochs": 2}
    assert people["s-3-2"].setting("model.latent_dim") == 3
    assert people["ae"].swept == {}
    assert people["ae"].setting("training.batch_size") == 50
    with pytest.raises(LookupError):
        people["ae"].setting("training.batch_sizes")


def test_data_sets_of_one_name_are_told_apart(lab) -> None:
    """On a sweep axis, data sets printed alike are followed by what differs, except for those with a user's name."""
    lab.edit("runs:\n  ae:", "  more:\n    dataset: {kind: digits, copies: 1}\nruns:\n  ae:")
    lab.edit("metrics:\n", "sweeps:\n  s:\n    run: ae\n    over: {data: [digits, more]}\nmetrics:\n")
    lab.edit("  grid:", "  arms: {kind: reconstructions, runs: [s]}\n  grid:")
    plan = lab.plan()
    people = plan.subjects(plan.resolved.figures["arms"])
    names = [people[run].swept["data"] for run in ("s-digits", "s-more")]
    assert [name[-8:] for name in names] == [", {0, 1}", ", [0, 1]"]
    assert names[1] == people["s-more"].data
    lab.edit("  more:\n", "  more:\n    name: More\n")
    plan = lab.plan()
    assert plan.subjects(plan.resolved.figures["arms"])["s-more"].swept["data"] == "More"
