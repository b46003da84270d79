"""Files that are not what they claim to be are refused with a message that names them, quickly, and with little memory."""

from __future__ import annotations

import io
import os
import pickle
import socket
import struct
import tarfile
import zipfile
import zlib

import numpy as np
import PIL.Image
import pytest

from report_builder.datasets import _cifar, _files, cifar10, fashion_mnist, image_folder, npz, prepare
from report_builder.errors import ReportError
from report_builder.limits import VARIABLE


def npy(shape, dtype="|u1", values=b"", version=1):
    """Return the bytes of an `.npy` file with an arbitrary header."""
    head = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape!r}, }}".encode()
    head += b" " * (-(len(head) + 11) % 64) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(head)) + head + values


def write_zip(path, method=zipfile.ZIP_DEFLATED, **members):
    """Write an `.npz` file with arbitrary bytes."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)


def refused(folder, rule):
    """Return the problem with `images.npz` in the folder."""
    with pytest.raises(ReportError, match=rule) as caught:
        prepare({"dataset": npz.Parameters().model_dump() | {"kind": "npz"}}, [folder])
    (problem,) = caught.value.problems
    assert "images.npz" in problem.where
    return problem


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (npy((2**40, 2**20)), "not as long as its header says"),
        (npy((3, -4, 4), values=bytes(48)), "negative length"),
        (npy((3, 4, 4), values=bytes(47)), "not as long as its header says"),
        (npy((3, 4, 4), values=bytes(49)), "not as long as its header says"),
        (npy((3,), "|O", pickle.dumps([1, 2, 3])), "holds Python objects"),
        (npy((3, 4, 4), [("a", "|u1")], bytes(48)), "these are not images"),
        (npy((3, 4, 4), "<c8", bytes(8 * 48)), "these are not images"),
        (npy((3, 4, 4), "|S1", bytes(48)), "these are not images"),
        (npy((3, 4, 4), "<f4", np.full(48, np.nan, "<f4").tobytes()), "these are not images(.|\n)*range"),
        (npy((3, 4, 4), values=bytes(48), version=3), "cannot be read"),
        (npy("nonsense"), "cannot be read"),
        (b"\x93NUMPY", "cannot be read"),
        (b"", "cannot be read"),
    ],
)
def test_arrays_with_a_wrong_header(tmp_path, content, rule):
    """The size in a header is compared with the actual size before memory is allocated."""
    write_zip(tmp_path / "images.npz", x_train=content)
    refused(tmp_path, rule)


def test_a_single_array_is_told_from_an_archive(tmp_path):
    """For an .npy file named .npz, the message says how to save it instead."""
    np.save(tmp_path / "x.npy", np.zeros((3, 4, 4), np.uint8))
    (tmp_path / "x.npy").rename(tmp_path / "images.npz")
    assert "np.savez" in refused(tmp_path, "one array without a name").next_step


def test_a_bomb_is_refused_by_its_announced_size(tmp_path, monkeypatch):
    """An array above the limit is not unpacked; the message names the option with which the file can be read."""
    write_zip(tmp_path / "images.npz", x_train=npy((300, 100, 100), values=bytes(3_000_000)))
    monkeypatch.setenv(VARIABLE, "archive_bytes=2e6")
    assert "--limit archive_bytes=" in refused(tmp_path, "what an archive unpacks to is limited").next_step
    monkeypatch.setenv(VARIABLE, "archive_bytes=4e6")
    assert len(npz.load(npz.Parameters(test=None), [tmp_path / "images.npz"]).splits["train"].y) == 300


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_only_what_numpy_packs_is_unpacked(tmp_path, method):
    """Compression methods that NumPy does not write, which may need any amount of memory, are refused."""
    write_zip(tmp_path / "images.npz", method, x_train=npy((3, 4, 4), values=bytes(48)))
    refused(tmp_path, "a compression that NumPy does not write")


@pytest.mark.parametrize("place", [60, 90, -60])
def test_a_flipped_byte_is_noticed(tmp_path, place):
    """A flipped byte in packed values is reported as a problem, even if zlib itself raises."""
    values = np.random.default_rng(0).integers(0, 9, 4800, np.uint8).tobytes()
    write_zip(tmp_path / "images.npz", x_train=npy((300, 4, 4), values=values))
    whole = bytearray((tmp_path / "images.npz").read_bytes())
    whole[place] ^= 0xFF
    (tmp_path / "images.npz").write_bytes(whole)
    refused(tmp_path, "cannot be read")


@pytest.mark.parametrize(
    ("y", "rule"),
    [
        (np.array([0, 1, 2**62]), "classes do not fit(.|\n)*to 4.61169e"),
        (np.array([0, 1, 2**64 - 1], np.uint64), "classes do not fit"),
        (np.array([0.0, 1.0, 2.0]), "classes do not fit"),
        (np.array([0, 1, -1]), "classes do not fit(.|\n)*from -1"),
        (np.eye(3, dtype=int), "classes do not fit"),
        (np.array([True, False, True]), "classes do not fit"),
        (np.array(["a", "b", "c"]), "classes do not fit"),
        (np.arange(2), "classes do not fit"),
    ],
)
def test_classes_of_other_sorts_are_refused(tmp_path, y, rule):
    """Labels are whole numbers from 0, one per image; large values do not allocate memory."""
    np.savez(tmp_path / "images.npz", x_train=np.zeros((3, 4, 4), np.uint8), y_train=y)
    refused(tmp_path, rule)


def test_numbers_of_classes_need_not_be_contiguous(tmp_path):
    """Classes are those that occur, by name: labels 1, 2 and a million are three classes."""
    y, x = np.array([10, 2, 10**6, 2]), np.arange(64, dtype=np.uint8).reshape(4, 4, 4)
    np.savez(tmp_path / "images.npz", x_train=x, y_train=y)
    data = npz.load(npz.Parameters(test=None), [tmp_path / "images.npz"])
    assert data.class_names == ("2", "10", "1000000")
    assert data.splits["train"].y.tolist() == [1, 0, 2, 0]


def test_names_of_classes_may_be_bytes(tmp_path):
    """Class names stored as bytes are decoded."""
    np.savez(tmp_path / "images.npz", x_train=np.zeros((2, 4, 4), np.uint8), class_names=np.array([b"cat", b"dog"]))
    assert npz.load(npz.Parameters(test=None), [tmp_path / "images.npz"]).class_names == ("cat", "dog")


@pytest.mark.parametrize("names", [["a", "a"], ["a", ""], [str(n) for n in range(1001)]])
def test_names_of_classes_tell_them_apart(tmp_path, names):
    """Class names that are empty, repeated or too many are refused."""
    arrays = {"x_train": np.zeros((2, 4, 4), np.uint8), "x_test": np.zeros((2, 4, 4), np.uint8)}
    np.savez(tmp_path / "images.npz", **arrays, class_names=np.array(names))
    with pytest.raises(ReportError, match=r"name of a class|how many classes"):
        prepare({"dataset": {"kind": "npz"}}, [tmp_path])


@pytest.mark.parametrize(
    ("shape", "step"),
    [
        ((20, 3, 16, 16), "np.moveaxis(x_train, 1, -1)"),
        ((20, 1, 16, 16), "np.moveaxis(x_train, 1, -1)"),
        ((16, 16, 3, 20), "np.moveaxis(x_train, -1, 0)"),
        ((20, 16, 16, 4), "one channel (grey) or three"),
        ((20, 16, 16, 2), "one channel (grey) or three"),
    ],
)
def test_channels_stand_last(tmp_path, shape, step):
    """Images with another order of axes are refused with name and shape, and the call that reorders them."""
    np.savez(tmp_path / "images.npz", x_train=np.zeros(shape, np.uint8))
    problem = refused(tmp_path, "channel|counted along")
    assert problem.received == f"x_train {shape}"
    assert step in problem.next_step


# --- pictures -----------------------------------------------------------------------------------------------------------------


def png_head(width, height, bits=8, colour=2):
    """Return a PNG that consists only of a header with a correct checksum."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head)) + b"\0\0\x10\0IDAT"


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n(made) (w) file closefile\nshowpage\n%%EOF\n"


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.JPEG"])
@pytest.mark.parametrize("kind", ["EPS", "GIF", "BMP", "TIFF", "WEBP", "other", "text"])
@pytest.mark.parametrize("size", [8, None])
def test_a_picture_is_opened_only_as_what_its_name_says(tmp_path, monkeypatch, name, kind, size):
    """Other content under the name of a PNG or JPEG is reported without being opened by Pillow."""
    content = {"EPS": EPS, "text": b"hello"}.get(kind)
    if content is None:
        stream = io.BytesIO()
        other = "JPEG" if name.endswith("png") else "PNG"
        PIL.Image.new("RGB", (9, 9)).save(stream, other if kind == "other" else kind)
        content = stream.getvalue()
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / name).write_bytes(content)
    monkeypatch.setattr(PIL.Image, "open", lambda *_, **__: pytest.fail("opened"))
    chosen = image_folder.Parameters(size=size, test=None)
    with pytest.raises(ReportError, match=r"content of this file is not (PNG|JPEG), as its name says") as caught:
        np.asarray(image_folder.load(chosen, image_folder.files(chosen, [tmp_path])).splits["train"].x)
    assert name in caught.value.problems[0].where


