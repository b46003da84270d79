"""Checks that the parts of a hand-in (documents, facts, arrays and weights) are consistent, trusting none of them.

Only inconsistencies are found: a hand-in whose parts were all changed alike, weights included, is exposed only by retraining.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

from report_builder.build import hand_in
from report_builder.build.composing import compose_plan
from report_builder.build.contents import versions
from report_builder.build.differences import first, some, without_place, words
from report_builder.build.documents import write_document
from report_builder.build.findings import Finding, Judged
from report_builder.build.options import Options
from report_builder.build.recompute import is_whole, recompute, shelf
from report_builder.build.similarity import Prose
from report_builder.build.workspace import Workspace
from report_builder.errors import FindingError, ReportError
from report_builder.plan import Plan, Planned, resolve
from report_builder.plan.given import FOLDER, HEAVY, Given
from report_builder.spec import load
from report_builder.store import Store, Stored
from report_builder.store.judging import fault
from report_builder.version import __version__

MOST = 5  # problems in one finding


class Examination:
    """Examination of one hand-in, unpacked in a folder of its own."""

    def __init__(self, file: Path, folder: Path, data: tuple[Path, ...], *, code: bool, recompute: bool) -> None:
        self.folder, self.data, self.code, self.recompute = folder, data, code, recompute
        self.findings: list[Finding] = []
        self.checked: list[str] = []
        self.notes: list[str] = []
        self.card = hand_in.unpack(file, folder / "hand-in", code=code)
        self.root = folder / "hand-in"
        self.workspace = Workspace.at(self.root, data)
        self.given = Given(self.workspace.store / FOLDER)
        ours = (__version__, versions())
        self._same = (self.card.version, [*self.card.tools]) == ours  # documents can be compared byte by byte

    def judge(self, sheet: Mapping[str, tuple[str, ...]], asked: str) -> Judged:
        """Run all checks.

        Args:
            sheet: what the handed-out sheet requires of each task.
            asked: text of the template that was handed out.
        """
        self._digests()
        self._results()
        plan = self._plan()
        prose = Prose.read(self.workspace.template(plan.resolved.loaded))
        tasks = tuple(plan.resolved.loaded.experiment.tasks) or ("",)
        if not self._all_there(plan):
            return self._result(tasks, prose.answers)
        self._answers(plan, sheet, prose, Prose.of(asked))
        self._documents(plan)
        self._arrays(plan)
        if self.recompute:
            self._weights(plan)
        return self._result(tasks, prose.answers)

    def _result(self, tasks: tuple[str, ...], prose: Mapping[str, str]) -> Judged:
        return Judged(tasks, tuple(self.checked), tuple(dict.fromkeys(self.findings)), prose, tuple(self.notes))

    def _add_finding(self, level: str, text: str, task: str = "") -> None:
        self.findings.append(Finding(level, text, task))

    # --- digests and stored results -------------------------------------------------------------------------------------------

    def _digests(self) -> None:
        """Check that every file is the one that was packed."""
        self.checked.append("digests")
        changed = [name for name in hand_in.altered(self.root, self.card.files) if self.code or not name.endswith(".py")]
        if changed:
            self._add_finding("digests", f"changed after it was packed, added or removed: {some(changed)}")
        if len(changed) < len(self.card.files) and any(name.endswith(".py") for name in self.card.files) and not self.code:
            self.notes.append("it contains the author's own Python code, which was not run")

    def _results(self) -> None:
        """Check keys, digests and contents of the stored results, and that no two trainings share a file."""
        self.checked.append("results")
        whole = {(step.kind, step.key) for step, _ in self.given.steps.values()}
        every = {(path.parent.name, path.name) for path in self.given.root.glob("*/*")}
        if broken := sorted(every - whole):
            self._add_finding("results", f"not what was stored: {some('/'.join(each) for each in broken)}")
        for _, stored in self.given.steps.values():
            if is_whole(stored) and (why := fault(stored)):
                self._add_finding("results", f"{stored.meta['kind']}/{stored.key} is inconsistent with its description: {why}")
        self._twins()
        self._versions()

    def _twins(self) -> None:
        """Check that no two seeds have the same losses, weights or arrays."""
        owners: dict[tuple[str, str], list[Stored]] = {}
        for step, stored in self.given.steps.values():
            files = stored.meta["files"].items() if step.kind == "run" or (step.kind == "arrays" and step.inputs) else ()
            for name, digest in files:
                if name != "summary.json":
                    owners.setdefault((name, str(digest)), []).append(stored)
        for (name, _), found in owners.items():
            for one, other in combinations(found[:MOST], 2):
                if one.meta["kind"] == "run" or _apart_from_seed(one) == _apart_from_seed(other):
                    self._add_finding("results", f"{name} of {one.key} and of {other.key}, two trainings, is the same file")

    def _versions(self) -> None:
        """Check that the tool versions noted by each training agree with its key."""
        for step, stored in self.given.steps.values():
            for name, version in (stored.meta["note"].get("versions", {}) if step.kind == "run" else {}).items():
                code = str(step.code.get(name, version))
                if not f"{version}.".startswith(f"{code}."):
                    self._add_finding("results", f"run/{stored.key} notes {name} {version}, and was made with {code}")

    # --- the report, built again ----------------------------------------------------------------------------------------------

    def _plan(self) -> Plan:
        file = self.workspace.experiment(self.card.report)
        project = self.workspace.project(file)
        loaded = load(file, profile=self.card.profile or None, sets=self.card.sets, project=project)
        return Plan(resolve(loaded, {}, self.data), Store(self.workspace.store), self.data, given=self.given)

    def _all_there(self, plan: Plan) -> bool:
        missing = [each.label for each in plan.missing(plan.everything())]
        if missing:
            self._add_finding("results", f"results that the report needs are not in it: {some(missing)}")
        return not missing

    def _answers(self, plan: Plan, sheet: Mapping[str, tuple[str, ...]], prose: Prose, asked: Prose) -> None:
        """Check that the report has what each task requires, by the handed-out sheet or else by its own."""
        self.checked.append("answers")
        tasks = plan.resolved.loaded.experiment.tasks
        for task, required in sheet.items():
            if task not in tasks:
                self._add_finding("answers", f"the sheet's task {task} is not in it")
            elif lost := sorted({*required} - {*tasks[task].requires}):
                self._add_finding("answers", f"no longer requires {some(lost)}", task)
        for task, question in asked.questions.items():
            if task in tasks and question and question != prose.questions.get(task, ""):
                self._add_finding("answers", "the question differs from the sheet's", task)
        document = compose_plan(plan, self.workspace, draft=True)[2]
        for finding in document.findings:
            task = next((name for name, section in document.sections.items() if finding.where in section.places), "")
            self._add_finding("answers", without_place(finding), task)

    def _documents(self, plan: Plan) -> None:
        """Check that the documents are what the program writes from the sources and the facts."""
        handed, folder = self.folder / "handed", self.workspace.outputs(plan.resolved.loaded)[0]
        if not folder.is_dir():
            self._add_finding("documents", f"no document of {folder.name} is in it")
            return
        shutil.move(folder, handed)
        self.checked.append("documents")
        formats = tuple(
            path.suffix[1:] for path in sorted(handed.iterdir()) if path.suffix in (".pdf", ".html", ".md", ".docx")
        )
        try:
            built = write_document(plan, self.workspace, Options(formats or ("md",)), (), ())
        except FindingError:
            self._add_finding("documents", "the report does not build: see the findings about its answers")
            return
        if built.error:
            raise built.error
        for path in sorted(handed.iterdir()):
            self._compare(path, folder / path.name)

    def _compare(self, handed: Path, made: Path) -> None:
        if not made.is_file():
            self._add_finding("documents", f"{handed.name} is not a document of this report")
        elif handed.read_bytes() != made.read_bytes():
            texts = [words(file) for file in (handed, made)]
            if None in texts:
                self.notes.append("the text of the PDF was not read: pdftotext (poppler) is not installed")
            if texts[0] != texts[1]:
                self._add_finding("documents", f"{handed.name} differs from what its sources and facts give: {first(*texts)}")
            elif self._same:
                self._add_finding("documents", f"{handed.name} has the words of its sources and facts, but other bytes")
            else:
                self.notes.append(f"{handed.name} was written with other versions: its words were compared, not its pictures")

    # --- the results, measured and drawn again ------------------------------------------------------------------------------

    def _arrays(self, plan: Plan) -> None:
        """Check that the facts and figures follow from the arrays."""
        jobs = {each.step.key: each for each in (*plan.facts.values(), *plan.figures.values())}
        store = shelf(self.given, self.folder / "arrays", HEAVY)
        able = [each for each in jobs.values() if all(self._ready(store, need, jobs) for need in each.needs.values())]
        if len(able) < len(jobs):
            self.notes.append(f"{len(jobs) - len(able)} facts and figures were handed in without their arrays")
        if not able:
            return
        self.checked.append("arrays")
        for planned, why in recompute(plan, store, able, pictures=self._same):
            self._add_finding("arrays", f"{planned.label} {why}", self._task(plan, planned))

    def _ready(self, store: Store, need: Planned, jobs: Mapping[str, Planned]) -> bool:
        """Whether the input of a step is available, or will be recomputed."""
        return need.step.key in jobs or store.read(need.step.kind, need.step.key) is not None

    def _weights(self, plan: Plan) -> None:
        """Check that the arrays follow from the weights; the author's own models run only if `code` is true."""
        every = {each.step.key: each for target in plan.everything() for each in target.closure()}
        probes = [each for each in every.values() if each.step.kind == "arrays" and (self.code or not each.own)]
        whole = [each for each in probes if all(self._is_handed_in(plan, need) for need in each.needs.values())]
        if not whole or len(whole) < len(probes):
            self.notes.append(f"{len(probes) - len(whole)} probes were handed in without the weights they need")
        if not whole:
            return
        self.checked.append("weights")
        for planned, why in recompute(plan, shelf(self.given, self.folder / "weights", ("run",)), whole):
            self._add_finding("weights", f"{planned.label.rpartition(': ')[2]} {why}", self._task(plan, planned))

    @staticmethod
    def _is_handed_in(plan: Plan, planned: Planned) -> bool:
        return (stored := plan.stored(planned)) is not None and is_whole(stored)

    @staticmethod
    def _task(plan: Plan, planned: Planned) -> str:
        """Task that requires the result of a step; "" if none does."""
        id_ = planned.place.partition(".")[2]
        for task, card in plan.resolved.loaded.experiment.tasks.items():
            names = {part.partition(":")[2] for part in card.requires}
            if id_ in names or any(m.id == id_ and names & {*m.facts} for m in plan.resolved.measures):
                return task
        return ""


