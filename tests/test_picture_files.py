"""A user's images must have the format that their names say, wherever they are named."""

from __future__ import annotations

import re
from pathlib import Path

import PIL.Image
import pytest

import report_builder
from report_builder.document.pictures import Pictures
from report_builder.errors import ReportError
from report_builder.limits import VARIABLE
from report_builder.picture_files import check, opened

SVG = '<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'


def test_no_file_is_opened_by_its_content_alone():
    """Every place of the package where Pillow opens something names the formats."""
    for path in sorted(Path(report_builder.__file__).parent.rglob("*.py")):
        for call in re.findall(r"Image\.open\((?:[^()]|\([^()]*\))*\)+", path.read_text()):
            assert "formats=" in call, f"{path.name}: {call}"


@pytest.mark.parametrize("name", ["a.png", "a.PNG", "a.jpg", "a.svg"])
def test_a_picture_is_what_its_name_says(tmp_path, name):
    """An image is accepted under the name of its own format; otherwise the message names the format of its content."""
    contents = {}
    for kind in ("PNG", "JPEG"):
        PIL.Image.new("L", (9, 9)).save(tmp_path / "x", kind)
        contents[kind] = (tmp_path / "x").read_bytes()
    contents |= {"SVG": SVG.encode(), "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n", "": b"hello"}
    right = {"a.png": "PNG", "a.PNG": "PNG", "a.jpg": "JPEG", "a.svg": "SVG"}[name]
    for kind, content in contents.items():
        (tmp_path / name).write_bytes(content)
        if kind == right:
            check(tmp_path / name)
            continue
        with pytest.raises(ReportError, match=f"the content of this file is not {right}") as caught:
            check(tmp_path / name)
        assert kind in caught.value.problems[0].received or kind == "SVG"


def test_a_renamed_picture_is_given_its_name(tmp_path):
    """For a JPEG called .png, as browsers save it, the message gives the right name."""
    PIL.Image.new("L", (9, 9)).save(tmp_path / "photo.png", "JPEG")
    with pytest.raises(ReportError, match=r"Call it photo\.jpg\."):
        check(tmp_path / "photo.png")


def test_a_large_picture_needs_the_option(tmp_path, monkeypatch):
    """The size is limited before anything is decoded."""
    PIL.Image.new("L", (20, 20)).save(tmp_path / "a.png")
    monkeypatch.setenv(VARIABLE, "image_pixels=300")
    with pytest.raises(ReportError, match="--limit image_pixels="):
        check(tmp_path / "a.png")
    monkeypatch.setenv(VARIABLE, "image_pixels=400")
    with opened(tmp_path / "a.png") as picture:
        assert picture.size == (20, 20)


def test_a_picture_beside_a_template_is_one(tmp_path):
    """An image next to the template whose content has another format is a finding with the line of the template."""
    PIL.Image.new("L", (9, 9)).save(tmp_path / "own.png", "GIF")
    pictures = Pictures(material=None, folder=tmp_path, places=None)
    pictures._own("own.png", "lab.md:3")
    (problem,) = pictures.problems
    assert (problem.where, problem.received) == ("lab.md:3", "own.png")
    assert "not PNG" in problem.rule


def test_a_logo_is_a_picture(lab):
    """A logo whose content has another format is a mistake of the experiment file, with its line."""
    PIL.Image.new("L", (9, 9)).save(lab.experiment.with_name("logo.png"), "JPEG")
    lab.edit("title: Tiny lab", "title: Tiny lab, logo: logo.png")
    with pytest.raises(ReportError, match=r"report\.logo: the content of this file is not PNG"):
        lab.plan()
