"""Publication of figures, file by file."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from report_builder.build.publish import files_beside, publish_figure, publish_figures
from report_builder.document.material import FigureCard, Header, Material
from report_builder.pages import Page, named


@pytest.fixture
def drawn(tmp_path):
    """A drawn figure."""
    files = {kind: tmp_path / "store" / f"figure.{kind}" for kind in ("png", "svg")}
    (tmp_path / "store").mkdir()
    for kind, file in files.items():
        file.write_text(kind)
    return FigureCard("progress", "Progress", png=files["png"], svg=files["svg"])


def test_a_picture_goes_with_its_number(drawn, tmp_path):
    """PNG and SVG are published under one name, also in the index, and those of the old number are removed."""
    folder = tmp_path / "figures"
    material = Material("lab", Header("Lab"), {}, {}, {"progress": drawn}, {}, {})
    assert publish_figures(material, {"progress": "3"}, folder)["progress"]["svg"].read_text() == "svg"
    assert json.loads((folder / "index.json").read_text())["progress"]["svg"] == "03-progress.svg"
    publish_figure(drawn, "4b", folder)
    names = {"04b-progress.png", "04b-progress.svg", "index.json"}
    assert {path.name for path in folder.iterdir()} == names


def test_only_what_the_index_lists_is_removed(drawn, tmp_path):
    """A picture of the user's own is kept whatever its name, and an index cannot name a file in another folder."""
    folder = tmp_path / "figures"
    material = Material("lab", Header("Lab"), {}, {}, {"progress": drawn}, {}, {})
    publish_figures(material, {"progress": "3"}, folder)
    (folder / "1-holiday.png").write_text("mine")
    (tmp_path / "4-beside.png").write_text("mine")
    (folder / "album").mkdir()
    index = json.loads((folder / "index.json").read_text())
    (folder / "index.json").write_text(
        json.dumps(index | {"odd": {"png": "../4-beside.png"}, "text": "x", "list": {"png": []}})
    )
    publish_figures(material, {"progress": "2"}, folder)
    names = {"02-progress.png", "02-progress.svg", "index.json", "1-holiday.png", "album"}
    assert {path.name for path in folder.iterdir()} == names
    assert (tmp_path / "4-beside.png").is_file()


def test_a_page_style_of_ones_own_is_watched(tmp_path):
    """A document depends on the file of the user's own page style and its style sheet; built-in styles count as code."""
    for name in ("mine.typ", "mine.css"):
        (tmp_path / name).write_text("", encoding="utf-8")
    mine = Page(tmp_path / "mine.typ")
    for page, files in ((mine, [tmp_path / "mine.typ", tmp_path / "mine.css"]), (named(), [])):
        material = Material("lab", Header("Lab", page=page), {}, {}, {}, {}, {})
        assert files_beside(SimpleNamespace(pictures=()), material) == files


def test_a_figure_of_an_appendix(drawn, tmp_path):
    """The letter of an appendix is part of the file names of its figures."""
    files = publish_figure(drawn, "A.1", tmp_path / "figures")
    assert [file.name for file in files.values()] == ["A1-progress.png", "A1-progress.svg"]
    assert publish_figure(drawn, "A.2b", tmp_path / "figures")["png"].name == "A2b-progress.png"
    assert sorted(file.name for file in (tmp_path / "figures").iterdir()) == [
        "A2b-progress.png",
        "A2b-progress.svg",
        "index.json",
    ]
