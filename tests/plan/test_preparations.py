"""Printed descriptions of prepared data, and what distinguishes two preparations of one data set."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from report_builder.build.gather import material
from report_builder.kinds import Layout
from report_builder.languages import load
from report_builder.plan.preparations import described, told_apart
from report_builder.plan.shown import subjects

DIGITS = "dataset: {kind: digits, copies: 0}"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("steps: [scale, {kind: resize, size: 14}]", ("28 × 28", "14 × 14")),
        ("steps: [{kind: scale, range: symmetric}]", ("[0, 1]", "[-1, 1]")),
        ("steps: [scale, binarise]", ("[0, 1]", "{0, 1}")),
        ("steps: [scale, {kind: subset, train: 300}]", ("n = 1500", "n = 300")),
        ("steps: [scale, one_hot]", ("digits", "other")),
        ("steps: [scale]", ("", "")),
        ("name: Other digits\n    steps: [scale, {kind: resize, size: 14}]", ("28 × 28", "14 × 14")),
    ],
)
def test_the_least_that_differs_is_said(lab, other, said) -> None:
    """The first difference of size, pixels or number of images is printed, and nothing if the plan knows none."""
    lab.edit(lab.experiment.read_text(), changed(lab.experiment.read_text(), other))
    data = lab.plan().resolved.data
    both = data["digits"], data["other"]
    names = [told_apart("digits", data, both, load("en")) for data in both]
    assert names == [f"digits, {mark}" if mark else "digits" for mark in said]
    assert told_apart("數字", both[0], both, load("zh-Hant")) == (f"數字、{said[0]}" if said[0] else "數字")


def changed(text: str, other: str) -> str:
    """Return the report with a second preparation of its data."""
    start = text.index("data:\n")
    end = text.index("runs:\n")
    return (
        f"{text[:start]}data:\n  digits:\n    {DIGITS}\n    steps: [scale]\n  other:\n    {DIGITS}\n    {other}\n{text[end:]}"
    )


def test_a_table_of_settings_says_which_a_run_has(lab) -> None:
    """The card of a run gives the name of its data with what distinguishes it from the other preparation."""
    lab.edit(lab.experiment.read_text(), changed(lab.experiment.read_text(), "steps: [{kind: scale, range: symmetric}]"))
    cards = material(lab.plan(), measured=False).runs
    assert cards["vae"].prepared == f"{cards['vae'].data}, [0, 1]"


def test_a_sheet_of_each_says_which_it_shows(lab) -> None:
    """Sheets of two preparations have different captions, and a user's name is printed unchanged."""
    text = changed(lab.experiment.read_text(), "steps: [scale, {kind: resize, size: 14}]")
    sheets = "figures:\n  one: {kind: dataset_sheet, data: digits}\n  two: {kind: dataset_sheet, data: other}\n"
    lab.edit(lab.experiment.read_text(), text.replace("figures:\n", sheets, 1))
    resolved = lab.plan().resolved
    names = {id_: {s.data for s in subjects(resolved, resolved.figures[id_]).values()} for id_ in ("one", "two")}
    (first,), (second,) = names["one"], names["two"]
    assert first.endswith(", 28 × 28")
    assert second.endswith(", 14 × 14")
    lab.edit("    steps: [scale, {kind: resize", "    name: Small digits\n    steps: [scale, {kind: resize")
    resolved = lab.plan().resolved
    assert {s.data for s in subjects(resolved, resolved.figures["two"]).values()} == {"Small digits"}


FOUR = Layout((32, 32, 3), (-1.0, 1.0), tuple("abcd"), {"train": 300})
STEPS = {"plain": (), "binary": (SimpleNamespace(name="binarise"),)}


@pytest.mark.parametrize(
    ("code", "layout", "steps", "said"),
    [
        ("en", FOUR, "plain", "D, 4 classes, 300 images, 32 × 32, [−1, 1]"),
        ("pl", FOUR, "plain", "D, 4 klasy, 300 obrazów, 32 × 32, [−1; 1]"),
        ("ru", FOUR, "plain", "D, 4 класса, 300 изображений, 32 × 32, [−1; 1]"),
        ("de", Layout((8, 8, 1), (0.0, 1.0)), "binary", "D, 8 × 8, {0; 1}"),
        ("zh-Hant", Layout(None), "plain", "D、[0, 255]"),
        ("en", None, "plain", "D"),
    ],
)
def test_what_is_known_of_the_images(code, layout, steps, said) -> None:
    """Classes, images, size and pixels are printed as far as the plan knows them, inflected by language."""
    data = SimpleNamespace(layout=layout, steps=STEPS[steps])
    assert described("D", data, load(code)).replace("\u00a0", " ") == said
