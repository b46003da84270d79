"""What counts of a file's code: its syntax tree as text, without what only reads differently."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from types import EllipsisType
from typing import TypeAlias

Part: TypeAlias = "ast.AST | Sequence[Part] | str | bytes | complex | EllipsisType | None"  # of a syntax tree
MESSAGES = "report_builder.errors"  # whose classes carry text for people and nothing else
KINDS = "report_builder.kinds"
# What a kind is given that only people read: it says, it does not compute.
TOLD: dict[str, tuple[str, ...]] = dict.fromkeys(("Metric", "Figure", "Probe", "DataSet", "DataStep"), ("summary", "title"))
TOLD["Model"] = ("summary", "title", "equation", "listings", "presets", "refuses", "seconds_per_image", "terms")


def text_of_code(tree: ast.Module, *, own: bool) -> str:
    """The code as text, the same for every Python version.

    Args:
        tree: of the file; it is changed.
        own: a user's file, of which nothing counts that only serves what the kinds in it say to people.
    """
    told = [*_cut_descriptions(tree)]
    if own:
        tree.body = _computing(tree.body, told)
    return "".join(_Canonical(tree).text(tree))


class _Canonical:
    """A syntax tree as text: the same for every Python version, without docstrings, annotations of functions, and messages.

    In doubt it counts: a docstring where the file reads one, annotations of decorated functions and of classes, which make
    fields, and every text but those that stand in the call of an error of this package itself.
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
        """The parts of the text of a node, a list of nodes or a constant."""
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
        """Whether a part of a node is a type that nothing reads when it runs."""
        if field == "returns":
            return isinstance(node, _FUNCTIONS) and not node.decorator_list
        return field == "annotation" and isinstance(node, ast.AnnAssign) and id(node) not in self._fields_of_classes

    def _arguments(self, call: ast.Call, values: list[ast.AST]) -> list[ast.AST]:
        """The arguments of a call; of an error without text, of a field without its description."""
        called = call.func.id if isinstance(call.func, ast.Name) else ""
        if called in self._messages:
            return [part for value in values for part in _without_text(value)]
        if called in self._field:
            return [value for value in values if not (isinstance(value, ast.keyword) and value.arg == "description")]
        return values


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _without_annotations(arguments: ast.arguments) -> ast.arguments:
    """Arguments of a function without the types of what they take."""
    names = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    for name in names:
        if name is not None:
            name.annotation = None
    return arguments


def _without_text(argument: ast.AST) -> list[ast.AST]:
    """An argument of an error: nothing of a text, of an f-string the values in it."""
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
    """What the kinds of a file are given for people alone, taken out of the tree."""
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
    """The statements of a user's own file without those that only what is told needs."""
    computing = list(body)
    while silent := [one for one in computing if _only_told(one, computing, told)]:
        told = [*told, *silent]
        computing = [one for one in computing if one not in silent]
    return computing


def _only_told(statement: ast.stmt, computing: list[ast.stmt], told: list[ast.AST]) -> bool:
    """Whether a function or constant is of no use to what computes: only what is told names it."""
    defined = _defined_names(statement)
    if not defined or any(defined & _names(other) for other in computing if other is not statement):
        return False
    return any(defined & _names(other) for other in told)


def _defined_names(statement: ast.stmt) -> set[str]:
    """Names that a function or an assignment at the top of a file gives a value, where that does nothing else."""
    if isinstance(statement, ast.FunctionDef) and not statement.decorator_list:
        return {statement.name}
    calls = [node.func for node in ast.walk(statement) if isinstance(node, ast.Call)]
    plain = all(isinstance(called, ast.Name) and called.id in ("Preset", "Term") for called in calls)
    targets = statement.targets if isinstance(statement, ast.Assign) and plain else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _names(statement: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def last_name(node: ast.AST) -> str:
    """The last name of what a node names."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
