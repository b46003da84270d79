"""Mutation test of the cache key: a changed constant in executed code changes the key of a step, a message does not."""

from __future__ import annotations

import ast
import shutil
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import FrameType

import pytest

from report_builder.jobs import Site
from report_builder.jobs.process import EXECUTORS
from report_builder.store import Memo, code_digests, modules

HERE = modules.PACKAGE
ERRORS = {"Problem", "ReportError", "RunError", "OwnFileError"}  # errors of the package: their arguments are messages


class Traced:
    """Record the called functions of the package: first lines, by file."""

    def __init__(self) -> None:
        self.lines: dict[str, set[int]] = {}

    def __enter__(self) -> dict[str, set[int]]:
        sys.setprofile(self._call)
        return self.lines

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _call(self, frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(f"{HERE}/") and code.co_name != "<module>":
            self.lines.setdefault(str(Path(code.co_filename).relative_to(HERE)), set()).add(code.co_firstlineno)


def carried_out(lab) -> tuple[dict[str, dict[str, set[int]]], dict[str, list[str]]]:
    """Code that each kind of step of a tiny report executes, with functions run eagerly, and the files in its key.

    The key of a step includes the keys of its inputs, and with them the code that its inputs execute.
    """
    import tensorflow as tf

    plan, executed, files = lab.plan(), dict[str, dict[str, set[int]]](), dict[str, list[str]]()
    site = Site(plan.store.root, folders=plan.folders, beside=lab.experiment.parent)
    wanted = [step for (measure, _), step in plan.facts.items() if measure.subject != "longer"]
    tf.config.run_functions_eagerly(True)
    try:
        for planned in plan.missing([*wanted, plan.figures["codes"]]):
            step = planned.step
            module = import_module(EXECUTORS[step.kind])
            with plan.store.claim(step) as work, Traced() as lines:
                module.carry_out(work, site, lambda _: None)
            for file, first in lines.items():
                executed.setdefault(step.kind, {}).setdefault(file, set()).update(first)
            in_key = {name for needed in planned.closure() for name in needed.step.code if name.endswith(".py")}
            files[step.kind] = sorted({*files.get(step.kind, ()), *in_key})
    finally:
        tf.config.run_functions_eagerly(False)
    return executed, files


def copied(folder: Path) -> Path:
    """Copy the package."""
    return Path(shutil.copytree(HERE, folder / HERE.name, ignore=shutil.ignore_patterns("__pycache__")))


def codes(package: Path, files: Mapping[str, list[str]]) -> dict[str, dict[str, str]]:
    """Digests of the code of each kind of step, as a new process computes them."""
    known = Memo(package.parent / "memo.json")
    found = {kind: code_digests([package / name for name in names], known) for kind, names in files.items()}
    known.save()
    return found


def calls_of_errors(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls that create an error of the package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
            yield node


def computing(tree: ast.Module, first: set[int]) -> Iterator[ast.Constant]:
    """Constants in the functions with these first lines, except docstrings, types, messages and parts of f-strings."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        if min([function.lineno, *(each.lineno for each in function.decorator_list)]) not in first:
            continue
        nodes = [node for statement in function.body for node in ast.walk(statement)]
        silent = [node for node in nodes if isinstance(node, ast.JoinedStr)] + [*calls_of_errors(function)]
        silent += [node for node in nodes if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
        silent += [node.annotation for node in nodes if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation]
        silent += [node.returns for node in nodes if isinstance(node, ast.FunctionDef) and node.returns]
        left_out = {id(inner) for node in silent for inner in ast.walk(node)}
        yield from (n for n in nodes if isinstance(n, ast.Constant) and id(n) not in left_out and n.value not in (None, ...))


def messages(tree: ast.Module) -> Iterator[ast.Constant]:
    """Strings that an error of the package contains verbatim."""
    for call in calls_of_errors(tree):
        yield from (each for each in call.args if isinstance(each, ast.Constant) and each.value and isinstance(each.value, str))


def changed(text: str, constant: ast.Constant) -> str:
    """Source with another value for a constant."""
    whole, lines, value = text.encode(), text.encode().splitlines(keepends=True), constant.value
    start = sum(map(len, lines[: constant.lineno - 1])) + constant.col_offset
    end = sum(map(len, lines[: (constant.end_lineno or 1) - 1])) + (constant.end_col_offset or 0)
    other = (
        not value
        if isinstance(value, bool)
        else value + (" " if isinstance(value, str) else b" " if isinstance(value, bytes) else 1)
    )
    return (whole[:start] + repr(other).encode() + whole[end:]).decode()


@pytest.mark.slow
def test_what_is_executed_is_in_the_key(lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A changed constant in any module that a step executes changes its key; a changed error message in any module does not."""
    executed, files = carried_out(lab)
    package = copied(tmp_path / "copy")
    monkeypatch.setattr(modules, "PACKAGE", package)  # the digests cover its files instead of the running ones
    before, unnoticed, tried = codes(package, files), [], 0
    for kind, lines in executed.items():
        for file, first in lines.items():
            text = (package / file).read_text(encoding="utf-8")
            if constant := next(computing(ast.parse(text), first), None):
                (package / file).write_text(changed(text, constant), encoding="utf-8")
                tried += 1
                if codes(package, {kind: files[kind]})[kind] == before[kind]:
                    unnoticed.append(f"{kind}: {file}:{constant.lineno}")
                (package / file).write_text(text, encoding="utf-8")
    assert unnoticed == []
    assert tried > 80
    written = 0
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "from report_builder.errors import" in text and (found := next(messages(ast.parse(text)), None)):
            path.write_text(changed(text, found), encoding="utf-8")
            written += 1
    assert written > 50
    assert codes(package, files) == before
