"""The lecture, with networks that train for seconds on bundled data, and with a student's own number."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from report_builder.cli import main

ROOT = Path(__file__).parents[2]
TINY = {f"runs.{run}.training.epochs": "1" for run in ("dense", "vae", "faces", "variant")} | {
    "runs.faces.model.filters": "[4, 4, 4, 4, 4]",
    "data.clothes.otherwise": "{kind: digits, copies: 0}",
    "data.pictures.otherwise": "{kind: digits, copies: 0}",
    "student": "900817",
}


@pytest.mark.slow
@pytest.mark.external("poppler")
def test_the_lecture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its data set the lecture builds without findings, names the substitute digits, and uses the student's number."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    folders = {"experiments": ROOT, "templates": ROOT} | dict.fromkeys(("store", "build", "figures", "data"), tmp_path)
    options = [part for name, root in folders.items() for part in (f"--{name}", str(root / name))]
    sets = [part for key, value in TINY.items() for part in ("--set", f"{key}={value}")]
    assert main(["build", "vae-lecture", "--to", "pdf,html,docx", *sets, *options]) == 0
    command = ["pdftotext", "-layout", str(tmp_path / "build" / "vae-lecture" / "vae-lecture.pdf"), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    assert "заменены рукописными цифрами" in text
    assert "Номер студента: 900817" in text
    assert "[не измерено]" not in text
