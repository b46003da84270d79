"""YAML as people mean it."""

import pytest

from report_builder.errors import ReportError
from report_builder.limits import VARIABLE
from report_builder.spec.source import Source, overlay, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("1E5", 1e5),
        ("no", "no"),
        ("on", "on"),
        ("y", "y"),
        ("true", True),
        ("2025-11-20", "2025-11-20"),
        ("010", 10),
        ("1:30", "1:30"),
        ("0x10", "0x10"),
        (".5", 0.5),
        ("~", None),
        ("'1'", "1"),
    ],
)
def test_scalars(text: str, value: object) -> None:
    """Scalars follow YAML 1.2's core schema, not the traps of 1.1."""
    assert parse(f"a: {text}", "f.yaml").data == {"a": value}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", r"f.yaml:2: the key 'a' occurs twice.*\n.*f.yaml:1"),
        ("a: [1\n", r"f.yaml:\d+:\d+: this is not valid YAML"),
        ("\ta: 1\n", "not valid YAML"),
        ("a: !!python/object/apply:os.system [ls]\n", "not valid|only plain data|structure"),
        ("- 1\n", "a mapping of sections"),
        ("a: &x [*x]\n", "contains itself"),
        ("<<: {a: 1}\n", "plain text"),
    ],
)
def test_bad_yaml_is_a_sentence(text: str, message: str) -> None:
    """Invalid YAML is reported with file and line, and nothing is executed."""
    with pytest.raises(ReportError, match=message):
        parse(text, "f.yaml")


def test_a_bomb_of_aliases_stops() -> None:
    """Exponentially expanding aliases are an error, and do not fill the memory."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    with pytest.raises(ReportError, match="how many values a YAML file has"):
        parse("\n".join(lines), "f.yaml")


def test_positions() -> None:
    """Every key knows its line, and a path without a position takes that of the nearest key above."""
    source = parse("runs:\n  vae:\n    model: {kind: vae}\n", "f.yaml")
    assert source.where(("runs", "vae", "model", "kind")) == "f.yaml:3: runs.vae.model.kind"
    assert source.where(("runs", "vae", "model", "beta")) == "f.yaml:3: runs.vae.model.beta"


def test_overlay_merges_mappings_and_keeps_positions() -> None:
    """Mappings merge key by key, lists are replaced, and each value keeps its original place."""
    below, above = parse("a: {x: 1, y: [1, 2]}\n", "below"), parse("\na: {y: [3]}\n", "above")
    merged = overlay(below, above)
    assert merged.data == {"a": {"x": 1, "y": [3]}}
    assert merged.where(("a", "x")).startswith("below:1")
    assert merged.where(("a", "y", 0)).startswith("above:2")
    assert ("a", "y", 1) not in merged.positions


def test_another_kind_drops_the_parameters_of_the_first() -> None:
    """A slot whose kind changes does not keep the parameters of the old kind."""
    merged = overlay(Source({"model": {"kind": "vae", "kl": "closed_form"}}), Source({"model": {"kind": "autoencoder"}}))
    assert merged.data == {"model": {"kind": "autoencoder"}}


@pytest.mark.parametrize(
    ("limit", "text"), [("yaml_values", "a: [b, c]"), ("yaml_bytes", "a: bcd"), ("yaml_depth", "a: [{b: c}]")]
)
def test_limits_are_what_they_say(monkeypatch: pytest.MonkeyPatch, limit: str, text: str) -> None:
    """A file with exactly the allowed number of values, characters or levels is read, and refused with a limit of one less."""
    most = {"yaml_values": 4, "yaml_bytes": 3, "yaml_depth": 3}[limit]
    monkeypatch.setenv(VARIABLE, f"{limit}={most}")
    parse(text, "f.yaml")
    monkeypatch.setenv(VARIABLE, f"{limit}={most - 1}")
    with pytest.raises(ReportError, match=f"--limit {limit}"):
        parse(text, "f.yaml")


@pytest.mark.parametrize(
    ("text", "line"),
    [("a:\n  b:\n    c:\n      d: 1\n", 4), ("a: 1\nb: {c: {d: 1}}\ne:\n  f: {g: 1}\n", 2), ("a:\n- [\n1,\n[2]]\n", 4)],
)
def test_the_deepest_place_has_its_line(monkeypatch: pytest.MonkeyPatch, text: str, line: int) -> None:
    """A file that is nested too deeply is reported at the line where it first is deepest."""
    monkeypatch.setenv(VARIABLE, "yaml_depth=2")
    with pytest.raises(ReportError) as caught:
        parse(text, "f.yaml")
    assert caught.value.problems[0].where == f"f.yaml:{line}"
