"""What accompanies single figures: their tables, and other figures next to them."""

from __future__ import annotations

import json

CURVES = "figures:\n  curves: {kind: training_curves, runs: [vae, longer], caption: Losses}\n"


def test_a_task_draws_the_figure_behind_its_table(built) -> None:
    """A task that shows only the table of a figure has that figure drawn and prints its numbers."""
    built.edit("figures:\n", CURVES)
    built.edit('{{ figure("grid") }}', '{{ figure("grid") }}\n\n{{ figure_table("curves", "Numbers") }}\n', built.template)
    assert built.run("task", "2", "--report", "tiny") == 0
    text = (built.folder / "build" / "tiny" / "tiny-task-2.html").read_text(encoding="utf-8")
    assert "Table\u00a01." in text
    assert text.count("<td") >= 3 * 8
    assert not list((built.folder / "figures" / "tiny").glob("*curves*"))


def test_parts_are_published_under_number_and_letter(built) -> None:
    """Side-by-side figures are drawn without training, published as `01a-...`, and known to `figure` and `task`."""
    built.edit("tasks:\n", "subfigures:\n  both: {parts: [codes, grid], caption: Both}\ntasks:\n")
    built.edit('"fig:codes", ', '"fig:both", "fig:grid", ')
    built.edit('{{ figure("codes") }}', '{{ figure("both") }}', built.template)
    built.edit('{{ figure("grid") }}', "", built.template)
    assert built.run("build", "tiny") == 0
    folder = built.folder / "figures" / "tiny"
    names = sorted(path.name for path in folder.glob("*.png"))
    assert names == ["01a-codes.png", "01b-grid.png"]
    index = json.loads((folder / "index.json").read_text())
    assert (index["grid"]["number"], index["grid"]["group"]) == ("1b", "both")
    assert built.run("figure", "both", "--report", "tiny", "--set", "figures.grid.ink=light") == 0
    assert built.run("task", "1", "--report", "tiny") == 0
    assert "figure\u00a01b" in (built.folder / "build" / "tiny" / "tiny.html").read_text(encoding="utf-8")


def test_a_model_is_drawn_and_tabulated_from_its_run(built) -> None:
    """The diagram and the table of a model read what its training stored: nothing is trained and nothing is probed."""
    built.edit("figures:\n", "figures:\n  model: {kind: architecture, runs: [vae], caption: Layers}\n")
    assert built.to_do() == ["figure model"]
    both = '{{ figure("grid") }}\n\n{{ figure("model") }}\n\n{{ layers_table("vae", caption="Layers") }}\n'
    built.edit('{{ figure("grid") }}', both, built.template)
    assert built.run("task", "2", "--report", "tiny") == 0
    text = (built.folder / "build" / "tiny" / "tiny-task-2.html").read_text(encoding="utf-8")
    assert "Conv2DTranspose" in text
    assert "not trainable" in text
