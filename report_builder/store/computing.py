"""The part of a file's code that affects results: its AST as text, without docstrings, comments, annotations and messages."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from types import EllipsisType
from typing import TypeAlias

Part: TypeAlias = "ast.AST | Sequence[Part] | str | bytes | complex | EllipsisType | None"  # of an AST
MESSAGES = "report_builder.errors"  # its classes carry text for people and nothing else
KINDS = "report_builder.kinds"
# Arguments of each kind that only people read: they describe, and do not affect a result.
TOLD: dict[str, tuple[str, ...]] = dict.fromkeys(("Metric", "Figure", "Probe", "DataSet", "DataStep"), ("summary", "title"))
TOLD["Model"] = ("summary", "title", "equation", "listings", "presets", "refuses", "seconds_per_image", "terms")


def text_of_code(tree: ast.Module, *, own: bool) -> str:
    """Serialise the code of a file; the text is the same for every Python version.

    Args:
        tree: AST of the file; it is modified.
        own: whether it is a user's own file; if so, code that only serves descriptions of its kinds is left out.
    """
    told = [*_cut_descriptions(tree)]
    if own:
        tree.body = _computing(tree.body, told)
    return "".join(_Canonical(tree).text(tree))


class _Canonical:
    """Serialises an AST, independently of the Python version, without docstrings, annotations of functions, and messages.

    When in doubt, a part is kept: docstrings in a file that reads `__doc__`, annotations of decorated functions and of classes
    (which define fields), and every text that is not an argument of one of this package's errors.
    """

    def __init__(self, tree: ast.Module) -> None:
        nodes = list(ast.walk(tree))
        imported = [(node.module, alias) for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names]
        errors = [alias for module, alias in imported if module == MESSAGES and alias.name[0].isupper()]
        self._messages = {alias.asname or alias.name for alias in errors}
        self._field = {
            alias.asname or alias.name for module, alias in imported if (module, alias.name) == ("pydantic", "Field")
        }
        self._fields_of_classes = {id(part) for node in nodes if isinstance(node, ast.ClassDef) for part in node.body}
        self._documented = any(last_name(node) == "__doc__" for node in nodes)

    def text(self, node: Part) -> Iterator[str]:
        """Yield the parts of the text of a node, a list of nodes or a constant."""
        if isinstance(node, ast.AST):
            yield f"({type(node).__name__}"
            for name, value in self._fields(node):
                if value not in (None, []) and name not in ("ctx", "type_comment", "kind"):
                    yield f" {name}="
                    yield from self.text(value)
            yield ")"
        elif isinstance(node, list):
            for item in node:
                yield from self.text(item)
        else:
            yield repr(node)

    def _fields(self, node: ast.AST) -> Iterator[tuple[str, Part]]:
        for name, value in ast.iter_fields(node):
            if name == "body" and isinstance(value, list) and _is_docstring(value) and not self._documented:
                yield name, value[1:]
            elif self._is_annotation(node, name):
                continue
            elif name == "args" and isinstance(node, _FUNCTIONS) and not node.decorator_list:
                yield name, _without_annotations(node.args)
            elif name in ("args", "keywords") and isinstance(node, ast.Call):
                yield name, self._arguments(node, value)
            else:
                yield name, value

    def _is_annotation(self, node: ast.AST, field: str) -> bool:
        """Whether a field of a node is a type annotation that nothing reads at run time."""
        if field == "returns":
            return isinstance(node, _FUNCTIONS) and not node.decorator_list
        return field == "annotation" and isinstance(node, ast.AnnAssign) and id(node) not in self._fields_of_classes

    def _arguments(self, call: ast.Call, values: list[ast.AST]) -> list[ast.AST]:
        """Arguments of a call: those of an error without text, those of a field without its description."""
        called = call.func.id if isinstance(call.func, ast.Name) else ""
        if called in self._messages:
            return [part for value in values for part in _without_text(value)]
        if called in self._field:
            return [value for value in values if not (isinstance(value, ast.keyword) and value.arg == "description")]
        return values


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _without_annotations(arguments: ast.arguments) -> ast.arguments:
    """Remove the annotations from the arguments of a function."""
    names = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    for name in names:
        if name is not None:
            name.annotation = None
    return arguments


def _without_text(argument: ast.AST) -> list[ast.AST]:
    """What is kept of an error's argument: nothing of a string, only the interpolated values of an f-string."""
    value = argument.value if isinstance(argument, ast.keyword) else argument
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return []
    if isinstance(value, ast.JoinedStr):
        return [part for part in value.values if isinstance(part, ast.FormattedValue)]
    return [argument]


def _is_docstring(body: list[ast.stmt]) -> bool:
    first = body[0] if body else None
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)


# --- a user's own file --------------------------------------------------------------------------------------------------------


def _cut_descriptions(tree: ast.Module) -> Iterator[ast.AST]:
    """Remove the arguments that only describe the kinds of a file from its AST, and yield their values."""
    nodes = list(ast.walk(tree))
    imported = [(node.module, alias) for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names]
    forms = {alias.asname or alias.name: alias.name for module, alias in imported if module == KINDS}
    rooms = [alias.asname or alias.name for module, alias in imported if f"{module}.{alias.name}" == KINDS]
    forms |= {f"{room}.{form}": form for room in rooms for form in TOLD}
    for call in (node for node in nodes if isinstance(node, ast.Call)):
        told = TOLD.get(forms.get(ast.unparse(call.func), ""), ())
        yield from (keyword.value for keyword in call.keywords if keyword.arg in told)
        call.keywords = [keyword for keyword in call.keywords if keyword.arg not in told]


def _computing(body: list[ast.stmt], told: list[ast.AST]) -> list[ast.stmt]:
    """Statements of a user's own file without those that only descriptions need."""
    computing = list(body)
    while silent := [one for one in computing if _only_told(one, computing, told)]:
        told = [*told, *silent]
        computing = [one for one in computing if one not in silent]
    return computing


def _only_told(statement: ast.stmt, computing: list[ast.stmt], told: list[ast.AST]) -> bool:
    """Whether a function or constant does not affect any result: only descriptions name it."""
    defined = _defined_names(statement)
    if not defined or any(defined & _names(other) for other in computing if other is not statement):
        return False
    return any(defined & _names(other) for other in told)


def _defined_names(statement: ast.stmt) -> set[str]:
    """Names that a function or a plain assignment at module level defines; empty if the statement may do more."""
    if isinstance(statement, ast.FunctionDef) and not statement.decorator_list:
        return {statement.name}
    calls = [node.func for node in ast.walk(statement) if isinstance(node, ast.Call)]
    plain = all(isinstance(called, ast.Name) and called.id in ("Preset", "Term") for called in calls)
    targets = statement.targets if isinstance(statement, ast.Assign) and plain else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _names(statement: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def last_name(node: ast.AST) -> str:
    """Last identifier of a name or attribute access; empty for any other node."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
