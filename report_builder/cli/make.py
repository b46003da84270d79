"""Commands that make something: build, figure, task."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from report_builder import build as builder
from report_builder.build import Built
from report_builder.cli.look import plan_of, show_figure_options
from report_builder.cli.parser import Options
from report_builder.errors import Exit, once
from report_builder.plan import Plan, Planned


def build(options: Options) -> int:
    """Builds a report."""
    plan, workspace = plan_of(options, fetch=not options.dry_run)
    return _say(builder.build(plan, workspace, _building(options, plan)), options)


def figure(options: Options) -> int:
    """Redraws one figure, or shows its options."""
    plan, workspace = plan_of(options, fetch=not options.dry_run)
    if options.show_options:
        return show_figure_options(plan, options.id)
    return _say(builder.build_figure(plan, workspace, options.id, _building(options, plan)), options)


def task(options: Options) -> int:
    """Regenerates one task."""
    plan, workspace = plan_of(options, fetch=not options.dry_run)
    return _say(builder.build_task(plan, workspace, options.id, _building(options, plan)), options)


def _building(options: Options, plan: Plan) -> builder.Options:
    progress = _Progress(plan, dry_run=options.dry_run)
    return builder.Options(options.to, options.draft, options.dry_run, options.tensorboard, progress.plan, progress.event)


class _Progress:
    """What the user sees while steps run."""

    def __init__(self, plan: Plan, *, dry_run: bool) -> None:
        self._plan, self._dry_run = plan, dry_run
        self._view: Any = None

    def plan(self, missing: Sequence[Planned]) -> None:
        """Says what will run and about how long."""
        if not missing:
            if self._dry_run:
                print("Nothing to do: every step is stored.")
            return
        counts = {kind: sum(p.step.kind == kind for p in missing) for kind in ("run", "arrays", "facts", "figure")}
        words = {"run": "trainings", "arrays": "probes", "facts": "measurements", "figure": "figures"}
        loaded = self._plan.resolved.loaded
        report = f"{loaded.name}, profile {loaded.profile}" if loaded.profile else loaded.name
        todo = ", ".join(f"{n} {words[kind] if n > 1 else words[kind][:-1]}" for kind, n in counts.items() if n)
        print(f"{report}: {todo} to do.", flush=True)
        runs = [planned for planned in missing if planned.step.kind == "run"]
        if runs:
            from report_builder.run import estimate

            plan, specs = self._plan, {planned.label: planned.step.spec for planned in runs}
            seconds = {
                label: estimate.seconds(spec, plan.store, plan.located(spec["data"]), plan.folders)
                for label, spec in specs.items()
            }
            for label, time in seconds.items():
                print(f"  {label}: about {time:.0f} s", flush=True)
            print(f"Together about {estimate.together(list(seconds.values())):.0f} s on this machine.", flush=True)

    def event(self, event: Mapping[str, Any]) -> None:
        """Shows one event of a worker, or a step done here."""
        from report_builder.run import progress

        self._view = self._view or progress.View(sys.stderr)
        self._view.show(event)


def _say(built: Built, options: Options) -> int:
    """Says what was made, what to look at, and what to try next; returns the exit code."""
    _look_at(built)
    if not built.compiled and built.paths:
        print("Nothing changed; the documents are up to date.")
    for path in built.paths.values():
        print(f"{path} is written all the same" if built.error else path)
    if built.error:
        return int(built.error.exit_code)
    if built.compiled and "pdf" in built.paths:
        again = "edit a sentence in the template and run the same command"
        print(f"Next: {again}; 'report-builder facts {options.report}' lists what it may cite.")
    return int(Exit.RUN_FAILED if built.failed else Exit.DONE)


def _look_at(built: Built) -> None:
    """Warnings, errors, and files that are not what their names say."""
    errors = (*built.failed, *(built.error.problems if built.error else ()))
    said = [*(f"warning: {warning}" for warning in once(built.warnings)), *(f"error: {problem}" for problem in once(errors))]
    said += [f"note: the PDF does not meet {built.lost_standard}"] if built.lost_standard else []
    said += [f"note: {path} is of an earlier build; this one did not write it" for path in built.older]
    print("".join(f"{line}\n" for line in said), end="", file=sys.stderr)
