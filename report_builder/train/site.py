"""What a worker is given beside a step: the store, the folder of the experiment, the data, and somebody to tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report_builder.kinds import ImageData
from report_builder.store import Store

Emit = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class Site:
    """Where a job is done.

    Attributes:
        store: where steps are stored.
        beside: folder of the experiment, for kinds of the user's own.
        data: loads and prepares the images of the step.
        emit: hears `resumed`, `epoch` and `progress`.
    """

    store: Store
    beside: Path | None
    data: Callable[[], ImageData]
    emit: Emit
