"""The style file of a report: what it redraws, and what it may not set."""

from __future__ import annotations

import subprocess
import sys

import matplotlib as mpl
import pytest

from report_builder.errors import ReportError
from report_builder.plan.styles import REFUSED, known_settings, read_style

STYLE = "# our colours\naxes.titlesize: 10\ngrid.color: eeeeee  # light\naxes.facecolor: '#fafafa'\n"


@pytest.fixture
def styled(lab):
    """The project with a style next to the experiment."""
    lab.edit("date: 2025-01-02}", "date: 2025-01-02, style: ours.mplstyle}")
    return write(lab, STYLE)


def write(lab, text):
    """Write the style file."""
    (lab.experiment.parent / "ours.mplstyle").write_text(text)
    return lab


def keys(lab) -> dict[str, str]:
    """Return the key of each step by its label."""
    plan = lab.plan()
    return {p.label: p.step.key for target in plan.everything() for p in target.closure()}


def changed(before, after) -> set[str]:
    """Return the labels of the steps whose keys differ."""
    return {label for label in before if before[label] != after[label]}


def test_a_changed_style_draws_figures_again_and_nothing_else(styled) -> None:
    """The values of a style are in the keys of all figures and in no other; comments and spaces do not count."""
    before = keys(styled)
    assert changed(before, keys(write(styled, STYLE.replace("10", "12")))) == {"figure codes", "figure grid"}
    assert not changed(before, keys(write(styled, f"# other words\n\n{STYLE}".replace("size: 10", "size : 10  # points"))))


def test_a_style_is_drawn_with(built) -> None:
    """Another style gives a figure other bytes and a new document, but no new training or measurement."""
    built.edit("date: 2025-01-02}", "date: 2025-01-02, style: ours.mplstyle}")
    write(built, "axes.facecolor: ffeedd\n")
    before = (built.workspace.figures / "tiny" / "01-codes.svg").read_bytes()
    assert built.to_do() == ["figure codes", "figure grid"]
    assert built.run("figure", "codes", "--report", "tiny") == 0
    after = (built.workspace.figures / "tiny" / "01-codes.svg").read_bytes()
    assert b"#ffeedd" in after
    assert b"#ffeedd" not in before


MISTAKES = {
    "unknown name": ("axes.tilesize: 4", "Matplotlib has no such setting", "Did you mean 'axes.titlesize'?"),
    "text as letters": ("svg.fonttype: none", "'svg.fonttype' cannot be set", "same bytes"),
    "ids by chance": ("svg.hashsalt: x", "'svg.hashsalt' cannot be set", "Remove the line."),
    "size": ("figure.figsize: 3, 4", "'figure.figsize' cannot be set", "width and height_cm"),
    "window": ("backend: Qt5Agg", "'backend' cannot be set", "changes nothing"),
    "font of this machine": ("font.family: Comic Sans", "a font that is not included", "DejaVu Serif"),
    "no pair": ("axes.titlesize 4", "a line of a style file is 'name: value'", "'axes.titlesize 4'"),
    "twice": ("axes.titlesize: 4", "this name is set twice", "Remove one"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_of_a_style(styled, case: str) -> None:
    """Each mistake is reported with file and line by the plan."""
    line, rule, told = MISTAKES[case]
    text = STYLE if case == "twice" else ""
    with pytest.raises(ReportError) as caught:
        write(styled, f"{text}lines.linewidth: 2\n{line}\n").plan()
    (problem,) = caught.value.problems
    assert f"ours.mplstyle:{6 if text else 2}" in str(problem)
    assert rule in str(problem)
    assert told in str(problem)


def test_all_mistakes_at_once(styled) -> None:
    """There is one message per line with a mistake."""
    with pytest.raises(ReportError) as caught:
        write(styled, "axes.tilesize: 4\nsvg.fonttype: none\nnothing\n").plan()
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize("name", ["other.mplstyle", "tiny.yaml"])
def test_a_file_that_is_no_style(styled, name: str) -> None:
    """A missing or invalid style file is a mistake at its key that lists the existing styles."""
    styled.edit("ours.mplstyle", name)
    with pytest.raises(ReportError, match=r"tiny\.yaml:1: report\.style: .*\n.*ours\.mplstyle"):
        styled.plan()


def test_a_value_that_does_not_fit_stops_before_any_training(styled, capsys) -> None:
    """Matplotlib's own check precedes all runs, so that none is started."""
    write(styled, "axes.titlesize: 10\naxes.grid: perhaps\n")
    assert styled.run("build", "tiny") == 1
    said = capsys.readouterr().err
    assert "ours.mplstyle:2: axes.grid: Matplotlib does not accept this value" in said
    assert not list((styled.workspace.store / "run").glob("*/step.json"))


def test_a_hash_in_quotes_is_a_colour(tmp_path) -> None:
    """A hash starts a comment, unless it is in quotes."""
    file = tmp_path / "a.mplstyle"
    file.write_text("axes.facecolor: \"#eeeeee\" # c\naxes.prop_cycle: cycler('color', ['#000000', 'ff0000'])\n")
    style, problems = read_style(file)
    assert not problems
    assert style.values == {"axes.facecolor": "#eeeeee", "axes.prop_cycle": "cycler('color', ['#000000', 'ff0000'])"}


def test_the_names_are_those_of_matplotlib() -> None:
    """The names, read without importing Matplotlib, are all of its own, and each refused prefix matches at least one."""
    assert known_settings() == {name for name in mpl.rcParams if not name.startswith("_")}
    assert all(any(name.startswith(beginning) for name in known_settings()) for beginning in REFUSED)


def test_names_are_known_without_matplotlib() -> None:
    """A build that draws nothing checks its style without importing Matplotlib."""
    code = (
        "import sys; from report_builder.plan import styles; assert styles.known_settings() and 'matplotlib' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
