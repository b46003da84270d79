"""Mistakes that are visible without training: each with file and line, all at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from report_builder.errors import ReportError
from report_builder.plan import resolve
from report_builder.spec import load

# Place, rule, received value, the start of what is allowed and of the next step, further places.
TOLD = json.loads((Path(__file__).parent / "mistakes.json").read_text(encoding="utf-8"))


def mistakes(lab) -> list[str]:
    """Return the plan's message about the experiment."""
    with pytest.raises(ReportError) as caught:
        lab.plan()
    return [str(problem).replace(f"{lab.experiment}:", "") for problem in caught.value.problems]


MISTAKES = {
    "unknown model": (
        "kind: autoencoder",
        "kind: autoencoderr",
        "runs.ae.model.kind: unknown model",
        "Did you mean 'autoencoder'",
    ),
    "unknown data set kind": ("kind: digits", "kind: digit", "data.digits.dataset.kind: unknown data set", "mnist"),
    "unknown data step": ("kind: binarise", "kind: binarize", "data.digits.steps.0.kind: unknown data step", "'binarise'"),
    "unknown figure kind": ("latent_scatter", "scatter", "figures.codes.kind: unknown figure kind", "latent_scatter"),
    "unknown metric": ("kind: elbo", "kind: elbow", "metrics.elbo.kind: unknown metric", "'elbo'"),
    "unknown run of a figure": ("[ae, vae]", "[ae, vea]", "figures.codes: unknown run", "Did you mean 'vae'"),
    "unknown run of a metric": ("[vae, longer]", "[vae, shorter]", "metrics.elbo: unknown run", "longer"),
    "unknown data of a run": (
        "    name: AE\n    data: digits",
        "    name: AE\n    data: digit",
        "runs.ae.data: unknown data set",
        "'digits'",
    ),
    "unknown parameter": (
        "latent_dim: 2",
        "latent_dims: 2",
        "runs.vae.model.latent_dims: unknown parameter of model 'vae'",
        "'latent_dim'",
    ),
    "wrong type": ("latent_dim: 2", "latent_dim: two", "runs.vae.model.latent_dim", "'two'"),
    "text for a number": ("n: 4", 'n: "many"', "figures.grid.n", "'many'"),
    "out of range": ("threshold: 0.5", "threshold: 5", "data.digits.steps.0.threshold", "Received: 5"),
    "wrong choice": ("kind: vae, latent_dim: 2", "kind: vae, kl: exact", "runs.vae.model.kl", "'monte_carlo'"),
    "unknown figure option": ("n: 4", "m: 4", "figures.grid.m: unknown parameter of figure kind 'decode_grid'", "quantile"),
    "no runs": (
        "elbo: {kind: elbo, runs: [vae, longer]",
        "elbo: {kind: elbo",
        "metrics.elbo: a metric names its 'runs'",
        "Add runs",
    ),
    "unknown figure of a metric": (
        "{kind: reconstruction, runs: [ae], split: test}",
        "{kind: sharpness, runs: [ae], of: scatter}",
        "metrics.reconstruction.of: unknown figure",
        "codes",
    ),
    "a figure wider than can be drawn": (
        "n: 4",
        "n: 4, width: 900cm",
        "figures.grid.width: the figure cannot be as wide as this",
        "The width on paper in cm should be",
    ),
    "a figure of a metric that does not show its run": (
        "{kind: reconstruction, runs: [ae], split: test}",
        "{kind: sharpness, runs: [ae], of: grid}",
        "metrics.reconstruction.of: figure 'grid' does not show 'ae'",
        "It shows: longer.",
    ),
    "a metric that has no figure": (
        "{kind: reconstruction, runs: [ae], split: test}",
        "{kind: reconstruction, runs: [ae], of: grid}",
        "metrics.reconstruction.of: metric 'reconstruction' does not measure the images of a figure",
        "Leave 'of' out.",
    ),
    "a figure of other models": (
        "kind: latent_scatter, runs: [ae, vae]",
        "kind: samples, runs: [ae, vae]",
        "figures.codes, run 'ae': model 'autoencoder' cannot serve this: it does not provide sample or sample_condition",
        "Models that can: conditional_gan, ",
        "What this model serves in figures: architecture, attribute_vector, ",
    ),
    "no posterior for a figure": (
        "runs: [ae, vae], caption",
        "runs: [ae, vae], spread: bars, caption",
        "figures.codes, run 'ae': model 'autoencoder' cannot serve this: it does not provide posterior",
        "Models that can: conditional_vae, vae, vae_symmetric.",
    ),
    "no posterior for deviations": (
        "  reconstruction: {kind: reconstruction, ",
        "  reconstruction: {kind: code_deviations, ",
        "metrics.reconstruction, run 'ae': model 'autoencoder' cannot serve this",
        "posterior",
    ),
    "no posterior for a metric": (
        "[vae, longer]",
        "[vae, ae]",
        "metrics.elbo, run 'ae': model 'autoencoder' cannot serve this",
        "Models that can: conditional_vae, vae, vae_symmetric.",
    ),
    "a metric of a model on data alone": (
        "elbo: {kind: elbo, runs: [vae, longer]",
        "elbo: {kind: elbo, data: [digits]",
        "metrics.elbo.data: 'likelihood' measures a trained model, and the data 'digits' alone has none",
        "Name runs: [...]",
    ),
    "what a run keeps, of data": (
        "{kind: reconstruction, runs: [ae], split: test}",
        "{kind: training_cost, data: [digits]}",
        "metrics.reconstruction.data: 'costs' measures a trained model",
        "Name runs: [...]",
    ),
    "unknown language": ("language: en", "language: eng", "report.language", "zh-Hant"),
}


