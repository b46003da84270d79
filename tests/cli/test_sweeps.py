"""What the read-only commands report about sweeps and presets."""

from __future__ import annotations

import json

import pytest

from report_builder.plan.schema import json_schema
from report_builder.store import Step, Store

SWEEP = "sweeps:\n  latent: {run: vae, over: {model.latent_dim: [2, 3]}}\nmetrics:\n"


def test_status_counts_the_arms(built, capsys: pytest.CaptureFixture[str]) -> None:
    """`status` reports for each sweep in which settings its arms differ and how many arms are trained."""
    built.edit("metrics:\n", SWEEP)
    assert built.run("status", "tiny") == 0
    printed = capsys.readouterr().out
    assert "sweep latent, vae over model.latent_dim: 1 of 2 arms are trained." in printed
    assert "  run latent-3, seed 1" in printed


def test_explain_names_an_arm(built, capsys: pytest.CaptureFixture[str]) -> None:
    """`explain` treats an arm like any other run."""
    built.edit("metrics:\n", SWEEP)
    assert built.run("explain", "tiny", "latent-3") == 0
    printed = capsys.readouterr().out
    assert "run latent-3, seed 1" in printed
    assert "would run: it was never built in this report" in printed


def test_stored_arms_are_told_apart(built, capsys: pytest.CaptureFixture[str]) -> None:
    """`runs list` prints the settings in which stored trainings of one model differ."""
    assert built.run("runs", "list", "--json") == 0
    rows = {row["model"]: row["settings"] for row in json.loads(capsys.readouterr().out)}
    assert rows["autoencoder"] == {}
    store = Store(built.workspace.store)
    (stored,) = [each for each in store.all("run") if each.meta["spec"]["model"]["kind"] == "autoencoder"]
    spec = dict(stored.meta["spec"])
    with store.claim(Step("run", (), spec | {"model": spec["model"] | {"latent_dim": 7}}, {})) as work:
        work.commit(dict(stored.meta["note"]))
    assert built.run("runs", "list") == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "autoencoder" in line]
    assert sorted(line.rpartition("  ")[2] for line in lines) == ["model.latent_dim=2", "model.latent_dim=7"]


def test_models_are_listed_with_their_presets(lab, capsys: pytest.CaptureFixture[str]) -> None:
    """`list models` names the presets of a model."""
    assert lab.run("list", "models") == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("conditional_gan ")]
    assert "Presets: half_width." in line


def test_labels_do_not_depend_on_the_best_arm(lab, capsys: pytest.CaptureFixture[str]) -> None:
    """A label that depends on the best arm of a sweep is refused before anything is trained."""
    lab.edit("metrics:\n", SWEEP)
    lab.edit("[vae, longer], split: test", "[vae, longer, latent], split: test")
    best = 'best("latent", "test.elbo", on_test=True)'
    lab.edit("# Results\n", f"# Results\n\n{{{{ {best}.name }}}}: {{{{ {best}.get('model.latent_dim') }}}}\n", lab.template)
    assert lab.run("check", "tiny") == 0
    lab.edit("# Results\n", f"# Results\n\n{{{{ equation({best}.id) }}}}\n", lab.template)
    assert lab.run("check", "tiny") == 1
    said = capsys.readouterr().err
    assert "best(), chooses labelled elements" in said
    assert "eq:latent-2, eq:latent-3" in said


def test_the_schema_knows_sweeps_and_presets() -> None:
    """Editors complete the keys of a sweep and the presets of a model, and refuse unknown ones."""
    schema = json_schema()
    (pattern,) = schema["properties"]["sweeps"]["patternProperties"].values()
    sweep = schema["$defs"][pattern["$ref"].rpartition("/")[2]]
    assert set(sweep["properties"]) == {"run", "over", "zip", "name"}
    assert "required" not in sweep
    choices = schema["$defs"]["Run"]["properties"]["model"]["anyOf"]
    presets = {
        c["properties"]["kind"]["const"]: c["properties"].get("preset")
        for c in choices
        if c.get("required") == ["kind"] and "const" in c["properties"]["kind"]
    }
    assert presets["conditional_gan"]["enum"] == ["half_width", None]
    assert presets["classifier"] is None
