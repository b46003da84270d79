"""YAML as people mean it, with the file and line of every key.

Scalars follow the core schema of YAML 1.2: `1e-3` is a number; `no`, `on` and dates are text. Duplicate keys are errors, and
only plain data is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import ClassVar

import yaml

from report_builder.errors import Problem, ReportError
from report_builder.limits import YAML_BYTES, YAML_DEPTH, YAML_VALUES
from report_builder.plain import Fields, Plain, at
from report_builder.project import not_readable, text_of
from report_builder.records import frozen

KeyPath = tuple[str | int, ...]
LARGEST = 2**63 - 1  # also the largest int64 of TensorFlow and NumPy
NO_SLOTS = ("report", "parameters")  # sections in which text is not short for a mapping with a kind
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
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


@frozen
class Source:
    """Plain data, and the position of each key: `positions[("runs", "vae")]` is `experiments/lab2.yaml:14`.

    `added` has the entries of a section that an upper layer adds, e.g. `("runs", "vae")`, with the ids in the layer below.
    """

    data: Mapping[str, Plain]
    positions: Mapping[KeyPath, str] = field(default_factory=dict)
    added: Mapping[KeyPath, tuple[str, ...]] = field(default_factory=dict)

    def section(self, *path: str) -> Fields | None:
        """Mapping at a key path; None if there is none."""
        found = at(self.data, path)
        return found if isinstance(found, dict) else None

    def inside(self, *path: str) -> dict[KeyPath, str]:
        """Positions of the keys below a key path, by their path relative to it."""
        return {place[len(path) :]: said for place, said in self.positions.items() if place[: len(path)] == path}

    def below(self, *path: str) -> Source:
        """Mapping at a key path, as a source of its own; empty if there is none."""
        return Source(self.section(*path) or {}, self.inside(*path))

    def without(self, key: str) -> tuple[Source, Plain]:
        """Source without one of its top-level keys, and the value of that key."""
        return replace(self, data={name: value for name, value in self.data.items() if name != key}), self.data.get(key)

    def where(self, path: KeyPath) -> str:
        """Place `file:line: key.path`, with the position of the nearest key that has one."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.positions:
                dotted = ".".join(map(str, path))
                return f"{self.positions[path[:length]]}: {dotted}" if dotted else self.positions[path[:length]]
        return ".".join(map(str, path))


def read(path: Path) -> Source:
    """Read one YAML file.

    Raises:
        ReportError: the file is missing, not UTF-8, too large or not YAML, or a key occurs twice in one mapping.
    """
    if (mistake := not_readable(path)) == "no such file":
        step = "'report-builder list reports' shows the reports that are here."
        raise ReportError(Problem(str(path), mistake, next_step=step))
    if not mistake:
        YAML_BYTES.hold(path.stat().st_size, str(path))
    return parse(text_of(path), str(path))


def parse(text: str, name: str) -> Source:
    """Parse YAML text; messages give `name` as its file."""
    try:
        _hold_depth(text, name)
        node = yaml.compose(text, _Loader)
    except yaml.YAMLError as error:
        mark, what = (error.problem_mark, error.problem) if isinstance(error, yaml.MarkedYAMLError) else (None, error)
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        hint = "Indent with spaces (not tabs), write 'key: value' with a space, and quote text that holds ': ' or '#'."
        raise ReportError(Problem(where, "this is not valid YAML", str(what), next_step=hint)) from None
    reader = _Reader(name)
    data = reader.plain(node, ()) if node else {}
    if not isinstance(data, dict):
        rule = "an experiment file is a mapping of sections"
        raise ReportError(*reader.problems, Problem(f"{name}:1", rule, type(data).__name__))
    if reader.problems:
        raise ReportError(*reader.problems)
    return Source(data, {(): f"{name}:1", **reader.positions})