def test_a_plane_of_a_longer_code(lab) -> None:
    """A two-dimensional figure of a longer code is refused at its own line, with only the next step."""
    lab.edit("latent_dim: 2", "latent_dim: 3")
    rule = "figures.grid, run 'longer': 'decode_grid' needs a latent space of 2 dimensions, and this run has 3"
    assert mistakes(lab) == [f"25: {rule}\n  Choose another figure for it, or another latent_dim."]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_messages(lab, mistake: str) -> None:
    """Each kind of mistake is reported with its line, its key path, and the nearest name or what is allowed."""
    old, new, where, *said = MISTAKES[mistake]
    lab.edit(old, new)
    line = lab.experiment.read_text().partition(new)[0].count("\n") + new.count("\n") + 1
    found = mistakes(lab)
    assert any(text.startswith(f"{line}: {where}") and all(part in text for part in said) for text in found), "\n".join(found)
    with pytest.raises(ReportError) as caught:
        lab.plan()
    told = [[p.where, p.rule, p.received, f"{p.allowed:.60}", f"{p.next_step:.60}", *p.also] for p in caught.value.problems]
    assert [[text.removeprefix(f"{lab.experiment}:") for text in each] for each in told] == TOLD[mistake]


def test_a_plane_needs_two_dimensions(lab) -> None:
    """A figure of the code plane is refused for a run with another latent dimension."""
    lab.edit("latent_dim: 2", "latent_dim: 3")
    said = "figures.grid, run 'longer': 'decode_grid' needs a latent space of 2 dimensions, and this run has 3"
    assert any(said in line for line in mistakes(lab))


@pytest.mark.parametrize("kind", ["latent_use", "code_statistics", "code_deviations"])
def test_more_axes_than_the_code_has(lab, kind: str) -> None:
    """A metric of more dimensions than `latent_dim` is refused before training, at the place of `axes`."""
    lab.edit("  elbo:", f"  used:\n    kind: {kind}\n    runs: [vae, longer]\n    axes: AXES\n  elbo:")
    lab.edit("AXES", "2")
    lab.plan()
    lab.edit("axes: 2", "axes: 3")
    found = [text for text in mistakes(lab) if "metrics.used.axes: the code has fewer dimensions than 'axes'" in text]
    assert len(found) == 1
    assert "axes: 3, latent_dim: 2" in found[0]
    assert found[0].startswith("24:")


def test_all_at_once(lab) -> None:
    """Mistakes in data, models, figures and metrics are reported together, each once."""
    for name in ("unknown data step", "unknown parameter", "unknown run of a figure", "unknown metric"):
        lab.edit(*MISTAKES[name][:2])
    found = mistakes(lab)
    for part in ("unknown data step", "unknown parameter of model", "unknown run", "unknown metric"):
        assert len([line for line in found if part in line]) == 1, "\n".join(found)


def test_an_inherited_mistake_is_one_mistake(lab) -> None:
    """A wrong parameter of a run is reported once, even if another run inherits it."""
    lab.edit(*MISTAKES["unknown parameter"][:2])
    assert len([line for line in mistakes(lab) if "latent_dims" in line]) == 1


