"""Commands that only inspect: status, explain, facts, check, doctor."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from report_builder import build as builder
from report_builder.build import Workspace
from report_builder.cli.parser import Options
from report_builder.errors import Exit, FindingError, Problem, ReportError, UsageError, near_miss, once
from report_builder.plain import Plain
from report_builder.plan import Plan, Planned, Ran, reason
from report_builder.spec import Arms


def plan_of(options: Options, *, fetch: bool = False) -> tuple[Plan, Workspace]:
    """Return the plan of the report that a command names, and its workspace."""
    workspace = Workspace.find(vars(options))
    return builder.plan_report(options.report, workspace, profile=options.profile, sets=options.sets, fetch=fetch), workspace


def _print_json(value: Plain) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


def _every_step(plan: Plan) -> list[Planned]:
    unique = {planned.step.key: planned for target in plan.everything() for planned in target.closure()}
    return list(unique.values())


def status(options: Options) -> int:
    """Print for every step whether it is stored."""
    plan, _ = plan_of(options)
    rows: list[dict[str, Plain]] = [
        {
            "step": p.label,
            "kind": p.step.kind,
            "key": p.step.key,
            "stored": stored,
            "worker": None if stored else _worker(plan, p),
        }
        for p in _every_step(plan)
        for stored in [plan.stored(p) is not None]
    ]
    plan.store.memo.save()
    if options.json:
        _print_json(rows)
        return int(Exit.DONE)
    for row in rows:
        state = "stored " if row["stored"] else "at work" if row["worker"] else "to do  "
        print(f"{state} {row['key']}  {row['step']}{f', {who}' if (who := row['worker']) else ''}")
    for id_, arms in plan.resolved.loaded.sweeps.items():
        print(f"sweep {id_}, {_sweep_line(plan, arms)}")
    missing = [row for row in rows if not row["stored"]]
    print(
        f"{len(rows) - len(missing)} of {len(rows)} steps are stored."
        + (" 'explain' says why the others would run." if missing else "")
    )
    return int(Exit.DONE)


def _worker(plan: Plan, planned: Planned) -> str | None:
    """Process that is working on a step, with its host and start time; None if there is none."""
    holder = plan.store.holder(planned.step.key)
    if not holder:
        return None
    since = datetime.fromisoformat(holder.since).astimezone()
    return f"process {holder.process} on {holder.host} since {since:%Y-%m-%d %H:%M:%S}"


def _sweep_line(plan: Plan, arms: Arms) -> str:
    """What the arms of a sweep vary, and how many of them are trained with every seed."""
    done = [arm for arm in arms.runs if all(plan.stored(plan.runs[arm, seed]) for seed in plan.seeds(arm) if seed is not None)]
    return f"{arms.run} over {' and '.join(arms.axes)}: {len(done)} of {len(arms.runs)} arms are trained."


def explain(options: Options) -> int:
    """Print why each step ran or would run: the first field that differs from the last build."""
    plan, workspace = plan_of(options)
    last = builder.last_steps(plan, workspace)
    chosen = [p for p in _every_step(plan) if options.name in p.label or p.step.key.startswith(options.name)]
    if options.name and not chosen:
        raise ReportError(
            Problem(
                "",
                "no step's name contains this",
                repr(options.name),
                near_miss(options.name, (p.label for p in _every_step(plan))),
            )
        )
    rows = [_explanation(plan, planned, last) for planned in chosen]
    if options.json:
        _print_json(rows)
        return int(Exit.DONE)
    for row in rows:
        print(f"{row['step']}  [{row['key']}]\n  {row['why']}")
    return int(Exit.DONE)


def _explanation(plan: Plan, planned: Planned, last: Mapping[str, Ran]) -> dict[str, Plain]:
    entry, new = last.get(planned.label), planned.step.as_json()
    old = entry["step"] if entry else None
    why = reason(old, new)
    stored = plan.stored(planned)
    if why == "nothing changed" and entry:
        ran = f"stored; it ran because {entry['why']}"
        why = ran if stored else "would run: it is not stored (never finished, removed, or damaged)"
    else:
        if why == "one of the steps it reads changed":
            why = f"its inputs changed: {', '.join(_changed_inputs(planned, last)) or 'another step'}"
        why = f"{'stored already' if stored else 'would run'}: {why}"
    return {"step": planned.label, "kind": planned.step.kind, "key": planned.step.key, "stored": stored is not None, "why": why}


def _changed_inputs(planned: Planned, last: Mapping[str, Ran]) -> list[str]:
    return [n.label for n in planned.needs.values() if n.label not in last or last[n.label]["step"] != n.step.as_json()]


def facts(options: Options) -> int:
    """Print the facts that the template may cite, and comparisons of two runs."""
    from report_builder.build import citing, publish

    plan, workspace = plan_of(options)
    chosen = citing.citable(plan, workspace, options.name, word=options.grep, new=options.new)
    if options.json:
        _print_json({name: None if fact.placeholder else publish.fact_as_json(fact) for name, fact in chosen.items()})
        return int(Exit.DONE)
    print("".join(f"{line}\n" for line in citing.citation_lines(chosen, plan)), end="")
    return int(Exit.DONE)


def check(options: Options) -> int:
    """Find the mistakes that can be found without training, and list the sentences that no fact supports."""
    if Path(options.report).suffix.lower() in (".md", ".markdown", ".ipynb", ".docx"):
        return _check_file(options)
    if options.against:
        raise UsageError(Problem("", "--report goes with a file to check", options.against, "check FILE.md --report REPORT"))
    plan, workspace = plan_of(options)
    builder.settle(plan)
    if options.json:
        composed = builder.check_plan(plan, workspace)
        told = {"findings": [vars(p) for p in composed.findings], "warnings": [vars(p) for p in composed.warnings]}
        _print_json({**told, "sentences": [one.as_json() for one in composed.judged.sentences]})
        return int(Exit.FINDING if composed.findings else Exit.DONE)
    found = builder.check(plan, workspace)
    plan.store.memo.save()
    for warning in once(found.warnings):
        print(f"warning: {warning}", file=sys.stderr)
    print("".join(f"{line}\n" for line in found.lines), end="")
    if found.findings:
        raise FindingError(*found.findings)
    unmeasured = len(plan.missing(plan.everything()))
    print(
        "No mistakes found."
        + (f" {unmeasured} steps are not stored yet: claims are checked again when they are measured." if unmeasured else "")
    )
    return int(Exit.DONE)


def _check_file(options: Options) -> int:
    """Check a report that was not written with this program."""
    from report_builder.build.foreign import check_file

    file = Path(options.report)
    options.report = options.against
    found = check_file(file, plan_of(options)[0] if options.against else None)
    if options.json:
        _print_json({"findings": [vars(problem) for problem in found]})
        return int(Exit.FINDING if found else Exit.DONE)
    if found:
        raise FindingError(*found)
    print("Nothing in it contradicts itself.")
    return int(Exit.DONE)


def show_figure_options(plan: Plan, id_: str) -> int:
    """Print the options of a figure, or of each figure of a group, with their values and descriptions."""
    for part in plan.resolved.parts(id_):
        kind = plan.resolved.figures[part].kind
        values = kind.parameters.model_dump(mode="json")
        print(f"{part}: {kind.name}")
        for name, field in type(kind.parameters).model_fields.items():
            print(f"  {name}: {json.dumps(values[name], ensure_ascii=False)}  {field.description or ''}")
    return int(Exit.DONE)


def doctor(options: Options) -> int:
    """Check this machine."""
    from report_builder import doctor as examination

    workspace = Workspace.find(vars(options))
    return int(examination.run(data_folders=workspace.data, store=workspace.store))