def _hold_depth(text: str, name: str) -> None:
    """Raise ReportError if the text is nested too deeply, before anything recurses into it."""
    depth = deepest = line = 0
    for event in yaml.parse(text, _Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > deepest:
            deepest, line = depth, event.start_mark.line + 1 if event.start_mark else 1
        if depth > YAML_DEPTH.most:
            break
    YAML_DEPTH.hold(deepest, f"{name}:{line}")


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.positions: dict[KeyPath, str] = {}
        self.problems: list[Problem] = []
        self._open: list[yaml.Node] = []
        self._values = self._letters = 0  # aliases count each time, so that they cannot multiply without end

    def plain(self, node: yaml.Node, path: KeyPath) -> Plain:
        """The data of a node; what is wrong in it is noted."""
        if node in self._open:
            raise ReportError(Problem(self._at(node), "an alias (*name) contains itself", next_step="Remove it."))
        self._open.append(node)
        try:
            return self._plain(node, path)
        finally:
            self._open.pop()

    def _plain(self, node: yaml.Node, path: KeyPath) -> Plain:
        self._values += 1
        YAML_DEPTH.hold(len(path), self._at(node))
        YAML_VALUES.hold(self._values, self._at(node))
        if isinstance(node, yaml.MappingNode):
            self._check_tag(node, "map")
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            self._check_tag(node, "seq")
            for index, item in enumerate(node.value):
                self.positions[(*path, index)] = self._at(item)
            return [self.plain(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Plain]:
        result: dict[str, Plain] = {}
        for key_node, value_node in node.value:
            key = self._text(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            if key is None or key == "<<":
                self._note(key_node, "a key must be plain text", "a merge or a structure as key", "Use 'extends'.")
            elif key in result:
                rule, first = f"the key '{key}' occurs twice in one mapping", self.positions[(*path, key)]
                self._note(key_node, rule, f"first at {first}", "Keep one of them.")
            else:
                self.positions[(*path, key)] = self._at(key_node)
                result[key] = self.plain(value_node, (*path, key))
        return result

    def _scalar(self, node: yaml.Node) -> Plain:
        self._letters += len(node.value)
        YAML_BYTES.hold(self._letters, self._at(node))
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if kind == "str" or kind not in _SCALARS:
            self._check_tag(node, "str")
            return self._text(node)
        if not re.fullmatch(_SCALARS[kind][0], node.value):
            self._note(node, f"this is no {kind}", repr(node.value), "Remove the tag.")
        elif kind == "bool":
            return str(node.value).lower() == "true"
        elif kind == "int":
            return self._whole(node)
        elif kind == "float":
            return float(re.sub(r"\.(?=inf|nan)", "", node.value, flags=re.IGNORECASE))
        return None

    def _text(self, node: yaml.Node) -> str:
        if found := _CONTROL.search(node.value):
            self._note(node, "a control character in a text", f"U+{ord(found[0]):04X}", "Remove it.")
        return str(node.value)

    def _whole(self, node: yaml.Node) -> int:
        digits = node.value.lstrip("+-0")
        if len(digits) <= len(str(LARGEST)) and abs(int(node.value)) <= LARGEST:
            return int(node.value)
        received = node.value if len(node.value) < 30 else f"{len(digits)} digits"
        self._note(node, "a whole number is too large", received, allowed=f"At most {LARGEST}.")
        return 0

    def _check_tag(self, node: yaml.Node, kind: str) -> None:
        if node.tag != f"tag:yaml.org,2002:{kind}":
            self._note(node, "only plain data is read from YAML", node.tag, "Remove the tag.")

    def _note(self, node: yaml.Node, rule: str, received: str, next_step: str = "", allowed: str = "") -> None:
        self.problems.append(Problem(self._at(node), rule, received, allowed, next_step))

    def _at(self, node: yaml.Node) -> str:
        return f"{self.name}:{node.start_mark.line + 1}"


def overlay(below: Source, above: Source) -> Source:
    """Overlay `above` on `below`: mappings merge key by key, an empty one clears; everything else is replaced."""
    positions = dict(below.positions)
    data = _merge_values(below.data, above.data, (), positions)
    positions.update({path: said for path, said in above.positions.items() if path})
    return Source(data, positions, {**below.added, **_added_entries(below.data, above.data)})


def _merge(below: Plain, above: Plain, path: KeyPath, positions: dict[KeyPath, str]) -> Plain:
    if isinstance(below, str) and isinstance(above, dict) and path and path[0] not in NO_SLOTS and "kind" not in above:
        below = {"kind": below}  # the short form of a slot: `dataset: digits`
    if isinstance(below, dict) and isinstance(above, dict) and (above or not path):
        return _merge_values(below, above, path, positions)
    if isinstance(below, dict | list):
        for known in [p for p in positions if p[: len(path)] == path and len(p) > len(path)]:
            del positions[known]
    return above


def _merge_values(below: Fields, above: Fields, path: KeyPath, positions: dict[KeyPath, str]) -> Fields:
    same_kind = "kind" not in above or "kind" not in below or above["kind"] == below["kind"]
    base = below if same_kind else {}  # another kind has other parameters
    return {**base, **{key: _merge(base.get(key), value, (*path, key), positions) for key, value in above.items()}}


def _added_entries(below: Fields, above: Fields) -> dict[KeyPath, tuple[str, ...]]:
    """Entries of a section that only `above` has, with the ids that the section has in `below`."""
    both = ((section, above[section], below.get(section)) for section in above)
    return {
        (section, id_): tuple(known)
        for section, entries, known in both
        if isinstance(entries, dict) and isinstance(known, dict) and known
        for id_ in entries
        if id_ not in known
    }
