"""What a build leaves on disk, and how little a second build does."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from pathlib import Path

import pytest

from report_builder.build import Options, build
from report_builder.cli import main
from report_builder.store import Step


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 digest of every file below a folder."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def document(lab, suffix: str = "html") -> str:
    """Text of a written document."""
    return (lab.folder / "build" / "tiny" / f"tiny.{suffix}").read_text(encoding="utf-8")


def recommit(folder: Path) -> None:
    """Update the metadata of a stored step to match its edited files, as if they had been measured that way."""
    meta = json.loads((folder / "step.json").read_text())
    meta["files"] = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in meta["files"]}
    (folder / "step.json").write_text(json.dumps(meta))


# --- files left by a build ----------------------------------------------------------------------------------------------------


def test_the_documents_are_there(finished) -> None:
    """A build writes PDF, HTML and Markdown, the facts, the sentences and the steps to the folder of the report."""
    folder = finished.folder / "build" / "tiny"
    assert sorted(path.name for path in folder.iterdir() if path.name[0] != ".") == [
        "facts.json",
        "report.json",
        "stamp.json",
        "steps.json",
        "tiny.html",
        "tiny.md",
        "tiny.pdf",
    ]
    assert (folder / "tiny.pdf").read_bytes().startswith(b"%PDF")
    assert "Does a longer training help?" in document(finished)


def test_figures_are_published_under_their_numbers(finished) -> None:
    """Every figure is published in its folder as `NN-<id>` in PNG and SVG, and the index lists number, caption and files."""
    folder = finished.folder / "figures" / "tiny"
    assert sorted(p.name for p in folder.iterdir()) == [
        "01-codes.png",
        "01-codes.svg",
        "02-grid.png",
        "02-grid.svg",
        "index.json",
    ]
    index = json.loads((folder / "index.json").read_text())
    assert {id_: (entry["number"], entry["png"]) for id_, entry in index.items()} == {
        "codes": ("1", "01-codes.png"),
        "grid": ("2", "02-grid.png"),
    }
    assert index["codes"]["caption"] == "Codes"


def test_facts_are_published(finished) -> None:
    """`facts.json` holds every fact that the report may cite, with its unit, direction and seeds."""
    facts = json.loads((finished.folder / "build" / "tiny" / "facts.json").read_text())
    assert {"ae.test.reconstruction_bce", "vae.test.elbo", "longer.test.elbo", "longer.test.kl_loss"} <= set(facts)
    elbo = facts["longer.test.elbo"]
    assert (elbo["unit"], elbo["better"], elbo["n"], elbo["seeds"]) == ("nats/image", "higher", 60, [1])


def test_nothing_of_a_worker_is_left(finished) -> None:
    """A finished build leaves no scratch folder, temporary file or log behind."""
    left = [str(path) for path in finished.folder.rglob("*") if path.suffix in (".tmp", ".work", ".log", ".part")]
    assert left == []


def test_same_store_same_bytes(finished, tmp_path: Path) -> None:
    """Two builds from one store into two folders are byte-for-byte identical."""
    found = []
    for name in ("one", "two"):
        places = [f"--build={tmp_path / name / 'build'}", f"--figures={tmp_path / name / 'figures'}"]
        assert main([*finished.arguments("build", "tiny", "--to", "pdf,html,docx,md"), *places]) == 0
        found.append(digests(tmp_path / name))
    names = ("pdf", "html", "docx", "md")
    assert [found[0][f"build/tiny/tiny.{name}"] for name in names] == [found[1][f"build/tiny/tiny.{name}"] for name in names]
    assert {k: v for k, v in found[0].items() if k.startswith("figures")} == {
        k: v for k, v in found[1].items() if k.startswith("figures")
    }


# --- no change, a changed sentence, a changed option --------------------------------------------------------------------------


def test_nothing_changed_nothing_is_done(built) -> None:
    """If nothing changed, a build runs, compiles and touches nothing, even if the project was moved."""
    before = digests(built.folder / "build"), digests(built.folder / "figures")
    done = build(built.plan(), built.workspace, Options())
    assert not done.compiled
    assert list(done.done) == []
    assert set(done.paths) == {"pdf", "html", "md"}
    assert (digests(built.folder / "build"), digests(built.folder / "figures")) == before


def test_a_sentence_only_compiles(built) -> None:
    """A changed sentence runs no step and rewrites the documents; the figures keep their modification times."""
    figure = built.folder / "figures" / "tiny" / "01-codes.svg"
    time = figure.stat().st_mtime_ns
    built.edit("Where do the codes lie?", "Where are they?", built.template)
    done = build(built.plan(), built.workspace, Options())
    assert done.compiled
    assert list(done.done) == []
    assert "Where are they?" in document(built)
    assert figure.stat().st_mtime_ns == time


@pytest.mark.parametrize(
    ("old", "new", "steps"),
    [
        ("caption: Codes", "caption: Where they lie", []),
        ("title: Tiny lab", "title: Small lab", []),
        ("runs: [ae, vae], caption", "runs: [ae, vae], opacity: 0.4, caption", ["figure codes"]),
        ("n: 4}", "n: 4, ink: light}", ["figure grid"]),
        ("n: 4}", "n: 5}", ["decode_grid of longer, seed 1", "figure grid"]),
        (
            "split: test}\n  rec",
            "split: test, samples: 3}\n  rec",
            [
                "facts elbo of longer, seed 1",
                "facts elbo of vae, seed 1",
                "likelihood of longer, seed 1",
                "likelihood of vae, seed 1",
            ],
        ),
        ("name: Longer", "name: Long", ["figure grid"]),
        (
            "epochs: 8",
            "epochs: 9",
            [
                "decode_grid of longer, seed 1",
                "facts elbo of longer, seed 1",
                "figure grid",
                "likelihood of longer, seed 1",
                "run longer, seed 1",
            ],
        ),
        (
            "autoencoder, filters",
            "autoencoder, latent_dim: 3, filters",
            [
                "codes of ae, seed 1",
                "facts reconstruction of ae, seed 1",
                "figure codes",
                "reconstruction_errors of ae, seed 1",
                "run ae, seed 1",
            ],
        ),
    ],
)
def test_only_what_changed_runs(finished, tmp_path: Path, old: str, new: str, steps: list[str]) -> None:
    """A change runs only the steps that depend on it: a drawing option runs its figure, a parameter its run."""
    variant = tmp_path / "tiny.yaml"
    variant.write_text(finished.experiment.read_text())
    finished.edit(old, new, variant)
    assert finished.to_do(report=str(variant)) == steps


def test_dry_run_says_and_does_nothing(built, capsys: pytest.CaptureFixture[str]) -> None:
    """`--dry-run` reports what would run and changes no file except the digest memo."""
    built.edit("epochs: 8", "epochs: 9")
    before = digests(built.folder)
    assert built.run("build", "tiny", "--dry-run") == 0
    assert "1 training" in capsys.readouterr().out
    after = digests(built.folder)
    assert {name for name in after if after[name] != before.get(name)} <= {"runs/memo.json"}
    assert set(before) <= set(after)


def test_digests_are_kept_before_the_first_job(built, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digests computed by the plan are on disk before any worker process starts, so no worker reads the files again."""
    memo, seen = built.folder / "runs" / "memo.json", list[bool]()
    memo.unlink()
    built.edit("epochs: 8", "epochs: 9")
    monkeypatch.setattr("report_builder.run.local.run", lambda *_, **__: seen.append(memo.is_file()) or [])
    assert built.run("train", "tiny") == 0
    assert seen == [True]


