"""A user's model in the plan is represented by the description of its file, and never run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Equation
from report_builder.plan import Plan, own, resolve
from report_builder.spec import load
from report_builder.store import Store

MODEL = """\
raise SystemExit("the front process ran a model")

from report_builder.kinds import Model

WIDTH = 4


def equation(parameters):
    return "L"


def build(parameters, sizes):
    return WIDTH


KIND = Model(parameters=Parameters, build=build, provides={"encode"}, equation=equation)
"""
PROPERTIES = {
    "latent_dim": {"type": "integer", "minimum": 1, "description": "Dimensions of the code."},
    "mode": {"enum": ["a", "b"], "type": "string"},
}
SAID: dict[str, Any] = {
    "summary": "A spiral.",
    "schema": {"type": "object", "title": "Parameters", "properties": PROPERTIES},
    "defaults": {"latent_dim": 2, "mode": "a"},
    "following": [],
    "latent": ["latent_dim"],
    "takes": ["x"],
    "code": "flat",
    "provides": ["decode", "encode", "likelihood", "posterior", "sample"],
    "title": {"en": "spiral VAE", "pl": "spiralny VAE"},
    "terms": [{"name": "kl_loss", "unit": "nats/image", "title": ""}],
    "listings": {"model": ["build"]},
    "presets": {"wide": {"title": {"en": "wide spiral VAE"}, "parameters": {"mode": "b"}}},
}


@pytest.fixture
def spiral(lab):
    """The project with a user's file as the model of the VAE."""
    lab.edit("model: {kind: vae, latent_dim: 2, filters: [4, 8]}", "model: {kind: ./spiral.py}")
    lab.experiment.with_name("spiral.py").write_text(MODEL)
    return lab


def plan(lab, said: Any = SAID) -> Plan:
    """Return the plan, given a worker's description."""
    file = lab.experiment.with_name("spiral.py")
    known = said if isinstance(said, ReportError) else own.described(file, said)
    return Plan(resolve(load(lab.experiment), {"./spiral.py": known}), Store(lab.workspace.store), [], fetch=False)


def key(lab) -> str:
    """Return the key of the run."""
    return plan(lab).runs["vae", 1].step.key


def refused(lab, said: Any = SAID) -> str:
    """Return the message about the experiment."""
    with pytest.raises(ReportError) as error:
        plan(lab, said)
    return str(error.value)


def test_it_is_planned_like_ours(spiral) -> None:
    """Its defaults are in the spec, and its title and capabilities serve figures and metrics."""
    planned = plan(spiral)
    assert planned.runs["vae", 1].step.spec["model"] == {"kind": "./spiral.py", "latent_dim": 2, "mode": "a"}
    assert planned.resolved.runs["vae"].title == SAID["title"]
    assert set(planned.figures) == {"codes", "grid"}
    terms = planned.figures["codes"].step.spec["subjects"]["vae"]["terms"]
    assert {name: term["unit"] for name, term in terms.items()} == {"kl_loss": "nats/image", "epoch_time": "s"}


def test_its_code_trains_again_what_it_says_does_not(spiral) -> None:
    """A comment, the equation and a title do not change the key; a constant and a parameter do."""
    file, before = spiral.experiment.with_name("spiral.py"), key(spiral)
    file.write_text("# mine\n" + MODEL.replace('"L"', '"M"').replace("build=build,", "build=build, title='other',"))
    assert key(spiral) == before
    file.write_text(MODEL.replace("WIDTH = 4", "WIDTH = 5"))
    assert key(spiral) != before
    file.write_text(MODEL)
    assert key(spiral) == before
    spiral.edit("{kind: ./spiral.py}", "{kind: ./spiral.py, mode: b}")
    assert key(spiral) != before


def test_the_questions_to_a_worker(spiral) -> None:
    """A description is asked of a file by its name and content, a verdict of a run by its model, data and file."""
    planned = plan(spiral)
    asked = [step.spec for step in planned.answers()]
    content = planned.store.memo.sha256(spiral.experiment.with_name("spiral.py"))
    assert {"asks": "description", "kind": "./spiral.py", "content": content} in asked
    verdict = planned.verdicts["vae"].spec
    assert verdict["asks"] == "verdict"
    assert verdict["model"] == planned.runs["vae", 1].step.spec["model"]
    assert verdict["content"] == content
    assert set(verdict["layout"]) == {"image_shape", "value_range", "class_names", "conditions"}


