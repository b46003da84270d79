"""Structure of the package in figures: `python benchmarks/structure.py`; with `--hold` the present counts become the bound.

What no type checker follows (`Any`, `object`, `cast`, `getattr`, `hasattr`) may only decrease: `structure.json` holds how
often each occurs in the package, and `tests/test_structure.py` compares.
"""

from __future__ import annotations

import ast
import graphlib
import json
import statistics
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "report_builder"
HELD = Path(__file__).with_suffix(".json")
NAMES, CALLS = ("Any", "object"), ("cast", "getattr", "hasattr")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def main() -> None:
    """Print the table, or write the bound."""
    trees = parsed()
    if "--hold" in sys.argv[1:]:
        HELD.write_text(json.dumps(untyped(trees), indent=1) + "\n")
    rows = sizes(trees) | {f"`{name}`": f"{count}" for name, count in untyped(trees).items()}
    print("| figure | value |\n| --- | --- |")
    print("\n".join(f"| {name} | {value} |" for name, value in rows.items()))


def parsed() -> dict[str, tuple[Path, ast.Module]]:
    """Return the file and syntax tree of every module, by dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(part for part in parts if part != "__init__")] = path, ast.parse(path.read_text(encoding="utf-8"))
    return found


def untyped(trees: Mapping[str, tuple[Path, ast.Module]]) -> dict[str, int]:
    """Return how often each name occurs in the package, and how often each function is called."""
    nodes = [node for _, tree in trees.values() for node in ast.walk(tree)]
    names = Counter(node.id for node in nodes if isinstance(node, ast.Name))
    calls = Counter(node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
    return {name: names[name] for name in NAMES} | {f"{name}()": calls[name] for name in CALLS}


def sizes(trees: Mapping[str, tuple[Path, ast.Module]]) -> dict[str, str]:
    """Return lengths in lines (of functions without their docstring), and the depth of imports."""
    files = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, (path, _) in trees.items()}
    nodes = ((name, node) for name, (_, tree) in trees.items() for node in ast.walk(tree) if isinstance(node, FUNCTIONS))
    functions = [(length(node), f"{name}.{node.name}") for name, node in nodes]
    chain = longest_chain({name: {*loaded(tree, trees)} - {name} for name, (_, tree) in trees.items()})
    return {
        "lines of Python": f"{sum(files.values())}",
        "files": f"{len(files)}",
        "lines of a file: median, most": spread([(n, name) for name, n in files.items()]),
        "lines of a function: median, most": spread(functions),
        "import depth": f"{len(chain)} ({' -> '.join(name.removeprefix('report_builder.') for name in chain)})",
    }


def spread(counted: list[tuple[int, str]]) -> str:
    """Return the median, and the maximum with its name."""
    most, name = max(counted)
    return f"{statistics.median(n for n, _ in counted):.0f}, {most} ({name.removeprefix('report_builder.')})"


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the number of lines of the body without the docstring."""
    body = function.body[ast.get_docstring(function) is not None :]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def loaded(node: ast.AST, known: Mapping[str, object]) -> Iterator[str]:
    """Return the modules of the package that load with a module: not those that only a function or a type checker imports."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ImportFrom) and child.module:
            named = [f"{child.module}.{alias.name}" for alias in child.names]
            yield from (name if name in known else child.module for name in named if child.module in known)
        elif not (isinstance(child, FUNCTIONS) or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test))):
            yield from loaded(child, known)


def longest_chain(graph: Mapping[str, set[str]]) -> list[str]:
    """Return the longest chain of modules each of which imports the next; a circular import is an error."""
    chains: dict[str, list[str]] = {}
    for name in graphlib.TopologicalSorter(graph).static_order():
        chains[name] = [name, *max((chains[other] for other in sorted(graph[name])), key=len, default=[])]
    return max(chains.values(), key=len)


if __name__ == "__main__":
    main()
