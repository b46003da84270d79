"""CIFAR-10 and CIFAR-100 in every form in which they are distributed."""

from __future__ import annotations

import io
import pickle
import tarfile
import urllib.request
from types import MappingProxyType

import numpy as np
import pytest

from report_builder.datasets import _cifar, cifar10, cifar100
from report_builder.errors import ReportError

BOTH = pytest.mark.parametrize("kind", [cifar10, cifar100], ids=["cifar10", "cifar100"])


def batches(kind, n=20):
    """Return the pickled batches by name, with consecutive classes."""
    random, found, begin = np.random.default_rng(0), {}, 0
    for names in kind.PUBLISHED.batches.values():
        for name in names:
            labels = [(begin + i) % len(kind.CLASS_NAMES) for i in range(n)]
            data = random.integers(0, 256, (n, 3072), dtype=np.uint8)
            found[name] = {b"data": data, kind.PUBLISHED.labels.encode(): labels, b"batch_label": b"some"}
            begin += n
    return found


def write_folder(folder, found):
    """Write the batches as files, pickled with the protocol of the published ones."""
    folder.mkdir(parents=True)
    for name, content in found.items():
        (folder / name).write_bytes(pickle.dumps(content, protocol=2))


def write_archive(path, kind, found):
    """Write the batches into an archive, inside their folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in found.items():
            packed = pickle.dumps(content, protocol=2)
            member = tarfile.TarInfo(f"{kind.PUBLISHED.folder}/{name}")
            member.size = len(packed)
            archive.addfile(member, io.BytesIO(packed))


def load(kind, folders, **parameters):
    """Load the data as a user does."""
    chosen = kind.Parameters(**parameters)
    return kind.load(chosen, kind.files(chosen, folders))


def check(kind, data, found):
    """Assert that rows of red, green and blue planes have become images, in the order of the batches."""
    for split, names in kind.PUBLISHED.batches.items():
        rows = np.concatenate([found[name][b"data"] for name in names])
        x = data.splits[split].x
        assert (x.shape[1:], x.dtype) == ((32, 32, 3), np.uint8)
        assert (x[:, 2, 5, 1] == rows[:, 1024 + 2 * 32 + 5]).all()
        labels = [label for name in names for label in found[name][kind.PUBLISHED.labels.encode()]]
        assert data.splits[split].y.tolist() == labels


@BOTH
@pytest.mark.parametrize("place", ["data/{folder}", "keras/datasets/{folder}", "keras/datasets/{folder}-target/{folder}"])
def test_a_folder_of_batches_is_read(kind, place, tmp_path):
    """The authors' folder is found in a data folder and in Keras' cache, wherever old and new versions put it."""
    found = batches(kind)
    write_folder(tmp_path / place.format(folder=kind.PUBLISHED.folder), found)
    check(kind, load(kind, [tmp_path / "data"]), found)


@BOTH
@pytest.mark.parametrize("place", ["data/{folder}.tar.gz", "keras/datasets/{folder}-target_archive", "own.tar.gz"])
def test_an_archive_is_read_without_unpacking(kind, place, tmp_path):
    """The archive gives the same images, and is not unpacked to disk."""
    found, path = batches(kind), tmp_path / place.format(folder=kind.PUBLISHED.folder)
    write_archive(path, kind, found)
    named = {"path": "own.tar.gz"} if place == "own.tar.gz" else {}
    check(kind, load(kind, [tmp_path / "data", tmp_path], **named), found)
    assert [entry for entry in tmp_path.rglob("*") if entry.is_file()] == [path]


@BOTH
def test_an_npz_is_read_with_flat_or_tall_classes(kind, tmp_path):
    """Classes of shape (n, 1), as Keras gives them, become (n,)."""
    x, y = np.zeros((20, 32, 32, 3), np.uint8), np.arange(20, dtype=np.uint8)[:, None] % 10
    np.savez(tmp_path / kind.PUBLISHED.npz, x_train=x, y_train=y, x_test=x[:5], y_test=y[:5, 0])
    data = load(kind, [tmp_path])
    assert data.splits["train"].y.tolist() == y[:, 0].tolist()
    assert data.class_names == kind.CLASS_NAMES


def test_the_first_classes_are_the_published_ones(cifar10_folder):
    """Images are in the order of the authors: train begins with 6, 9, 9, 4, 1 and test with 3, 8, 8, 0, 6."""
    data = load(cifar10, [cifar10_folder])
    assert data.splits["train"].y[:5].tolist() == [6, 9, 9, 4, 1]
    assert data.splits["test"].y[:5].tolist() == [3, 8, 8, 0, 6]
    assert [data.class_names[i] for i in data.splits["train"].y[:3]] == ["frog", "truck", "truck"]
    assert (data.image_shape, len(np.unique(data.splits["train"].y))) == ((32, 32, 3), 10)


def test_coarse_classes_are_groups_of_five():
    """Twenty groups of five make up the hundred classes, with the published numbers."""
    group = {name: number for number, five in enumerate(cifar100.SUPERCLASSES.values()) for name in five}
    assert (len(cifar100.CLASS_NAMES), len(group), len(cifar100.SUPERCLASSES)) == (100, 100, 20)
    published = """4 1 14 8 0 6 7 7 18 3 3 14 9 18 7 11 3 9 7 11 6 11 5 10 7 6 13 15 3 15 0 11 1 10 12 14 16 9 11 5
        5 19 8 8 15 13 14 17 18 10 16 4 17 4 2 0 17 4 18 17 10 3 2 12 12 16 12 1 9 19 2 10 0 1 16 12 9 13 15 13
        16 19 2 4 6 19 5 5 8 19 18 1 2 15 6 0 17 8 14 13"""
    assert [group[name] for name in cifar100.CLASS_NAMES] == [int(number) for number in published.split()]


def test_coarse_classes_are_read_from_the_fine_ones(tmp_path):
    """With `labels: coarse`, the class is the group."""
    found = batches(cifar100, n=100)
    write_folder(tmp_path / "cifar-100-python", found)
    data = load(cifar100, [tmp_path], labels="coarse")
    names = [data.class_names[i] for i in data.splits["train"].y[:5]]
    assert names == ["fruit_and_vegetables", "fish", "people", "large_carnivores", "aquatic_mammals"]
    assert len(data.class_names) == 20


class Evil:
    """Runs a command when it is unpickled."""

    def __reduce__(self):
        return (print, ("run",))


@BOTH
def test_a_pickle_cannot_run_anything(kind, tmp_path, capsys):
    """A pickle with anything but arrays, numbers and text is refused before it can run code."""
    found = batches(kind)
    name = next(iter(found))
    found[name] = found[name] | {b"data": Evil()}
    write_folder(tmp_path / kind.PUBLISHED.folder, found)
    with pytest.raises(ReportError, match="print"):
        load(kind, [tmp_path])
    assert capsys.readouterr().out == ""


@BOTH
@pytest.mark.parametrize("content", [b"", b"no pickle", pickle.dumps({b"labels": []}), pickle.dumps([1, 2])])
def test_a_damaged_batch_is_named(kind, content, tmp_path):
    """For a damaged batch, the message names the file, not a line of the program."""
    write_folder(tmp_path / kind.PUBLISHED.folder, batches(kind))
    for names in kind.PUBLISHED.batches.values():
        (tmp_path / kind.PUBLISHED.folder / names[0]).write_bytes(content)
    with pytest.raises(ReportError, match="cannot be read as a data set"):
        load(kind, [tmp_path])


@BOTH
def test_a_damaged_archive_is_named(kind, tmp_path):
    """A truncated archive gives an error with its path."""
    path = tmp_path / kind.PUBLISHED.archive
    write_archive(path, kind, batches(kind))
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ReportError, match="cifar-10"):
        load(kind, [tmp_path])


@BOTH
def test_missing_batches_are_listed(kind, tmp_path):
    """An incompletely unpacked folder is an error that lists the missing batches."""
    write_folder(tmp_path / kind.PUBLISHED.folder, batches(kind))
    last = kind.PUBLISHED.batches["test"][0]
    (tmp_path / kind.PUBLISHED.folder / last).unlink()
    with pytest.raises(ReportError, match=rf"batches of the data set are missing\n  Received: {last}"):
        load(kind, [tmp_path])


@BOTH
def test_offline_the_error_says_what_to_put_where(kind, tmp_path):
    """Without data and network, both messages name the archive and the folder."""
    for attempt in (lambda: kind.files(kind.Parameters(), [tmp_path]), lambda: kind.fetch(kind.Parameters(), [tmp_path])):
        with pytest.raises(ReportError) as caught:
            attempt()
        advice = caught.value.problems[0].next_step
        assert kind.PUBLISHED.archive in advice
        assert str(tmp_path) in advice


def test_a_download_comes_from_the_authors_and_is_checked(monkeypatch, tmp_path):
    """A download whose content is not the published one is discarded."""
    asked = []

    class Answer(io.BytesIO):
        headers = MappingProxyType({"Content-Length": "3"})

    def answer(address, **_):
        asked.append(address)
        return Answer(b"abc")

    monkeypatch.setattr(urllib.request, "urlopen", answer)
    with pytest.raises(ReportError, match="sha256"):
        cifar10.fetch(cifar10.Parameters(), [])
    assert asked == [_cifar.SOURCE + "cifar-10-python.tar.gz"]
    assert list((tmp_path / "keras" / "datasets").iterdir()) == []


def test_a_download_without_a_length_says_nothing_on_the_way(monkeypatch, capsys, tmp_path):
    """If a server does not state the length of a file, no progress is printed for each chunk."""

    class Answer(io.BytesIO):
        headers = MappingProxyType({})

    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: Answer(b"a" * 3))
    monkeypatch.setattr("report_builder.datasets._download.CHUNK", 1)
    with pytest.raises(ReportError, match="sha256"):
        cifar10.fetch(cifar10.Parameters(), [])
    assert "downloading" not in capsys.readouterr().err
