"""Commands that write files for the author: new, schema."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from report_builder import languages, pages
from report_builder.build import Workspace
from report_builder.build.sheets import Sheet
from report_builder.cli.parser import Options
from report_builder.errors import Exit, Problem, UsageError, near_miss
from report_builder.kinds import DATA_STEPS, DATASETS, FIGURES, MODELS, opened
from report_builder.plain import Plain
from report_builder.spec import is_id
from report_builder.store import write_atomically

MODEL, DATA = "vae", "digits"  # used by the skeleton
USUAL = {"language": languages.SOURCE, "page": "lab", "model": MODEL, "dataset": DATA}
STEPS: Sequence[Sequence[dict[str, Plain]]] = (  # the first that a model accepts is used
    [{"kind": "scale"}, {"kind": "binarise", "threshold": 0.5}],
    [{"kind": "scale"}],
    [{"kind": "scale", "range": "symmetric"}],
)
TELLING = ("reconstructions", "samples", "class_samples", "latent_scatter", "confusion")  # the most informative figures
SKELETON = Path(__file__).with_name("skeleton")


def new(options: Options) -> int:
    """Write a small experiment file and its template, ready to build, or import the tasks of a teacher's sheet."""
    workspace = Workspace.find(vars(options))
    if not is_id(options.name):
        rule = "a report's name consists of letters, digits, '-' and '_', a letter first"
        raise UsageError(Problem("NAME", rule, repr(options.name)))
    choices = {"language": languages.codes(), "page": pages.names(), "model": MODELS.names(), "dataset": DATASETS.names()}
    given = {name: _check_known(f"--{name}", text, choices[name]) for name in choices if (text := vars(options)[name])}
    if not given and not options.source and not options.sheet_only and sys.stdin and sys.stdin.isatty():
        given = {name: _ask(name, known) for name, known in choices.items()}
    if options.source:
        tasks = Sheet.read(Path(options.source))
        given = {"language": tasks.language, **given}
        experiment, template = _experiment("sheet.yaml", given, tasks.title, tasks.experiment()), tasks.template()
        experiment = f"# The tasks of {Path(options.source).name}, to be answered.\n{experiment.partition(chr(10))[2]}"
    else:
        model = given.get("model", MODEL)
        text = languages.load(given.get("language", languages.SOURCE)).template or languages.load(languages.SOURCE).template
        title, _, body = text.replace("NAME", options.name).partition("\n")
        template = (_questions(body) if options.sheet_only else body).lstrip("\n")
        experiment = _experiment("sheet.yaml" if options.sheet_only else "experiment.yaml", given, title)
        if model != MODEL and not options.sheet_only:
            figures = _figures(model)
            title = model.replace("_", " ").capitalize()
            experiment, template = _of_model(_experiment("experiment.yaml", given, title), model, figures), _plain(figures)
            steps = _steps(model, given.get("dataset", DATA))
            experiment = re.sub(r"(    steps:\n)(?:      - .*\n)+", lambda found: found[1] + steps, experiment)
    _write({workspace.experiments / f"{options.name}.yaml": experiment, workspace.templates / f"{options.name}.md": template})
    command = f"report-builder build {options.name}"
    print(f"Next: {command} --draft" if options.source else f"Next: make report REPORT={options.name}   (or {command})")
    return int(Exit.DONE)


def _check_known(option: str, text: str, known: Sequence[str]) -> str:
    if text not in known:
        raise UsageError(Problem(option, "unknown name", repr(text), near_miss(text, known)))
    return text


def _ask(name: str, known: Sequence[str]) -> str:
    """Ask for a choice on the terminal until it is a known one; an empty line means the default."""
    usual = USUAL[name]
    while (text := input(f"{name} ({', '.join(known)}) [{usual}]: ").strip() or usual) not in known:
        print(f"  {text!r} is none of these.")
    return text


def _write(files: Mapping[Path, str]) -> None:
    for path in files:
        if path.exists():
            step = "Choose another name, or remove it."
            raise UsageError(Problem(str(path), "this file exists already; nothing was written", next_step=step))
    for path, text in files.items():
        write_atomically(path, text)
        print(path)


def _experiment(skeleton: str, given: Mapping[str, str], title: str, tasks: str = "") -> str:
    """A skeleton with the choices filled in."""
    text = (SKELETON / skeleton).read_text(encoding="utf-8")
    text = text.replace("TITLE", json.dumps(title.strip(), ensure_ascii=False) if tasks else title.strip())
    text = text.replace("LANGUAGE", given.get("language", languages.SOURCE))
    if "page" in given:
        text = text.replace('  author: ""\n', f'  author: ""\n  page: {given["page"]}\n')
    if given.get("dataset", DATA) != DATA:
        text = re.sub(r"dataset: digits .*", f"dataset: {given['dataset']}", text).replace("digits", given["dataset"])
    return text.partition("tasks:")[0] + tasks if tasks else text


def _figures(model: str) -> list[str]:
    """Kinds of the most informative figures that a model supports."""
    kind = MODELS.get(model)
    return ["training_curves", *(name for name in TELLING if FIGURES.get(name).fits(kind.provides))]


def _steps(model: str, dataset: str) -> str:
    """YAML of the first data steps in `STEPS` after which the model accepts the data."""
    kind, data = MODELS.get(model), DATASETS.get(dataset)
    for steps in STEPS:
        layout = data.layout(data.parameters()) if data.layout else None
        for entry in steps:
            step, parameters = opened(DATA_STEPS, entry)
            layout = step.layout(layout, parameters) if layout and step.layout else None
        if layout is None or not kind.refuses(kind.parameters(), layout):
            return "".join(f"      - {json.dumps(entry).replace(chr(34), '')}\n" for entry in steps)
    return "      - scale\n"


def _of_model(experiment: str, model: str, figures: Sequence[str]) -> str:
    """The experiment with one run of this model, its figures, and one task."""
    head, _, rest = experiment.partition("runs:\n")
    training = re.search(r" +training: .*\n.*seeds.*\n", rest)
    drawn = "".join(f"  {name}: {{kind: {name}, runs: [model]}}\n" for name in figures)
    run = (
        f"runs:\n  model:\n    name: {model.replace('_', ' ')}\n    data: {head.partition('data:')[2].split(':')[0].strip()}\n"
    )
    required = ", ".join(f'"fig:{name}"' for name in figures)
    task = f'\nfigures:\n{drawn}\ntasks:\n  "1": {{requires: [answer, {required}]}}\n'
    return f"{head}{run}    model: {model}\n{training[0] if training else ''}{task}"


def _plain(figures: Sequence[str]) -> str:
    """A template that shows each figure."""
    shown = "".join(f'\n<# What does [@fig:{name}]{{.nom}} show? #>\n\n{{{{ figure("{name}") }}}}\n' for name in figures)
    return f'::: {{.task #1}}\n::: answer\n{{{{ run("model").data }}}}\n{shown}:::\n:::\n'


def _questions(template: str) -> str:
    """The template without its answers, that is, without each block from `::: answer` to its closing `:::`."""
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
    """Print the JSON Schema of the experiment file, or write it to a file."""
    from report_builder.plan.schema import json_schema

    text = json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n"
    if options.output:
        write_atomically(Path(options.output), text)
        print(options.output)
    else:
        print(text, end="")
    return int(Exit.DONE)