def test_a_picture_has_a_largest_size(tmp_path, monkeypatch):
    """An image above 100 megapixels is refused before decoding, with the option; smaller ones are read without a warning."""
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(png_head(10_001, 10_000))
    chosen = image_folder.Parameters(test=None)
    data = image_folder.load(chosen, image_folder.files(chosen, [tmp_path]))
    with pytest.raises(ReportError, match=r"the size of an image is limited(.|\n)*--limit image_pixels=") as caught:
        np.asarray(data.splits["train"].x)
    assert "a.png" in caught.value.problems[0].where
    monkeypatch.setenv(VARIABLE, "image_pixels=100")
    PIL.Image.new("RGB", (10, 10)).save(tmp_path / "pictures" / "a.png")
    assert data.splits["train"].x[np.array([0])].shape == (1, 64, 64, 3)


# --- paths --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["~nobody-of-this-name/x", "x" * 5000, "a/" * 3000, "a\0b", "/dev/zero", "/dev/null", "fifo", "loop", "gone", ""]
)
@pytest.mark.parametrize("kind", ["npz", "image_folder", "mnist", "cifar10", "celeba"])
def test_a_place_that_is_no_place(tmp_path, path, kind):
    """A path must lead to a file or a folder; otherwise the message says what is expected."""
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "gone").symlink_to("nowhere")
    with pytest.raises(ReportError) as caught:
        prepare({"dataset": {"kind": kind, "path": path}}, [tmp_path])
    assert caught.value.problems


