"""Commands that produce something: build, train, figure, task."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

from report_builder import build as builder
from report_builder.build import Built, Workspace
from report_builder.cli.look import plan_of, show_figure_options
from report_builder.cli.parser import Options
from report_builder.errors import Exit, once
from report_builder.jobs import Event, Job
from report_builder.plan import Plan
from report_builder.run import estimate, progress


def build(options: Options) -> int:
    """Build a report."""
    press = None if options.dry_run else builder.begin(Workspace.find(vars(options)), options.report, options.to)
    plan, workspace = plan_of(options, fetch=not options.dry_run)
    built = builder.build(plan, workspace, replace(_building(options, plan), press=press))
    code = say(built, options.report)
    if options.hand_in and built.paths and code == Exit.DONE and not options.draft:
        from report_builder.build.hand_in import pack

        packed = pack(plan, workspace, built, options.hand_in, options.sets)
        print(f"{packed} is ready to hand in: {packed.stat().st_size / 1e6:.1f} MB with {options.hand_in}.")
    return code


def train(options: Options) -> int:
    """Train, measure and draw everything, without writing the document."""
    plan, workspace = plan_of(options, fetch=not options.dry_run)
    built = builder.train(plan, workspace, _building(options, plan))
    if not options.dry_run:
        done = f"{len(built.done)} steps were done" if built.done else "Every step was stored"
        print(f"{done}. Next: report-builder facts {options.report}, to write with, then report-builder build {options.report}")
    return int(Exit.DONE)


def figure(options: Options) -> int:
    """Redraw one figure, or print its options."""
    plan, workspace = plan_of(options, fetch=not options.dry_run)
    if options.show_options:
        return show_figure_options(plan, options.id)
    return say(builder.build_figure(plan, workspace, options.id, _building(options, plan)), options.report)


def task(options: Options) -> int:
    """Rebuild one task."""
    plan, workspace = plan_of(options, fetch=not options.dry_run)
    return say(builder.build_task(plan, workspace, options.id, _building(options, plan)), options.report)


def _building(options: Options, plan: Plan) -> builder.Options:
    workers = options.jobs or estimate.cores()
    progress = _Progress(plan, options.cluster, dry_run=options.dry_run)
    how = (options.to, options.draft, options.dry_run, options.tensorboard, workers, options.cluster)
    return builder.Options(*how, on_plan=progress.plan, on_event=progress.event)


class _Progress:
    """Progress output while steps run."""

    def __init__(self, plan: Plan, cluster: str, *, dry_run: bool) -> None:
        self._plan, self._cluster, self._dry_run = plan, cluster, dry_run
        self._view = progress.View(sys.stderr, (), 1)

    def plan(self, jobs: Sequence[Job], workers: int, note: str) -> None:
        """Print the warning about the workers, if any, then what will run, on how many workers, and for about how long."""
        if note:
            print(f"warning: {note}", file=sys.stderr)
        self._view = progress.View(sys.stderr, jobs, workers)
        if not jobs:
            if self._dry_run:
                print("Nothing to do: every step is stored.")
            return
        counts = {kind: sum(job.step.kind == kind for job in jobs) for kind in ("run", "arrays", "facts", "figure")}
        words = {"run": "trainings", "arrays": "probes", "facts": "measurements", "figure": "figures"}
        loaded = self._plan.resolved.loaded
        report = f"{loaded.name}, profile {loaded.profile}" if loaded.profile else loaded.name
        todo = ", ".join(f"{n} {words[kind] if n > 1 else words[kind][:-1]}" for kind, n in counts.items() if n)
        print(f"{report}: {todo} to do.", flush=True)
        runs = [job for job in jobs if job.step.kind == "run"]
        for job in runs:
            print(f"  {job.label}: about {job.seconds:.0f} s", flush=True)
        if runs:
            seconds = estimate.together([job.seconds for job in runs], workers)
            where = f"with the {workers} workers of {self._cluster}" if self._cluster else "on this machine"
            print(f"Together about {seconds:.0f} s {where}.", flush=True)

    def event(self, job: Job, event: Event) -> None:
        """Show an event of a job."""
        self._view.show(job, event)


def say(built: Built, report: str = "") -> int:
    """Print what was made and what to do next with the report, and return the exit code."""
    _look_at(built)
    if not built.compiled and built.paths:
        print("Nothing changed; the documents are up to date.")
    for path in built.paths.values():
        print(f"{path} was written nevertheless" if built.error else path)
    if built.error:
        return int(built.error.exit_code)
    if report and built.compiled and "pdf" in built.paths:
        again = "edit a sentence in the template and run the same command"
        print(f"Next: {again}; 'report-builder facts {report}' lists what it may cite.")
    return int(Exit.RUN_FAILED if built.failed else Exit.DONE)


def _look_at(built: Built) -> None:
    """Print warnings, errors, and notes about outdated files to standard error."""
    errors = (*built.failed, *(built.error.problems if built.error else ()))
    said = [*(f"warning: {warning}" for warning in once(built.warnings)), *(f"error: {problem}" for problem in once(errors))]
    said += [f"note: the PDF does not meet {built.lost_standard}"] if built.lost_standard else []
    said += [f"note: {path} is of an earlier build; this one did not write it" for path in built.older]
    print("".join(f"{line}\n" for line in said), end="", file=sys.stderr)
