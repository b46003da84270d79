"""Read-only commands: status, explain, facts, check, list, schema."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from report_builder.build import composing
from report_builder.cli import main
from report_builder.kinds import DATASETS, MODELS
from report_builder.plan.schema import json_schema
from report_builder.spec.source import parse
from report_builder.store import Store

ROOT = Path(__file__).parents[2]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]):
    """Run a command and return its exit code, stdout and stderr."""

    def run(lab, *arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = lab.run(*arguments)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.mark.parametrize(
    "command",
    [
        ["status", "tiny"],
        ["explain", "tiny"],
        ["facts", "tiny"],
        ["check", "tiny"],
        ["runs", "list"],
        *(
            ["list", kind]
            for kind in ("reports", "models", "datasets", "steps", "figures", "metrics", "probes", "languages", "pages")
        ),
    ],
    ids=" ".join,
)
def test_json_parses(finished, say, command: list[str]) -> None:
    """With --json a command prints one JSON value and nothing else."""
    code, out, err = say(finished, *command, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)


def test_status(built, say) -> None:
    """`status` reports for every step whether it is stored, before and after a change."""
    code, out, _ = say(built, "status", "tiny")
    assert code == 0
    assert out.endswith("14 of 14 steps are stored.\n")
    built.edit("n: 4}", "n: 4, ink: light}")
    rows = json.loads(say(built, "status", "tiny", "--json")[1])
    assert [row["step"] for row in rows if not row["stored"]] == ["figure grid"]
    assert "13 of 14 steps are stored. 'explain' says why" in say(built, "status", "tiny")[1]


@pytest.mark.parametrize(
    ("old", "new", "step", "why"),
    [
        ("Tiny lab", "Small lab", "figure grid", "stored; it ran because it was never built in this report"),
        ("n: 4}", "n: 4, ink: light}", "figure grid", "would run: figure.ink: 'dark' -> 'light'"),
        ("epochs: 8", "epochs: 9", "run longer", "would run: training.epochs: 8 -> 9"),
        ("epochs: 8", "epochs: 9", "decode_grid of longer", "would run: its inputs changed: run longer, seed 1"),
        ("epochs: 8", "epochs: 9", "run vae", "stored; it ran because it was never built"),
        ("threshold: 0.5", "threshold: 0.4", "run ae", "would run: data.steps.1.threshold: 0.5 -> 0.4"),
    ],
)
def test_explain(built, say, old: str, new: str, step: str, why: str) -> None:
    """`explain` names the first field that differs from the last build, old -> new; for a dependent step, the changed input."""
    built.edit(old, new)
    code, out, _ = say(built, "explain", "tiny", step)
    assert code == 0
    assert why in out


def test_explain_what_was_damaged(built, say) -> None:
    """A stored step that was damaged is explained by the damage, not by a change."""
    planned = built.plan().figures["grid"]
    (built.folder / "runs" / "figure" / planned.step.key / "figure.png").unlink()
    assert "it is not stored (never finished, removed, or damaged)" in say(built, "explain", "tiny", "figure grid")[1]


def test_explain_of_a_first_build(lab, say) -> None:
    """Before the first build every step is new."""
    code, out, _ = say(lab, "explain", "tiny", "run ae")
    assert code == 0
    assert "never built" in out


def test_facts_can_be_pasted(finished, lab, say) -> None:
    """Facts are printed as the template cites them, with the value in the report's language; unmeasured ones are marked."""
    line = say(finished, "facts", "tiny", "longer.test.elbo")[1].splitlines()[0]
    assert re.fullmatch(r'\{\{ fact\("longer\.test\.elbo"\)\.full \}\}  −\d+(\.\d+)?.*', line)
    assert "not measured yet" in say(lab, "facts", "tiny", "longer.test.elbo")[1]


