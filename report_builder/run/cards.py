"""GPUs: each is used by one training at a time, among all builds on this machine."""

from __future__ import annotations

import os
import platform
import random
import re
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import cache
from itertools import takewhile
from pathlib import Path

from report_builder.errors import Problem
from report_builder.jobs import Job
from report_builder.store import locked_if_free

VISIBLE = "CUDA_VISIBLE_DEVICES"
NO_CARD = "NoCard"  # name of the failure of a training that asks for more cards than a machine has
_CARD = re.compile(r"\d+|(GPU|MIG)-[\w/-]+")
_ASK = ["nvidia-smi", "--query-gpu=uuid", "--format=csv,noheader"]
_PAUSE = 2.0  # approximate seconds between attempts to get several at once


def seen() -> tuple[str, ...]:
    """GPUs that this process may use, as named in `CUDA_VISIBLE_DEVICES`; without that variable, all there are."""
    named = os.environ.get(VISIBLE)
    if named is not None:
        return tuple(takewhile(_CARD.fullmatch, (name.strip() for name in named.split(","))))  # as CUDA itself reads it
    return _all()


@cache
def _all() -> tuple[str, ...]:
    with suppress(OSError):
        said = subprocess.run(_ASK, capture_output=True, text=True, check=False)
        return tuple(line.strip() for line in said.stdout.splitlines() if _CARD.fullmatch(line.strip()))
    return ()


def lacking(job: Job) -> Problem | None:
    """Problem with a job that asks for more GPUs than there are; None if there are enough."""
    if not job.gpu or job.gpu <= (here := len(seen())):
        return None
    rule = f"it asks for {job.gpu} graphics card{'s' if job.gpu != 1 else ''}, and {platform.node()} has {here or 'none'}"
    return Problem("", rule, f"gpu: {job.gpu}", next_step="Leave gpu out, or set gpu: 0, to train without one.")


def take(count: int, ended: threading.Event) -> tuple[tuple[str, ...], ExitStack]:
    """Wait for this many GPUs that no other process on this machine holds; they are held while the stack is open.

    Returns:
        Their names, and the stack; no names if `ended` is set first.
    """
    while not ended.is_set():
        with ExitStack() as held:
            mine = _free(count, seen(), held)
            if len(mine) == count:
                return mine, held.pop_all()
        ended.wait(_PAUSE * (0.5 + random.random()))  # noqa: S311  so that two processes with half each do not collide again
    return (), ExitStack()


def _free(count: int, cards: Sequence[str], held: ExitStack) -> tuple[str, ...]:
    """Take those of the cards that are free at once, at most `count`."""
    folder, mine = Path(tempfile.gettempdir()) / f"report-builder-cards-{os.environ.get('USER', '')}", list[str]()
    for card in cards:
        if len(mine) < count and held.enter_context(locked_if_free(folder / card.replace("/", "-"))):
            mine.append(card)
    return tuple(mine)