def test_a_near_name_is_asked_for(tmp_path):
    """For a misspelt path, the message suggests the name that exists."""
    (tmp_path / "pictures").mkdir()
    with pytest.raises(ReportError, match=r"no such file or folder; a folder(.|\n)*Did you mean 'pictures'\?"):
        image_folder.files(image_folder.Parameters(path="picturs"), [tmp_path])


def write_bytes_name(place):
    """Write a file whose path is not valid text."""
    os.makedirs(os.path.dirname(place), exist_ok=True)  # noqa: PTH103, PTH120  pathlib knows text only
    with open(place, "wb"):  # noqa: PTH123
        pass


NO_PICTURES = {
    "dangling link": lambda folder: (folder / "b.png").symlink_to("nowhere.png"),
    "loop": lambda folder: (folder / "b.png").symlink_to("b.png"),
    "pipe": lambda folder: os.mkfifo(folder / "b.png"),
    "socket": lambda folder: socket.socket(socket.AF_UNIX).bind("b.png"),  # short, as such a path must be
    "own folder": lambda folder: (folder / "again").symlink_to(folder),
    "deep": lambda folder: (folder / "/".join("d" * 60)).mkdir(parents=True),
    "bytes": lambda folder: write_bytes_name(os.fsencode(folder) + b"/b\xff.png"),
    "bytes above": lambda folder: write_bytes_name(os.fsencode(folder) + b"/c\xff/b.png"),
}


@pytest.mark.filterwarnings("ignore:unclosed")
@pytest.mark.parametrize("kind", NO_PICTURES)
def test_what_is_no_picture_is_named(tmp_path, picture, monkeypatch, kind):
    """A dangling link, a pipe, a loop of links and an undecodable name each give one printable message."""
    picture(tmp_path / "p" / "a.png")
    monkeypatch.chdir(tmp_path / "p")
    NO_PICTURES[kind](tmp_path / "p")
    for look in (_files.signature, _files.pictures, _files.content):
        with pytest.raises(ReportError) as caught:
            look(tmp_path / "p")
        str(caught.value).encode()
        assert str(tmp_path / "p") in caught.value.problems[0].where


@pytest.mark.parametrize("name", ["1.webp", "b/2.GIF", "3.tiff"])
def test_a_picture_that_is_not_read_is_named(tmp_path, picture, name):
    """An unsupported image format is not silently skipped, since it may be the only one of a class."""
    picture(tmp_path / "pictures" / "a" / "1.png")
    (tmp_path / "pictures" / name).parent.mkdir(exist_ok=True)
    (tmp_path / "pictures" / name).touch()
    with pytest.raises(ReportError, match="pictures of this format are not read") as caught:
        prepare({"dataset": {"kind": "image_folder"}}, [tmp_path])
    assert name in caught.value.problems[0].where


def test_a_folder_may_be_called_like_a_picture(tmp_path, picture):
    """A folder called `x.png` is the folder of a class."""
    for name in ("x.png/1.png", "y.jpg/1.jpg"):
        picture(tmp_path / "pictures" / name)
    chosen = image_folder.Parameters(test=None)
    assert image_folder.load(chosen, image_folder.files(chosen, [tmp_path])).class_names == ("x.png", "y.jpg")


