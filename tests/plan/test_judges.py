"""Images judged by a trained classifier: the inputs of a step, and what may be compared."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.build import gather
from report_builder.errors import ReportError
from report_builder.facts.comparing import compare
from report_builder.kinds import MODELS, ProbeRequest
from report_builder.plan import Plan, Planned

METRIC = """\
from typing import Annotated, Any

from report_builder.kinds import Measured, Metric, Quantity, Role
from report_builder.kinds import Parameters as Base
from report_builder.measures.metrics._judged import images_asked, ask_judge


class Parameters(Base):
    judge: Annotated[str | None, Role.JUDGE] = None
    of: Annotated[str | None, Role.FIGURE] = None
    probe: Annotated[dict[str, Any] | None, Role.PROBE] = None
    split: Annotated[str, Role.SPLIT] = "test"


def reads(parameters):
    own = parameters.probe or {"kind": "reconstructions", "split": parameters.split}
    return {"images": ask_judge(images_asked(own), parameters.judge)}


def of_figure(parameters, request):
    return ask_judge(request, parameters.judge)


def values(parameters, requests):
    return [Quantity("asked_so")]


def measure(arrays, parameters):
    return {"asked_so": Measured(1, 1)}


KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure, of_figure=of_figure)
"""


@pytest.fixture
def court(lab, monkeypatch: pytest.MonkeyPatch):
    """The project, where `ae` can classify and judges the reconstructions of `vae`."""
    kind = MODELS.get("autoencoder")
    monkeypatch.setitem(MODELS._found, "autoencoder", replace(kind, provides=kind.provides | {"classify"}))
    lab.experiment.with_name("asked.py").write_text(METRIC)
    lab.edit("  elbo:", "  asked: {kind: ./asked.py, runs: [vae], judge: ae}\n  elbo:")
    lab.edit("    name: AE", "    name: AE\n    seeds: [3, 4]")
    return lab


def arrays(plan: Plan) -> Planned:
    """Return the judged arrays of `vae`."""
    (facts,) = [planned for (measure, _), planned in plan.facts.items() if measure.id == "asked"]
    return facts.needs["images"]


def mistakes(lab) -> str:
    """Return the plan's message about the experiment."""
    with pytest.raises(ReportError) as caught:
        lab.plan()
    return str(caught.value)


def test_what_a_judged_step_reads(court) -> None:
    """A judged step reads, by name, the run and the first seed of the judge, and its label names the judge."""
    plan = court.plan()
    step = arrays(plan)
    assert step.step.spec["reads"] == ["run", "judge"]
    assert step.step.inputs == (plan.runs["vae", 1].step.key, plan.runs["ae", 3].step.key)
    assert step.needs == {"run": plan.runs["vae", 1], "judge": plan.runs["ae", 3]}
    assert step.label == "facts asked of vae, seed 1, images: classified of vae, seed 1, judged by ae"


def test_the_inner_probe_is_resolved(court) -> None:
    """The probe of the judged images is in the key with its defaults, and its code counts."""
    step = arrays(court.plan()).step
    assert step.spec["probe"]["images"]["per_class"] == 1
    assert "measures/probes/reconstructions.py" in step.code


def test_data_alone_may_be_judged(court) -> None:
    """Images of the data set are judged once for all runs, in a step that reads only the judge."""
    court.edit("judge: ae}", "judge: ae, probe: {kind: images, n: 5}}")
    plan = court.plan()
    step = arrays(plan).step
    assert step.spec["reads"] == ["judge"]
    assert step.inputs == (plan.runs["ae", 3].step.key,)


def test_the_images_of_a_figure_are_judged(court) -> None:
    """With `of`, what the figure shows of the run becomes the images of the metric's judged probe."""
    court.edit("runs: [vae], judge: ae}", "runs: [longer], judge: ae, of: grid}")
    spec = arrays(court.plan()).step.spec
    assert (spec["probe"]["images"]["kind"], spec["probe"]["images"]["n"]) == ("decode_grid", 4)


def test_the_id_of_a_judge_is_in_no_key(court) -> None:
    """Another id of the judge does not change the key of the facts, since only its training counts."""
    before = {planned.step.key for planned in court.plan().facts.values()}
    for old, new in (("  ae:\n", "  referee:\n"), ("judge: ae", "judge: referee"), ("[ae", "[referee")):
        court.edit(old, new)
    assert {planned.step.key for planned in court.plan().facts.values()} == before


def test_two_judges_are_not_one_scale(court) -> None:
    """Facts of two classifiers do not compare, and the message says in what the classifiers differ."""
    judges = "{extends: ae, name: Other, training: {epochs: 2}}"
    court.edit("metrics:\n", f"  other: {judges}\nmetrics:\n  again: {{kind: ./asked.py, runs: [longer], judge: other}}\n")
    known = gather.material(court.plan()).facts
    a, b = known["vae.test.asked_so"], known["longer.test.asked_so"]
    assert a.settings["judge"]["seed"] == 3
    with pytest.raises(ReportError, match=r"judge\.training\.epochs"):
        compare(a, b, by=["training.epochs", "method"])
    with pytest.raises(ReportError, match="method"):
        compare(a, b, by=["training.epochs", "judge"])


