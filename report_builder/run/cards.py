"""Graphics cards: each is had by one training at a time, whoever on this machine builds."""

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
NO_CARD = "NoCard"  # how the failure of a training is called that asks for more cards than a machine has
_CARD = re.compile(r"\d+|(GPU|MIG)-[\w/-]+")
_ASK = ["nvidia-smi", "--query-gpu=uuid", "--format=csv,noheader"]
_PAUSE = 2.0  # seconds, about, until it is tried again to have several at once


def seen() -> tuple[str, ...]:
    """The cards that this process may use, as `CUDA_VISIBLE_DEVICES` names them: those that it names, else all there are."""
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
    """What to say of a job that asks for more cards than are here."""
    if not job.gpu or job.gpu <= (here := len(seen())):
        return None
    rule = f"it asks for {job.gpu} graphics card{'s' if job.gpu != 1 else ''}, and {platform.node()} has {here or 'none'}"
    return Problem("", rule, f"gpu: {job.gpu}", next_step="Leave gpu out, or say gpu: 0, to train without one.")


def take(count: int, ended: threading.Event) -> tuple[tuple[str, ...], ExitStack]:
    """Waits for so many cards that nobody else on this machine has, until `ended`; they are had as long as the stack is open.

    Returns:
        Their names, and the stack; nothing where it has ended.
    """
    while not ended.is_set():
        with ExitStack() as held:
            mine = _free(count, seen(), held)
            if len(mine) == count:
                return mine, held.pop_all()
        ended.wait(_PAUSE * (0.5 + random.random()))  # noqa: S311  two that each hold half do not meet again
    return (), ExitStack()


def _free(count: int, cards: Sequence[str], held: ExitStack) -> tuple[str, ...]:
    """Those of them that are had at once, at most so many."""
    folder, mine = Path(tempfile.gettempdir()) / f"report-builder-cards-{os.environ.get('USER', '')}", list[str]()
    for card in cards:
        if len(mine) < count and held.enter_context(locked_if_free(folder / card.replace("/", "-"))):
            mine.append(card)
    return tuple(mine)
