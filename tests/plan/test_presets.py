"""Presets: named parameters of a model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report_builder.build import gather
from report_builder.errors import ReportError
from report_builder.kinds import MODELS, Preset

SMALL = Preset("small variational autoencoder", {"filters": [4, 8], "beta": 2.0})
PLAIN = "{kind: vae, latent_dim: 2, filters: [4, 8]}"


@pytest.fixture
def presets(lab, monkeypatch: pytest.MonkeyPatch):
    """The project, where the model `vae` has the preset `small`."""
    monkeypatch.setitem(MODELS._found, "vae", replace(MODELS.get("vae"), presets={"small": SMALL}))
    return lab


def key(lab) -> str:
    """Return the key of the training of `vae`."""
    return str(lab.plan().runs["vae", 1].step.key)


def test_a_preset_stands_for_its_parameters(presets) -> None:
    """A preset's name is in no key: the preset and its explicit parameters are the same training."""
    presets.edit(PLAIN, "{kind: vae, filters: [4, 8], beta: 2.0}")
    before = key(presets)
    presets.edit("{kind: vae, filters: [4, 8], beta: 2.0}", "{kind: vae, preset: small}")
    assert key(presets) == before


def test_what_is_given_lies_over_the_preset(presets) -> None:
    """A parameter next to the preset overrides the preset's."""
    before = key(presets)
    presets.edit(PLAIN, "{kind: vae, preset: small, beta: 1.0}")
    assert key(presets) == before


def test_the_title_is_the_presets(presets) -> None:
    """Sentences and captions refer to the run's model by the title of its preset."""
    presets.edit(PLAIN, "{kind: vae, preset: small}")
    plan = presets.plan()
    assert gather.material(plan).runs["vae"].model == SMALL.title
    subject = plan.subjects(plan.resolved.figures["codes"])["vae"]
    assert subject.model == "small variational autoencoder"


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("{kind: vae, preset: smal}", ("unknown preset of model 'vae'", "Did you mean 'small'?")),
        ("{kind: classifier, preset: small}", ("unknown preset of model 'classifier'", "Known: none")),
        ("{kind: vae, preset: small, betta: 1}", ("unknown parameter of model 'vae'", "'beta'")),
    ],
)
def test_an_unknown_preset(presets, model: str, said: tuple[str, ...]) -> None:
    """For an unknown preset, the mistake gives its line and the existing presets."""
    presets.edit(PLAIN, model)
    with pytest.raises(ReportError) as caught:
        presets.plan()
    message = str(caught.value)
    assert "tiny.yaml:17: runs.vae.model." in message
    assert all(part in message for part in said)