def test_facts_are_found_by_what_they_are_called(lab, say) -> None:
    """`--grep` searches the words of the language, `--new` omits cited facts, and a fact of two runs gets a comparison."""
    found = say(lab, "facts", "tiny", "--grep", "RECONSTRUCTION error")[1]
    assert "ae.test.reconstruction_bce" in found
    assert "elbo" not in found
    assert '{{ compare("vae", "longer", "test.elbo") }}' in say(lab, "facts", "tiny", "--grep", "elbo")[1]
    cited = re.findall(r'fact\("([^"]+)"', lab.template.read_text())
    new = say(lab, "facts", "tiny", "--new")[1]
    assert cited
    assert not [name for name in cited if f'fact("{name}")' in new]
    assert "fact(" in new


def test_looking_changes_nothing(lab, say) -> None:
    """Read-only commands leave nothing but the digest memo, even if nothing was built."""
    for command in ("status", "explain", "facts", "check"):
        assert say(lab, command, "tiny")[0] == 0
    files = {str(path.relative_to(lab.folder)) for path in lab.folder.rglob("*") if path.is_file()}
    assert files <= {"experiments/tiny.yaml", "templates/tiny.md", "runs/memo.json"}


def test_status_says_who_is_at_work_and_where(lab, say) -> None:
    """The line of a step in progress shows host, process and start time, for this machine and for another."""
    step = lab.plan().runs["vae", 1].step
    with Store(lab.folder / "runs").claim(step):
        (line,) = [line for line in say(lab, "status", "tiny")[1].splitlines() if step.key in line]
        (row,) = [row for row in json.loads(say(lab, "status", "tiny", "--json")[1]) if row["key"] == step.key]
    said = rf"process {os.getpid()} on {re.escape(os.uname().nodename)} since 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d"
    assert re.fullmatch(rf"at work {step.key}  run vae, seed 1, {said}", line)
    assert re.fullmatch(said, row["worker"])
    assert "at work" not in say(lab, "status", "tiny")[1]


def test_check_finds_a_typed_number(built, say) -> None:
    """A result typed into an answer is a finding: exit code 3 with its line, as text and as JSON."""
    built.edit("In [@fig:codes]", "The loss is 12.5 in [@fig:codes]", built.template)
    code, _, err = say(built, "check", "tiny")
    assert code == 3
    assert "tiny.md:9: a result is typed and bound to no measurement" in err
    code, out, _ = say(built, "check", "tiny", "--json")
    assert code == 3
    assert json.loads(out)["findings"][0]["received"] == "12.5"


def test_what_was_found_right_is_composed_again_only_where_something_changed(lab, say, monkeypatch) -> None:
    """A second check composes nothing and reports the same; a changed include or experiment is composed again."""
    composed: list[int] = []
    compose = composing._compose
    monkeypatch.setattr(composing, "_compose", lambda *given, **how: composed.append(1) or compose(*given, **how))
    part = lab.folder / "templates" / "part.md"
    part.write_text("Included.\n", encoding="utf-8")
    lab.edit("In [@fig:codes]", "{% include 'part.md' %}\n\nIn [@fig:codes]", lab.template)
    first = say(lab, "check", "tiny")
    assert (first[0], say(lab, "check", "tiny"), len(composed)) == (0, first, 1)
    part.write_text("Included as well.\n", encoding="utf-8")
    assert (say(lab, "check", "tiny")[0], len(composed)) == (0, 2)
    lab.edit("report: {title: Tiny lab", "report: {tally: false, title: Tiny lab")
    assert (say(lab, "check", "tiny")[0], len(composed)) == (0, 3)
    part.write_text("The loss is 12.5 nats.\n", encoding="utf-8")
    assert [say(lab, "check", "tiny")[0] for _ in range(2)] == [3, 3]
    assert len(composed) == 5


