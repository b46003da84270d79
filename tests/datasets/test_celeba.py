"""CelebA: the official partition, 40 attributes, images that are read on demand."""

from __future__ import annotations

import shutil
import tracemalloc

import numpy as np
import PIL.Image
import pytest

from report_builder.datasets import _pictures, celeba
from report_builder.datasets._stream import Stream
from report_builder.errors import ReportError

NUMBER = {"train": "0", "validation": "1", "test": "2"}


def load(folder, **parameters):
    """Load the data as a user does."""
    chosen = celeba.Parameters(**parameters)
    return celeba.load(chosen, celeba.files(chosen, [folder]))


def rows(folder):
    """Return the rows of both lists by file name, read in the simplest way."""
    attributes = (folder / "celeba" / "list_attr_celeba.txt").read_text().splitlines()
    partition = (folder / "celeba" / "list_eval_partition.txt").read_text().splitlines()
    return attributes[1].split(), [line.split() for line in attributes[2:]], dict(line.split() for line in partition)


def test_images_and_attributes_are_those_of_the_lists(celeba_folder):
    """Every image of the partition is present, in the order of the list, with its 40 attributes and its own pixels."""
    data = load(celeba_folder)
    names, table, partition = rows(celeba_folder)
    assert tuple(names) == data.attribute_names
    for split, number in NUMBER.items():
        of_split = [row for row in table if partition[row[0]] == number]
        wanted = np.array([row[1:] for row in of_split], int)
        found = data.splits[split]
        assert (found.attributes == (wanted > 0)).all()
        assert found.attributes.dtype == np.uint8
        last = PIL.Image.open(celeba_folder / "celeba" / "img_align_celeba" / of_split[-1][0])
        assert (found.x[np.array([len(of_split) - 1])][0] == np.asarray(last)).all()


def test_the_label_makes_two_classes(celeba_folder):
    """The class is the attribute named by `label`; without a label there is one class for all faces."""
    data = load(celeba_folder, label="Smiling")
    for split in data.splits.values():
        assert (split.y == split.attributes[:, data.attribute_names.index("Smiling")]).all()
    assert data.class_names == ("not Smiling", "Smiling")
    plain = load(celeba_folder)
    assert (plain.class_names, plain.splits["train"].y.any()) == (("face",), False)


def test_the_layout_is_known_beforehand(celeba_folder):
    """Shape, range, classes, splits and attributes agree with the layout."""
    data = load(celeba_folder, label="Male")
    planned = celeba.layout(celeba.Parameters(label="Male"))
    assert set(planned.images) == set(data.splits)
    assert (planned.image_shape, planned.value_range) == (data.image_shape, data.value_range) == ((218, 178, 3), (0, 255))
    assert (planned.class_names, planned.attribute_names) == (data.class_names, data.attribute_names)


def test_both_forms_of_the_lists_hold_the_same(celeba_folder, tmp_path, faces):
    """Lists as CSV, which are in circulation as well, give the same attributes and splits."""
    text, commas = faces(tmp_path / "a" / "celeba"), faces(tmp_path / "b" / "celeba", ending=".csv")
    first, second = load(text.parent), load(commas.parent)
    for name, split in first.splits.items():
        assert (split.attributes == second.splits[name].attributes).all()
        assert (np.asarray(split.x) == np.asarray(second.splits[name].x)).all()


def test_a_folder_in_the_folder_is_found(tmp_path, faces):
    """Archives in which img_align_celeba is nested in a folder of the same name are read as they are."""
    folder = faces(tmp_path / "celeba", 20)
    (folder / "img_align_celeba").rename(folder / "inner")
    (folder / "img_align_celeba").mkdir()
    (folder / "inner").rename(folder / "img_align_celeba" / "img_align_celeba")
    assert len(load(tmp_path).splits["train"].y) == 10


def test_a_named_folder_is_used(tmp_path, faces):
    """A path in the experiment takes precedence over the usual name."""
    faces(tmp_path / "elsewhere", 20)
    assert len(load(tmp_path, path="elsewhere").splits["validation"].y) == 5
    with pytest.raises(ReportError, match="no such file or folder"):
        load(tmp_path, path="nowhere")


def test_images_do_not_stand_in_memory(tmp_path, faces, monkeypatch):
    """Loading and reading a batch takes less than 400 bytes per additional image, each of which has 116 412 bytes."""
    monkeypatch.setattr(_pictures, "KEPT", 0)
    peaks = []
    for n in (30, 230):
        folder = faces(tmp_path / str(n) / "celeba", n).parent
        load(folder).splits["train"].x[np.arange(8)]  # modules and caches that are loaded only once
        tracemalloc.start()
        x = load(folder).splits["train"].x
        x[np.arange(8)]
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert isinstance(x, Stream)
    assert (peaks[1] - peaks[0]) / 200 < 400


def test_an_unknown_label_is_an_error_with_a_near_miss(celeba_folder):
    """For an unknown label, the message suggests the nearest attribute, even before anything is read."""
    for attempt in (lambda: load(celeba_folder, label="Smilling"), lambda: celeba.layout(celeba.Parameters(label="Smilling"))):
        with pytest.raises(ReportError, match="Did you mean 'Smiling'"):
            attempt()