def test_its_equation_is_the_answer_of_a_worker(spiral) -> None:
    """Until a worker has answered, dots stand for the equation of an own model; then its symbols have their meanings."""
    planned = plan(spiral)
    run = planned.resolved.runs["vae"]
    assert planned.equation(run).latex == r"\text{…}"
    with planned.store.claim(planned.verdicts["vae"]) as work:
        said = {"equation": {"latex": "L", "symbols": [["L", "loss"]]}, "lacks": []}
        (work.folder / "answer.json").write_text(json.dumps(said))
        work.commit(files=["answer.json"])
    assert planned.equation(run) == Equation("L", (("L", "loss"),))


def test_its_parameters_are_checked_with_file_and_line(spiral) -> None:
    """For an unknown parameter the nearest name is suggested, and for a wrong value the message says what is expected."""
    spiral.edit("{kind: ./spiral.py}", "{kind: ./spiral.py, latent_dimm: 3, mode: c}")
    found = refused(spiral)
    assert "tiny.yaml:17: runs.vae.model.latent_dimm: unknown parameter of model './spiral.py'" in found
    assert "Did you mean 'latent_dim'?" in found
    assert "tiny.yaml:17: runs.vae.model.mode: " in found


def test_a_preset_of_it(spiral) -> None:
    """Parameters of the file override those of the preset, whose title becomes the run's."""
    spiral.edit("{kind: ./spiral.py}", "{kind: ./spiral.py, preset: wide}")
    run = plan(spiral).resolved.runs["vae"]
    assert run.model.parameters.model_dump() == {"latent_dim": 2, "mode": "b"}
    assert run.title == {"en": "wide spiral VAE"}
    spiral.edit("preset: wide", "preset: wid")
    assert "Did you mean 'wide'?" in refused(spiral)


def test_what_it_does_not_provide_cannot_be_asked(spiral) -> None:
    """A figure that needs a missing capability is refused before any training."""
    assert "does not provide encode" in refused(spiral, SAID | {"provides": ["sample"]})


def test_mistakes_of_its_file_are_said_once(spiral) -> None:
    """A mistake of the file is reported at the first of two runs that use it."""
    found = refused(spiral, ReportError(Problem("", "spiral.py has no function 'build'")))
    assert found.count("has no function 'build'") == 1
    assert "runs.vae.model.kind: spiral.py has no function 'build'" in found
    spiral.experiment.with_name("spiral.py").write_text("def build(:\n")
    assert "runs.vae.model.kind: spiral.py:1 is not valid Python" in refused(spiral)
    spiral.experiment.with_name("spiral.py").unlink()
    assert "runs.vae.model.kind: there is no file spiral.py beside the experiment" in refused(spiral)


def test_a_verdict_is_of_one_architecture_on_such_data(spiral) -> None:
    """Seed, epochs and name do not change a verdict's key; a parameter, the data's shape and any byte of the file do."""
    verdicts = plan(spiral).verdicts
    verdict = verdicts["vae"].key
    assert set(verdicts) == {"vae", "longer"}
    assert verdicts["longer"].key == verdict  # differs only in its epochs
    spiral.edit("name: VAE", "name: Spiral")
    assert plan(spiral).verdicts["vae"].key == verdict
    spiral.experiment.with_name("spiral.py").write_text("# mine\n" + MODEL)
    assert plan(spiral).verdicts["vae"].key != verdict
    spiral.experiment.with_name("spiral.py").write_text(MODEL)
    spiral.edit("threshold: 0.5}", "threshold: 0.5}\n      - {kind: resize, size: 32}")
    assert plan(spiral).verdicts["vae"].key != verdict


def test_the_code_behind_an_answer_counts(spiral) -> None:
    """The code of verdicts and descriptions includes that which reads and tries a file."""
    assert all({"train/trial.py", "train/descriptions.py", "train/answers.py"} <= set(s.code) for s in plan(spiral).answers())


def test_the_place_of_a_mistake_in_an_own_model() -> None:
    """The path of a parameter has its keys as words and its positions in lists as numbers; none is the model itself."""
    assert own._path("encoder.0.units") == ["encoder", 0, "units"]
    assert own._path("") == []
