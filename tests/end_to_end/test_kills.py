"""Kills at some file changes and moments, drawn by a seed; `python benchmarks/kills.py` runs all of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_killed_command_leaves_a_next_one_that_is_equal() -> None:
    """After a kill, repeating the build or import leaves exactly what an undisturbed one leaves."""
    command = [sys.executable, str(ROOT / "benchmarks" / "kills.py"), "--sample", "4", "--random", "1", "--seed", "7"]
    ran = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "killed at 4, and at 1 moments" in ran.stdout