def test_without_the_folder_the_error_says_what_to_put_where(tmp_path):
    """Without the folder, the message names it, its expected contents, and the data folder."""
    with pytest.raises(ReportError) as caught:
        celeba.files(celeba.Parameters(), [tmp_path])
    advice = caught.value.problems[0].next_step
    assert "img_align_celeba" in advice
    assert str(tmp_path) in advice


@pytest.mark.parametrize("part", ["img_align_celeba", "list_attr_celeba.txt", "list_eval_partition.txt"])
def test_a_missing_part_is_named(part, tmp_path, faces):
    """If the images or a list are missing from a folder, the message says so."""
    folder = faces(tmp_path / "celeba", 12)
    (folder / part).rename(tmp_path / "away")
    with pytest.raises(ReportError, match=rf"parts of CelebA are missing\n  Received: no {part.partition('.')[0]}"):
        celeba.files(celeba.Parameters(), [tmp_path])


def test_missing_images_are_counted(tmp_path, faces):
    """An incompletely unpacked archive is an error that counts the missing images."""
    folder = faces(tmp_path / "celeba", 20)
    for number in (3, 4):
        (folder / "img_align_celeba" / f"{number:06d}.jpg").unlink()
    with pytest.raises(ReportError, match=r"2 of 20 images .*\n  Received: no 000003.jpg"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("name", "old", "new", "rule"),
    [
        ("list_attr_celeba.txt", " Bangs", " Bags", "not the attributes of CelebA"),
        ("list_attr_celeba.txt", "000002.jpg", "000002.jpg 1", "cannot be read"),
        ("list_attr_celeba.txt", " -1", " x", "cannot be read"),
        ("list_eval_partition.txt", "000007.jpg 0\n", "", "1 images of list_attr_celeba.txt are not in this list"),
        ("list_eval_partition.txt", " 1", " 0", "leaves no image for 'validation'"),
    ],
)
def test_lists_that_do_not_fit_are_errors(name, old, new, rule, tmp_path, faces):
    """A damaged list, other attributes, or lists of two sources are an error that names the file."""
    path = faces(tmp_path / "celeba", 20) / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(ReportError, match=rule) as caught:
        load(tmp_path)
    assert name in caught.value.problems[0].where


def test_an_empty_list_is_an_error(tmp_path, faces):
    """A list without rows is an error."""
    folder = faces(tmp_path / "celeba", 12)
    (folder / "list_attr_celeba.txt").write_text("")
    with pytest.raises(ReportError, match="it is empty"):
        load(tmp_path)


def test_a_damaged_picture_is_named_when_it_is_read(tmp_path, faces):
    """If an image is damaged, the message names the file and says what to do."""
    folder = faces(tmp_path / "celeba", 12)
    path = folder / "img_align_celeba" / "000002.jpg"
    path.write_bytes(path.read_bytes()[:600])
    x = load(tmp_path).splits["train"].x
    assert x[np.array([0])].shape == (1, 218, 178, 3)
    with pytest.raises(ReportError, match=r"000002\.jpg: this picture cannot be read") as caught:
        x[np.array([1])]
    assert "Replace the file" in caught.value.problems[0].next_step


def test_a_picture_of_another_size_is_named(tmp_path, faces, picture):
    """Unaligned faces of another size are an error, and not silently rescaled."""
    folder = faces(tmp_path / "celeba", 12)
    picture(folder / "img_align_celeba" / "000001.jpg", (200, 178, 3))
    with pytest.raises(ReportError, match=r"000001\.jpg: this picture has another size\n  Received: 200 x 178 x 3"):
        load(tmp_path).splits["train"].x[np.array([0])]


def test_the_fingerprint_follows_pictures_and_lists(tmp_path, faces, picture):
    """The fingerprint changes with an image, a name or a list, but not with the folder or the time."""
    from report_builder import datasets

    entry = {"dataset": {"kind": "celeba"}}
    folder = faces(tmp_path / "a" / "celeba", 12)
    first = datasets.fingerprint(entry, [tmp_path / "a"])
    shutil.copytree(folder, tmp_path / "b" / "celeba", copy_function=shutil.copyfile)
    assert datasets.fingerprint(entry, [tmp_path / "b"]) == first
    changed = [first]
    pictures = folder / "img_align_celeba"
    picture(pictures / "000002.jpg", (218, 178, 3), 90)
    changed.append(datasets.fingerprint(entry, [tmp_path / "a"]))
    (pictures / "000003.jpg").rename(pictures / "000103.jpg")
    changed.append(datasets.fingerprint(entry, [tmp_path / "a"]))
    (folder / "list_eval_partition.txt").write_text("")
    changed.append(datasets.fingerprint(entry, [tmp_path / "a"]))
    assert len(set(changed)) == 4


@pytest.mark.parametrize(("name", "old", "new"), [("partition", " 0\n", " 3\n"), ("attr", " -1 ", "  7 ")])
def test_a_number_without_a_meaning_is_refused(tmp_path, faces, name, old, new):
    """An image of a fourth partition or an attribute of value 7 is refused, and not silently dropped or counted."""
    folder = faces(tmp_path / "celeba", 20)
    file = next(folder.glob(f"list_*{name}*"))
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(ReportError, match="a value in this list is not allowed"):
        celeba.load(celeba.Parameters(), celeba.files(celeba.Parameters(), [tmp_path]))
