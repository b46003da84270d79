"""What `verify` finds in 30 hand-ins, 20 of them tampered with by someone who knows the program, and in three hostile ones.

`python benchmarks/hand_ins.py BASE.zip [--folder F] [--recompute]`; BASE is what `build quickstart --hand-in weights` packs.
Every forger knows how results are stored and fixes every digest that a file has elsewhere. The levels are explained in
docs/hand-ins.md; the cases and expected answers are in hand_ins.yaml.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import yaml
from PIL import Image

from report_builder import build as builder
from report_builder.build import Workspace
from report_builder.build.hand_in import CARD, EPOCH, card_of, pack, unpack

NAME = "quickstart"
SHEET = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))


class Project:
    """An unpacked hand-in that can be edited, built and packed."""

    def __init__(self, base: Path, folder: Path, answers: list[str]) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        unpack(base, folder)
        self.folder, self.given = folder, folder / "runs" / "given"
        self.experiment = folder / "experiments" / f"{NAME}.yaml"
        self.template = folder / "templates" / f"{NAME}.md"
        self.experiment.write_text(self.experiment.read_text() + SHEET["tasks"])
        self.template.write_text(SHEET["template"].replace("ANSWER-1", answers[0]).replace("ANSWER-2", answers[1]))
        self.built = folder / "build" / NAME

    def build(self) -> None:
        """Build and pack the project as `build --hand-in weights` does; later changes are packed by `seal`."""
        workspace = Workspace.at(self.folder)
        plan = builder.plan_report(NAME, workspace)
        if not plan.given:
            raise SystemExit("the base is not whole")
        built = builder.build(plan, workspace, builder.Options())
        unpack(pack(plan, workspace, built, "weights"), self.folder.with_suffix(".packed"))
        shutil.rmtree(self.folder)
        self.folder.with_suffix(".packed").rename(self.folder)

    def edit(self, file: Path, old: str, new: str) -> None:
        """Replace text in a file."""
        text = file.read_text(encoding="utf-8")
        if old not in text:
            raise SystemExit(f"{old!r} does not stand in {file}")
        file.write_text(text.replace(old, new), encoding="utf-8")

    def steps(self, kind: str, **wanted: object) -> list[Path]:
        """Return the folders of the steps of a kind whose spec has these values."""
        found = sorted(self.given.glob(f"{kind}/*"))
        return [
            f for f in found if all(at(json.loads((f / "step.json").read_text())["spec"], k) == v for k, v in wanted.items())
        ]

    def restamp(self, step: Path) -> None:
        """Recompute the digests of a step."""
        meta = json.loads((step / "step.json").read_text())
        meta["files"] = {name: hashlib.sha256((step / name).read_bytes()).hexdigest() for name in meta["files"]}
        (step / "step.json").write_text(json.dumps(meta, ensure_ascii=False, indent=1))

    def seal(self, target: Path) -> None:
        """Pack the folder with matching digests."""
        files = {str(p.relative_to(self.folder)): p.read_bytes() for p in sorted(self.folder.rglob("*")) if p.is_file()}
        card = vars(card_of(self.folder)) | {"files": {n: hashlib.sha256(d).hexdigest() for n, d in files.items() if n != CARD}}
        files[CARD] = json.dumps(card, default=list).encode()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)


def at(spec: object, path: str) -> object:
    """Return the value at a key path."""
    for key in path.split("."):
        spec = spec.get(key) if isinstance(spec, dict) else None
    return spec


def arrays(file: Path, change: Callable[[dict[str, np.ndarray]], None]) -> None:
    """Edit the arrays of a file."""
    with np.load(file) as opened:
        found = {name: opened[name].copy() for name in opened}
    change(found)
    np.savez(file, **found)


def facts(project: Project, step: Path, factor: float, *, samples: bool = False) -> None:
    """Edit a measured value, and its per-image values if these are to match."""
    told = json.loads((step / "facts.json").read_text())
    told[0]["value"] *= factor
    (step / "facts.json").write_text(json.dumps(told))
    if samples:
        arrays(step / "samples.npz", lambda found: found.update({k: v * factor for k, v in found.items() if "units" not in k}))
    project.restamp(step)


def copy(project: Project, source: Path, target: Path) -> None:
    """Copy the files of one step into another."""
    for name in json.loads((target / "step.json").read_text())["files"]:
        shutil.copyfile(source / name, target / name)
    project.restamp(target)


# --- the forgers --------------------------------------------------------------------------------------------------------------


def _before(change: Callable[[Project], None]) -> Callable[[Project, Path], None]:
    """Return a forger that edits the project and then builds it, so that the documents contain the forgery."""

    def forge(project: Project, target: Path) -> None:
        change(project)
        project.build()
        project.seal(target)

    return forge


def _after(change: Callable[[Project], None]) -> Callable[[Project, Path], None]:
    """Return a forger that builds the project and then edits it."""

    def forge(project: Project, target: Path) -> None:
        project.build()
        change(project)
        project.seal(target)

    return forge


def _facts_of(project: Project, seed: int) -> Path:
    """Return the facts step of the VAE's reconstruction for this seed."""
    run = next(r for r in project.steps("run", **{"model.kind": "vae", "seed": seed}))
    probe = next(a for a in project.steps("arrays", **{"probe.kind": "reconstruction_errors"}) if _reads(a, run))
    return next(f for f in project.steps("facts", **{"metric.kind": "reconstruction"}) if _reads(f, probe))


