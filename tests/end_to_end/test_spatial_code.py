"""A model with a spatial code in one file of the user's own: its report states nothing that the file does not declare."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from report_builder.errors import ReportError

MODEL = Path(__file__).parent / "own" / "vq_vae.py"
EXPERIMENT = """\
report: {title: Places, language: en, date: 2025-01-02}
data:
  digits:
    dataset: {kind: digits, copies: 0}
    steps: [{kind: subset, train: 100, test: 30}, scale]
runs:
  small:
    name: VQ 8
    data: digits
    model: {kind: ./vq_vae.py, codebook_size: 8}
    training: {epochs: 2, batch_size: 50}
  large: {extends: small, name: VQ 16, model: {codebook_size: 16}}
metrics:
  reconstruction: {kind: reconstruction, runs: [small, large], split: test}
  history: {kind: history, runs: [small], terms: [loss, codebook_loss]}
figures:
  curves: {kind: training_curves, runs: [small], terms: [loss, codebook_loss], caption: Terms}
  pictures: {kind: reconstructions, runs: [small, large], caption: Pictures}
  parts: {kind: architecture, runs: [small], caption: Parts}
tasks:
  "1": {requires: [answer, "fig:pictures", "fig:curves", "fig:parts"]}
"""
TEMPLATE = """\
# Results

::: {.task #1}
::: answer
The drawn images of [@fig:pictures]{.nom}, after the losses of [@fig:curves]{.nom} in the parts of [@fig:parts]{.nom}, cost
{{ fact("small.test.reconstruction_mse") }}; the last value of the codebook's term is
{{ fact("small.train.final_codebook_loss", unit=True) }}.

{{ settings_table(["small", "large"]) }}

{{ layers_table("small") }}

{{ equation("small") }}

{{ symbols("small") }}

{{ listing("small", "codebook") }}

{{ figure("curves") }}

{{ figure("pictures") }}

{{ figure("parts") }}
:::
:::
"""


@pytest.fixture
def places(lab):
    """Project with the model and its report `tiny`."""
    lab.experiment.write_text(EXPERIMENT, encoding="utf-8")
    lab.template.write_text(TEMPLATE, encoding="utf-8")
    lab.experiment.with_name(MODEL.name).write_text(MODEL.read_text(encoding="utf-8"), encoding="utf-8")
    return lab


@pytest.mark.slow
def test_a_report_of_a_spatial_code(places, capsys: pytest.CaptureFixture[str]) -> None:
    """Units, layers and names are right, and a figure that needs one code vector per image is refused before training."""
    assert places.run("build", "tiny", "--to", "md") == 0, capsys.readouterr().err
    text = (places.folder / "build" / "tiny" / "tiny.md").read_text(encoding="utf-8")
    plan = places.plan()
    run = plan.runs["small", 1]
    rows = [row for part in plan.stored(run).json("summary.json").values() for row in part]
    with np.load(plan.stored(run).path("weights.npz")) as file:
        assert sum(row["parameters"] for row in rows) == sum(array.size for array in file.values())
    assert sum(row["parameters"] for row in rows if row["type"] == "Codebook") == 8 * 4
    assert "codebook_size" not in re.sub(r"(?s)```.*?```", "", text)
    assert re.search(r"\| codebook size *\| *8 *\| *16 *\|", text)
    facts = json.loads((places.folder / "build" / "tiny" / "facts.json").read_text(encoding="utf-8"))
    assert facts["small.train.final_codebook_loss"]["unit"] == ""
    drawing = plan.stored(plan.figures["curves"]).json("drawing.json")
    assert "nats" not in plan.stored(plan.figures["curves"]).path("figure.svg").read_text(encoding="utf-8")
    assert "codebook term" in drawing["alt"] + drawing["details"]
    places.edit("figures:\n", "figures:\n  map: {kind: code_map, runs: [small]}\n")
    with pytest.raises(ReportError, match="it does not provide encode"):
        places.plan()
