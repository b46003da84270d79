"""The README and the pages of the docs show only what the program accepts, and the site is complete."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
import sys
from pathlib import Path

import pytest
import yaml

from report_builder.cli import main
from report_builder.cli.parser import parser
from report_builder.kinds import DATA_STEPS, DATASETS, FIGURES, METRICS, MODELS, PROBES
from report_builder.limits import LIMITS
from report_builder.spec.grammar import Experiment

ROOT = Path(__file__).resolve().parent.parent

sys.path.insert(0, str(ROOT / "docs"))
reference = importlib.import_module("reference")
PAGES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))}
RUN_ELSEWHERE = {
    "own-model.md": "tests/end_to_end/test_own_model.py",
    "gallery.md": "experiments/gallery.yaml",
    "tutorial.md": "below",
}
KINDS = {"models": MODELS, "datasets": DATASETS, "steps": DATA_STEPS, "metrics": METRICS, "probes": PROBES, "figures": FIGURES}
BASE = """
report: {title: Shown}
data: {digits: {dataset: {kind: digits, copies: 0}, steps: [scale, {kind: binarise, threshold: 0.5}]}}
runs:
  ae: {data: digits, model: autoencoder}
  vae: {data: digits, model: {kind: vae, kl: monte_carlo}}
  vae-closed: {extends: vae, model: {kl: closed_form}}
metrics: {elbo: {kind: elbo, runs: [vae, vae-closed], split: test}}
figures: {codes: {kind: latent_scatter, runs: [vae]}}
"""
COMMAND = re.compile(
    r"`(?P<inline>(?:report-builder|make) [^`]+)`|^(?:    |\.venv/bin/)(?P<line>(?:report-builder|make) .*)$", re.MULTILINE
)


def blocks(page: str, language: str) -> list[str]:
    """Return the fenced blocks of a page in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGES[page], re.MULTILINE | re.DOTALL)


def examples() -> list[tuple[str, str]]:
    """Return the pages that no other test runs, each with each of its Markdown blocks, or with an empty one."""
    read = [page for page in PAGES if page not in RUN_ELSEWHERE and (blocks(page, "yaml") or blocks(page, "markdown"))]
    return [(page, template) for page in read for template in blocks(page, "markdown") or [""]]