def test_a_bibliography_is_read_again_only_where_it_changed(lab, say, monkeypatch) -> None:
    """A second check of a text with citations composes nothing; a changed bibliography is read again and checked."""
    composed: list[int] = []
    compose = composing._compose
    monkeypatch.setattr(composing, "_compose", lambda *given, **how: composed.append(1) or compose(*given, **how))
    refs = lab.experiment.with_name("refs.bib")
    refs.write_text("@book{a, title = {Codes}, year = 2001}\n", encoding="utf-8")
    lab.edit("report: {title: Tiny lab", "report: {bibliography: refs.bib, title: Tiny lab")
    lab.edit("In [@fig:codes]", "By [@a], in [@fig:codes]", lab.template)
    assert [say(lab, "check", "tiny")[0] for _ in range(2)] == [0, 0]
    assert len(composed) == 1
    refs.write_text("@book{b, title = {Codes}}\n", encoding="utf-8")
    code, _, err = say(lab, "check", "tiny")
    assert (code, len(composed)) == (1, 2)
    assert "tiny.md:9: a citation that is in no bibliography" in err
    lab.edit("bibliography: refs.bib", "bibliography: [refs.bib, none.bib, refs.txt]")
    refs.with_suffix(".txt").write_text("", encoding="utf-8")
    code, _, err = say(lab, "check", "tiny")
    assert code == 1
    assert "report.bibliography.1: no such file" in err
    assert "report.bibliography.2: this is a file *.bib beside the experiment file" in err


def test_doctor(lab, say) -> None:
    """`doctor` inspects this machine and prints a line for each requirement."""
    code, out, _ = say(lab, "doctor")
    assert code in (0, 3)
    assert "TensorFlow" in out


def test_options_of_a_figure(finished, say) -> None:
    """The options of a figure are printed with their values and descriptions, and nothing is drawn."""
    code, out, _ = say(finished, "figure", "grid", "--report", "tiny", "--show-options")
    assert code == 0
    assert "  n: 4  Images along each axis." in out
    assert "to do." not in out


@pytest.mark.parametrize("sort", ["models", "datasets", "steps", "figures", "metrics", "probes"])
def test_options_of_every_kind(lab, say, sort: str) -> None:
    """The options of each kind are printed with defaults and descriptions, also as JSON; required ones are marked."""
    for name in json.loads(say(lab, "list", sort, "--json")[1]):
        code, out, _ = say(lab, "list", sort, "--show-options", name)
        told = json.loads(say(lab, "list", sort, "--show-options", name, "--json")[1])
        assert code == 0
        assert out.startswith(f"{name}: ")
        for option, about in told.items():
            value = "(required)" if about["required"] else json.dumps(about["default"], ensure_ascii=False)
            assert f"  {option}: {value}  {about['description']}" in out
            assert about["description"]


def test_what_a_metric_asks_for(lab, say) -> None:
    """The judge of a coverage metric is required, and its number of neighbours has a default."""
    _, out, _ = say(lab, "list", "metrics", "--show-options", "coverage")
    assert "  judge: (required)  Id of the run of a classifier" in out
    assert "  k: 5  A neighbourhood reaches to the k-th nearest image" in out


# --- the schema ---------------------------------------------------------------------------------------------------------------


TYPES = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


SILENT = {"$schema", "$defs", "title", "description", "default", "type", "x-layer"}


def accepts(schema: dict[str, Any], value: Any, root: dict[str, Any]) -> bool:
    """Return whether a JSON Schema accepts a value; an unknown keyword fails the test."""
    named = schema.get("type", [])
    allowed = tuple(t for name in ([named] if isinstance(named, str) else named) for t in TYPES[name])
    right = not allowed or (isinstance(value, allowed) and not (isinstance(value, bool) and bool not in allowed))
    return right and all(CHECKS[word](schema[word], value, schema, root) for word in schema if word not in SILENT)


