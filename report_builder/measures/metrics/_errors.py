"""Standard errors of means over images."""

from __future__ import annotations

import numpy as np


def standard_error(samples: np.ndarray) -> float:
    """Return the standard error of the mean of samples `(n,)`; 0 for a single one."""
    n = len(samples)
    return float(np.std(samples, ddof=1, dtype=np.float64) / np.sqrt(n)) if n > 1 else 0.0