# --- the published view -------------------------------------------------------------------------------------------------------


def test_stale_names_are_removed(built) -> None:
    """A figure whose id or number changed leaves no file under its old name."""
    built.edit('figure("codes")', 'figure("places")', built.template)
    built.edit("@fig:codes", "@fig:places", built.template)
    built.edit("  codes: {", "  places: {")
    built.edit("fig:codes", "fig:places")
    assert built.run("build", "tiny") == 0
    assert sorted(p.name for p in (built.folder / "figures" / "tiny").glob("01-*")) == ["01-places.png", "01-places.svg"]


@pytest.mark.parametrize(
    "name", ["figures/tiny/01-codes.png", "figures/tiny/index.json", "build/tiny/tiny.html", "build/tiny/facts.json"]
)
@pytest.mark.parametrize("damage", ["remove", "alter"])
def test_what_was_published_comes_back(built, name: str, damage: str) -> None:
    """A published file that was removed or altered is restored by the same command."""
    file = built.folder / name
    before = file.read_bytes()
    file.unlink() if damage == "remove" else file.write_bytes(b"altered")
    assert built.run("build", "tiny") == 0
    assert file.read_bytes() == before


def test_a_profile_has_its_own_folders(built) -> None:
    """A profile other than the default leaves the documents and figures of the default profile alone."""
    built.experiment.write_text(
        "default_profile: quick\nprofiles: {quick: {}, other: {report: {title: Other}}}\n" + built.experiment.read_text()
    )
    assert built.run("build", "tiny", "--profile", "other") == 0
    assert "Other" in (built.folder / "build" / "tiny@other" / "tiny.html").read_text()
    assert (built.folder / "figures" / "tiny@other" / "01-codes.png").is_file()
    assert "Tiny lab" in document(built)


