"""A worker process: `python -m report_builder.train <threads>`.

Jobs come as JSON lines on stdin, events leave as JSON lines on stdout. Whatever TensorFlow or a model prints goes to stderr,
which the pool keeps in a log. When stdin ends, the parent is gone or needs no worker any more: the process ends at once.
Nothing is lost by that, because files appear complete or not at all.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Mapping
from typing import Any, TextIO

from report_builder.train.environment import ENVIRONMENT


def main() -> None:
    """Does jobs until stdin ends."""
    events, jobs = _own_stdout(), queue.SimpleQueue[Mapping[str, Any]]()
    threading.Thread(target=_listen, args=(jobs,), daemon=True).start()
    os.environ.update(ENVIRONMENT)
    from report_builder.train import loop
    from report_builder.train.jobs import carry_out

    loop.prepare(int(sys.argv[1]))

    while True:
        carry_out(jobs.get(), lambda event: _tell(events, event))


def _own_stdout() -> TextIO:
    """A stream on the real stdout, while descriptor 1 becomes stderr for everything else."""
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return events


def _listen(jobs: queue.SimpleQueue[Mapping[str, Any]]) -> None:
    for line in sys.stdin:
        jobs.put(json.loads(line))
    os._exit(0)  # also in the middle of a job


def _tell(events: TextIO, event: Mapping[str, Any]) -> None:
    try:
        print(json.dumps(event), file=events, flush=True)
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main()
