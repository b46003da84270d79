"""Sweeps become runs: ids, names, settings, positions, and messages about invalid sweeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from report_builder.errors import ReportError
from report_builder.spec import Loaded, load

BASE = """\
report: {title: A lab}
data:
  digits: {dataset: digits}
  more: {dataset: {kind: digits, copies: 3}}
runs:
  vae: {name: VAE, data: digits, model: {kind: vae, latent_dim: 2}, training: {epochs: 20}}
  mc: {extends: vae, model: {kl: monte_carlo}, seeds: [1, 2]}
sweeps:
  latent:
    run: mc
    over: {model.latent_dim: [2, 25]}
metrics:
  elbo: {kind: elbo, runs: [vae, latent]}
figures:
  grid: {kind: reconstructions, runs: [latent, vae]}
profiles:
  quick: {sweeps: {latent: {over: {model.latent_dim: [2, 8]}}}}
"""
AXES = "over: {model.latent_dim: [2, 25]}"


def loaded(tmp_path: Path, axes: str = AXES, text: str = BASE, **options: object) -> Loaded:
    """Return the experiment with these axes."""
    path = tmp_path / "lab.yaml"
    path.write_text(text.replace(AXES, axes), encoding="utf-8")
    return load(path, **options)  # type: ignore[arg-type]


def test_arms_are_runs(tmp_path: Path) -> None:
    """Except for the setting of its axis, an arm has the settings of the run, inherited ones and seeds included."""
    runs = loaded(tmp_path).experiment.runs
    assert list(runs) == ["vae", "mc", "latent-2", "latent-25"]
    assert runs["latent-25"].model.parameters == {"latent_dim": 25, "kl": "monte_carlo"}
    same = {"model", "name", "extends"}
    assert runs["latent-2"].model_dump(exclude=same) == runs["mc"].model_dump(exclude=same)


def test_a_sweep_stands_for_its_arms(tmp_path: Path) -> None:
    """In a list of runs of a metric or figure, the id of a sweep is replaced by all its arms, in order."""
    made = loaded(tmp_path)
    assert made.experiment.metrics["elbo"].runs == ["vae", "latent-2", "latent-25"]
    assert made.experiment.figures["grid"].parameters["runs"] == ["latent-2", "latent-25", "vae"]
    assert made.where("metrics", "elbo", "runs", 2) == f"{tmp_path}/lab.yaml:13: metrics.elbo.runs.2"


def test_products_and_zips(tmp_path: Path) -> None:
    """Every combination of `over` is an arm, while `zip` takes the first value of each axis, then the second, and so on."""
    product = loaded(tmp_path, "over: {model.latent_dim: [2, 8], model.beta: [0.5, 1]}")
    assert list(product.sweeps["latent"].runs) == ["latent-2-0_5", "latent-2-1", "latent-8-0_5", "latent-8-1"]
    zipped = loaded(tmp_path, "zip: {model.latent_dim: [2, 8], training.epochs: [5, 6]}")
    assert zipped.sweeps["latent"].runs == ("latent-2-5", "latent-8-6")
    both = loaded(tmp_path, "over: {threads: [1, 2]}\n    zip: {model.latent_dim: [2, 8], training.epochs: [5, 6]}")
    assert both.sweeps["latent"].axes == ("threads", "model.latent_dim", "training.epochs")
    assert len(both.sweeps["latent"].runs) == 4
    assert both.experiment.runs["latent-2-8-6"].training.epochs == 6


@pytest.mark.parametrize(
    ("axis", "ids"),
    [
        ("training.learning_rate: [1e-3, 5e-4, 1e-5]", ["0_001", "0_0005", "1e-05"]),
        ("model.filters: [[8, 16], [32, 64]]", ["8_16", "32_64"]),
        ("training.optimizer: [sgd, {kind: adam, beta_1: 0.5}]", ["sgd", "adam_beta_1_0_5"]),
        ("data: [digits, more]", ["digits", "more"]),
        ("model.beta: [1, 2.0]", ["1", "2"]),
    ],
)
def test_ids(tmp_path: Path, axis: str, ids: list[str]) -> None:
    """An arm's id is the sweep's and its values, with underscores for characters not allowed in ids."""
    assert list(loaded(tmp_path, f"over: {{{axis}}}").sweeps["latent"].runs) == [f"latent-{id_}" for id_ in ids]


def test_names(tmp_path: Path) -> None:
    """A name says what differs, with numbers in the report's language; a pattern words it."""
    axes = "over: {model.latent_dim: [2, 8], model.beta: [0.5]}"
    runs = loaded(tmp_path, axes).experiment.runs
    assert runs["latent-2-0_5"].name == "mc, latent_dim 2, beta 0.5"
    polish = BASE.replace("title: A lab", "title: A lab, language: pl").replace("run: mc", "run: vae")
    assert loaded(tmp_path, axes, polish).experiment.runs["latent-8-0_5"].name == "VAE, latent_dim 8, beta 0,5"
    pattern = axes + "\n    name: 'd = {latent_dim}, β = {model.beta}'"
    assert loaded(tmp_path, pattern).experiment.runs["latent-8-0_5"].name == "d = 8, β = 0.5"


def test_a_profile_and_set_change_the_values(tmp_path: Path) -> None:
    """A profile and `--set` replace the values of an axis, whose key path is a single key."""
    assert loaded(tmp_path, profile="quick").sweeps["latent"].runs == ("latent-2", "latent-8")
    changed = loaded(tmp_path, sets=["sweeps.latent.over.model.latent_dim=[3]", "sweeps.latent.name=z {latent_dim}"])
    assert changed.experiment.runs["latent-3"].name == "z 3"
    assert changed.sweeps["latent"].runs == ("latent-3",)


