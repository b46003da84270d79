"""Whether the parts of a hand-in agree, even if a forger recomputes every digest."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from report_builder.build.findings import CONSISTENT, Judged
from report_builder.build.hand_in import CARD
from report_builder.build.similarity import Prose, similar_answers
from report_builder.build.verify import examine
from report_builder.cli import hand_in, main

PACKED = Path(hand_in.__file__).with_name(hand_in.DEMO)
Files = dict[str, bytes]


def forged(base: Path, target: Path, change: Callable[[Files], None]) -> Path:
    """Write a hand-in with altered files and a card that lists their digests."""
    with zipfile.ZipFile(base) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    card = json.loads(files.pop(CARD))
    card["files"] = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in {CARD: json.dumps(card).encode(), **files}.items():
            archive.writestr(name, data)
    return target


def replaced(name: str, old: str, new: str) -> Callable[[Files], None]:
    """Return a change that replaces text in the first file whose name has this ending."""

    def change(files: Files) -> None:
        file = next(each for each in sorted(files) if each.endswith(name))
        assert old.encode() in files[file]
        files[file] = files[file].replace(old.encode(), new.encode())

    return change


def measured(files: Files) -> None:
    """Change a value in a step of facts and update its digest."""
    file = next(each for each in sorted(files) if "/given/facts/" in each and each.endswith("facts.json"))
    told = json.loads(files[file])
    told[0]["value"] *= 0.9
    files[file] = json.dumps(told).encode()
    step = file.replace("facts.json", "step.json")
    meta = json.loads(files[step])
    meta["files"]["facts.json"] = hashlib.sha256(files[file]).hexdigest()
    files[step] = json.dumps(meta).encode()


def test_an_honest_one_agrees(tmp_path: Path) -> None:
    """An unmodified hand-in agrees at every level that it contains, and the missing levels are reported."""
    found = examine(PACKED, tmp_path)
    assert found.findings == ()
    assert {*found.checked} == {"digests", "results", "answers", "documents"}
    assert found.state("", CONSISTENT) == "yes"
    assert found.state("", ("weights",)) == "?"
    assert "33 facts and figures were handed in without their arrays" in " ".join(found.notes)


@pytest.mark.parametrize(
    ("change", "level", "said"),
    [
        (replaced("build/quickstart/quickstart.md", "0.204", "0.104"), "documents", "0.104"),
        (replaced("templates/quickstart.md", "same layers", "very same layers"), "documents", "instead of"),
        (replaced("/facts.json", '"value"', '"valve"'), "documents", "facts.json"),
        (measured, "documents", "instead of"),
        (replaced("/step.json", '"split": "test"', '"split": "train"'), "results", "not what was stored"),
        (replaced("experiments/quickstart.yaml", "epochs: 20", "epochs: 40"), "results", "are not in it: run ae, seed 1"),
        (replaced("experiments/quickstart.yaml", "kind: vae", "kind: ./mine.py"), "archive", "mine.py"),
        (replaced("experiments/quickstart.yaml", "epochs: 20", f"epochs: {'9' * 9999}"), "archive", "judged further"),
    ],
)
def test_what_does_not_agree_is_found(tmp_path: Path, change: Callable[[Files], None], level: str, said: str) -> None:
    """Each change is found at the level where the parts no longer agree, and the difference is reported."""
    archive = forged(PACKED, tmp_path / "forged.zip", change)
    found = examine(archive, tmp_path / "there")
    assert level in {finding.level for finding in found.findings}
    assert any(said in finding.text for finding in found.findings), found.findings


def test_a_file_that_was_changed_alone(tmp_path: Path) -> None:
    """A file that was changed without its digest is found by the digest."""
    with zipfile.ZipFile(PACKED) as archive, zipfile.ZipFile(tmp_path / "changed.zip", "w") as changed:
        for name in archive.namelist():
            changed.writestr(name, archive.read(name) + b" " * name.endswith("quickstart.md"))
    found = examine(tmp_path / "changed.zip", tmp_path / "there")
    assert any(finding.level == "digests" and "templates/quickstart.md" in finding.text for finding in found.findings)


def test_the_sheet_that_was_handed_out(tmp_path: Path) -> None:
    """A task that was removed is found if the original sheet is given."""
    found = examine(PACKED, tmp_path, sheet={"1": ("answer",)}, asked="")
    assert [finding.text for finding in found.findings] == ["the sheet's task 1 is not in it"]


def test_facts_and_figures_are_made_again_from_arrays(finished, tmp_path: Path) -> None:
    """A value that does not follow from its arrays is found, whatever the documents say; an unmodified hand-in agrees."""
    lab = finished.copy(tmp_path / "lab")
    assert lab.run("build", "tiny", "--hand-in", "arrays", "--to", "md") == 0
    packed = lab.folder / "build" / "tiny" / "tiny-hand-in.zip"
    found = examine(packed, tmp_path / "one")
    assert (found.findings, "arrays" in found.checked) == ((), True)
    found = examine(forged(packed, tmp_path / "forged.zip", measured), tmp_path / "two")
    assert any(each.level == "arrays" and "and its arrays give" in each.text for each in found.findings)


def test_a_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each hand-in of a folder is judged by itself, a broken one does not stop the others, and the end states the limits."""
    (tmp_path / "broken.zip").write_bytes(b"PK")
    (tmp_path / "good.zip").write_bytes(PACKED.read_bytes())
    assert main(["verify", str(tmp_path)]) == 3
    told = capsys.readouterr().out
    assert "good.zip    -       yes         yes           ?             -" in told
    assert "broken.zip\n  archive: it cannot be judged further: this archive cannot be read" in told
    assert "This is what does not agree, and not who did what" in told