# --- a single figure or task --------------------------------------------------------------------------------------------------


def test_figure_redraws_only_that_figure(built, capsys: pytest.CaptureFixture[str]) -> None:
    """`figure` redraws one figure from the stored arrays and leaves the documents and the other figures unchanged."""
    before = digests(built.folder / "build"), digests(built.folder / "figures")
    assert built.run("figure", "grid", "--report", "tiny", "--set", "figures.grid.ink=light") == 0
    said = capsys.readouterr().out
    assert "1 figure to do." in said
    assert "02-grid.png" in said
    after = digests(built.folder / "build")
    assert {name for name in after if after[name] != before[0][name]} <= {"tiny/steps.json"}  # what `explain` knows
    after = digests(built.folder / "figures")
    assert {name for name in after if after[name] != before[1][name]} == {
        "tiny/02-grid.png",
        "tiny/02-grid.svg",
        "tiny/index.json",
    }


def test_after_a_figure_of_another_option_the_build_is_right_again(built) -> None:
    """What `figure --set` published is replaced by the next build of the unmodified experiment."""
    before = digests(built.folder / "figures")
    assert built.run("figure", "grid", "--report", "tiny", "--set", "figures.grid.ink=light") == 0
    assert built.run("build", "tiny") == 0
    assert digests(built.folder / "figures") == before


LACKING = ('[@fig:grid]{.nom}.\n\n{{ figure("grid") }}', "the whole text.")


@pytest.mark.parametrize("command", [("task", "2"), ("figure", "grid")])
def test_what_a_section_lacks_is_said_before_the_training(lab, capsys: pytest.CaptureFixture[str], command) -> None:
    """`task` and `figure` do not train for a report that `check` refuses; the missing part is reported at its task."""
    lab.edit(*LACKING, file=lab.template)
    lab.edit("# Results", "# Results\n\nSee issue #2.", file=lab.template)
    assert lab.run(*command, "--report", "tiny") == 3
    said = capsys.readouterr()
    line = lab.template.read_text().split("::: {.task #2}")[0].count("\n") + 1
    assert f"tiny.md:{line}: task 2 requires 'fig:grid'" in said.err
    assert "to do" not in said.out


def test_a_figure_is_drawn_again_whatever_the_text_lacks(built) -> None:
    """`figure` ignores the findings in the text if the run is stored, because nothing is trained for it."""
    built.edit('requires: [answer, "fig:codes"', 'requires: [answer, "fig:other", "fig:codes"')
    assert built.run("figure", "grid", "--report", "tiny", "--set", "figures.grid.ink=light") == 0


def test_task_of_a_finished_report(built) -> None:
    """`task` writes a small document of that task, numbered as in the whole report."""
    assert built.run("task", "2", "--report", "tiny") == 0
    text = (built.folder / "build" / "tiny" / "tiny-task-2.html").read_text()
    assert "Does a longer training help?" in text
    assert "Where do the codes lie?" not in text
    assert "Figure\xa02" in text
    assert (built.folder / "build" / "tiny" / "tiny-task-2.pdf").is_file()
    assert built.run("build", "tiny") == 0
    assert not build(built.plan(), built.workspace, Options()).compiled


# --- prose follows the measurements -------------------------------------------------------------------------------------------


def swap_bounds(lab) -> None:
    """Swap the bounds of the two VAEs in the store."""
    plan = lab.plan()
    first, second = (plan.store.root / "facts" / p.step.key for (m, _), p in plan.facts.items() if m.id == "elbo")
    for name in ("facts.json", "samples.npz"):
        one, other = (first / name).read_bytes(), (second / name).read_bytes()
        (first / name).write_bytes(other)
        (second / name).write_bytes(one)
    recommit(first)
    recommit(second)


