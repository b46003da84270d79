"""Hostile experiments and templates end in an error message; `python tests/fuzz experiments` runs as many as requested."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parent / "fuzz"


@pytest.mark.slow
@pytest.mark.parametrize("sort", ["experiments", "templates"])
def test_hostile_inputs(sort: str) -> None:
    """Ninety seconds of seeded inputs cause no unforeseen error, and none takes more than 20 s or 1 GB."""
    command = [sys.executable, str(FUZZ), sort, "--seed", "1", "--seconds", "90"]
    there = os.environ | {"PYTHONPATH": str(FUZZ.parents[1])}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=400, env=there)
    assert done.returncode == 0, done.stdout[-5000:]
