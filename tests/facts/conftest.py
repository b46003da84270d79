"""Facts with underlying values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from report_builder.facts import Fact, Measurement

SETTINGS = {"model": {"kind": "vae", "kl": "closed_form"}, "training": {"epochs": 10}, "data": {"dataset": {"kind": "mnist"}}}


@pytest.fixture
def fact(tmp_path: Path) -> Callable[..., Fact]:
    """Return a function that makes a fact from per-image values of each seed, `[[one per image], ...]`, or plain numbers."""

    def make(name: str, samples: Any, units: Any = None, **changes: Any) -> Fact:
        measurements = []
        for seed, values in enumerate(samples, start=1):
            file = tmp_path / f"{name}-{seed}.npz"
            if np.ndim(values):
                known = {} if units is None else {"elbo.units": np.asarray(units[seed - 1])}
                np.savez(file, elbo=np.asarray(values, dtype=float), **known)
            measurements.append(Measurement(seed, float(np.mean(values)), file if np.ndim(values) else None))
        known = {"unit": "nats/image", "better": "higher", "split": "test", "settings": SETTINGS, "data": "d", "run": name}
        return Fact(f"{name}.test.elbo", "elbo", tuple(measurements), **{**known, **changes})

    return make
