"""Damaged data gives a message or the data, and nothing else; `python tests/fuzz data` runs any number of cases."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import report_builder

FUZZ = Path(__file__).parents[1] / "fuzz"


def test_a_seeded_part(monkeypatch):
    """Two hundred damaged archives, images, lists and arrays end in a message, in time, and with little memory."""
    monkeypatch.setenv("PYTHONPATH", str(Path(report_builder.__file__).parents[1]))
    command = [sys.executable, str(FUZZ), "data", "--seed", "7", "--cases", "200"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("200 cases")
