"""Hand-ins: how they are packed and unpacked, and the demonstration, which ships as a hand-in."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path

import pytest

from report_builder.build.hand_in import CARD, LEVELS, unpack
from report_builder.cli import hand_in, main
from report_builder.cli.parser import LEVELS as OFFERED
from report_builder.errors import ReportError

ROOT = Path(__file__).parents[2]
PACKED = Path(hand_in.__file__).with_name(hand_in.DEMO)


# --- the demonstration --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a demonstration."""
    folder = tmp_path_factory.mktemp("shown") / "demo"
    assert main(["demo", str(folder)]) == 0
    return folder


def test_the_demonstration_is_the_quickstart_of_today(shown: Path) -> None:
    """The shipped demonstration matches the current files and needs nothing that is missing; docs/demo.py renews it."""
    for name in ("experiments/quickstart.yaml", "templates/quickstart.md"):
        assert (shown / name).read_bytes() == (ROOT / name).read_bytes(), "stale: python docs/demo.py"
    with zipfile.ZipFile(PACKED) as archive:
        written = archive.read("build/quickstart/quickstart.md").decode()
    assert (shown / "build" / "quickstart" / "quickstart.md").read_text(encoding="utf-8") == written, "stale: docs/demo.py"
    assert (shown / "build" / "quickstart" / "quickstart.pdf").stat().st_size > 50_000
    assert not (shown / "runs" / "run").exists()
    assert PACKED.stat().st_size < 1_000_000


