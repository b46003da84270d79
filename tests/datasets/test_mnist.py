"""MNIST and Fashion-MNIST: where the files are searched, and how they are read."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import urllib.request
from types import MappingProxyType

import numpy as np
import pytest

from report_builder.datasets import _download, fashion_mnist, mnist
from report_builder.errors import ReportError

BOTH = pytest.mark.parametrize(("kind", "name"), [(mnist, "mnist.npz"), (fashion_mnist, "fashion_mnist.npz")])


def write_idx(folder, arrays):
    """Write the four files as Keras stores them."""
    folder.mkdir(parents=True)
    for name, key in zip(fashion_mnist.IDX_FILES, ("x_train", "y_train", "x_test", "y_test"), strict=True):
        values = arrays[key]
        header = struct.pack(f">{1 + values.ndim}i", 2048 + values.ndim, *values.shape)
        (folder / name).write_bytes(gzip.compress(header + values.tobytes()))


@BOTH
def test_a_file_in_a_data_folder_is_read(kind, name, arrays, tmp_path):
    """Images get a channel axis, classes become int64, and nothing else changes."""
    np.savez(tmp_path / name, **arrays)
    parameters = kind.Parameters()
    data = kind.load(parameters, kind.files(parameters, [tmp_path / "none", tmp_path]))
    assert (data.splits["train"].x[..., 0] == arrays["x_train"]).all()
    assert (data.splits["test"].y == arrays["y_test"]).all()
    assert (data.image_shape, data.splits["test"].y.dtype, len(data.class_names)) == ((28, 28, 1), np.int64, 10)


@BOTH
def test_a_named_file_comes_before_the_data_folder(kind, name, arrays, tmp_path):
    """A path in the experiment takes precedence over the usual name in a data folder."""
    np.savez(tmp_path / name, **arrays)
    np.savez(tmp_path / "other.npz", **arrays)
    assert kind.files(kind.Parameters(path="other.npz"), [tmp_path]) == [tmp_path / "other.npz"]


@BOTH
def test_the_first_folder_wins_and_the_cache_comes_last(kind, name, arrays, tmp_path):
    """Data folders are searched in order, followed by Keras' cache."""
    for folder in ("a", "b", "keras/datasets"):
        (tmp_path / folder).mkdir(parents=True)
        np.savez(tmp_path / folder / name, **arrays)
    assert kind.files(kind.Parameters(), [tmp_path / "a", tmp_path / "b"]) == [tmp_path / "a" / name]
    assert kind.files(kind.Parameters(), []) == [tmp_path / "keras" / "datasets" / name]


@BOTH
def test_without_file_and_network_the_error_says_what_to_put_where(kind, name, tmp_path):
    """Offline, the message names the missing file and the folder to put it in."""
    with pytest.raises(ReportError) as caught:
        kind.files(kind.Parameters(), [tmp_path / "data"])
    problem = caught.value.problems[0]
    assert name in problem.next_step
    assert str(tmp_path / "data") in problem.next_step


@BOTH
def test_a_named_file_that_is_absent_is_an_error(kind, name, tmp_path):
    """A wrong path is never silently replaced by another file."""
    with pytest.raises(ReportError, match="no such file"):
        kind.files(kind.Parameters(path="nowhere.npz"), [tmp_path])


@BOTH
@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04"])
def test_a_damaged_file_is_named(kind, name, content, tmp_path):
    """A file that is not a data set gives an error with its path."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ReportError, match=name):
        kind.load(kind.Parameters(), [tmp_path / name])


@BOTH
def test_arrays_that_do_not_fit_are_refused(kind, name, arrays, tmp_path):
    """Images without classes, or of another type, are not accepted as the data set."""
    for wrong in ({"y_train": arrays["y_train"][:5]}, {"x_train": arrays["x_train"] / 255}, {"y_test": arrays["y_test"] + 50}):
        np.savez(tmp_path / name, **(arrays | wrong))
        with pytest.raises(ReportError, match="not contain the expected images"):
            kind.load(kind.Parameters(), [tmp_path / name])


def test_the_first_classes_are_the_published_ones(mnist_folder):
    """Images are in the order of the authors: train begins with 5, 0, 4, 1, 9 and test with 7, 2, 1, 0, 4."""
    data = mnist.load(mnist.Parameters(), mnist.files(mnist.Parameters(), [mnist_folder]))
    assert data.splits["train"].y[:5].tolist() == [5, 0, 4, 1, 9]
    assert data.splits["test"].y[:5].tolist() == [7, 2, 1, 0, 4]


def test_the_idx_files_of_keras_cache_hold_the_same_images(arrays, tmp_path):
    """Fashion-MNIST as Keras downloads it, four gzipped idx files, gives the same images as the .npz."""
    write_idx(tmp_path / "keras" / "datasets" / "fashion-mnist", arrays)
    parameters = fashion_mnist.Parameters()
    data = fashion_mnist.load(parameters, fashion_mnist.files(parameters, []))
    assert (data.splits["train"].x[..., 0] == arrays["x_train"]).all()
    assert (data.splits["test"].y == arrays["y_test"]).all()


def test_a_file_where_the_folder_of_downloads_belongs(tmp_path):
    """A file in the place of Keras' cache folder is reported as what prevents the download."""
    (tmp_path / "folder").touch()
    with pytest.raises(ReportError, match="could not be downloaded"):
        _download.download("file.npz", tmp_path / "folder" / "file.npz", "0" * 64, place_instead="Put it there.")


def test_a_download_is_shown_only_when_its_digest_fits(monkeypatch, tmp_path, capsys):
    """A file with the published digest is stored under its name; any other leaves nothing behind."""

    class Answer(io.BytesIO):
        headers = MappingProxyType({"Content-Length": "3"})

    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: Answer(b"abc"))
    target = tmp_path / "folder" / "file.npz"
    with pytest.raises(ReportError, match="sha256"):
        _download.download("file.npz", target, "0" * 64, place_instead="Put it there.")
    assert list(target.parent.iterdir()) == []
    assert _download.download("file.npz", target, hashlib.sha256(b"abc").hexdigest(), place_instead="").read_bytes() == b"abc"
    assert "downloading file" in capsys.readouterr().err
