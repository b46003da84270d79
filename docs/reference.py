"""The pages of the reference, generated from the registries whenever the site is built; nothing in them is written by hand."""

from __future__ import annotations

import argparse
import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from report_builder import kinds
from report_builder.cli.parser import parser
from report_builder.limits import LIMITS
from report_builder.spec import grammar
from report_builder.spec.report import Report
from report_builder.spec.training import Training

PARTS = {
    "": grammar.Experiment,
    "report": Report,
    "parameters.ID": grammar.Parameter,
    "data.ID": grammar.Data,
    "runs.ID": grammar.Run,
    "runs.ID.training": Training,
    "sweeps.ID": grammar.Sweep,
    "metrics.ID": grammar.Metric,
    "figures.ID": grammar.Figure,
    "subfigures.ID": grammar.Subfigures,
    "tasks.ID": grammar.Task,
}


def pages() -> dict[str, str]:
    """Return the Markdown of each page of the reference by file name."""
    return {
        "experiment.md": page("Keys of an experiment file", EXPERIMENT, map(keys, PARTS)),
        "models.md": page("Models", MODELS, (model(kind) for _, kind in kinds.MODELS)),
        "datasets.md": page("Data sets", DATASETS, (parameters(kind) for _, kind in kinds.DATASETS)),
        "steps.md": page("Steps of data", STEPS, (parameters(kind) for _, kind in kinds.DATA_STEPS)),
        "metrics.md": page("Metrics", METRICS, (metric(kind) for _, kind in kinds.METRICS)),
        "probes.md": page("Probes", PROBES, (probe(kind) for _, kind in kinds.PROBES)),
        "figures.md": page("Figures", FIGURES, (figure(kind) for _, kind in kinds.FIGURES)),
        "commands.md": page("Commands", COMMANDS, commands(parser())),
        "limits.md": page("Limits", LIMITS_HEAD, [limits()]),
    }


EXPERIMENT = "Keys and their places; `ID` is a name of your choice. The parameters of each `kind` are on the other pages."
MODELS = (
    "`model: {kind: NAME, parameter: value}`. A preset (`preset: NAME`) gives several parameters at once; those beside it win."
)
DATASETS = "`dataset: {kind: NAME, parameter: value}`; [where files are searched](../experiment.md#data)."
STEPS = "Entries of `steps:` of a data set, done in order: `{kind: NAME, parameter: value}`, or the name alone."
METRICS = """Entries of `metrics:`. What a metric measures is a fact, `RUN.SPLIT.NAME` or `RUN.METRIC.NAME`; those of a report
are listed by `report-builder facts REPORT`. *Better* is the direction used by verdicts; without one the template gives
`greater=` and `smaller=`. *Chance* is the source of randomness besides the seed ([verdicts](../verdicts.md))."""
PROBES = "Arrays of a trained model, which metrics and figures read; [your own](../own-model.md) ask for them by name."
FIGURES = "Entries of `figures:`, beside `caption` and `width`. The [gallery](../gallery.md) shows each of them."
COMMANDS = "The program is `.venv/bin/report-builder`, or `.venv/bin/python -m report_builder`."
LIMITS_HEAD = (
    "Input beyond these limits is refused; raise one by `--limit NAME=VALUE` or `REPORT_BUILDER_LIMITS=NAME=VALUE,NAME=VALUE`."
)