def test_no_hand_ins(tmp_path: Path) -> None:
    """A folder without hand-ins is a usage error."""
    assert main(["verify", str(tmp_path)]) == 2


# --- similar answers ----------------------------------------------------------------------------------------------------------

ANSWER = "the codes of ones lie in a narrow band because a tilt is nearly all that tells one of them from another one here"
SHEET = "::: {.task #1}\n::: question\nWhy?\n:::\n::: answer\nANSWER {{ fact('a.b') }}\n:::\n:::\n"


def test_what_the_author_wrote() -> None:
    """Words of questions and answers are grouped by task; words printed by the program belong to nobody."""
    found = Prose.of(SHEET.replace("ANSWER", ANSWER) + "\nOutside.\n")
    assert found.questions == {"1": "why"}
    assert found.answers == {"1": ANSWER, "": "outside"}


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (ANSWER, True),
        (ANSWER.replace("narrow", "thin"), True),
        (
            "quite another thought on digits that shares no phrase with what the first of the two wrote about its own plots",
            False,
        ),
    ],
)
def test_alike(other: str, found: bool) -> None:  # noqa: FBT001
    """Long phrases shared by two answers are found; phrases shared by most of a class are attributed to the sheet."""
    pairs = [*similar_answers({"a": {"1": ANSWER}, "b": {"1": other}})]
    assert [pair[:3] for pair in pairs] == ([("1", "a", "b")] if found else [])
    everybody = {name: {"1": ANSWER} for name in "abcdef"}
    assert not [*similar_answers(everybody)]
    assert not [*similar_answers({"a": {"1": ANSWER}, "b": {"1": other}}, asked=SHEET.replace("ANSWER", ANSWER))]


def test_what_another_process_said() -> None:
    """A judgment from another process is read back completely, and malformed data is refused."""
    told = Judged(("1",), ("digests",), (), {"1": "words"}, ("a note",))
    assert Judged.of(json.loads(json.dumps(vars(told)))) == told
    with pytest.raises(ValueError, match="tasks"):
        Judged.of({"tasks": 1})