def _reads(step: Path, other: Path) -> bool:
    return other.name in json.loads((step / "step.json").read_text())["inputs"]


def _other_pdf(project: Project) -> None:
    """Replace the PDF by one built from a better value; leave everything else unchanged."""
    better = Project(project.base, project.folder.with_name("better"), SHEET["base"])
    facts(better, _facts_of(better, 1), 0.8)
    better.build()
    shutil.copyfile(better.built / f"{NAME}.pdf", project.built / f"{NAME}.pdf")
    shutil.rmtree(better.folder)


def _arrays(project: Project, *, also_facts: bool) -> None:
    step = _facts_of(project, 1)
    probe = project.given / "arrays" / json.loads((step / "step.json").read_text())["inputs"][0]
    arrays(probe / "arrays.npz", lambda found: found.update({k: v * 0.8 for k, v in found.items() if v.dtype.kind == "f"}))
    project.restamp(probe)
    if also_facts:
        facts(project, step, 0.8, samples=True)


def _swap(project: Project) -> None:
    one, two = (
        project.steps("figure", **{"figure.kind": "decode_grid"})[0],
        project.steps("figure", **{"figure.kind": "reconstructions"})[0],
    )
    for name in ("figure.png", "figure.svg"):
        first, second = (one / name).read_bytes(), (two / name).read_bytes()
        (one / name).write_bytes(second)
        (two / name).write_bytes(first)
    project.restamp(one)
    project.restamp(two)


