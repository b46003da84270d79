"""The command `list`: the available kinds with their summaries, the options of a kind, and checks of kinds and languages."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from pathlib import Path

from report_builder.build import Workspace
from report_builder.cli.parser import Options
from report_builder.errors import Exit, FindingError, Problem, ReportError
from report_builder.kinds import Declared, Parameters, Registry
from report_builder.plan.closing import not_python


def list_kinds(options: Options) -> int:
    """List the available kinds with their summaries, or show the options of one, or check one."""
    if options.check:
        return _check(options)
    if options.show_options:
        return _show_options(options)
    rows = dict(_kinds(options.kind, Workspace.find(vars(options))))
    if options.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        width = max(map(len, rows), default=0)
        print("\n".join(f"{name:{width}}  {text}" for name, text in rows.items()))
    return int(Exit.DONE)


def _check(options: Options) -> int:
    """Report what is missing from a language, or from a kind in the user's own file or an installed package."""
    found = _faults(options)
    if options.json:
        print(json.dumps([vars(problem) for problem in found], ensure_ascii=False, indent=1))
        return int(Exit.FINDING if found else Exit.DONE)
    if found:
        raise FindingError(*found)
    return int(Exit.DONE)


def _faults(options: Options) -> tuple[Problem, ...]:
    registry = _registries().get(options.kind)
    if options.kind == "languages":
        from report_builder import languages
        from report_builder.languages.checking import faults

        language = languages.load(options.check)
        found = tuple(faults(language, _words_of_kinds()))
        told = f"{language.code} is complete: {len(language.words)} words, and {len(language.kinds)} of kinds."
    elif registry is None:
        raise ReportError(Problem("", f"{options.kind} cannot be checked with --check", f"--check {options.check}"))
    else:
        from report_builder.build import asking
        from report_builder.kinds.contract import lacks

        workspace = Workspace.find(vars(options))
        beside = workspace.experiments if (workspace.experiments / options.check).is_file() else Path()
        if options.kind == "models" and options.check.endswith(".py"):
            found = asking.lacks(beside / options.check, workspace)
        else:
            found = lacks(registry, options.check, beside)
        told = f"{options.check} is a complete {registry.noun}."
    if not found and not options.json:
        print(told)
    return found


def _words_of_kinds() -> list[str]:
    """English titles of models, data sets and presets, and meanings of loss symbols: the words that a language translates."""
    from report_builder.kinds import DATASETS, MODELS

    models = [model for _, model in MODELS]
    words = [*(data.title for _, data in DATASETS), *(model.title for model in models)]
    words += [preset.title for model in models for preset in model.presets.values()]
    words += [meaning for model in models if model.equation for _, meaning in model.equation(model.parameters()).symbols]
    return [each for each in words if isinstance(each, str)]


def _registries() -> dict[str, Registry[Declared[Parameters]]]:
    from report_builder import kinds

    return {
        "models": kinds.MODELS,
        "datasets": kinds.DATASETS,
        "steps": kinds.DATA_STEPS,
        "figures": kinds.FIGURES,
        "metrics": kinds.METRICS,
        "probes": kinds.PROBES,
    }


def _kinds(sort: str, workspace: Workspace) -> Iterable[tuple[str, str]]:
    from report_builder import languages, pages

    if sort == "reports":
        return [(name, str(workspace.experiments / f"{name}.yaml")) for name in workspace.reports()]
    if sort == "languages":
        return [(code, "") for code in languages.codes()]
    if sort == "pages":
        return [(name, pages.named(name).summary) for name in pages.names()]
    own = [(f"./{path.name}", text) for path, text in _own_models(workspace)] if sort == "models" else []
    registry = _registries()[sort]
    return [*((name, _line(registry, name)) for name in registry.names()), *own]


def _line(registry: Registry[Declared[Parameters]], name: str) -> str:
    """Summary of a kind, or the error of one that an installed package provides but that cannot be loaded."""
    try:
        return _summary(registry.get(name))
    except ReportError as error:
        return " ".join(str(error).split())


def _own_models(workspace: Workspace) -> Iterable[tuple[Path, str]]:
    """Files in the folder of experiments that define models, with the first line of their docstrings; none of them is run."""
    for path in sorted(workspace.experiments.glob("*.py")):
        if not not_python(path):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            if any(_is_model(node) for node in tree.body):
                yield path, (ast.get_docstring(tree) or "a model of your own").splitlines()[0]


def _is_model(node: ast.stmt) -> bool:
    """Whether a statement is `KIND = Model(...)`."""
    called = node.value.func if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) else None
    return called is not None and ast.unparse(called).rpartition(".")[2] == "Model" and ast.unparse(node).startswith("KIND =")


def _summary(kind: Declared[Parameters]) -> str:
    """One line about a kind: its summary, what a figure needs of a model, and the presets of a model."""
    from report_builder.kinds import Figure, Model

    if isinstance(kind, Figure) and kind.serves:
        return f"{kind.summary}; for models with {kind.needs}"
    return f"{kind.summary} Presets: {', '.join(kind.presets)}." if isinstance(kind, Model) and kind.presets else kind.summary


def _show_options(options: Options) -> int:
    """Print the options of a kind with default values and descriptions."""
    registry = _registries().get(options.kind)
    if options.show_options.endswith(".py"):
        step = "Open the file: they are the fields of its class Parameters."
        raise ReportError(
            Problem("", "a kind of your own is not run to print its options", options.show_options, next_step=step)
        )
    if registry is None:
        raise ReportError(Problem("", f"{options.kind} have no options", f"--show-options {options.show_options}"))
    kind = registry.get(options.show_options)
    model = kind.parameters
    fields, defaults = model.model_fields, model.model_construct().model_dump(mode="json", warnings=False)
    if options.json:
        known = {name: {"default": defaults.get(name), "required": field.is_required()} for name, field in fields.items()}
        told = {name: known[name] | {"description": field.description or ""} for name, field in fields.items()}
        print(json.dumps(told, ensure_ascii=False, indent=1))
        return int(Exit.DONE)
    print(f"{options.show_options}: {_summary(kind)}")
    for name, field in fields.items():
        value = "(required)" if field.is_required() else json.dumps(defaults[name], ensure_ascii=False)
        print(f"  {name}: {value}  {field.description or ''}")
    return int(Exit.DONE)
