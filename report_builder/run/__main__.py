"""A light process, which measures and draws: `python -m report_builder.run`."""

from __future__ import annotations

import os

from report_builder.jobs.process import serve


def prepare() -> None:
    """Use one thread, because several such processes share the cores."""
    os.environ.update({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})


if __name__ == "__main__":
    serve(prepare)