def of_keys(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    """Return whether every key of a mapping is known and its value accepted."""
    if not isinstance(value, dict):
        return True
    other = schema.get("additionalProperties", True)
    patterns = schema.get("patternProperties", {})
    for key, item in value.items():
        choices = [part for name, part in schema.get("properties", {}).items() if name == key]
        choices += [part for pattern, part in patterns.items() if re.search(pattern, key)]
        choices = choices or [other if isinstance(other, dict) else {} if other else {"enum": []}]
        if not all(accepts(part, item, root) for part in choices):
            return False
    return True


def number(value: Any) -> bool:
    """Return whether a value is a number, to which limits apply."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


CHECKS = {
    "$ref": lambda said, value, _, root: accepts(root["$defs"][said.removeprefix("#/$defs/")], value, root),
    "anyOf": lambda said, value, _, root: any(accepts(choice, value, root) for choice in said),
    "enum": lambda said, value, *_: value in said,
    "const": lambda said, value, *_: value == said,
    "pattern": lambda said, value, *_: not isinstance(value, str) or bool(re.search(said, value)),
    "minimum": lambda said, value, *_: not number(value) or value >= said,
    "maximum": lambda said, value, *_: not number(value) or value <= said,
    "exclusiveMinimum": lambda said, value, *_: not number(value) or value > said,
    "exclusiveMaximum": lambda said, value, *_: not number(value) or value < said,
    "minItems": lambda said, value, *_: not isinstance(value, list) or len(value) >= said,
    "maxItems": lambda said, value, *_: not isinstance(value, list) or len(value) <= said,
    "items": lambda said, value, _, root: not isinstance(value, list) or all(accepts(said, item, root) for item in value),
    "prefixItems": lambda said, value, _, root: all(accepts(s, v, root) for s, v in zip(said, value, strict=False)),
    "required": lambda said, value, *_: not isinstance(value, dict) or set(said) <= set(value),
    "properties": lambda _, value, schema, root: of_keys(value, schema, root),
    "patternProperties": lambda _, value, schema, root: of_keys(value, schema, root),
    "additionalProperties": lambda _, value, schema, root: of_keys(value, schema, root),
}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """JSON Schema of experiment files."""
    return json_schema()


def read(text: str) -> dict[str, Any]:
    """Read an experiment file as plain data."""
    return parse(text, "experiment").data


def test_the_schema_accepts_what_we_hand_out(schema) -> None:
    """The schema accepts the experiment of this repository and the output of `new`."""
    skeleton = ROOT / "report_builder" / "cli" / "skeleton"
    for file in [*(ROOT / "experiments").glob("*.yaml"), *skeleton.glob("*.yaml")]:
        assert accepts(schema, read(file.read_text(encoding="utf-8").replace("LANGUAGE", "en")), schema), file


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("learning_rate: 1e-3", "optimizer: sgd"),
        ("learning_rate: 1e-3", "optimizer: {kind: adam, beta_1: 0.8}"),
        ("{kind: digits, copies: 0}", "mnist"),
        ("{kind: digits, copies: 0}", "./own.py"),
        ("extends: vae, name: Longer,", "extends: vae, model: {kl: monte_carlo},"),
        ("report: {title: Tiny lab, ", "extends: other\nreport: {"),
    ],
)
def test_the_schema_accepts_what_may_be_written(schema, lab, old: str, new: str) -> None:
    """The schema accepts short forms, the user's own files, and entries that only change something inherited."""
    lab.edit(old, new)
    assert accepts(schema, read(lab.experiment.read_text()), schema)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("latent_dim: 2", "latent_dims: 2"),
        ("latent_dim: 2", "latent_dim: two"),
        ("kind: vae", "kind: vea"),
        ("kind: digits", "kind: digit"),
        ("kind: binarise", "kind: binarize"),
        ("kind: latent_scatter", "kind: scatter"),
        ("n: 4", "m: 4"),
        ("kind: elbo", "kind: elbow"),
        ("title: Tiny lab", "titel: Tiny lab"),
        ("latent_dim: 2", "latent_dim: 0"),
        ("epochs: 8", "epohcs: 8"),
        ("learning_rate: 1e-3", "optimizer: adamm"),
        ("learning_rate: 1e-3", "optimizer: {kind: adam, beta1: 0.5}"),
        ("extends: vae", "extend: vae"),
    ],
)
def test_the_schema_refuses_what_the_plan_refuses(schema, lab, old: str, new: str) -> None:
    """An editor that uses the schema marks a misspelt key, kind or type before the file is built."""
    assert accepts(schema, read(lab.experiment.read_text()), schema)
    lab.edit(old, new)
    assert not accepts(schema, read(lab.experiment.read_text()), schema)


