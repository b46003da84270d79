"""What a build is asked for, and what it leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from report_builder.errors import Problem, ReportError
from report_builder.jobs import Job, OnEvent
from report_builder.plan import Planned
from report_builder.records import frozen

if TYPE_CHECKING:
    from report_builder.document.press import Press


@frozen
class Options:
    """How to build.

    `workers` jobs run side by side, on this machine or where the scheduler `cluster` has workers; `on_plan` hears what will
    run, how many of it at once, and a warning, `on_event` what happens to it; `press` has begun already.
    """

    formats: tuple[str, ...] = ("pdf", "html", "md")
    draft: bool = False
    dry_run: bool = False
    tensorboard: bool = False
    workers: int = 1
    cluster: str = ""
    on_plan: Callable[[Sequence[Job], int, str], None] = lambda jobs, workers, note: None
    on_event: OnEvent = lambda job, event: None
    press: Press | None = None


@frozen
class Built:
    """What a build left: output files by format, warnings, and whether anything had to be done.

    `error` says why a format was not written, `failed` what else failed; `older` are files of the report, in other formats or
    of the finished document, that this build did not write and that were made of something else.
    """

    paths: Mapping[str, Path]
    warnings: Sequence[Problem] = ()
    lost_standard: str | None = None
    done: Sequence[Planned] = ()
    compiled: bool = True
    failed: Sequence[Problem] = field(default=())
    error: ReportError | None = None
    older: Sequence[Path] = ()