def test_class_folders_stand_in_natural_order(tmp_path):
    """Folders 1 to 11 are classes 1, 2, ... 11 in this order, each with its own images."""
    for n in range(1, 12):
        (tmp_path / "bars" / str(n)).mkdir(parents=True)
        for k in range(2):
            pixels = np.zeros((16, 16), np.uint8)
            pixels[4 + k : 8 + k, :n] = 255
            PIL.Image.fromarray(pixels).save(tmp_path / "bars" / str(n) / f"{k}.png")
    chosen = image_folder.Parameters(path="bars", size=16, channels=1, test=None)
    data = image_folder.load(chosen, image_folder.files(chosen, [tmp_path]))
    assert data.class_names == tuple(str(n) for n in range(1, 12))
    widths = (np.asarray(data.splits["train"].x)[:, 6, :, 0] == 255).sum(axis=1)
    assert widths.tolist() == [int(data.class_names[y]) for y in data.splits["train"].y]


def test_a_change_at_the_same_size_and_time_is_seen(tmp_path):
    """Other bytes of the same length, with the old time restored, give another signature and another digest."""
    path = tmp_path / "x.npz"
    path.write_bytes(b"one")
    before, time = (_files.signature(path), _files.content(path)), path.stat().st_mtime_ns
    path.write_bytes(b"two")
    os.utime(path, ns=(time, time))
    assert path.stat().st_mtime_ns == time
    assert _files.signature(path) != before[0]
    assert _files.content(path) != before[1]


# --- archives -----------------------------------------------------------------------------------------------------------------


def write_tar(path, *members):
    """Write a compressed archive of (name, content, announced size)."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


ARCHIVE = cifar10.PUBLISHED.archive


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"cos\nsystem\n(S'touch ran'\ntR.",
        b"\x80\x02K\x01r\xff\xff\xff\xff.",  # a memo index of 4 billion
        b"\x80\x04\x8e" + b"\xff" * 7 + b"\x7f" + b"x.",  # more bytes than any memory
        b"\x80\x02" + b"]" * 10_000 + b"a" * 9_999 + b".",
        pickle.dumps({b"data": np.zeros((2, 5), np.uint8), b"labels": [1, 2]}, protocol=2),
        pickle.dumps([1, 2, 3]),
    ],
)
def test_hostile_batches(tmp_path, content):
    """A pickle that runs code, allocates memory, or holds something else gives one message."""
    names = [name for part in cifar10.PUBLISHED.batches.values() for name in part]
    write_tar(tmp_path / ARCHIVE, *((f"x/{name}", content) for name in names))
    with pytest.raises(ReportError, match="cannot be read as a data set"):
        prepare({"dataset": {"kind": "cifar10"}}, [tmp_path])
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("place", [10, 10**7, 2**32 - 1])
def test_a_batch_asks_for_no_more_memory_than_it_has_bytes(place):
    """A memo index far beyond the number of bytes is refused before the memo is extended."""
    with pytest.raises(pickle.UnpicklingError, match="memo index is too large"):
        _cifar._unpickle(cifar10.PUBLISHED, b"\x80\x02K\x01r" + struct.pack("<I", place) + b".")


def test_an_archive_ends_at_the_limit(tmp_path, monkeypatch):
    """The unpacked size of a compressed archive is limited, wherever in it the bytes are."""
    write_tar(tmp_path / ARCHIVE, ("filler", bytes(3_000_000)), ("data_batch_1", b"x"))
    monkeypatch.setenv(VARIABLE, "archive_bytes=2e6")
    with pytest.raises(ReportError, match=r"what an archive unpacks to is limited(.|\n)*--limit archive_bytes="):
        prepare({"dataset": {"kind": "cifar10"}}, [tmp_path])


def test_a_header_of_an_archive_is_short(tmp_path):
    """A tar header that announces gigabytes of text is not read into memory."""
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 1 << 31
    with _cifar.gzip.open(tmp_path / ARCHIVE, "wb") as stream:
        stream.write(info.tobuf())
        stream.write(bytes(1 << 20))
    with pytest.raises(ReportError, match="cannot be read as a data set"):
        prepare({"dataset": {"kind": "cifar10"}}, [tmp_path])


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0\x08\x03", struct.pack(">4I", 0x803, 2**32 - 1, 28, 28), struct.pack(">4I", 0x803, 2, 28, 28) + b"short"],
)
def test_idx_files_are_as_long_as_they_say(tmp_path, monkeypatch, content):
    """An idx header of Fashion-MNIST that is invalid, or announces more than the file has, is an error that names the file."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    folder = tmp_path / "datasets" / "fashion-mnist"
    folder.mkdir(parents=True)
    for name in fashion_mnist.IDX_FILES:
        with _cifar.gzip.open(folder / name, "wb") as stream:
            stream.write(content)
    with pytest.raises(ReportError, match="train-images"):
        prepare({"dataset": {"kind": "fashion_mnist"}}, [tmp_path])