def test_a_variant_changes_the_values(tmp_path: Path) -> None:
    """A file that extends another one changes its sweeps."""
    loaded(tmp_path)
    variant = tmp_path / "small.yaml"
    variant.write_text("extends: lab\nsweeps: {latent: {over: {model.latent_dim: [4]}}}\n")
    assert load(variant).sweeps["latent"].runs == ("latent-4",)


def test_where_an_arm_stands(tmp_path: Path) -> None:
    """A shared setting has the place of the run's, and an arm's own value that in the sweep."""
    made = loaded(tmp_path)
    assert made.where("runs", "latent-25", "model", "latent_dim") == f"{tmp_path}/lab.yaml:11: runs.latent-25.model.latent_dim"
    assert made.where("runs", "latent-25", "training", "epochs") == f"{tmp_path}/lab.yaml:6: runs.latent-25.training.epochs"


def test_where_the_values_of_a_row_stand(tmp_path: Path) -> None:
    """Each value of `over` and of `zip` has its own line."""
    made = loaded(tmp_path, "zip:\n      model.latent_dim:\n        - 2\n        - 25\n    over: {threads: [1]}")
    assert made.where("runs", "latent-1-25", "model", "latent_dim").startswith(f"{tmp_path}/lab.yaml:14:")
    assert made.where("runs", "latent-1-2", "model", "latent_dim").startswith(f"{tmp_path}/lab.yaml:13:")
    assert made.where("runs", "latent-1-2", "threads").startswith(f"{tmp_path}/lab.yaml:15:")


MISTAKES = {
    "unknown run": ("run: mc", "run: mcc", "lab.yaml:10: sweeps.latent.run: unknown run", "Did you mean 'mc'?"),
    "unknown section": (AXES, "over: {modle.latent_dim: [2]}", "lab.yaml:11: sweeps.latent.over.modle.latent_dim", "'model'"),
    "unknown setting": (AXES, "over: {training.epohcs: [2, 3]}", "lab.yaml:11: runs.latent-2.training.epohcs", "'epochs'"),
    "seeds": (AXES, "over: {seeds: [[1], [2]]}", "seeds cannot be an axis", "Write seeds into the run"),
    "inside the data": (AXES, "over: {data.dataset.copies: [1]}", "a run names its data by the id", "data: [a, b]"),
    "unequal": (
        AXES,
        "zip: {model.latent_dim: [2, 8], model.beta: [1]}",
        "lab.yaml:11: sweeps.latent.zip: axes under 'zip' must have the same number of values",
        "model.latent_dim: 2 values, model.beta: 1 values",
    ),
    "twice": (AXES, "over: {model.beta: [1, 2, 1.0]}", "two arms of this sweep are the same", "model.beta: 1.0"),
    "over and zip": (AXES, f"{AXES}\n    zip: {{model.latent_dim: [3]}}", "is also under 'over'", "latent_dim"),
    "no axis": (AXES, "name: x", "a sweep needs an axis", "latent_dim"),
    "no values": (AXES, "over: {model.latent_dim: []}", "sweeps.latent.over.model.latent_dim", "at least 1 item"),
    "no list": (AXES, "over: {model: {latent_dim: [2, 8]}}", "sweeps.latent.over.model: a list is expected", "latent_dim"),
    "a run's id": ("  latent:\n", "  vae:\n", "a run and a sweep have the same id", "'vae'"),
    "an arm's id": ("  mc: {", "  latent-25: {extends: vae}\n  mc: {", "id of another arm or of a run", "latent-25 ("),
    "unknown field": (AXES, AXES + "\n    name: '{latent}'", "lab.yaml:12: sweeps.latent.name: unknown field", "'latent_dim'"),
    "one name": (AXES, AXES + "\n    name: VAE", "two arms of this sweep would have the same name", "{model.latent_dim}"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_messages(tmp_path: Path, mistake: str) -> None:
    """Each mistake in a sweep has its message, with line, key path and what to write."""
    old, new, *said = MISTAKES[mistake]
    with pytest.raises(ReportError) as caught:
        loaded(tmp_path, text=BASE.replace(old, new))
    message = str(caught.value)
    assert all(part in message for part in said), message


def test_a_mistake_of_all_arms_is_said_once(tmp_path: Path) -> None:
    """A mistake in the run, or in the key of an axis, is reported once, however many arms there are."""
    text = BASE.replace(AXES, "over: {training.epohcs: [2, 3]}").replace("epochs: 20", "epochs: 0")
    with pytest.raises(ReportError) as caught:
        loaded(tmp_path, text=text)
    assert len(caught.value.problems) == 2, str(caught.value)


@pytest.mark.parametrize(
    ("axes", "arms"),
    [
        (f"over: {{model.beta: {[*range(45)]}, threads: {[*range(1, 46)]}}}", 2025),
        (f"over: {{threads: [1, 2, 3]}}\n    zip: {{model.beta: {[*range(700)]}, training.epochs: {[*range(1, 701)]}}}", 2100),
    ],
)
def test_arms_are_limited(tmp_path: Path, axes: str, arms: int) -> None:
    """Arms are counted before they are made, rows of `zip` once."""
    with pytest.raises(ReportError, match=f"Received: {arms} arms"):
        loaded(tmp_path, axes)


def test_too_many_arms_are_refused_at_the_largest_sweep(tmp_path: Path) -> None:
    """The message about too many arms has the line of the sweep with the most of them."""
    values = ", ".join(map(str, range(2, 2100)))
    with pytest.raises(ReportError) as error:
        loaded(tmp_path, f"over: {{model.latent_dim: [{values}]}}")
    assert error.value.problems[0].where == f"{tmp_path}/lab.yaml:9: sweeps.latent"
