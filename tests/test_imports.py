"""TensorFlow stays behind the process boundary, and private modules stay private; `make lint` holds the import direction."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import report_builder

PACKAGE = Path(report_builder.__file__).parent
# Private modules that another package imports: a list that may only get shorter.
BORROWED = {
    "build.listings imports models._layers",
    "datasets.image_folder imports datasets.steps._size",
    "drawing imports plots._room",
    "drawing imports plots._style",
    "jobs.blame imports models._complaints",
    "plan.closing imports models._layers",
    "plan.own imports models._layers",
    "plan.own_parameters imports models._layers",
    "plan.steps imports models._layers",
    "store.files imports datasets._files",
    "store.folder imports datasets._files",
    "train.answers imports models._complaints",
    "train.asked imports models._complaints",
    "train.loop imports models._layers",
    "train.run imports models._layers",
    "train.samples imports measures.probes._asked",
    "train.trial imports measures.probes._batches",
}
HEAVY = {"tensorflow", "keras", "matplotlib", "sklearn", "distributed", "dask"}
POSIX = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog"}  # not available on Windows
ON_COMMAND = {
    "cli",
    "build",
    "document",
    "plan",
    "jobs",
    "run",
    "spec",
    "store",
    "facts",
    "languages",
    "kinds",
    "errors",
    "version",
    "limits",
    "picture_files",
    "project",
    "datasets",
    "doctor",
}


def modules() -> Iterator[tuple[str, Path]]:
    """Yield the dotted name below the package, and the file, of every module."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and absolute dotted name of everything that a file imports, including inside functions."""
    folder = path.parent.relative_to(PACKAGE.parent).parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*folder[: len(folder) - node.level + 1]] if node.level else []
            base += [node.module] if node.module else []
            yield from ((node.lineno, ".".join([*base, alias.name])) for alias in node.names)


def for_types(path: Path) -> set[int]:
    """Return the lines that only a type checker reads."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    blocks = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    return {line for block in blocks for line in range(block.lineno, (block.end_lineno or 0) + 1)}


def test_private_modules_are_imported_at_home() -> None:
    """A module whose name begins with `_` is imported only in its own package, with exactly the listed exceptions."""
    known = {name for name, _ in modules() if name}
    found = set()
    for name, path in modules():
        for _, imported in imports(path):
            parts = imported.split(".")[1:]
            hidden = next((".".join(parts[: i + 1]) for i, part in enumerate(parts) if part[0] == "_"), "")
            home = hidden.rpartition(".")[0]
            if hidden in known and not f"{name}.".startswith(f"{home}."):
                found.add(f"{name} imports {hidden}")
    assert found == BORROWED


def test_tensorflow_stays_in_the_workers() -> None:
    """Only the networks of models, the stack of own layers and the training code import TensorFlow or Keras."""
    wrong = [
        f"{path.relative_to(PACKAGE.parent)}:{line}: imports {imported}"
        for name, path in modules()
        for line, imported in imports(path)
        if imported.partition(".")[0] in {"tensorflow", "keras"}
        and line not in for_types(path)
        and not name.endswith((".network", "models.stack"))
        and not name.startswith(("train", "models._networks."))
    ]
    assert not wrong, "\n".join(wrong)


def test_no_module_needs_what_windows_lacks() -> None:
    """POSIX-only modules are imported inside the functions that need them."""
    wrong = [
        f"{path.relative_to(PACKAGE.parent)}:{node.lineno}: imports {name}"
        for _, path in modules()
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
        if name in {*POSIX, "posix"}
    ]
    assert not wrong, "\n".join(wrong)


def imported_by(names: list[str], *, without: Iterable[str] = ()) -> set[str]:
    """Return the heavy packages that importing modules loads in a fresh process in which the modules `without` are absent."""
    lines = "\n".join(f"import report_builder.{name}" for name in names)
    absent = f"sys.modules.update(dict.fromkeys({sorted(without)!r}))"
    script = f"import sys\n{absent}\n{lines}\nprint(*sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_front_modules_are_light() -> None:
    """All modules of the front process can be imported without POSIX, and load no heavy package."""
    names = [name for name, _ in modules() if name.partition(".")[0] in ON_COMMAND]
    assert {name.partition(".")[0] for name in names} == ON_COMMAND
    assert imported_by(names, without=POSIX) == set()


def test_descriptions_are_light() -> None:
    """The descriptions of models, metrics and figures load no TensorFlow."""
    described = [name for name, _ in modules() if name.partition(".")[0] in {"models", "measures", "plots", "drawing"}]
    names = [name for name in described if not name.endswith((".network", "models.stack")) and "_networks." not in name]
    assert not imported_by(names) & {"tensorflow", "keras"}
