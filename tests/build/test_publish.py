"""Published figures, file by file."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from report_builder.build.publish import publish_figure, publish_figures
from report_builder.document.material import FigureCard, Header, Material


@pytest.fixture
def moving(tmp_path):
    """A figure with a moving picture."""
    files = {kind: tmp_path / "store" / f"figure.{kind}" for kind in ("png", "svg", "apng")}
    (tmp_path / "store").mkdir()
    for kind, file in files.items():
        file.write_text(kind)
    return FigureCard("progress", "Progress", png=files["png"], svg=files["svg"], animation=files["apng"])


def test_a_moving_picture_is_published_and_removed(moving, tmp_path):
    """It stands beside PNG and SVG under the same name, in the index, too, and goes when the figure has none or its number."""
    folder = tmp_path / "figures"
    material = Material("lab", Header("Lab"), {}, {}, {"progress": moving}, {}, {})
    assert publish_figures(material, {"progress": "3"}, folder)["progress"]["apng"].read_text() == "apng"
    assert json.loads((folder / "index.json").read_text())["progress"]["apng"] == "03-progress.apng"
    publish_figure(moving, "4b", folder)
    names = {"04b-progress.png", "04b-progress.svg", "04b-progress.apng", "index.json"}
    assert {path.name for path in folder.iterdir()} == names
    still = replace(material, figures={"progress": replace(moving, animation=None)})
    publish_figures(still, {"progress": "4b"}, folder)
    assert {path.name for path in folder.iterdir()} == names - {"04b-progress.apng"}


def test_only_what_the_index_lists_is_removed(moving, tmp_path):
    """A picture of the user's own stays whatever its name is, and an index cannot name a file in another folder."""
    folder = tmp_path / "figures"
    material = Material("lab", Header("Lab"), {}, {}, {"progress": moving}, {}, {})
    publish_figures(material, {"progress": "3"}, folder)
    (folder / "1-holiday.png").write_text("mine")
    (tmp_path / "4-beside.png").write_text("mine")
    (folder / "album").mkdir()
    index = json.loads((folder / "index.json").read_text())
    (folder / "index.json").write_text(
        json.dumps(index | {"odd": {"png": "../4-beside.png"}, "text": "x", "list": {"png": []}})
    )
    publish_figures(material, {"progress": "2"}, folder)
    names = {"02-progress.png", "02-progress.svg", "02-progress.apng", "index.json", "1-holiday.png", "album"}
    assert {path.name for path in folder.iterdir()} == names
    assert (tmp_path / "4-beside.png").is_file()
