"""Options and result of a build."""

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
    from report_builder.document.composing import Document
    from report_builder.document.material import Material
    from report_builder.document.press import Press
    from report_builder.document.rendering import Rendered


@frozen
class Options:
    """How to build.

    Attributes:
        formats: output formats.
        draft: write the document even if steps failed, or claims are unmeasured or wrong; these are marked.
        dry_run: show what would run, and stop.
        tensorboard: also write TensorBoard event files.
        workers: number of jobs that run in parallel.
        cluster: scheduler on which the workers run; "" for this machine.
        on_plan: called with the jobs, the number of workers, and a warning ("" for none).
        on_event: called with each job and its events.
        press: typst, if it was started early (see `begin`).
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
class Source:
    """What the files of a document were written from; `press` holds its PDF, if there is one."""

    material: Material
    rendered: Rendered
    document: Document
    press: Press | None


@frozen
class Built:
    """Result of a build.

    Attributes:
        paths: output files, by format.
        warnings: problems that did not stop the build.
        lost_standard: PDF standard that could not be met, if any.
        done: steps that were missing before the build.
        compiled: whether a document was written.
        failed: problems of steps that failed.
        error: why a format was not written.
        older: outdated files of the report, in other formats or of the final document, that this build did not write.
        source: what the files were written from, if any was.
    """

    paths: Mapping[str, Path]
    warnings: Sequence[Problem] = ()
    lost_standard: str | None = None
    done: Sequence[Planned] = ()
    compiled: bool = True
    failed: Sequence[Problem] = field(default=())
    error: ReportError | None = None
    older: Sequence[Path] = ()
    source: Source | None = None
