"""The mutations of `mutants.py`: one changed operator, constant or condition of a module."""

from __future__ import annotations

import ast
import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

OTHER: Mapping[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
NEGATION = (ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.Is, ast.IsNot)  # the other of the pair is the negation
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
WORDS = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}|^[A-Z][a-z]+ .*\.$")
UNHEARD = re.compile(
    r"timeout|maxsize|buffer|^block$|wait|pause|chunk|interval|description|title|help|stacklevel|^strict$|^__", re.IGNORECASE
)
MESSAGES = re.compile(r"Problem|\w*(Error|Warning|Exit)|warn|debug|info|cast|TypeVar|ParamSpec|NewType|lru_cache")


@dataclass(frozen=True)
class Mutant:
    """One mutation.

    Attributes:
        file: The module, relative to the root of the project.
        line: The line of the change, counted from 1.
        lines: The lines of its statement.
        names: The names that the statement binds, if it runs when the module is imported.
        change: The expression before and after.
        source: The whole module after the change.
    """

    file: str
    line: int
    lines: range
    names: frozenset[str]
    change: tuple[str, str]
    source: str

    @property
    def room(self) -> str:
        """The room (subpackage) of the file."""
        return self.file.split("/")[1]

    def __str__(self) -> str:
        """Return place and change on one line."""
        return f"{self.file}:{self.line}: " + " -> ".join(" ".join(text.split()) for text in self.change)


def mutants(path: Path, root: Path) -> Iterator[Mutant]:
    """Yield every mutation of a module that is still valid Python."""
    text = path.read_bytes()
    starts = [
        0,
        *itertools.accumulate(map(len, text.splitlines(keepends=True))),
    ]  # of the lines, in bytes, as ast counts columns
    for node, other, statement, names in changes(ast.parse(text)):
        start, end = starts[node.lineno - 1] + node.col_offset, starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        before, after = text[start:end].decode(), ast.unparse(ast.fix_missing_locations(other))
        source = f"{text[:start].decode()}({after}){text[end:].decode()}"
        yield Mutant(path.relative_to(root).as_posix(), node.lineno, extent(statement, node), names, (before, after), source)


Change = tuple[ast.expr, ast.expr, ast.stmt, frozenset[str]]  # expression, its replacement, its statement, the names this binds


def changes(
    node: ast.AST, statement: ast.stmt | None = None, names: frozenset[str] = frozenset(), *, run: bool = True
) -> Iterator[Change]:
    """Yield every change below a node, in source order; `run`: the node runs when the module is imported."""
    if isinstance(node, ast.stmt):
        statement, names = node, frozenset(bound(node)) if run else frozenset()
        if not isinstance(node, (ast.ClassDef, *FUNCTIONS)) and any(map(UNHEARD.search, names)):
            return
    if statement:
        yield from ((old, new, statement, names) for old, new in replacements(node))
    for field, value in ast.iter_fields(node):
        within = run and not (isinstance(node, (ast.Lambda, *FUNCTIONS)) and field == "body")
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and heard(node, field, child):
                yield from changes(child, statement, names, run=within)


def heard(node: ast.AST, field: str, child: ast.AST) -> bool:
    """Return whether the node can affect the program, unlike docstrings, messages, types and timeouts."""
    if field in {"annotation", "returns", "pattern"} or isinstance(child, ast.JoinedStr | ast.Assert | ast.Raise):
        return False
    match node, child:
        case ast.Call(func), _ if field != "func":
            return not MESSAGES.fullmatch(ast.unparse(func).rpartition(".")[2]) and not (
                isinstance(child, ast.keyword) and UNHEARD.search(child.arg or "")
            )
        case ast.Subscript(ast.Name("Literal")) | ast.AnnAssign(annotation=ast.Name("TypeAlias")), _:
            return False
        case _, ast.If(ast.Name("TYPE_CHECKING")):
            return False
        case _, ast.Expr(ast.Constant()):
            return False
    return True


def bound(node: ast.stmt) -> list[str]:
    """Return the names that a statement binds."""
    if isinstance(node, (ast.ClassDef, *FUNCTIONS)):
        return [node.name]
    single = isinstance(node, ast.AnnAssign | ast.AugAssign)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if single else []
    return [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]


def replacements(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield the parts of a node that can be replaced, with their replacements."""
    match node:
        case ast.Constant():
            yield from ((node, ast.Constant(value)) for value in values(node.value))
        case ast.Compare(left, ops, comparators):
            every = ([*ops[:i], OTHER[type(op)](), *ops[i + 1 :]] for i, op in enumerate(ops))
            yield from ((node, ast.Compare(left, others, comparators)) for others in every)
        case ast.BoolOp(op, operands):
            yield node, ast.BoolOp(OTHER[type(op)](), operands)
        case ast.BinOp(left, op, right) if type(op) in OTHER and not literal(left) and not literal(right):
            yield node, ast.BinOp(left, OTHER[type(op)](), right)
        case ast.UnaryOp(ast.Not() | ast.USub(), operand):
            yield node, operand
        case ast.If() | ast.While() | ast.IfExp() | ast.comprehension():
            tests = node.ifs if isinstance(node, ast.comprehension) else [node.test]
            yield from ((test, ast.UnaryOp(ast.Not(), test)) for test in tests if not contrary(test))


def values(value: object) -> list[bool | float | str]:
    """Return the replacements of a constant."""
    match value:
        case bool():
            return [not value]
        case int() | float():
            return [value + 1]
        case str() if not WORDS.search(value):
            return [f"x{value}"]
    return []


def literal(node: ast.expr) -> bool:
    """Return whether the expression is a string literal."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def contrary(test: ast.expr) -> bool:
    """Return whether another mutation of the condition already negates it."""
    compared = isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], NEGATION)
    return compared or isinstance(test, ast.UnaryOp)


def extent(statement: ast.stmt, node: ast.expr) -> range:
    """Return the lines of a statement without its body, or of the expression itself if it is inside the body."""
    body = getattr(statement, "body", None)
    header = range(statement.lineno, body[0].lineno if body else (statement.end_lineno or 0) + 1)
    return header if node.lineno in header else range(node.lineno, (node.end_lineno or 0) + 1)


def chosen(root: Path, rooms: Sequence[str], count: int, seed: int) -> list[Mutant]:
    """Draw mutants from every room in proportion to its lines; any prefix of the result is a fair sample as well."""
    files = [sorted((root / "report_builder" / room).rglob("*.py")) for room in rooms]
    lines = [sum(len(path.read_bytes().splitlines()) for path in paths) for paths in files]

    def place(mutant: Mutant) -> bytes:
        line = mutant.source.split("\n")[mutant.line - 1]
        return hashlib.sha256(f"{seed} {mutant.file} {mutant.change} {line}".encode()).digest()

    every = [sorted((mutant for path in paths for mutant in mutants(path, root)), key=place) for paths in files]
    drawn = [m for some, size in zip(every, lines, strict=True) for m in some[: round(count * size / sum(lines))]]
    return sorted(drawn, key=place)