def test_one_message_for_one_cause(lab) -> None:
    """A model that cannot serve several runs is reported once, with all places, suitable models, and what this one serves."""
    lab.edit("kind: vae, latent_dim: 2, filters: [4, 8]", "kind: gan")
    lab.edit("runs: [ae, vae], caption", "runs: [vae, longer, ae], caption")
    found = [text for text in mistakes(lab) if "cannot serve this" in text and "figures.codes" in text]
    assert len(found) == 1, "\n".join(found)
    assert "figures.codes, run 'vae': model 'gan' cannot serve this: it does not provide encode" in found[0]
    assert "Models that can: autoencoder, conditional_vae, vae, vae_symmetric." in found[0]
    assert "What this model serves in figures: architecture, confidence, dataset_sheet, nearest_training, samples" in found[0]
    assert "Also in 1 more: figures.codes, run 'longer'." in found[0]


def test_a_run_that_is_renamed_is_one_mistake(lab) -> None:
    """A name that several figures and metrics still use is reported once, with the line of each."""
    lab.edit("  ae:\n", "  aee:\n")
    found = [text for text in mistakes(lab) if "unknown run" in text and "'ae'" in text]
    assert len(found) == 1, "\n".join(found)
    assert "Known: aee, longer, vae" in found[0]
    assert "metrics.reconstruction (line " in found[0]


def test_what_a_run_does_not_keep_is_not_shown(lab) -> None:
    """Samples by epoch of a model that cannot sample are refused before training."""
    lab.edit("kind: latent_scatter, runs: [ae, vae]", "kind: samples_by_epoch, runs: [ae]")
    assert any("figures.codes, run 'ae': model 'autoencoder' cannot serve this" in text for text in mistakes(lab))


@pytest.mark.parametrize(("width", "cm"), [("20%", "3.28"), ("900%", "148"), ("1cm", "1")])
def test_a_width_as_it_was_written(lab, width: str, cm: str) -> None:
    """An impossible figure width is reported at its place, as written and in centimetres."""
    lab.edit("caption: Codes", f"caption: Codes, width: {width}")
    found = [line for line in mistakes(lab) if "figures.codes.width: the figure cannot be as wide" in line]
    assert len(found) == 1
    assert f"Received: {width} ({cm} cm)" in found[0]
    assert "width on paper in cm should be" in found[0]


@pytest.mark.parametrize("probe", ["{n: 3}", "{kind: [samples]}", "{kind: null}", "{kind: 5}"])
def test_a_probe_without_a_name(lab, probe: str) -> None:
    """A metric's probe is named by its kind, and anything else in its place is a mistake of the metric."""
    lab.edit("runs: [ae], split: test", f"runs: [ae], probe: {probe}")
    lab.edit("kind: reconstruction,", "kind: sharpness,")
    assert any("metrics.reconstruction" in line and "a probe is named by its kind" in line for line in mistakes(lab))


def test_two_metrics_of_one_fact(lab) -> None:
    """If two metrics give the same fact, the mistake names both."""
    lab.edit("  elbo:", "  again: {kind: elbo, runs: [vae]}\n  elbo:")
    found = [line for line in mistakes(lab) if "'vae.test.elbo'" in line]
    assert found
    assert "'again'" in found[0]
    assert "metrics.elbo" in found[0]


def test_a_figure_that_does_not_show_the_run(lab) -> None:
    """A metric of a figure's images must measure a run that the figure shows."""
    lab.edit("runs: [ae], split: test", "runs: [ae], of: grid")
    lab.edit("kind: reconstruction,", "kind: sharpness,")
    assert any("figure 'grid' does not show 'ae'" in line and "It shows: longer" in line for line in mistakes(lab))


def test_nothing_runs_before_the_mistakes_are_gone(lab, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown fact in the template stops the build before any training, with the template's line."""
    lab.edit("longer.test.elbo", "longer.test.elbow", lab.template)
    assert lab.run("build", "tiny") == 1
    assert "tiny.md:21: unknown fact" in capsys.readouterr().err
    assert not (lab.folder / "runs" / "run").exists()


def test_a_mistake_in_any_run_of_the_sheet_is_said() -> None:
    """A wrong parameter of one run is a single mistake, whatever metrics, figures, judges and sweeps use the run."""
    experiments = Path(__file__).parents[2] / "experiments"
    for run in ("ae", "vae", "cvae", "cgan", "judge", "judge-small"):
        loaded = load(experiments / "generative-models.yaml", sets=[f"runs.{run}.model.nonsense=1"])
        with pytest.raises(ReportError) as caught:
            resolve(loaded)
        assert [problem.rule for problem in caught.value.problems if "unknown parameter" in problem.rule], run
