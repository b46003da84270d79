"""A user's own images."""

from __future__ import annotations

import numpy as np
import PIL.Image
import pytest

from report_builder.datasets import _pictures, image_folder
from report_builder.datasets._stream import Stream
from report_builder.errors import ReportError


def load(folder, **parameters):
    """Load the data of the folder `pictures`."""
    chosen = image_folder.Parameters(**parameters)
    return image_folder.load(chosen, image_folder.files(chosen, [folder]))


@pytest.fixture
def folder(tmp_path, picture):
    """Ten light cats and ten dark dogs, of several sizes and two formats, and files that are not images."""
    for i in range(10):
        picture(tmp_path / "pictures" / "cats" / f"{i}.jpg", (40 + i, 30, 3), 200 + i, quality=100)
        picture(tmp_path / "pictures" / "dogs" / "more" / f"{i}.PNG", (30, 40 + i, 3), 20 + i)
    for name in ("notes.txt", "cats/Thumbs.db", "dogs/.hidden.jpg"):
        (tmp_path / "pictures" / name).write_bytes(b"no picture")
    return tmp_path


def test_sub_folders_are_classes_by_the_alphabet(folder):
    """Sub-folders are classes in alphabetical order, and every image has its own pixels."""
    data = load(folder, size=16, test=0.2)
    assert (data.class_names, data.image_shape) == (("cats", "dogs"), (16, 16, 3))
    for split, n in (("train", 16), ("test", 4)):
        found = data.splits[split]
        assert isinstance(found.x, Stream)
        assert (len(found.y), found.x.dtype, np.bincount(found.y).tolist()) == (n, np.uint8, [n // 2, n // 2])
        bright = np.asarray(found.x).mean(axis=(1, 2, 3))
        assert ((bright > 100) == (found.y == 0)).all()


def test_folders_train_and_test_are_splits(tmp_path, picture):
    """Sub-folders called train and test are the splits, and nothing is drawn at random."""
    for name in ("train/a/1", "train/a/2", "train/b/1", "test/b/1"):
        picture(tmp_path / "pictures" / f"{name}.png")
    data = load(tmp_path)
    assert data.class_names == ("a", "b")
    assert (data.splits["train"].y.tolist(), data.splits["test"].y.tolist()) == ([0, 0, 1], [1])


def test_pictures_without_sub_folders_are_one_class(tmp_path, picture):
    """Without sub-folders there is one class, named after the folder."""
    for i in range(5):
        picture(tmp_path / "pictures" / f"{i}.png")
    data = load(tmp_path)
    assert (data.class_names, len(data.splits["train"].y), len(data.splits["test"].y)) == (("pictures",), 4, 1)


def test_the_seed_draws_the_test_pictures(folder):
    """The seed determines the test images; null holds out none."""
    first, again, other = (np.asarray(load(folder, size=4, seed=s).splits["test"].x) for s in (0, 0, 1))
    assert (first == again).all()
    assert (first != other).any()
    assert set(load(folder, test=None).splits) == {"train"}


@pytest.mark.parametrize(("fit", "first", "middle"), [("crop", 255, 255), ("pad", 0, 255), ("stretch", 255, 255)])
def test_fit_says_what_happens_to_the_proportions(tmp_path, picture, fit, first, middle):
    """For another aspect ratio, only `pad` adds a border around an image."""
    for i in range(2):
        picture(tmp_path / "pictures" / f"{i}.png", (20, 40, 3), 255)
    x = load(tmp_path, size=10, fit=fit, test=None).splits["train"].x[np.array([0])]
    assert (x[0, 0, 5, 0], x[0, 5, 5, 0]) == (first, middle)


def test_pictures_stand_upright(tmp_path, picture):
    """A photograph stored sideways is rotated according to its EXIF orientation."""
    pixels = np.zeros((10, 20, 3), np.uint8)
    pixels[:, :10] = 255  # the left half, which the orientation makes the upper one
    exif = PIL.Image.Exif()
    exif[_pictures.ORIENTATION] = 6
    (tmp_path / "pictures").mkdir()
    PIL.Image.fromarray(pixels).save(tmp_path / "pictures" / "0.jpg", exif=exif, quality=100)
    x = load(tmp_path, size=None, test=None).splits["train"].x
    assert x.shape == (1, 20, 10, 3)
    assert (x[np.array([0])][0, 2].min() > 200, x[np.array([0])][0, -3].max() < 50) == (True, True)


@pytest.mark.parametrize(
    ("mode", "colour", "grey"),
    [("RGBA", (0, 0, 0, 0), 255), ("LA", (90, 255), 90), ("P", 0, 0), ("I;16", 51400, 200), ("1", 1, 255)],
)
def test_every_kind_of_png_becomes_eight_bits(tmp_path, mode, colour, grey):
    """Transparent parts become white, and palettes and 16 bits are converted."""
    (tmp_path / "pictures").mkdir()
    PIL.Image.new(mode, (6, 6), colour).save(tmp_path / "pictures" / "0.png")
    for channels in (1, 3):
        x = load(tmp_path, size=6, channels=channels, test=None).splits["train"].x
        assert x.shape == (1, 6, 6, channels)
        assert (x[np.array([0])] == grey).all()


def test_large_photographs_come_out_as_small_ones_do(tmp_path, picture):
    """A very large JPEG, which is decoded only partially, looks like one that is decoded completely."""
    random = np.random.default_rng(0)
    rough = np.kron(random.integers(0, 256, (8, 8, 3)), np.ones((100, 100, 1))).astype(np.uint8)
    (tmp_path / "pictures").mkdir()
    for ending, options in (("jpg", {"quality": 95}), ("png", {})):
        PIL.Image.fromarray(rough).save(tmp_path / "pictures" / f"0.{ending}", **options)
    part, whole = np.asarray(load(tmp_path, size=32, test=None).splits["train"].x).astype(int)
    assert np.abs(part - whole).mean() < 6


def test_few_pictures_are_decoded_once(folder, monkeypatch):
    """Small data stays in memory; large data is read again."""
    opened, original = [], PIL.Image.open
    monkeypatch.setattr(PIL.Image, "open", lambda *args, **options: opened.append(args) or original(*args, **options))
    for kept, reads in ((1 << 20, 2), (0, 4)):
        monkeypatch.setattr(_pictures, "KEPT", kept)
        x = load(folder, size=8).splits["train"].x
        opened.clear()
        first, second = (x[np.array([0, 3])] for _ in range(2))
        assert len(opened) == reads
        assert (first == second).all()


def test_without_a_size_all_pictures_have_one(folder, tmp_path, picture):
    """Without `size`, images of one size keep it, and different sizes are an error that names two of them."""
    with pytest.raises(ReportError, match=r"of different sizes\n  Received: cats/0.jpg 40 x 30, cats/1.jpg 41 x 30") as caught:
        load(folder, size=None)
    assert "size: 64" in caught.value.problems[0].next_step
    for i in range(2):
        picture(tmp_path / "even" / f"{i}.png", (5, 7, 3))
    assert load(tmp_path, path="even", size=None).image_shape == (5, 7, 3)


@pytest.mark.parametrize("size", [16, None])
@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\x00\x10JFIF"])
def test_a_damaged_picture_is_named(tmp_path, picture, size, content):
    """For a damaged image, the message names the file and says what to do, whenever the damage is found."""
    picture(tmp_path / "pictures" / "a.png", (9, 9, 3))
    (tmp_path / "pictures" / "b.jpg").write_bytes(content)
    with pytest.raises(ReportError, match=r"b\.jpg: (this picture cannot be read|the content .* is not JPEG)") as caught:
        np.asarray(load(tmp_path, size=size, test=None).splits["train"].x)
    assert caught.value.problems[0].next_step


def test_a_picture_that_ends_early_is_named(tmp_path, picture):
    """A truncated download is an error, and not shown as grey below the middle."""
    picture(tmp_path / "pictures" / "a.jpg", (60, 60, 3))
    path = tmp_path / "pictures" / "a.jpg"
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ReportError, match=r"a\.jpg: this picture cannot be read"):
        np.asarray(load(tmp_path, test=None).splits["train"].x)


def test_no_folder_and_no_picture_are_errors(tmp_path):
    """A missing folder, a file in its place and an empty folder each have their own message."""
    with pytest.raises(ReportError, match="no such file or folder"):
        load(tmp_path)
    (tmp_path / "pictures").write_text("")
    with pytest.raises(ReportError, match="something else lies there; a folder of pictures is expected"):
        load(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ReportError, match="no picture in this folder"):
        load(tmp_path, path="empty")


@pytest.mark.parametrize(
    ("names", "rule"),
    [
        (("cats/1", "2"), r"lie beside the folders of the classes\n  Received: 2.png"),
        (("train/cats/1",), "there are these two"),
        (("train/a/1", "test/a/1", "validation/a/1"), "there are these two"),
        (("train/a/1", "test/b/1"), r"has no training pictures\n  Received: b"),
        (("train/a/1", "train/2", "test/a/1"), r"lie beside .*\n  Received: train/2.png"),
        (("train/a/1", "test/1"), r"has no training pictures\n  Received: no class"),
    ],
)
def test_folders_that_do_not_fit_are_errors(tmp_path, picture, names, rule):
    """Images next to class folders, a single split and unknown classes are errors."""
    for name in names:
        picture(tmp_path / "pictures" / f"{name}.png")
    with pytest.raises(ReportError, match=rule):
        load(tmp_path)


def test_the_layout_knows_the_size(folder):
    """Shape and splits are known beforehand if a size is given; classes are not."""
    planned = image_folder.layout(image_folder.Parameters(size=[8, 9], channels=1))
    data = load(folder, size=[8, 9], channels=1)
    assert planned.image_shape == data.image_shape == (8, 9, 1)
    assert set(planned.images) == set(data.splits)
    assert planned.class_names is None
    assert image_folder.layout(image_folder.Parameters(size=None)).image_shape is None