def test_swapped_facts_flip_the_verdict(built) -> None:
    """The sentence of a verdict is reversed when the measurements are."""
    assert "is higher" in " ".join(document(built, "md").split())
    swap_bounds(built)
    assert built.run("build", "tiny") == 0
    assert "is lower" in " ".join(document(built, "md").split())


def test_swapped_facts_break_a_claim(built, capsys: pytest.CaptureFixture[str]) -> None:
    """A claim contradicted by the measurements ends the build with exit code 3 and keeps the old PDF; a draft marks it."""
    verdict = (
        'verdict("longer.test.elbo", "vae.test.elbo", by="training.epochs", better="higher", worse="lower", same="undecided")'
    )
    claim = 'claim("longer.test.elbo", "better", "vae.test.elbo", "better than that of the short one", by="training.epochs")'
    built.edit(verdict, claim, built.template)
    assert built.run("build", "tiny") == 0
    pdf = (built.folder / "build" / "tiny" / "tiny.pdf").read_bytes()
    swap_bounds(built)
    capsys.readouterr()
    assert built.run("build", "tiny") == 3
    said = capsys.readouterr().err
    assert "tiny.md:22: false claim" in said
    assert "vae.test.elbo measured worse" in said
    assert (built.folder / "build" / "tiny" / "tiny.pdf").read_bytes() == pdf
    assert built.run("build", "tiny", "--draft") == 0
    assert (built.folder / "build" / "tiny" / "tiny.pdf").read_bytes() == pdf
    draft = (built.folder / "build" / "tiny" / "tiny-draft.html").read_text(encoding="utf-8")
    assert 'class="false"' in draft
    assert "measured" in draft
    assert built.run("build", "tiny") == 3


# --- failures -----------------------------------------------------------------------------------------------------------------


def test_a_full_disk(built, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A full disk ends the build with exit code 5 and a message; the old documents stay intact, and a later build succeeds."""
    built.edit("Where do the codes lie?", "Where are they?", built.template)
    built.edit("n: 4}", "n: 4, ink: light}")
    before = digests(built.folder / "build"), digests(built.folder / "figures")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert built.run("build", "tiny") == 5
    assert "no space left on the disk" in capsys.readouterr().err
    assert (digests(built.folder / "build"), digests(built.folder / "figures")) == before
    assert built.run("build", "tiny") == 0
    assert "Where are they?" in document(built)


@pytest.mark.parametrize(
    "name", ["figure.png", "facts.json", pytest.param("weights.npz", marks=pytest.mark.slow), "arrays.npz"]
)
def test_a_truncated_file_is_made_again(built, name: str) -> None:
    """A truncated file in the store is recomputed where it is needed, and the documents are unchanged."""
    plan = built.plan()
    bound = next(planned for (measure, _), planned in plan.facts.items() if measure.subject == "vae")
    steps = {"figure.png": plan.figures["codes"], "facts.json": bound, "weights.npz": plan.runs["ae", 1]}
    planned = steps.get(name) or bound.needs["likelihood"]
    file = built.folder / "runs" / planned.step.kind / planned.step.key / name
    before = digests(built.folder / "build")
    file.write_bytes(file.read_bytes()[:50])
    assert built.to_do() == (
        [planned.label] if name != "arrays.npz" else []
    )  # arrays are not needed if all their consumers are stored
    assert built.run("build", "tiny") == 0
    assert digests(built.folder / "build") == before


def test_labelled_elements_do_not_hang_on_a_fact(built, capsys: pytest.CaptureFixture[str]) -> None:
    """A figure that depends on a condition on a fact is refused once that fact is measured."""
    built.edit(
        '{{ figure("grid") }}',
        '{% if fact("longer.test.elbo").value == 0 %}\n{{ figure("grid") }}\n{% endif %}',
        built.template,
    )
    shutil.rmtree(built.folder / "runs" / "facts")
    assert built.run("build", "tiny") == 1
    said = capsys.readouterr().err
    assert "a condition on a fact, or best(), chooses labelled elements" in said
    assert "fig:grid" in said


def test_the_store_of_a_step_is_its_key(finished) -> None:
    """The name of every stored folder is the key of the step in it."""
    for file in (finished.folder / "runs").glob("*/*/step.json"):
        assert Step.from_json(json.loads(file.read_text())).key == file.parent.name