@pytest.mark.parametrize(
    ("judge", "said"),
    [
        (", judge: aee", ("metrics.asked.judge: unknown run", "Did you mean 'ae'?")),
        (", judge: vae", ("metrics.asked.judge: model 'vae' of run 'vae' cannot judge", "classify", "autoencoder")),
        ("", ("asks a trained classifier, and none is named", "judge: <run>")),
    ],
)
def test_who_cannot_judge(court, judge: str, said: tuple[str, ...]) -> None:
    """A judge must be a run of this file whose model classifies; otherwise the mistake is reported before any training."""
    court.edit(", judge: ae", judge)
    message = mistakes(court)
    assert "tiny.yaml:22: metrics.asked" in message
    assert all(part in message for part in said)


def test_a_judge_without_features_judges_what_needs_none(court) -> None:
    """A judge whose model provides no features is refused only by metrics that compare them."""
    court.edit("  elbo:", "  quality: {kind: sample_quality, runs: [vae], judge: ae}\n  elbo:")
    assert court.plan()
    court.edit("  elbo:", "  distance: {kind: frechet_distance, runs: [vae], judge: ae}\n  elbo:")
    message = mistakes(court)
    assert "metrics.distance.judge: model 'autoencoder' of run 'ae' cannot judge: it does not provide features" in message
    assert "Models that can: classifier" in message
    assert "metrics.quality" not in message


def test_any_model_that_samples_may_be_judged(court) -> None:
    """Samples of any model can be judged, conditional or not; for a model without samples the message says which have some."""
    court.edit("  elbo:", "  quality: {kind: sample_quality, runs: [ae], judge: ae}\n  elbo:")
    message = mistakes(court)
    assert "cannot serve this: it does not provide sample or sample_condition" in message
    assert all(name in message for name in ("gan", "vae", "conditional_gan", "conditional_vae"))


def test_the_classes_of_the_judge_are_known_before_it_is_trained(court) -> None:
    """Facts per class of the judge can be cited as soon as its data reveals the classes."""
    court.edit("  elbo:", "  shown: {kind: recognised, runs: [longer], of: grid, judge: ae}\n  elbo:")
    names = [name for m in court.plan().resolved.measures if m.id == "shown" for name in m.facts]
    assert names[:2] == ["longer.grid.recognised", "longer.grid.recognised_count"]
    assert names[-10:] == [f"longer.grid.recognised_{digit}" for digit in range(10)]


RENAMED = """\
from dataclasses import replace

from report_builder.kinds import DataStep, Parameters


def layout(known, parameters):
    return replace(known, class_names=("even", "odd"))


def apply(data, parameters):
    return data


KIND = DataStep(parameters=Parameters, apply=apply, layout=layout)
"""


def test_a_judge_must_know_the_attribute(court) -> None:
    """S2-E09: a class counts as an attribute, by name or number, and a judge trained without it is refused by the plan."""
    court.edit("  elbo:", "  effect: {kind: attribute_effect, runs: [vae], attribute: 3, judge: ae}\n  elbo:")
    measured = next(m for m in court.plan().resolved.measures if m.id == "effect")
    assert measured.requests["images"].parameters["counted"] == ["3"]
    court.experiment.with_name("renamed.py").write_text(RENAMED)
    court.edit(
        "runs:\n  ae:", "  other:\n    dataset: {kind: digits, copies: 0}\n    steps: [scale, ./renamed.py]\nruns:\n  ae:"
    )
    court.edit("seeds: [3, 4]\n    data: digits", "seeds: [3, 4]\n    data: other")
    message = mistakes(court)
    assert "metrics.effect.judge: the judge has no such class" in message
    assert all(part in message for part in ("'3'", "even", "odd"))


def test_what_the_inner_probe_needs(court) -> None:
    """The model must serve the probe whose images are judged."""
    court.edit("judge: ae}", "judge: ae, probe: {kind: likelihood}}")
    court.edit("runs: [vae], judge", "runs: [ae], judge")
    assert "metrics.asked, run 'ae': model 'autoencoder' cannot serve this" in mistakes(court)


def test_progress_is_answered_by_the_run(court) -> None:
    """Samples by epoch are read from the training of the first seed, without a measuring step."""
    plan = court.plan()
    shown = plan.arrays(ProbeRequest("progress", run="ae"), None, "figure codes")
    assert (shown.part, shown.step.kind, shown.step.key) == ("progress", "run", plan.runs["ae", 3].step.key)
