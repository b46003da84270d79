"""Commands on stored trainings: list, show, export, import, prune."""

from __future__ import annotations

import json
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest

from report_builder.build import Options, build
from report_builder.store import Store, in_use


def output(capsys: pytest.CaptureFixture[str], lab, *arguments: str) -> str:
    """Output of a command that succeeds."""
    capsys.readouterr()
    assert lab.run(*arguments) == 0
    return capsys.readouterr().out


def test_list_and_show(finished, capsys: pytest.CaptureFixture[str]) -> None:
    """The list has a row for each training; the first characters of a key select the training whose details are shown."""
    rows = json.loads(output(capsys, finished, "runs", "list", "--json"))
    assert sorted((row["model"], row["epochs"]) for row in rows) == [("autoencoder", 1), ("vae", 1), ("vae", 8)]
    assert "3 trainings." in output(capsys, finished, "runs", "list")
    long = next(row["key"] for row in rows if row["epochs"] == 8)
    assert "in 8 epochs" in output(capsys, finished, "runs", "show", long[:8])
    shown = json.loads(output(capsys, finished, "runs", "show", long, "--json"))
    assert len(shown["history"]["loss"]) == 8
    assert shown["spec"]["training"]["epochs"] == 8


def test_what_was_exported_builds_elsewhere(built, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An imported report builds without training, even in a new store; a second import adds nothing."""
    packed = tmp_path / "packed.tar.gz"
    assert "3 trainings and 11 other steps" in output(capsys, built, "runs", "export", str(packed))
    shutil.rmtree(built.folder / "runs")
    shutil.rmtree(built.folder / "build")
    assert "14 steps added, 0 were already here." in output(capsys, built, "runs", "import", str(packed))
    assert built.to_do() == []
    assert build(built.plan(), built.workspace, Options()).compiled
    assert "0 steps added, 14 were already here." in output(capsys, built, "runs", "import", str(packed))


def test_one_training_is_exported_with_what_was_measured_on_it(
    built, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The export of one training holds its measurements and nothing of the others."""
    key = built.plan().runs["longer", 1].step.key
    assert "1 trainings and 4 other steps" in output(capsys, built, "runs", "export", str(tmp_path / "one.tar.gz"), key)
    shutil.rmtree(built.folder / "runs")
    output(capsys, built, "runs", "import", str(tmp_path / "one.tar.gz"))
    assert "run longer, seed 1" not in built.to_do()
    assert "run vae, seed 1" in built.to_do()


@pytest.mark.slow
def test_an_imported_report_needs_no_data(
    lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A report whose data is on another machine builds from the trainings exported there."""
    lab.edit("{kind: digits, copies: 0}", "{kind: mnist, path: mnist.npz}")
    (lab.folder / "data").mkdir()
    random = np.random.default_rng(0)
    images = {f"x_{part}": random.integers(0, 256, (80, 28, 28), dtype=np.uint8) for part in ("train", "test")}
    np.savez(lab.folder / "data" / "mnist.npz", **images, **{f"y_{part}": np.arange(80) % 10 for part in ("train", "test")})
    assert lab.run("build", "tiny") == 0
    output(capsys, lab, "runs", "export", str(tmp_path / "packed.tar.gz"))
    for name in ("runs", "build", "data", "figures"):
        shutil.rmtree(lab.folder / name)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "none"))
    assert lab.run("status", "tiny") == 1  # neither the data nor a training that describes it
    output(capsys, lab, "runs", "import", str(tmp_path / "packed.tar.gz"))
    assert lab.to_do() == []
    assert lab.run("build", "tiny") == 0
    assert (lab.folder / "build" / "tiny" / "tiny.pdf").is_file()


@pytest.mark.parametrize("damage", ["cut", "altered", "other file"])
def test_a_damaged_export_is_refused(built, tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A truncated or altered export is refused, and nothing of it enters the store."""
    packed = tmp_path / "packed.tar.gz"
    output(capsys, built, "runs", "export", str(packed))
    if damage == "cut":
        packed.write_bytes(packed.read_bytes()[:2000])
    elif damage == "other file":
        packed.write_text("no archive")
    else:
        alter(packed)
    shutil.rmtree(built.folder / "runs")
    assert built.run("runs", "import", str(packed)) == 1
    said = capsys.readouterr().err
    assert "packed.tar.gz" in said
    assert "damaged or was altered" in said or "not a complete export" in said
    assert not list((built.folder / "runs").glob("run/*"))


def alter(packed: Path) -> None:
    """Change the weights of one training in an archive."""
    folder = packed.parent / "unpacked"
    with tarfile.open(packed) as archive:
        for member in archive:
            if content := archive.extractfile(member):
                (folder / member.name).parent.mkdir(parents=True, exist_ok=True)
                (folder / member.name).write_bytes(content.read())
    file = next(folder.glob("run/*/weights.npz"))
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    with tarfile.open(packed, "w:gz") as archive:
        for path in sorted(folder.glob("*/*")):
            archive.add(path, str(path.relative_to(folder)))


def test_an_export_cannot_leave_the_store(lab, tmp_path: Path) -> None:
    """A path in an archive that leads out of the store is refused, and nothing is written there."""
    outside = tmp_path / "evil.txt"
    outside.write_text("x")
    with tarfile.open(tmp_path / "evil.tar.gz", "w:gz") as archive:
        archive.add(outside, "../../evil-was-here.txt")
    assert lab.run("runs", "import", str(tmp_path / "evil.tar.gz")) == 1
    assert not list(tmp_path.rglob("evil-was-here.txt"))


def test_prune_keeps_what_a_report_uses(built, capsys: pytest.CaptureFixture[str]) -> None:
    """`prune` lists what no report or profile uses, and removes it only with --yes."""
    assert "0 unused steps" in output(capsys, built, "runs", "prune", "--yes")
    assert built.to_do() == []
    text = built.experiment.read_text()
    built.edit("epochs: 8", "epochs: 9")
    assert "5 unused steps" in output(capsys, built, "runs", "prune")
    built.experiment.write_text(text)
    assert built.to_do() == []
    built.edit("epochs: 8", "epochs: 9")
    built.experiment.write_text(built.experiment.read_text() + "profiles: {old: {runs: {longer: {training: {epochs: 8}}}}}\n")
    assert "0 unused steps" in output(capsys, built, "runs", "prune")
    built.edit("epochs: 8", "epochs: 7")
    assert "5 unused steps" in output(capsys, built, "runs", "prune", "--yes")
    built.experiment.write_text(text)
    assert len(built.to_do()) == 5


def test_prune_removes_what_killed_processes_left(built, capsys: pytest.CaptureFixture[str]) -> None:
    """Scratch folders of abandoned trainings, damaged steps and partly written files count as leftovers for `prune`."""
    used = built.plan().runs["ae", 1].step.key
    kept = built.folder / "runs" / "run" / f"{used}.work"
    left = ["runs/run/0123456789abcdef0123.work", f"runs/run/{used}.damaged-7", "runs/sessions/7-ab"]
    for path in (kept, *(built.folder / name for name in left)):
        path.mkdir(parents=True)
    files = ["runs/logs/7-ab-1.log", "build/tiny/.tiny.pdf.7.tmp", "figures/tiny/.index.json.7.tmp"]
    for name in files:
        (built.folder / name).parent.mkdir(exist_ok=True)
        (built.folder / name).touch()
    assert "6 leftovers" in output(capsys, built, "runs", "prune")
    assert "6 leftovers" in output(capsys, built, "runs", "prune", "--yes")
    assert not any((built.folder / name).exists() for name in [*left, *files])
    assert kept.exists()
    assert "0 leftovers" in output(capsys, built, "runs", "prune")


def test_prune_keeps_what_a_build_at_work_needs(built, capsys: pytest.CaptureFixture[str]) -> None:
    """Steps of another running build, even with settings that no report has, are not pruned while it runs."""
    keys = {built.plan().runs["longer", 1].step.key}
    built.edit("epochs: 8", "epochs: 7")
    with in_use(built.folder / "runs", keys):
        printed = output(capsys, built, "runs", "prune", "--yes")
    assert not any(f"run/{key}" in printed for key in keys)
    assert all(f"removed  run/{key}" in output(capsys, built, "runs", "prune", "--yes") for key in keys)


@pytest.mark.parametrize("kind", ["run", "arrays", "facts", "figure"])
def test_verify_finds_rot(built, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A flipped bit that size, time and memo do not show is found by `verify`, and the step is computed again."""
    assert "14 steps, 0 damaged." in output(capsys, built, "runs", "verify")
    store = Store(built.folder / "runs")
    file = next(path for path in sorted((store.root / kind).glob("*/*")) if path.suffix in (".npz", ".png"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    store.memo.remember(str(file), "forgotten")
    assert built.run("runs", "verify") == 3
    assert f"damaged  {kind}/{file.parent.name}" in capsys.readouterr().out
    to_do = built.to_do()
    assert kind == "arrays" or any(step.startswith(kind) for step in to_do)  # arrays are probed only on demand
    assert "0 damaged." in output(capsys, built, "runs", "verify")