def _retouch(project: Project) -> None:
    step = project.steps("figure", **{"figure.kind": "reconstructions"})[0]
    with Image.open(step / "figure.png") as picture:
        changed = picture.copy()
        changed.paste(changed.crop((0, 0, changed.width, changed.height // 3)), (0, changed.height * 2 // 3))
        changed.save(step / "figure.png")
    project.restamp(step)


def _seed(project: Project, kinds: tuple[str, ...]) -> None:
    one, two = (_facts_of(project, seed) for seed in (1, 2))
    below = [project.given / "arrays" / json.loads((s / "step.json").read_text())["inputs"][0] for s in (one, two)]
    runs = [project.given / "run" / json.loads((s / "step.json").read_text())["inputs"][0] for s in below]
    pairs = {"facts": (two, one), "arrays": (below[1], below[0]), "run": (runs[1], runs[0])}
    for kind in kinds:
        copy(project, *pairs[kind])


def _meta(project: Project, change: Callable[[dict], None]) -> None:  # type: ignore[type-arg]
    step = project.steps("run")[0] / "step.json"
    meta = json.loads(step.read_text())
    change(meta)
    step.write_text(json.dumps(meta))


def _without_second(project: Project) -> None:
    project.edit(project.experiment, SHEET["second"], "")
    text = project.template.read_text()
    project.template.write_text(text[: text.index("::: {.task #2}")])


def _hostile(name: str, mode: int, data: bytes) -> Callable[[Project, Path], None]:
    def forge(project: Project, target: Path) -> None:
        project.build()
        project.seal(target)
        with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
            member = zipfile.ZipInfo(name, EPOCH)
            member.external_attr = mode << 16
            archive.writestr(member, data, zipfile.ZIP_DEFLATED)

    return forge


FORGERS: dict[str, Callable[[Project, Path], None]] = {
    "pdf-of-better-facts": _after(_other_pdf),
    "number-in-markdown": _after(lambda p: p.edit(p.built / f"{NAME}.md", "139.8", "119.8")),
    "number-in-html": _after(lambda p: p.edit(p.built / f"{NAME}.html", "139.8", "119.8")),
    "number-in-facts-json": _after(lambda p: p.edit(p.built / "facts.json", "139.", "119.")),
    "fact": _before(lambda p: facts(p, _facts_of(p, 1), 0.8)),
    "fact-and-its-images": _before(lambda p: facts(p, _facts_of(p, 1), 0.8, samples=True)),
    "arrays": _before(lambda p: _arrays(p, also_facts=False)),
    "arrays-and-facts": _before(lambda p: _arrays(p, also_facts=True)),
    "swapped-figures": _before(_swap),
    "retouched-figure": _before(_retouch),
    "facts-of-another-seed": _before(lambda p: _seed(p, ("facts",))),
    "arrays-of-another-seed": _before(lambda p: _seed(p, ("facts", "arrays"))),
    "training-of-another-seed": _before(lambda p: _seed(p, ("facts", "arrays", "run"))),
    "question-deleted": _before(lambda p: p.edit(p.template, SHEET["question"], "")),
    "task-deleted": _before(_without_second),
    "requirement-deleted": _before(lambda p: p.edit(p.experiment, ', "fact:vae.test.code_ks_max"', "")),
    "template-after-build": _after(lambda p: p.edit(p.template, "The networks", "All the networks")),
    "versions": _before(lambda p: _meta(p, lambda meta: meta["note"]["versions"].update({"tensorflow": "2.99.1"}))),
    "epochs-after-training": _after(lambda p: p.edit(p.experiment, "epochs: 20", "epochs: 40")),
    "copied-answers": _before(lambda p: None),
}
HOSTILE = {
    "path-out-of-it": _hostile("../../out.txt", stat.S_IFREG, b"x"),
    "link": _hostile("templates/link.md", stat.S_IFLNK, b"/etc/passwd"),
    "bomb": _hostile("build/zeros", stat.S_IFREG, bytes(1 << 20) * 64),
}


def make(base: Path, folder: Path) -> None:
    """Write all hand-ins as archives into a folder."""
    (folder / "in").mkdir(parents=True, exist_ok=True)
    cases = {f"honest-{n:02}": (_before(lambda p: None), said) for n, said in enumerate(SHEET["honest"], 1)}
    cases |= {name: (forge, SHEET["copied"] if name == "copied-answers" else SHEET["base"]) for name, forge in FORGERS.items()}
    cases |= {f"hostile-{name}": (forge, SHEET["base"]) for name, forge in HOSTILE.items()}
    for name, (forge, answers) in cases.items():
        target = folder / "in" / f"{name}.zip"
        if not target.is_file():
            project = Project(base, folder / "work", answers)
            project.base = base
            forge(project, target)
            print(f"made {name}", flush=True)


def main() -> None:
    """Write the hand-ins, verify them, and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("base", type=Path)
    options.add_argument("--folder", type=Path, default=Path("build/hand-ins"))
    options.add_argument("--recompute", action="store_true")
    asked = options.parse_args()
    make(asked.base.resolve(), asked.folder.resolve())
    given = Project(asked.base.resolve(), asked.folder.resolve() / "sheet", SHEET["base"])
    roots = ["--experiments", str(given.experiment.parent), "--templates", str(given.template.parent)]
    command = [sys.executable, "-m", "report_builder", "verify", str(asked.folder / "in"), "--sheet", NAME, "--json", *roots]
    command += ["--limit", "archive_bytes=60000000", *(["--recompute"] if asked.recompute else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    alike = {name for pair in told["alike"] for name in pair[1:3]}
    print("| hand-in | found at | what |\n| --- | --- | --- |")
    for name, judged in told["hand-ins"].items():
        levels = dict.fromkeys(each["level"] for each in judged["findings"])
        said = [*levels, *(["alike"] if name in alike else [])]
        what = judged["findings"][0]["text"] if judged["findings"] else ""
        print(f"| {name.removesuffix('.zip')} | {', '.join(said) or 'nothing'} | {what[:150].replace('|', '/')} |")


if __name__ == "__main__":
    main()