def test_every_key_of_the_schema_is_described(schema) -> None:
    """Every key in the schema has a description."""
    parts = schema["$defs"] | {"": schema}
    keys = [(name, key, entry) for name, part in parts.items() for key, entry in part.get("properties", {}).items()]
    bare = [f"{name}.{key}" for name, key, entry in keys if not entry.get("description") and key not in ("kind", "report")]
    assert bare == []


def test_schema_to_a_file(schema, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The schema is printed, or written to the given file."""
    assert main(["schema"]) == 0
    schema = json.loads(json.dumps(schema))
    assert json.loads(capsys.readouterr().out) == schema
    assert main(["schema", "--output", str(tmp_path / "schema.json")]) == 0
    assert json.loads((tmp_path / "schema.json").read_text()) == schema


def test_a_language_is_checked(lab, say) -> None:
    """A complete language is reported as complete; with --json the list of missing words is empty."""
    code, out, err = say(lab, "list", "languages", "--check", "pl")
    assert (code, err) == (0, "")
    assert out.startswith("pl is complete: ")
    assert say(lab, "list", "languages", "--check", "pl", "--json")[:2] == (0, "[]\n")
    assert say(lab, "list", "languages", "--check", "xx")[0] == 1
    assert "reports cannot be checked with --check" in say(lab, "list", "reports", "--check", "tiny")[2]


def test_a_kind_that_says_its_title_in_each_language_needs_no_translation(lab, say, monkeypatch) -> None:
    """A kind of an installed package may give its title in each language, and then no translation is required."""
    mnist = DATASETS.get("mnist")
    monkeypatch.setitem(DATASETS._found, "mnist", replace(mnist, title={"en": "Sheets", "pl": "Arkusze"}))
    assert say(lab, "list", "languages", "--check", "pl")[0] == 0


def test_a_kind_is_checked(lab, say) -> None:
    """A complete kind passes; for an incomplete file, everything missing is reported with the exit code of a finding."""
    assert say(lab, "list", "metrics", "--check", "elbo") == (0, "elbo is a complete metric.\n", "")
    lab.experiment.with_name("mine.py").write_text("def measure(arrays, parameters):\n    return {}\n")
    code, _, err = say(lab, "list", "metrics", "--check", "./mine.py")
    assert code == 3
    assert "KIND = Metric(parameters=Parameters, reads=reads, values=values, measure=measure)" in err


def test_an_incomplete_language_is_a_finding(lab, say, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind whose title is not translated ends the check of a language with exit code 3, and its title is named."""
    monkeypatch.setitem(MODELS._found, "vae", replace(MODELS.get("vae"), title="a kind of tomorrow"))
    code, _, err = say(lab, "list", "languages", "--check", "pl")
    assert code == 3
    assert "pl.yaml: kinds.a kind of tomorrow: not translated" in err
    assert say(lab, "list", "languages", "--check", "en")[0] == 0


def test_what_is_not_translated_is_a_warning(lab, say, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that prints a title in English for lack of a translation passes the check with a warning."""
    monkeypatch.setitem(MODELS._found, "vae", replace(MODELS.get("vae"), title="a kind of tomorrow"))
    assert "not translated" not in say(lab, "check", "tiny")[2]
    lab.edit("language: en", "language: pl")
    code, _, err = say(lab, "check", "tiny")
    assert code == 0
    assert "warning: pl.yaml: words that are not translated are printed in another language" in err
    assert "'a kind of tomorrow'" in err