def test_a_changed_sentence_is_in_the_next_one(shown: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence edited in the demonstration is kept and builds; the false claim that the demonstration suggests does not."""
    template = shown / "templates" / "quickstart.md"
    before = template.read_text(encoding="utf-8")
    template.write_text(before.replace("Can new digits", "Can wholly new digits"), encoding="utf-8")
    assert main(["demo", str(shown)]) == 0
    assert "Can wholly new digits" in (shown / "build" / "quickstart" / "quickstart.md").read_text(encoding="utf-8")
    assert "quickstart.md:2: Can wholly new digits be drawn" in capsys.readouterr().out
    template.write_text(before + "\n" + hand_in.FALSE, encoding="utf-8")
    assert main(["demo", str(shown)]) == 3
    template.write_text(before, encoding="utf-8")


def test_another_experiment_needs_what_trains(shown: Path, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A changed figure is not drawn from the shipped results: without TensorFlow the message says what to install."""
    experiment = shown / "experiments" / "quickstart.yaml"
    before = experiment.read_text(encoding="utf-8")
    experiment.write_text(before.replace("latent_dim: 2}", "latent_dim: 0}"), encoding="utf-8")
    monkeypatch.setattr(hand_in, "find_spec", lambda _: None)
    assert main(["demo", str(shown)]) == 1
    assert "Install what trains: make install" in capsys.readouterr().err
    experiment.write_text(before, encoding="utf-8")


def test_a_folder_of_somebody_is_left_alone(tmp_path: Path) -> None:
    """A demonstration is never written into an existing folder."""
    (tmp_path / "mine.txt").write_text("mine")
    assert main(["demo", str(tmp_path)]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


# --- packing ------------------------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_what_is_packed(finished, tmp_path: Path) -> None:
    """Each level includes the ones before it, the same report packs to the same bytes, and an unpacked one builds untrained."""
    assert LEVELS == OFFERED
    lab = finished.copy(tmp_path / "lab")
    packed, names = lab.folder / "build" / "tiny" / "tiny-hand-in.zip", {}
    for level in (*LEVELS, LEVELS[0]):
        assert lab.run("build", "tiny", "--hand-in", level) == 0
        with zipfile.ZipFile(packed) as archive:
            names[level] = set(archive.namelist())
            files = json.loads(archive.read(CARD))["files"]
        assert {*files} == names[level] - {CARD}
    first = packed.read_bytes()
    assert lab.run("build", "tiny", "--hand-in", "facts") == 0
    assert packed.read_bytes() == first
    assert names["facts"] < names["arrays"] < names["weights"]
    assert any(name.endswith("/weights.npz") for name in names["weights"] - names["arrays"])
    card = unpack(packed, tmp_path / "there")
    assert (card.report, card.holds) == ("tiny", "facts")
    there = type(lab)(tmp_path / "there")
    assert there.to_do() == []
    assert there.run("build", "tiny", "--to", "md") == 0


# --- hostile archives ---------------------------------------------------------------------------------------------------------


def _with(path: Path, *members: tuple[str, bytes, int]) -> Path:
    with zipfile.ZipFile(PACKED) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(CARD, source.read(CARD))
        for name, content, mode in members:
            member = zipfile.ZipInfo(name)
            member.external_attr = mode << 16
            archive.writestr(member, content, zipfile.ZIP_DEFLATED)
    return path


@pytest.mark.parametrize(
    ("name", "mode", "rule"),
    [
        ("../out.txt", stat.S_IFREG, "plain files below it"),
        ("/out.txt", stat.S_IFREG, "plain files below it"),
        ("a/../../out.txt", stat.S_IFREG, "plain files below it"),
        ("a\\..\\out.txt", stat.S_IFREG, "plain files below it"),
        (".hidden", stat.S_IFREG, "plain files below it"),
        ("a//b", stat.S_IFREG, "plain files below it"),
        ("link", stat.S_IFLNK, "plain files below it"),
        ("pipe", stat.S_IFIFO, "plain files below it"),
        ("folder/", stat.S_IFDIR, "plain files below it"),
        (CARD, stat.S_IFREG, "twice"),
        (f"{CARD}/x", stat.S_IFREG, "a file stands where"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_leads_out_or_is_no_file_is_refused(tmp_path: Path, name: str, mode: int, rule: str) -> None:
    """Nothing is written outside the folder, and no link, pipe or folder entry is unpacked."""
    archive = _with(tmp_path / "bad.zip", (name, b"/etc/passwd", mode))
    with pytest.raises(ReportError, match=rule):
        unpack(archive, tmp_path / "in" / "there")
    assert not list(tmp_path.glob("**/out.txt"))
    assert not [path for path in tmp_path.rglob("*") if path.is_symlink()]


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive that unpacks to more than the limit is stopped while it is written, whatever size it declares."""
    monkeypatch.setenv("REPORT_BUILDER_LIMITS", "archive_bytes=100000")
    archive = _with(tmp_path / "bomb.zip", ("zeros", bytes(3_000_000), stat.S_IFREG))
    with pytest.raises(ReportError, match="what an archive unpacks to is limited"):
        unpack(archive, tmp_path / "there")
    assert sum(path.stat().st_size for path in (tmp_path / "there").rglob("*") if path.is_file()) <= 100_000


def test_python_is_not_unpacked_unless_asked(tmp_path: Path) -> None:
    """Python files of a hand-in are unpacked only on request."""
    archive = _with(tmp_path / "own.zip", ("experiments/mine.py", b"raise SystemExit", stat.S_IFREG))
    unpack(archive, tmp_path / "one")
    assert not list((tmp_path / "one").rglob("*.py"))
    unpack(archive, tmp_path / "two", code=True)
    assert [path.name for path in (tmp_path / "two").rglob("*.py")] == ["mine.py"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": 1}', "[" * 100_000, '{"report": ' + "9" * 10_000 + "}"])
def test_a_card_that_is_none(tmp_path: Path, text: str) -> None:
    """A malformed card of an archive is refused with a message."""
    archive = tmp_path / "card.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(CARD, text)
    with pytest.raises(ReportError, match=CARD):
        unpack(archive, tmp_path / "there")


def test_no_archive(tmp_path: Path) -> None:
    """A file that is not an archive is reported as such."""
    (tmp_path / "no.zip").write_bytes(b"PK no")
    with pytest.raises(ReportError, match="cannot be read"):
        unpack(tmp_path / "no.zip", tmp_path / "there")
