"""The one direction of the rooms, and the process boundary that is TensorFlow's."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import report_builder

PACKAGE = Path(report_builder.__file__).parent
ARROW = [  # a room imports only what stands above it; those of one line do not import each other
    {"errors", "version"},
    {"limits", "project"},
    {"picture_files"},
    {"languages"},
    {"kinds"},
    {"spec", "facts"},
    {"datasets", "models", "measures", "plots"},
    {"store"},
    {"plan"},
    {"worker", "drawing", "document"},
    {"build", "doctor"},
    {"cli"},
]
LEVEL = {room: level for level, rooms in enumerate(ARROW) for room in rooms}
HEAVY = {"tensorflow", "keras", "matplotlib", "sklearn"}
ON_COMMAND = {
    "cli",
    "build",
    "document",
    "plan",
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
    """Dotted name below the package, and file, of every module."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and absolute dotted name of everything that a file imports, also inside functions."""
    folder = path.parent.relative_to(PACKAGE.parent).parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*folder[: len(folder) - node.level + 1]] if node.level else []
            base += [node.module] if node.module else []
            yield from ((node.lineno, ".".join([*base, alias.name])) for alias in node.names)


def test_every_room_has_its_place() -> None:
    """Every module of the package belongs to a room of the arrow."""
    rooms = {name.partition(".")[0] for name, _ in modules()} - {"", "__main__"}
    assert rooms <= set(LEVEL), f"rooms without a place in the arrow: {sorted(rooms - set(LEVEL))}"


def test_rooms_import_in_one_direction() -> None:
    """A room imports only what stands to its left in the arrow; neighbours do not import each other."""
    wrong = []
    for name, path in modules():
        room = name.partition(".")[0]
        for line, imported in imports(path):
            package, _, rest = imported.partition(".")
            other = rest.partition(".")[0]
            if (
                package == "report_builder"
                and other in LEVEL
                and room in LEVEL
                and other != room
                and LEVEL[other] >= LEVEL[room]
            ):
                wrong.append(f"{path.relative_to(PACKAGE.parent)}:{line}: {room} imports {other}")
    assert not wrong, "\n".join(wrong)


def test_probes_and_metrics_share_what_is_shared() -> None:
    """A probe imports no metric, and a metric nothing private of the probes: what both need stands beside them."""
    forbidden = {"measures.probes": "report_builder.measures.metrics", "measures.metrics": "report_builder.measures.probes._"}
    wrong = [
        f"{path.relative_to(PACKAGE.parent)}:{line}: imports {imported}"
        for name, path in modules()
        for line, imported in imports(path)
        if imported.startswith(forbidden.get(".".join(name.split(".")[:2]), "-"))
    ]
    assert not wrong, "\n".join(wrong)


def test_tensorflow_stays_in_the_workers() -> None:
    """Only networks of models, the stack of own layers and the workers' room import TensorFlow or Keras."""
    wrong = [
        f"{path.relative_to(PACKAGE.parent)}:{line}: imports {imported}"
        for name, path in modules()
        for line, imported in imports(path)
        if imported.partition(".")[0] in {"tensorflow", "keras"}
        and not name.endswith((".network", "models.stack"))
        and not name.startswith(("worker", "models._networks."))
    ]
    assert not wrong, "\n".join(wrong)


def imported_by(names: list[str]) -> set[str]:
    """The heavy packages that a fresh process has after importing modules of the package."""
    lines = "\n".join(f"import report_builder.{name}" for name in names)
    script = f"import sys\n{lines}\nprint(*sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("room", sorted(ON_COMMAND))
def test_front_modules_are_light(room: str) -> None:
    """Importing every module of a room of the front process brings no TensorFlow, Keras, Matplotlib or scikit-learn."""
    names = [name for name, _ in modules() if name.partition(".")[0] == room]
    assert names, f"no module of the room {room}"
    assert imported_by(names) == set()


def test_front_of_the_pool_is_light() -> None:
    """The front's half of the workers' room, and the descriptions of models, metrics and figures, bring no TensorFlow."""
    described = [name for name, _ in modules() if name.partition(".")[0] in {"models", "measures", "plots", "drawing"}]
    front = [name for name, _ in modules() if name in {"worker", "worker.pool", "worker.progress", "worker.estimate"}]
    names = [
        name for name in (*described, *front) if not name.endswith((".network", "models.stack")) and "_networks." not in name
    ]
    assert not imported_by(names) & {"tensorflow", "keras"}
