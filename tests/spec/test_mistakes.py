"""Messages about wrong experiment files (place, rule, received value, next step), and the effect of valid changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from report_builder.errors import ReportError
from report_builder.spec import load

TABLE = json.loads((Path(__file__).parent / "mistakes.json").read_text(encoding="utf-8"))
BASE = """\
default_profile: full
report: {title: A lab, language: en, date: 2025-01-02}
data:
  digits: {dataset: digits, steps: [{kind: binarise, threshold: 0.5}]}
  more: {name: More, dataset: {kind: digits, copies: 3}}
runs:
  vae: {name: VAE, data: digits, model: {kind: vae, latent_dim: 2}, training: {epochs: 20, optimizer: adam}}
  mc: {extends: vae, name: Monte Carlo, model: {kl: monte_carlo}, seeds: [1, 2]}
sweeps:
  size: {run: mc, name: "{latent_dim} of VAE", over: {model.latent_dim: [2, 25]}}
metrics:
  elbo: {kind: elbo, runs: [vae, size], split: test}
figures:
  grid: {kind: reconstructions, runs: [size, vae], caption: Words, width: 50%}
  codes: {kind: latent_scatter, runs: [vae], caption: Codes}
subfigures:
  pair: {parts: [grid, codes], columns: 2, caption: Both}
tasks:
  "1": {title: First, requires: [answer, "fig:grid"]}
profiles:
  quick: {runs: {vae: {training: {epochs: 3}}}}
  full: {}
"""


def read(path: Path, sets: list[str]) -> dict[str, Any]:
    """Return each value of the experiment by key path, with sweeps as runs and axes, and the place of an inherited key."""
    loaded = load(path, sets=sets)
    whole = json.loads(loaded.experiment.model_dump_json())
    whole["sweeps"] = {id_: [list(sweep.runs), list(sweep.axes)] for id_, sweep in loaded.sweeps.items()}
    where = {run: loaded.where("runs", run, "training", "epochs").replace(f"{path.parent}/", "") for run in whole["runs"]}
    return {key: value for key, value in flat(whole | {"where": where}) if value is not None}


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the leaves of a mapping by key path."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from flat(below, f"{path}.{key}" if path else key)
    else:
        yield path, value


def told(tmp_path: Path, change: str) -> Any:
    """Return the mistakes after a change `old => new` (or `--set key=value`), or the differences if the file is valid."""
    path = tmp_path / "lab.yaml"
    path.write_text(BASE, encoding="utf-8")
    before, (old, _, new) = read(path, []), change.partition(" => ")
    sets = [change.removeprefix("--set ")] if change.startswith("--set ") else []
    assert sets or old in BASE
    path.write_text(BASE if sets else BASE.replace(old, new.replace("\\n", "\n"), 1), encoding="utf-8")
    try:
        after = read(path, sets)
    except ReportError as error:
        parts = ((p.where, p.rule, p.received, p.next_step and f"=> {p.next_step}", *p.also) for p in error.problems)
        return [[text.replace(f"{tmp_path}/", "") for text in each if text] for each in parts]
    return {key: after.get(key) for key in {**before, **after} if before.get(key) != after.get(key)}


@pytest.mark.parametrize("change", TABLE)
def test_what_is_told(tmp_path: Path, change: str) -> None:
    """Each change of the file gives the mistakes or differences of the table."""
    assert told(tmp_path, change) == TABLE[change]