def page(title: str, head: str, sections: Iterable[str]) -> str:
    """Return a page: its introduction and its sections."""
    return "\n\n".join([f"# {title}", head, *sections]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a Markdown table; empty if it has no rows."""
    lines = [" | ".join(cell.replace("|", r"\|").replace("\n", " ") or " " for cell in row) for row in rows]
    return (
        "\n".join([f"| {' | '.join(heads)} |", f"|{' --- |' * len(heads)}", *(f"| {line} |" for line in lines)])
        if lines
        else ""
    )


def fields(model: type[BaseModel]) -> str:
    """Return the table of the fields of a class."""
    defaults = model.model_construct().model_dump(mode="json", warnings=False)
    rows = [
        (f"`{name}`", default(each, defaults.get(name)), each.description or "") for name, each in model.model_fields.items()
    ]
    return table(["key", "default", "description"], rows) or "It has no parameters."


def default(field: FieldInfo, value: object) -> str:
    """Return a default in YAML notation."""
    text = json.dumps(value, ensure_ascii=False)
    return "required" if field.is_required() else "" if text in ('""', "{}", "[]") or len(text) > 60 else f"`{text}`"


def keys(place: str) -> str:
    """Return the keys at one level of an experiment file."""
    said = (inspect.getdoc(PARTS[place]) or "").splitlines()[0]
    return f"## {f'`{place}`' if place else 'The file'}\n\n{said}\n\n{fields(PARTS[place])}"


def parameters(kind: kinds.Declared[kinds.Parameters]) -> str:
    """Return the section of a kind: its description and parameters."""
    return f"## {kind.name}\n\n{kind.summary[0].upper()}{kind.summary[1:].rstrip('.')}.\n\n{fields(kind.parameters)}"


def model(kind: kinds.Model[kinds.Parameters]) -> str:
    """Return the section of a model, with its presets, logged terms and capabilities."""
    presets = table(
        ["preset", "gives"], [(f"`{name}`", f"`{json.dumps(each.parameters)}`") for name, each in kind.presets.items()]
    )
    logs = table(["logged term", "unit", "better"], [(f"`{t.name}`", t.unit, t.better) for t in kind.logs(kind.parameters())])
    provides = f"It provides {', '.join(f'`{each}`' for each in sorted(kind.abilities))}."
    return "\n\n".join(filter(None, [parameters(kind), presets, logs, provides]))


def metric(kind: kinds.Metric[kinds.Parameters]) -> str:
    """Return the section of a metric, with the facts that it gives for typical parameters."""
    judge = {"judge": "judge"} if "judge" in kind.parameters.model_fields else {}
    asked = kind.parameters.model_validate(judge)
    given = kind.values(asked, kind.reads(asked))
    facts = [(f"`{q.name}`", q.unit, "" if q.better == "none" else q.better, q.noise, q.reduction) for q in given]
    return f"{parameters(kind)}\n\n{table(['fact', 'unit', 'better', 'chance', 'reduction'], facts)}"


def probe(kind: kinds.Probe[kinds.Parameters]) -> str:
    """Return the section of a probe, with the capabilities it needs and the arrays it gives."""
    said = inspect.getdoc(kind.measure or kind.judged) or ""
    arrays = re.search(r"Returns:\n(.*?)(?:\n\n|\Z)", said, re.DOTALL)
    needs = f"Needs {', '.join(f'`{each}`' for each in sorted(kind.needs))}. " if kind.needs else ""
    return f"{parameters(kind)}\n\n{needs}Arrays: {' '.join(arrays[1].split()) if arrays else said}"


def figure(kind: kinds.Figure[kinds.Parameters]) -> str:
    """Return the section of a figure, with the models that it serves."""
    served = ", ".join(f"`{name}`" for name, model in kinds.MODELS if kind.fits(model.abilities))
    return f"{parameters(kind)}\n\nFor models that provide {kind.needs}: {served}." if kind.serves else parameters(kind)


def commands(program: argparse.ArgumentParser) -> Iterator[str]:
    """Return each command with its options, subcommands in place."""
    for name, command in subcommands(program).items():
        if inner := subcommands(command):
            yield from (described(f"{name} {each}", found) for each, found in inner.items())
        else:
            yield described(name, command)


def subcommands(program: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    """Return the commands of a program by name."""
    found = [action.choices for action in program._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
    return found[0] if found else {}


def described(name: str, command: argparse.ArgumentParser) -> str:
    """Return the section of one command; the folder options, which all commands have, are left out."""
    actions = [each for each in command._actions if each.dest not in LEFT_OUT]  # noqa: SLF001
    rows = [(f"`{' '.join([', '.join(a.option_strings), a.metavar or '']).strip() or a.dest}`", a.help or "") for a in actions]
    return f"## {name}\n\n{(command.description or '').capitalize()}.\n\n{table(['option', 'what it does'], rows)}"


LEFT_OUT = {"help", "experiments", "templates", "store", "figures", "data", "roots", "limits"}


def limits() -> str:
    """Return the table of limits."""
    return table(
        ["limit", "at most", "of"], [(f"`{name}`", each.told(each.default), each.noun) for name, each in LIMITS.items()]
    )
