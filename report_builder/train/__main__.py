"""A worker process that trains and probes: `python -m report_builder.train <threads>`."""

from __future__ import annotations

import os
import sys

from report_builder.jobs.process import serve
from report_builder.train.environment import ENVIRONMENT


def prepare() -> None:
    """Import TensorFlow, with the environment and the threads that results depend on."""
    os.environ.update(ENVIRONMENT)
    from report_builder.train import loop

    loop.prepare(int(sys.argv[1]))


if __name__ == "__main__":
    serve(prepare)
