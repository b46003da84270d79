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
