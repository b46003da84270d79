"""Commands on hand-ins: the demonstration, which is one, and the teacher's look at those of a class."""

from __future__ import annotations

import re
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path

from report_builder import build as builder
from report_builder.build import Workspace
from report_builder.build.hand_in import CARD, card_of, unpack
from report_builder.cli.make import say
from report_builder.cli.parser import Options
from report_builder.errors import Exit, Problem, ReportError, UsageError

DEMO = "quickstart-hand-in.zip"
FALSE = """{{ claim("ae.drawn.class_agreement", "better", "vae.drawn.class_agreement", "The AE draws better.", by="model") }}"""
UNTRAINED = Problem(
    "",
    "what came along are the results of the report as it was; another one is trained",
    next_step="Install what trains: make install, or pip install 'report-builder[cpu]'.",
)
PROSE = ("#", ":", "{", "<", "|", "!")  # no sentence begins so


def demo(options: Options) -> int:
    """Builds the report that comes along, in a folder of its own; what was changed there is kept."""
    folder = Path(options.folder)
    if not (folder / CARD).is_file():
        if folder.exists():
            step = "Name another folder: report-builder demo FOLDER"
            raise UsageError(Problem(str(folder), "this is there already, and is no demonstration", next_step=step))
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


def _is_other(error: ReportError) -> bool:
    """Whether it is none of the document's: those of a template have its line."""
    return not any(".md:" in problem.where for problem in error.problems)


def _sentence(template: Path) -> str:
    """The first sentence of a template, after its place."""
    lines = enumerate(template.read_text(encoding="utf-8").splitlines(), 1)
    number, line = next((number, line) for number, line in lines if line and not line.startswith(PROSE))
    return f"{template}:{number}: {re.split(r'(?<=[.?!]) ', line)[0]}"
