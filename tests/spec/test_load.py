"""From a file to an experiment: extends, profiles, --set, runs that extend runs, and all mistakes at once."""

from pathlib import Path

import pytest

from report_builder.errors import ReportError
from report_builder.spec import load

BASE = """\
default_profile: quick
report: {title: A lab}
data:
  digits: {dataset: digits, steps: [{kind: binarise, threshold: 0.5}]}
runs:
  vae: {data: digits, model: {kind: vae, latent_dim: 2}, training: {epochs: 20}}
  mc: {extends: vae, name: Monte Carlo, model: {kl: monte_carlo}}
profiles:
  quick: {runs: {vae: {training: {epochs: 3}}}}
  full: {}
"""


def write(tmp_path: Path, text: str, name: str = "lab.yaml") -> Path:
    """Write an experiment file with this text."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_comma_in_a_text_without_quotes(tmp_path: Path) -> None:
    """The text after an unquoted comma is an unknown key without a value, and the message says to quote the text."""
    with pytest.raises(ReportError, match=r"(?s)unknown key.*put a text that has one in quotes"):
        load(write(tmp_path, BASE.replace("title: A lab", "title: A lab, the second")))


def test_profile_and_inheritance(tmp_path: Path) -> None:
    """The default profile also applies to a run that another one extends; names are not inherited."""
    loaded = load(write(tmp_path, BASE))
    runs = loaded.experiment.runs
    assert (runs["vae"].training.epochs, runs["mc"].training.epochs) == (3, 3)
    assert runs["mc"].model.parameters == {"latent_dim": 2, "kl": "monte_carlo"}
    assert (loaded.profile, loaded.is_default_profile) == ("quick", True)
    assert load(write(tmp_path, BASE), profile="full").experiment.runs["mc"].training.epochs == 20


def test_set_wins(tmp_path: Path) -> None:
    """`--set` is applied last, and text with a colon remains text."""
    loaded = load(write(tmp_path, BASE), sets=["runs.vae.training.epochs=7", "report.author=Jan: Kowalski"])
    assert loaded.experiment.runs["vae"].training.epochs == 7
    assert [author.name for author in loaded.experiment.report.author] == ["Jan: Kowalski"]


def test_a_slot_in_short_form_takes_parameters(tmp_path: Path) -> None:
    """Parameters added to a slot in short form keep its kind."""
    loaded = load(write(tmp_path, BASE), sets=["data.digits.dataset.copies=3", "runs.vae.training.optimizer=sgd"])
    dataset = loaded.experiment.data["digits"].dataset
    assert (dataset.kind, dataset.parameters) == ("digits", {"copies": 3})


def test_extends_a_file(tmp_path: Path) -> None:
    """A variant is a small file that extends another one, with a name of its own."""
    write(tmp_path, BASE)
    loaded = load(write(tmp_path, "extends: lab\nreport: {language: pl}\n", "lab-pl.yaml"))
    assert (loaded.name, loaded.experiment.report.title, loaded.experiment.report.language) == ("lab-pl", "A lab", "pl")


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    """Every mistake of a file is reported at once, with line, nearest name and what is allowed."""
    text = BASE.replace("title: A lab", "titel: A lab").replace("epochs: 20", "epohcs: 20, batch_size: many")
    with pytest.raises(ReportError) as caught:
        load(write(tmp_path, text))
    message = str(caught.value)
    assert "lab.yaml:2: report.titel: unknown key" in message
    assert "Did you mean 'title'?" in message
    assert "lab.yaml:6: runs.vae.training.epohcs" in message
    assert "lab.yaml:6: runs.vae.training.batch_size: a whole number is expected\n  Received: 'many'." in message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title: A lab", "title: no", None),
        ("title: A lab", "title: 2025", "text is expected"),
        ("epochs: 20", "epochs: 2.5", "whole number"),
        ("epochs: 20", "epochs: 0", "greater than or equal to 1"),
        ("data: digits, model", "model", "the key 'data' is required"),
        ("extends: vae", "extends: vea", "Did you mean 'vae'"),
        ("extends: vae", "extends: mc", "a run extends itself"),
        ("default_profile: quick", "default_profile: quikc", "Did you mean 'quick'"),
        ("  vae:", "  v.ae:", "this is not an id"),
    ],
)
def test_messages(tmp_path: Path, old: str, new: str, message: str | None) -> None:
    """Each kind of mistake has its message, and `no` as a title is not a mistake."""
    file = write(tmp_path, BASE.replace(old, new).replace("epochs: 3", "batch_size: 3"))
    if message is None:
        assert load(file).experiment.report.title == "no"
        return
    with pytest.raises(ReportError, match=message):
        load(file)


def test_missing_file_and_cycle(tmp_path: Path) -> None:
    """A missing file and a file that extends itself each give a message."""
    with pytest.raises(ReportError, match="no such file"):
        load(tmp_path / "none.yaml")
    with pytest.raises(ReportError, match="extends itself"):
        load(write(tmp_path, "extends: lab\n"))