@pytest.mark.parametrize(("page", "template"), examples())
def test_an_example_is_a_report(page: str, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    """The merged YAML blocks of a page and one of its Markdown blocks form a report without mistakes."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "experiments").mkdir()
    (tmp_path / "templates" / "shown.md").write_text(template, encoding="utf-8")
    layers = [BASE, *blocks(page, "yaml"), ""]
    for number, layer in enumerate(layers):
        name = "shown" if number == len(layers) - 1 else f"layer{number}"
        under = f"extends: layer{number - 1}.yaml\n" if number else ""
        (tmp_path / "experiments" / f"{name}.yaml").write_text(under + layer, encoding="utf-8")
    main(["check", "shown"])
    assert [line for line in capsys.readouterr().err.splitlines() if "error" in line] == []


def test_the_gallery_shows_lines_of_its_experiment() -> None:
    """Each YAML block of the gallery page occurs literally in the file from which the gallery is built."""
    experiment = (ROOT / "experiments" / "gallery.yaml").read_text(encoding="utf-8")
    assert [block for block in blocks("gallery.md", "yaml") if block not in experiment] == []


def commands() -> list[tuple[str, str]]:
    """Return every command in a page, with the page, without a comment after two spaces; a bare program name does not count."""
    found = [(page, each["inline"] or each["line"]) for page, text in PAGES.items() for each in COMMAND.finditer(text)]
    parts = [(page, part.strip()) for page, line in found for part in line.partition("  ")[0].split("&&")]
    return [(page, part) for page, part in parts if part.count(" ") > 1 or part.startswith("make")]


@pytest.mark.parametrize(("page", "line"), sorted({each for each in commands() if each[1].startswith("report-builder")}))
def test_a_command_parses(page: str, line: str) -> None:
    """The program's own parser accepts every `report-builder` command of the docs."""
    arguments = shlex.split(re.sub(r"<(\w+)>", r"\1", line.replace(" ...", "")))[1:]
    parser().parse_args(arguments)


@pytest.mark.parametrize(("page", "line"), sorted({each for each in commands() if each[1].startswith("make ")}))
def test_a_target_exists(page: str, line: str) -> None:
    """Every `make` command of the docs uses targets and variables of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for word in shlex.split(line)[1:]:
        name, given, _ = word.partition("=")
        known = rf"^export .*\b{name}\b|^{name} \?=" if given else rf"^{name}:"
        assert re.search(known, makefile, re.MULTILINE), f"{page}: {line}"


def test_the_reference_has_everything() -> None:
    """The reference contains every kind with every parameter, every key, every command and option, and every limit."""
    pages = reference.pages()
    for sort, registry in KINDS.items():
        for name, kind in registry:
            section = pages[f"{sort}.md"].partition(f"\n## {name}\n")[2].partition("\n## ")[0]
            assert all(f"| `{field}` |" in section for field in kind.parameters.model_fields), name
    assert all(f"| `{key}` |" in pages["experiment.md"] for key in Experiment.model_fields)
    assert all(f"| `{name}` | {each.told(each.default)} |" in pages["limits.md"] for name, each in LIMITS.items())
    assert {f"\n## {name}\n" in pages["commands.md"] for name in ("build", "verify", "runs export")} == {True}
    assert all(option in pages["commands.md"] for option in options(parser()))


def options(program: argparse.ArgumentParser) -> set[str]:
    """Return the long options of all commands, except those of folders and limits, which all commands have."""
    inner = set().union(*(options(each) for each in reference.subcommands(program).values()))
    own = {option for each in program._actions if each.dest not in reference.LEFT_OUT for option in each.option_strings}
    return (inner | own) - {"--version"}


def test_the_site_asks_the_network_for_nothing() -> None:
    """The site uses the reader's fonts, ships what its search needs, and lists every page of the docs in its contents."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    site = yaml.safe_load(re.sub(r"!!python\S+ ", "", text))
    assert site["theme"]["font"] is False
    assert site["extra"]["polyfills"] == ["iframe-worker.js"]
    told = set(re.findall(r"[\w/-]+\.md", text))
    assert {name for name in PAGES if name != "README.md"} <= told
    assert {f"reference/{name}" for name in reference.pages()} <= told


@pytest.mark.slow
def test_the_site_is_built(tmp_path: Path) -> None:
    """Every page and every link resolves, and no page loads anything from another host."""
    mkdocs = pytest.importorskip("mkdocs.commands.build", reason="make docs installs it")
    from mkdocs.config import load_config

    mkdocs.build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(tmp_path), strict=True))
    pages = [path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.html")]
    assert len(pages) > len(PAGES)
    assert not any(re.search(r'(?:src|rel="stylesheet" href)="(?:https?:)?//', page) for page in pages)


@pytest.mark.slow
def test_the_tutorial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    """The tutorial works in an empty folder: its files are written and its commands end with the exit codes it states."""
    monkeypatch.chdir(tmp_path)
    done = []
    shown = r"^```(?:yaml|markdown)\n(?:<)?# (?P<file>\S+)(?: #>)?\n(?P<text>.*?)^```$|^    report-builder (?P<command>[^\n]*)$"
    for each in re.finditer(shown, PAGES["tutorial.md"], re.MULTILINE | re.DOTALL):
        if each["file"]:
            (tmp_path / each["file"]).parent.mkdir(exist_ok=True)
            (tmp_path / each["file"]).write_text(each["text"], encoding="utf-8")
        else:
            command, _, told = each["command"].partition("#")
            code = main(command.split())
            assert code == int((re.search(r"\d", told) or ["0"])[0]), capsys.readouterr().err
            done.append(command.split()[0])
    assert done == ["build", "build", "build", "check", "build"]
    assert (tmp_path / "build" / "sheet" / "sheet-hand-in.zip").is_file()
