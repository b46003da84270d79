"""Data in the keys: its bytes count, its location does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from report_builder import datasets
from report_builder.build.execute import site_of
from report_builder.datasets import _download
from report_builder.errors import ReportError
from report_builder.plan import Plan
from report_builder.plan.prepared import ABSENT, imported


def run_keys(plan: Plan) -> dict[tuple[str, int], str]:
    """Return the key of each training."""
    return {name: planned.step.key for name, planned in plan.runs.items()}


@pytest.fixture
def on_mnist(lab, monkeypatch: pytest.MonkeyPatch):
    """The report on an `mnist.npz` of a few images in the data folder, the only one, without network."""

    def offline(*_: object) -> None:
        raise OSError("no network")

    monkeypatch.setenv("KERAS_HOME", str(lab.folder / "keras"))
    monkeypatch.setattr(_download, "_fetch", offline)
    lab.edit("{kind: digits, copies: 0}", "mnist")
    write_mnist(lab.folder / "data", seed=0)
    return lab


def write_mnist(folder: Path, seed: int) -> None:
    """Write a file of random images in the form of MNIST."""
    random = np.random.default_rng(seed)
    folder.mkdir(exist_ok=True)
    arrays = {f"x_{split}": random.integers(0, 256, (30, 28, 28), dtype=np.uint8) for split in ("train", "test")}
    labels = {f"y_{split}": np.arange(30) % 10 for split in ("train", "test")}
    np.savez(folder / "mnist.npz", **arrays, **labels)


def test_the_bytes_of_the_data_count(on_mnist) -> None:
    """Other bytes in the data file change the key of every training."""
    before = run_keys(on_mnist.plan())
    write_mnist(on_mnist.folder / "data", seed=1)
    assert not set(run_keys(on_mnist.plan()).values()) & set(before.values())


def test_the_place_of_the_data_does_not_count(on_mnist) -> None:
    """The same file in another folder gives the same keys."""
    before = run_keys(on_mnist.plan())
    (on_mnist.folder / "keras" / "datasets").mkdir(parents=True)
    (on_mnist.folder / "data" / "mnist.npz").rename(on_mnist.folder / "keras" / "datasets" / "mnist.npz")
    assert run_keys(on_mnist.plan()) == before


def test_a_path_to_the_same_bytes_does_not_count(on_mnist) -> None:
    """The path of a data set is in no key, only its bytes, and a worker is given the path."""
    before = run_keys(on_mnist.plan())
    named = on_mnist.folder / "mine.npz"
    (on_mnist.folder / "data" / "mnist.npz").rename(named)
    on_mnist.edit("dataset: mnist", f"dataset: {{kind: mnist, path: {named}}}")
    plan = on_mnist.plan()
    assert run_keys(plan) == before
    assert site_of(plan).located(plan.runs["vae", 1].step.spec["data"])["dataset"]["path"] == str(named)


def test_another_data_set_stands_in(on_mnist) -> None:
    """Data without files is replaced by the data under `otherwise`, until its files are available."""
    on_mnist.edit("dataset: mnist", "dataset: mnist\n    otherwise: {kind: digits, copies: 0}")
    here, file = on_mnist.plan(), on_mnist.folder / "data" / "mnist.npz"
    file.rename(on_mnist.folder / "elsewhere.npz")
    assert here.resolved.data["digits"].dataset.name == "mnist"
    assert on_mnist.plan().resolved.data["digits"].dataset.name == "digits"
    on_mnist.edit("copies: 0}", "copy: 0}")
    (on_mnist.folder / "elsewhere.npz").rename(file)
    with pytest.raises(ReportError, match=r"otherwise\.copy"):
        on_mnist.plan()


def test_imported_data_is_known_wherever_its_files_were(on_mnist) -> None:
    """The fingerprint of imported trainings stands for a data set that is absent, whatever its path."""
    on_mnist.edit("dataset: mnist", "dataset: {kind: mnist, path: elsewhere.npz}")
    plan = on_mnist.plan()
    plan.store.memo.remember(imported(plan.resolved.data["digits"].as_spec()), "f" * 64)
    plan.store.memo.save()
    assert on_mnist.plan().data["digits"]["fingerprint"] == "f" * 64


def test_what_is_planned_is_what_a_worker_checks(on_mnist) -> None:
    """The fingerprint in the key is the one that a worker computes from the same files."""
    planned = on_mnist.plan().data["digits"]
    assert datasets.fingerprint(planned, [on_mnist.folder / "data"]) == planned["fingerprint"]


def test_absent_data_whose_fingerprint_is_known(on_mnist) -> None:
    """A remembered fingerprint gives the same keys after the data is removed; unknown data is planned as absent."""
    plan = on_mnist.plan()
    before = run_keys(plan)
    (on_mnist.folder / "data" / "mnist.npz").unlink()
    absent = on_mnist.plan()
    assert {data["fingerprint"] for data in absent.data.values()} == {ABSENT}
    assert not set(run_keys(absent).values()) & set(before.values())
    plan.store.memo.save()
    assert run_keys(on_mnist.plan()) == before


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("{kind: npz, path: imags.npz}", "Did you mean 'images.npz'?"),
        ("{kind: image_folder, path: picturs}", "Did you mean 'pictures'?"),
        ("{kind: mnist, path: mine.npz}", "a .npz file is expected"),
    ],
)
def test_missing_data_is_a_mistake_already_when_a_report_is_looked_at(on_mnist, entry, said) -> None:
    """A missing folder or file that cannot be downloaded is reported by the plan, with the line, before anything runs."""
    (on_mnist.folder / "data" / "pictures").mkdir()
    (on_mnist.folder / "data" / "images.npz").touch()
    on_mnist.edit("dataset: mnist", f"dataset: {entry}")
    with pytest.raises(ReportError) as caught:
        run_keys(on_mnist.plan())
    assert "tiny.yaml:4" in caught.value.problems[0].where
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"x_train": np.zeros((20, 3, 16, 16), np.uint8)}, "the channel axis comes first(.|\n)*x_train (20, 3, 16, 16)"),
        ({"images": np.zeros((20, 16, 16), np.uint8)}, "there is no array x_train(.|\n)*images"),
        (None, "cannot be read as a data set"),
    ],
)
def test_data_that_cannot_be_read_is_a_mistake_already_when_a_report_is_looked_at(on_mnist, arrays, said) -> None:
    """Wrong axis order, wrong names and invalid archives are reported by the plan with file and line."""
    file = on_mnist.folder / "data" / "own.npz"
    np.savez(file, x_train=np.zeros((20, 16, 16, 1), np.uint8))
    on_mnist.edit("dataset: mnist", "dataset: {kind: npz, path: own.npz}")
    plan = on_mnist.plan()
    assert run_keys(plan)
    plan.store.memo.save()
    np.savez(file, **arrays) if arrays else file.write_bytes(b"nothing")
    with pytest.raises(ReportError, match=f"(?s)tiny.yaml:4.*own.npz: {said.replace('(20', '.20').replace('16)', '16.')}"):
        run_keys(on_mnist.plan())


def test_pictures_beside_classes_are_a_mistake_already_when_a_report_is_looked_at(on_mnist) -> None:
    """The folder names of a user's images are checked before anything runs."""
    for name in ("a/1.png", "2.png"):
        (on_mnist.folder / "data" / "pictures" / name).parent.mkdir(parents=True, exist_ok=True)
        (on_mnist.folder / "data" / "pictures" / name).touch()
    on_mnist.edit("dataset: mnist", "dataset: image_folder")
    with pytest.raises(ReportError, match=r"(?s)tiny.yaml:4.*pictures lie beside the folders of the classes"):
        run_keys(on_mnist.plan())


def test_a_part_of_the_classes_is_all_the_classes_there_are(lab) -> None:
    """For two of ten classes there are two names, two condition entries, and two rows wherever classes are shown."""
    lab.edit(
        "- {kind: subset, train: 200, test: 60}", "- {kind: subset, classes: [4, 1], train: 50, test: 20}\n      - one_hot"
    )
    plan = lab.plan()
    layout = plan.resolved.data["digits"].layout
    assert (layout.class_names, layout.conditions[0].names) == (("1", "4"), ("1", "4"))
    data = datasets.prepare(plan.data["digits"], plan.folders)
    assert data.splits["train"].condition.shape == (50, 2)
    assert data.layout.class_names == layout.class_names
