"""What stands beside single figures: tables of theirs."""

from __future__ import annotations

CURVES = "figures:\n  curves: {kind: training_curves, runs: [vae, longer], caption: Losses}\n"


def test_a_task_draws_the_figure_behind_its_table(built) -> None:
    """A task that shows only the table of a figure has that figure drawn, and prints its numbers."""
    built.edit("figures:\n", CURVES)
    built.edit('{{ figure("grid") }}', '{{ figure("grid") }}\n\n{{ figure_table("curves", "Numbers") }}\n', built.template)
    assert built.run("task", "2", "--report", "tiny") == 0
    text = (built.folder / "build" / "tiny" / "tiny-task-2.html").read_text(encoding="utf-8")
    assert "Table\u00a01." in text
    assert text.count("<td") >= 3 * 8
    assert not list((built.folder / "figures" / "tiny").glob("*curves*"))
