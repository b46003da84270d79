"""YAML as people mean it, with file and line of every key kept.

Scalars follow YAML 1.2's core schema: `1e-3` is a number, `no`, `on` and dates are text. Duplicate keys are errors; only plain
data loads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import yaml

from report_builder.errors import Problem, ReportError

KeyPath = tuple[str | int, ...]
PLAIN_TAGS = ("map", "seq", "str", "null", "bool", "int", "float")
MAX_DEPTH = 40
MAX_NODES = 100_000  # aliases may not multiply without end


class _Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


_SCALARS = {
    "null": (r"~|null|Null|NULL|", "~nN"),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9]+", "-+0123456789"),
    "float": (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", "-+.0123456789"),
}
for _name, (_pattern, _first) in _SCALARS.items():
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}", re.compile(f"^(?:{_pattern})$"), [*_first, ""] if _name == "null" else list(_first)
    )


@dataclass(frozen=True)
class Source:
    """Plain data, and where each key stands: `positions[("runs", "vae")]` is `experiments/lab2.yaml:14`."""

    data: dict[str, Any]
    positions: Mapping[KeyPath, str] = field(default_factory=dict)

    def where(self, path: KeyPath) -> str:
        """`file:line: key.path` of the nearest key that has a position."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.positions:
                dotted = ".".join(map(str, path))
                return f"{self.positions[path[:length]]}: {dotted}" if dotted else self.positions[path[:length]]
        return ".".join(map(str, path))


def read(path: Path) -> Source:
    """Reads one YAML file.

    Raises:
        ReportError: the file is missing, is not UTF-8, is not YAML, or says a key twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ReportError(
            Problem(str(path), "no such file", next_step="'report-builder list reports' shows the reports that are here.")
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(Problem(str(path), "not a readable UTF-8 text file", str(error))) from None
    return parse(text, str(path))


def parse(text: str, name: str) -> Source:
    """Reads YAML text; `name` is printed as its file."""
    try:
        node = yaml.compose(text, _Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        hint = "Indent with spaces (not tabs), write 'key: value' with a space, and quote text that holds ': ' or '#'."
        raise ReportError(
            Problem(where, "this is not valid YAML", str(getattr(error, "problem", error)), next_step=hint)
        ) from None
    reader = _Reader(name)
    data = reader.plain(node, ()) if node else {}
    if not isinstance(data, dict):
        reader.problems.append(Problem(f"{name}:1", "an experiment file is a mapping of sections", type(data).__name__))
    if reader.problems:
        raise ReportError(*reader.problems)
    return Source(data, {(): f"{name}:1", **reader.positions})


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.positions: dict[KeyPath, str] = {}
        self.problems: list[Problem] = []
        self._nodes = 0

    def plain(self, node: yaml.Node, path: KeyPath) -> Any:
        self._nodes += 1
        if len(path) > MAX_DEPTH or self._nodes > MAX_NODES:
            raise ReportError(
                Problem(self._at(node), "nested too deeply", next_step="Look for an alias (*name) that contains itself.")
            )
        if node.tag.removeprefix("tag:yaml.org,2002:") not in PLAIN_TAGS:
            self.problems.append(
                Problem(self._at(node), "only plain data is read from YAML", node.tag, next_step="Remove the tag.")
            )
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self.positions[(*path, index)] = self._at(item)
            return [self.plain(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key == "<<":
                self.problems.append(
                    Problem(
                        self._at(key_node), "a key is plain text", "a merge or a structure as key", next_step="Use 'extends'."
                    )
                )
            elif key in result:
                first = self.positions[(*path, key)]
                self.problems.append(
                    Problem(
                        self._at(key_node),
                        f"the key '{key}' stands twice in one mapping",
                        f"first at {first}",
                        next_step="Keep one of them.",
                    )
                )
            else:
                self.positions[(*path, key)] = self._at(key_node)
                result[key] = self.plain(value_node, (*path, key))
        return result

    def _scalar(self, node: yaml.Node) -> Any:
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if kind == "null":
            return None
        if kind == "bool":
            return node.value.lower() == "true"
        if kind == "int":
            return int(node.value)
        if kind == "float":
            return float(re.sub(r"\.(?=inf|nan)", "", node.value, flags=re.IGNORECASE))
        return node.value

    def _at(self, node: yaml.Node) -> str:
        return f"{self.name}:{node.start_mark.line + 1}"


def overlay(below: Source, above: Source) -> Source:
    """`above` over `below`: mappings merge key by key, everything else is replaced."""
    positions = dict(below.positions)
    data = _merge(below.data, above.data, (), positions)
    positions.update({path: at for path, at in above.positions.items() if path})
    return Source(data, positions)


def _merge(below: Any, above: Any, path: KeyPath, positions: dict[KeyPath, str]) -> Any:
    if isinstance(below, str) and isinstance(above, dict) and path and "kind" not in above:
        below = {"kind": below}  # the short form of a slot: `dataset: digits`
    if isinstance(below, dict) and isinstance(above, dict):
        same_kind = "kind" not in above or "kind" not in below or above["kind"] == below["kind"]
        base = below if same_kind else {}  # another kind has other parameters
        return base | {key: _merge(base.get(key), value, (*path, key), positions) for key, value in above.items()}
    for known in [p for p in positions if p[: len(path)] == path and len(p) > len(path)]:
        del positions[known]
    return above
