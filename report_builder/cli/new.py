"""Commands that write files for the author: new, schema."""

from __future__ import annotations

import json
from pathlib import Path

from report_builder import languages
from report_builder.build import Workspace
from report_builder.cli.parser import Options
from report_builder.errors import Exit, Problem, UsageError, near_miss
from report_builder.spec import is_id
from report_builder.store import write_atomically

SKELETON = Path(__file__).with_name("skeleton")


def new(options: Options) -> int:
    """Writes a small experiment file and its template; both build as they are."""
    workspace = Workspace.find(vars(options))
    if options.language not in languages.codes():
        allowed = near_miss(options.language, languages.codes())
        raise UsageError(Problem("--language", "there is no such language", repr(options.language), allowed))
    if not is_id(options.name):
        raise UsageError(
            Problem("NAME", "a report's name consists of letters, digits, '-' and '_', a letter first", repr(options.name))
        )
    experiment = (SKELETON / ("sheet.yaml" if options.sheet_only else "experiment.yaml")).read_text(encoding="utf-8")
    template = languages.load(options.language).template or languages.load(languages.SOURCE).template
    title, _, body = template.partition("\n")
    body = body.replace("NAME", options.name)
    files = {
        workspace.experiments / f"{options.name}.yaml": experiment.replace("TITLE", title.strip()).replace(
            "LANGUAGE", options.language
        ),
        workspace.templates / f"{options.name}.md": (_questions(body) if options.sheet_only else body).lstrip("\n"),
    }
    for path in files:
        if path.exists():
            raise UsageError(
                Problem(
                    str(path), "this file exists already; nothing was written", next_step="Choose another name, or remove it."
                )
            )
    for path, text in files.items():
        write_atomically(path, text)
        print(path)
    print(f"Next: make report REPORT={options.name}   (or report-builder build {options.name})")
    return int(Exit.DONE)


def _questions(template: str) -> str:
    """The template without its answers: what stands between `::: answer` and its closing `:::`."""
    kept, inside = list[str](), False
    for line in template.splitlines():
        if line.startswith("::: answer"):
            inside = True
        elif inside and line.strip() == ":::":
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept) + "\n"


def schema(options: Options) -> int:
    """Prints the JSON Schema of the experiment file, or writes it to a file."""
    from report_builder.plan.schema import json_schema

    text = json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n"
    if options.output:
        write_atomically(Path(options.output), text)
        print(options.output)
    else:
        print(text, end="")
    return int(Exit.DONE)