def _apart_from_seed(stored: Stored) -> str:
    return json.dumps(stored.meta["spec"] | {"seed": 0}, sort_keys=True)


def examine(
    file: Path,
    folder: Path,
    data: tuple[Path, ...] = (),
    *,
    code: bool = False,
    recompute: bool = False,
    sheet: Mapping[str, tuple[str, ...]] | None = None,
    asked: str = "",
) -> Judged:
    """Judge one hand-in; errors in it become findings and are never raised.

    Args:
        file: the archive.
        folder: an empty folder to unpack it in.
        data: data folders, for results that are computed from weights.
        code: allow the author's own Python to run.
        recompute: compute the arrays from the weights, where these are included.
        sheet: what the handed-out sheet requires of each task.
        asked: text of the sheet's template.
    """
    known: Examination | None = None
    try:
        known = Examination(file, folder, data, code=code, recompute=recompute)
        return known.judge(sheet or {}, asked)
    except ReportError as error:
        said = "; ".join(dict.fromkeys(without_place(problem) for problem in error.problems[:MOST]))
    except Exception as error:  # noqa: BLE001  a malformed hand-in must not stop the check of the others
        said = f"{type(error).__name__}: {error}"[:300]
    findings = [*(known.findings if known else []), Finding("archive", f"it cannot be judged further: {said}")]
    return Judged(("",), tuple(known.checked if known else ()), tuple(findings), {}, tuple(known.notes if known else ()))
