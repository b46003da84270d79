"""A kind in a user's own file: mistakes in it are reported with its file and line.

Files of models are run in workers only, which try them before anything is trained (`train/trial.py`).
"""

from __future__ import annotations

import ast
import builtins
import dis
import functools
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import CodeType, FunctionType, ModuleType, UnionType
from typing import Any, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from report_builder.errors import OwnFileError, Problem, ReportError, near_miss
from report_builder.kinds._registry import K

Q = ParamSpec("Q")
R = TypeVar("R")
PREFIX = "report_builder_own_"  # of the names of modules made from such files
ADVICE = "This is in a file of your own: docs/own-model.md shows what it must have."


def own_module(path: Path, noun: str) -> ModuleType:
    """Run a user's own file anew, and return its module.

    It may import this package, installed packages and the standard library, but no second file beside it, which would be in no
    key.

    Raises:
        ReportError: there is no such file, it imports a file beside it, or it cannot be run; the line is named.
    """
    spec = importlib.util.spec_from_file_location(f"{PREFIX}{path.stem}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ReportError(Problem(str(path), f"no such file for a {noun} of your own", path.name))
    _alone(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses and pydantic look up their module there
    try:
        spec.loader.exec_module(module)
    except (ReportError, MemoryError):
        raise
    except SyntaxError as error:
        raise ReportError(Problem(str(path), f"{path.name}:{error.lineno} is not valid Python", error.msg)) from None
    except (Exception, SystemExit) as error:
        rule = f"{path.name}:{_line(error, path) or 1} cannot be run"
        raise ReportError(Problem(str(path), rule, f"{type(error).__name__}: {error}")) from error
    return module


def with_blame(kind: K, advice: str) -> K:
    """Return the kind with each of its functions checked: what it takes, what it raises and what it returns.

    What each must take and return is declared by the type of its field.

    Raises:
        ReportError: a function takes another number of arguments.
    """
    contracts = {name: found for name, hint in _hints(type(kind)).items() if (found := _contract(hint))}
    given = {name: value for name in contracts if isinstance(value := vars(kind)[name], FunctionType)}
    taken = [problem for name, function in given.items() for problem in _check_arity(function, contracts[name][0], kind.file)]
    if taken:
        raise ReportError(*taken)
    if not kind.watched:
        return kind
    watched: dict[str, Any] = {name: _with_checks(each, contracts[name][1], kind.file, advice) for name, each in given.items()}
    return replace(kind, **watched)


def _hints(form: type) -> dict[str, Any]:
    """Types of the fields of a class of kinds; types that only a type checker needs become ones that match anything."""
    import numpy as np

    from report_builder import kinds

    return get_type_hints(form, localns={**vars(kinds), "np": np, "Language": Any, "Arrays": Mapping[str, Any], "Network": Any})


def _contract(hint: type) -> tuple[int, type] | None:
    """Number of arguments and return type of a function, according to the type of its field; None if it is no function."""
    for each in (hint, *get_args(hint)):
        if get_origin(each) is Callable:
            arguments, returned = get_args(each)
            return len(arguments), returned
    return None


def _with_checks(function: Callable[Q, R], returned: type, path: Path, advice: str) -> Callable[Q, R]:
    line = function.__code__.co_firstlineno

    @functools.wraps(function)
    def call(*arguments: Q.args, **named: Q.kwargs) -> R:
        try:
            found = function(*arguments, **named)
            fits = _fits(found, returned)
        except (ReportError, MemoryError):
            raise
        except (Exception, SystemExit) as error:
            raise OwnFileError(replace(blamed(error, path, line, function.__name__), next_step=advice)) from error
        if not fits:
            rule = f"{path.name}:{line}, '{function.__name__}' returns a value of the wrong type"
            raise OwnFileError(Problem(str(path), rule, _found_text(found), f"{_type_text(returned)}.", advice))
        return found

    return call


def _fits(found: object, hint: type) -> bool:
    """Whether a value has a type, as far as a message can tell: a class, a mapping by name, or several of a class."""
    of, inner = get_origin(hint), get_args(hint)
    if isinstance(found, Mapping) and of is not None and issubclass(of, Mapping):
        return all(isinstance(key, str) and _fits(value, inner[1]) for key, value in found.items())
    if of in (list, tuple, Sequence) and isinstance(found, list | tuple):
        return all(_fits(each, inner[0]) for each in found)
    if of in (frozenset, AbstractSet):
        return isinstance(found, AbstractSet) and all(_fits(each, inner[0]) for each in found)
    if of in (Union, UnionType):
        return any(_fits(found, each) for each in inner)
    return of is None and (hint is Any or not isinstance(hint, type) or isinstance(found, hint))


def _type_text(hint: type) -> str:
    """Describe a type in words."""
    of, inner = get_origin(hint), [each for each in get_args(hint) if each is not ...]
    if of is None or of in (Union, UnionType):
        return " or ".join(_type_text(each) for each in inner) or (
            hint.__name__ if isinstance(hint, type) else "array"
        ).replace("Any", "array")
    return (
        f"A mapping: name -> {_type_text(inner[1])}"
        if issubclass(of, Mapping)
        else f"A {of.__name__} of {_type_text(inner[0])}"
    )


def blamed(error: BaseException, path: Path, line: int = 1, name: str = "") -> Problem:
    """Describe an error in a user's own file.

    Args:
        error: what was raised.
        path: the file.
        line: line of the function that was called, used if nothing in the file was running.
        name: name of this function.
    """
    inside = f", in {name}" if name else ""
    rule = f"{path.name}:{_line(error, path) or line}{inside}: {type(error).__name__}"
    return Problem(str(path), rule, " ".join(str(error).split()), next_step=ADVICE)


def file_behind(error: BaseException) -> Path | None:
    """User's own file in which an error was raised, or which called the code that raised it; None if there is none."""
    found, frame = None, error.__traceback__
    while frame is not None:
        if str(frame.tb_frame.f_globals.get("__name__", "")).startswith(PREFIX):
            found = Path(frame.tb_frame.f_code.co_filename)
        frame = frame.tb_next
    return found


def _line(error: BaseException, path: Path) -> int | None:
    """Last line of this file that ran before the error."""
    return next((f.lineno for f in reversed(traceback.extract_tb(error.__traceback__)) if f.filename == str(path)), None)


def _found_text(found: object) -> str:
    several = found.values() if isinstance(found, Mapping) else found if isinstance(found, list | tuple | set) else ()
    inner = sorted({type(each).__name__ for each in several})
    return type(found).__name__ + (f" of {', '.join(inner)}" if inner else "")


# --- mistakes found before anything runs --------------------------------------------------------------------------------------


def foreseen(module: ModuleType, path: Path) -> Iterator[Problem]:
    """Yield mistakes in functions that run only after the training: names that are not defined."""
    source = path.read_bytes()
    known = {*vars(module), *dir(builtins)}
    codes = [*_codes(compile(source, str(path), "exec"))]
    known |= {each.argval for code in codes for each in dis.get_instructions(code) if each.opname == "STORE_GLOBAL"}
    for code in codes:
        used = [each for each in dis.get_instructions(code) if each.opname == "LOAD_GLOBAL" and each.argval not in known]
        for each in used:
            line = (each.positions and each.positions.lineno) or code.co_firstlineno
            rule = f"{path.name}:{line}, in {code.co_name}: this name is not defined"
            yield Problem(
                str(path),
                rule,
                each.argval,
                near_miss(each.argval, (name for name in vars(module) if name[:2] != "__")),
                ADVICE,
            )


def _check_arity(function: FunctionType, arguments: int, path: Path) -> Iterator[Problem]:
    """Yield a problem if a function cannot take this number of arguments; 0: any number."""
    try:
        if arguments:
            inspect.signature(function).bind(*range(arguments))
    except TypeError as error:
        rule = f"{path.name}:{function.__code__.co_firstlineno}: '{function.__name__}' is given {arguments} arguments"
        yield Problem(str(path), rule, str(error), next_step=ADVICE)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object, and all code objects nested in it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


# --- imports ------------------------------------------------------------------------------------------------------------------


def _alone(path: Path) -> None:
    """Raise ReportError if a file imports another one beside it; invalid Python is reported when it runs."""
    with suppress(SyntaxError, ValueError, RecursionError):
        statements = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Import | ast.ImportFrom)]
        for line, name in ((node.lineno, name) for node in statements for name in _imported_names(node)):
            if name.startswith(".") or _is_beside(name.partition(".")[0], path.parent):
                step = "Put both into one file. What is installed, the standard library and report_builder can be imported."
                raise ReportError(Problem(str(path), f"{path.name}:{line} imports a file beside it", name, next_step=step))


def _imported_names(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Names of the modules that a statement imports; relative ones begin with a dot."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return ["." * node.level + (node.module or "")]


def _is_beside(name: str, folder: Path) -> bool:
    """Whether a module is a file or a package in this folder, and not an installed one of the same name."""
    here = [file for file in (folder / f"{name}.py", folder / name / "__init__.py") if file.is_file()]
    found = importlib.util.find_spec(name) if here else None
    return bool(here) and (found is None or found.origin is None or Path(found.origin) in here)
