"""Layouts let the plan refuse what cannot be trained or measured before any data is read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.errors import ReportError
from report_builder.kinds import MODELS

STEPS = "      - {kind: subset, train: 200, test: 60}\n"
SUBSET = STEPS.strip()

OWN = """
from report_builder.kinds import MODELS, DataStep, Parameters
KIND = DataStep(parameters=Parameters, apply=lambda data, parameters: data)
"""


def mistakes(lab) -> list[str]:
    """Return the plan's message about the experiment."""
    with pytest.raises(ReportError) as caught:
        lab.plan()
    return [str(problem).replace(f"{lab.experiment}:", "") for problem in caught.value.problems]


MISTAKES = {
    "a step that cannot be done": (
        SUBSET,
        "- {kind: crop, size: 40}",
        "data.digits.steps.1: ",
        "40",
    ),
    "a shape that the model refuses": (
        SUBSET,
        "- {kind: crop, size: 27}",
        "runs.ae.model: model 'autoencoder' cannot be trained on the data 'digits'",
        "multiples of 4",
    ),
    "a range that the model refuses (S2-E04)": (
        "- {kind: binarise, threshold: 0.5}",
        "- {kind: scale, range: symmetric}",
        "runs.ae.model: model 'autoencoder' cannot be trained",
        "'range: unit'",
    ),
    "no condition": (
        "{kind: autoencoder, filters: [4, 8]}",
        "conditional_gan",
        "runs.ae.model: model 'conditional_gan' cannot be trained",
        "'one_hot'",
    ),
    "a metric's split (S0-E28)": (
        "split: test}\n  recon",
        "split: validation}\n  recon",
        "metrics.elbo.split: the data 'digits' has no split 'validation'",
        "It has: train, test.",
        "{kind: split, validation: 0.1} in data.digits.steps",
    ),
    "a class of a figure": (
        "{kind: latent_scatter, runs: [ae, vae], caption: Codes}",
        "{kind: dataset_sheet, data: digits, classes: [3, eleven], caption: Codes}",
        "figures.codes.classes: the data has no such class",
        "'eleven'",
    ),
    "a figure's split": (
        "runs: [longer], n: 4}",
        "runs: [longer], split: validation}",
        "figures.grid.split: the data 'digits' has no split 'validation'",
    ),
    "the split inside a judged probe": (
        "  elbo:",
        "  asked: {kind: class_asked, runs: [vae], judge: ae, probe: {kind: reconstructions, split: validation}}\n  elbo:",
        "metrics.asked.split: the data 'digits' has no split 'validation'",
    ),
    "what early stopping watches": (
        "    training: {epochs: 1, batch_size: 50}",
        "    training: {epochs: 1, batch_size: 50, early_stopping: {patience: 2}}",
        "runs.ae.training.early_stopping.monitor: the data 'digits' has no split 'validation'",
        "'val_loss'",
    ),
    "early stopping by test images (S2-E19)": (
        "    training: {epochs: 1, batch_size: 50}",
        "    training: {epochs: 1, batch_size: 50, early_stopping: {monitor: test_loss}}",
        "runs.ae.training.early_stopping.monitor: early stopping by test images",
        "Watch 'val_loss'",
    ),
    "a term that is not logged": (
        "  elbo:",
        "  history: {kind: history, runs: [vae], terms: [val_loss]}\n  elbo:",
        "metrics.history.terms: the data 'digits' has no split 'validation'",
    ),
    "a test term beside validation images": (
        SUBSET,
        "- {kind: split, validation: 0.2}",
        "figures.curves.terms: 'test_loss' is not logged",
        "Name 'val_loss'.",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_messages(lab, monkeypatch: pytest.MonkeyPatch, mistake: str) -> None:
    """What the data cannot provide is reported with its line, what exists, and the step that helps."""
    kind = MODELS.get("autoencoder")
    monkeypatch.setitem(MODELS._found, "autoencoder", replace(kind, provides=kind.provides | {"classify"}))
    lab.edit("  grid:", "  curves: {kind: training_curves, runs: [vae], terms: [test_loss]}\n  grid:")
    assert lab.plan()
    old, new, *said = MISTAKES[mistake]
    lab.edit(old, new)
    found = mistakes(lab)
    assert any(all(part in text for part in said) for text in found), "\n".join(found)
    assert all(text[0].isdigit() for text in found), "\n".join(found)


def test_all_at_once(lab) -> None:
    """All runs that cannot be trained and all impossible measurements are reported at once."""
    lab.edit("split: test}\n  recon", "split: validation}\n  recon")
    lab.edit(SUBSET, "- {kind: crop, size: 27}")
    found = "\n".join(mistakes(lab))
    for part in ("runs.ae.model", "runs.vae.model", "metrics.elbo.split"):
        assert part in found


def test_arms_that_cannot_be_trained(lab) -> None:
    """A mistake of all arms of a sweep is reported once, and a mistake of one arm for that arm."""
    sweep = "sweeps:\n  sizes: {run: vae, over: {model.filters: [[4], [4, 8, 8, 8, 8, 8]]}}\nmetrics:\n"
    lab.edit("metrics:\n", sweep)
    (found,) = mistakes(lab)
    assert "runs.sizes-4_8_8_8_8_8.model: model 'vae' cannot be trained" in found


def test_what_is_not_known_is_allowed(lab) -> None:
    """After a user's step nothing is known of the data, and nothing is refused."""
    own = lab.experiment.with_name("mine.py")
    own.write_text(OWN)
    lab.edit(SUBSET, "- ./mine.py\n      - {kind: crop, size: 27}")
    lab.edit("split: test}\n  recon", "split: validation}\n  recon")
    assert lab.plan().resolved.data["digits"].layout is None


# --- judges -------------------------------------------------------------------------------------------------------------------

JUDGED = """\
runs:
  judge: {data: small, model: classifier}
  drawn: {data: canvas, model: conditional_vae}
metrics:
  asked: {kind: class_asked, runs: [drawn], judge: judge}
"""
DATA = """\
  canvas:
    dataset: {kind: digits, copies: 0}
    steps: [{kind: resize, size: 14}, one_hot, canvas]
  small:
    dataset: {kind: digits, copies: 0}
    steps: [{kind: resize, size: 14}]
"""


@pytest.fixture
def court(lab):
    """The project with canvases of 42 x 42 and a judge of their cells."""
    lab.edit("runs:\n", DATA + JUDGED.partition("metrics:")[0])
    lab.edit("metrics:\n", JUDGED.partition("metrics:\n")[2].join(["metrics:\n", ""]))
    return lab


def test_a_judge_sees_the_cells_of_a_canvas(court) -> None:
    """A judge trained on images of one cell may judge canvases."""
    assert court.plan()


OTHER_JUDGES = {
    "shape": (
        "dataset: {kind: digits, copies: 0}\n    steps: [{kind: resize, size: 20}]\n",
        ("another shape than those of the data 'canvas'", "42 x 42 x 1", "20 x 20 x 1"),
    ),
    "classes": (
        "dataset: fashion_mnist\n    steps: [{kind: resize, size: 14}]\n",
        ("does not know every class", "It knows: T-shirt/top"),
    ),
}


@pytest.mark.parametrize("other", OTHER_JUDGES)
def test_a_judge_of_other_images(court, other: str) -> None:
    """A judge of another image shape, or of other classes, is refused before any training."""
    data, said = OTHER_JUDGES[other]
    court.edit("dataset: {kind: digits, copies: 0}\n    steps: [{kind: resize, size: 14}]\n", data)
    (found,) = mistakes(court)
    assert "metrics.asked.judge: the judge 'judge'" in found
    assert all(part in found for part in said)
