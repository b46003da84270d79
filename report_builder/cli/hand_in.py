"""Commands on hand-ins: the demonstration, which is a hand-in itself, and a teacher's checks of a class."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path

from report_builder import build as builder
from report_builder.build import Workspace
from report_builder.build.findings import ANSWERED, CONSISTENT, RECOMPUTED, Finding, Judged
from report_builder.build.hand_in import CARD, card_of, unpack
from report_builder.build.similarity import similar_answers
from report_builder.build.verify import examine
from report_builder.cli.make import say
from report_builder.cli.parser import ROOTS, Options
from report_builder.errors import Exit, Problem, ReportError, UsageError
from report_builder.project import text_of
from report_builder.run import estimate
from report_builder.spec import load

SAID = """
This is what does not agree, and not who did what: a mistake, an old file and a lie look the same, and who changes
all parts alike is not seen. Ask for the weights and add --recompute, or ask the author."""
PATIENCE = 600  # timeout for one hand-in, in seconds
DEMO = "quickstart-hand-in.zip"
FALSE = """{{ claim("ae.drawn.class_agreement", "better", "vae.drawn.class_agreement", "The AE draws better.", by="model") }}"""
UNTRAINED = Problem(
    "",
    "the bundled results belong to the unchanged report; a changed one must be trained",
    next_step="Install what trains: make install, or pip install 'report-builder[cpu]'.",
)
PROSE = ("#", ":", "{", "<", "|", "!")  # line starts that are not sentences


def demo(options: Options) -> int:
    """Build the bundled report in a folder of its own, keeping any changes made there."""
    folder = Path(options.folder)
    if not (folder / CARD).is_file():
        if folder.exists():
            step = "Name another folder: report-builder demo FOLDER"
            raise UsageError(Problem(str(folder), "the folder exists and is not a demonstration", next_step=step))
        with as_file(files("report_builder.cli") / DEMO) as archive:
            unpack(archive, folder)
    card, workspace = card_of(folder), Workspace.at(folder)
    try:
        plan = builder.plan_report(card.report, workspace, profile=card.profile or None, sets=card.sets)
        code = say(builder.build(plan, workspace, builder.Options()))
    except ReportError as error:
        raise (type(error)(*error.problems, UNTRAINED) if not find_spec("keras") and _is_other(error) else error) from None
    if code == Exit.DONE:
        again = f"report-builder demo{'' if options.folder == 'demo' else f' {folder}'}"
        template = workspace.template(plan.resolved.loaded)
        print(f"\nChange this sentence and run again ({again}):\n  {_sentence(template)}")
        print(f"Or add this one, which the measurements contradict, so that it does not build:\n  {FALSE}")
    return code


# --- the teacher's look -------------------------------------------------------------------------------------------------------


def verify(options: Options) -> int:
    """Judge hand-ins, each of several in its own process, and print their inconsistencies."""
    path = Path(options.path)
    if path.is_file():
        judged = {path.name: _judge(path, options)}
    elif files_ := sorted(path.glob("**/*.zip")):
        with ThreadPoolExecutor(estimate.cores()) as pool:
            found = pool.map(partial(_judge_in_process, arguments=_command(options)), files_)
        judged = {str(file.relative_to(path)): each for file, each in zip(files_, found, strict=True)}
    else:
        raise UsageError(
            Problem(str(path), "there is no hand-in here", next_step="Name a folder of *.zip files, or one of them.")
        )
    asked = _sheet(options)[1]
    pairs = list(similar_answers({name: each.prose for name, each in judged.items()}, asked)) if len(judged) > 1 else []
    if options.json:
        told = {name: asdict(each) for name, each in judged.items()}
        print(json.dumps({"hand-ins": told, "alike": pairs}, ensure_ascii=False, indent=1))
    else:
        print("\n".join(lines(judged, pairs)))
    return int(Exit.FINDING if pairs or any(each.findings for each in judged.values()) else Exit.DONE)


def _judge(file: Path, options: Options) -> Judged:
    sheet, asked = _sheet(options)
    with tempfile.TemporaryDirectory(prefix="report-builder-") as folder:
        how = {"code": options.run_own_code, "recompute": options.recompute}
        return examine(file, Path(folder), Workspace.find(vars(options)).data, sheet=sheet, asked=asked, **how)


def _sheet(options: Options) -> tuple[dict[str, tuple[str, ...]], str]:
    """What each task of the sheet requires, and the text of its template."""
    if not options.sheet:
        return {}, ""
    workspace = Workspace.find(vars(options))
    file = workspace.experiment(options.sheet)
    loaded = load(file, project=workspace.project(file))
    return {id_: tuple(task.requires) for id_, task in loaded.experiment.tasks.items()}, text_of(workspace.template(loaded))


def _command(options: Options) -> list[str]:
    """Arguments of the command that judges one hand-in, apart from its path."""
    named = {**{f"--{root}": vars(options).get(root) for root in ROOTS}, "--sheet": options.sheet}
    flags = {"--recompute": options.recompute, "--run-own-code": options.run_own_code}
    given = [part for name, value in named.items() if value for part in (name, str(value))]
    given += [part for root in options.roots for part in ("--allow-root", root)]
    return ["--json", *given, *(name for name, is_set in flags.items() if is_set)]


def _judge_in_process(file: Path, arguments: Sequence[str]) -> Judged:
    """Judge a hand-in in a separate process, so that a crash or a timeout affects this hand-in only."""
    command = [sys.executable, "-m", "report_builder", "verify", str(file), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
        return Judged.of(json.loads(done.stdout)["hand-ins"][file.name])
    except (subprocess.TimeoutExpired, ValueError, LookupError, TypeError) as error:
        return Judged(findings=(Finding("archive", f"it cannot be judged: {type(error).__name__}"),))


def lines(judged: Mapping[str, Judged], pairs: Sequence[tuple[str, str, str, float]]) -> Iterator[str]:
    """Yield the lines of a table by hand-in and task, followed by the findings."""
    width = max(len(name) for name in judged)
    yield f"{'hand-in':{width}}  task    answered    consistent    recomputed    alike"
    for name, each in judged.items():
        for task in each.tasks:
            others = sum(task == pair[0] and name in pair[1:3] for pair in pairs)
            states = (each.state(task, ANSWERED), each.state(task, CONSISTENT), each.state(task, RECOMPUTED))
            yield f"{name:{width}}  {task or '-':6}  {states[0]:10}  {states[1]:12}  {states[2]:12}  {others or '-'}"
    for name, each in judged.items():
        told = [
            f"  {finding.level}{f', task {finding.task}' * bool(finding.task)}: {finding.text}" for finding in each.findings
        ]
        told += [f"  note: {note}" for note in each.notes]
        yield from [f"\n{name}", *told] if told else []
    for task, one, other, share in pairs:
        where = f", task {task}" * bool(task)
        yield f"\n{one} and {other}{where}: {100 * share:.0f} % of the phrases of the shorter answer occur in both"
    yield SAID


def roster(options: Options) -> int:
    """Write a sheet for each student in a list."""
    from report_builder.build.roster import hand_out

    count = 0
    for row, sheet, personal in hand_out(options.report, Workspace.find(vars(options)), Path(options.file), options.profile):
        print(f"{sheet}  {personal}  {', '.join(f'{name}={value}' for name, value in row.items())}")
        count += 1
    print(f"{count} sheets. A student puts the YAML file next to the sheet's and builds it.")
    return int(Exit.DONE)


# --- the demonstration --------------------------------------------------------------------------------------------------------


def _is_other(error: ReportError) -> bool:
    """Whether an error lies outside the template: errors in templates carry a place in a `.md` file."""
    return not any(".md:" in problem.where for problem in error.problems)


def _sentence(template: Path) -> str:
    """First sentence of a template, preceded by its file and line."""
    lines = enumerate(template.read_text(encoding="utf-8").splitlines(), 1)
    number, line = next((number, line) for number, line in lines if line and not line.startswith(PROSE))
    return f"{template}:{number}: {re.split(r'(?<=[.?!]) ', line)[0]}"
