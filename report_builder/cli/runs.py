"""Commands on the stored trainings: list, show, prune, verify."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from report_builder.build import Workspace
from report_builder.cli.parser import Options
from report_builder.errors import Exit, Problem, ReportError
from report_builder.facts import differences
from report_builder.plain import Plain, at, fields
from report_builder.store import Store, Stored, leftovers, locked_if_free, nobody_begins, remove_temporaries
from report_builder.store.files import TEMPORARY
from report_builder.store.judging import fault
from report_builder.store.step import KINDS


def store_of(options: Options) -> Store:
    """Return the store that the options name."""
    return Store(Workspace.find(vars(options)).store)


def _summary(stored: Stored) -> dict[str, Plain]:
    spec, note = stored.meta["spec"], stored.meta["note"]
    return {
        "key": stored.key,
        "model": spec["model"]["kind"],
        "data": spec["data"]["dataset"]["kind"],
        "epochs": spec["training"]["epochs"],
        "seed": spec["seed"],
        "finished": note.get("finished", ""),
        "seconds": note.get("seconds"),
    }


def list_runs(options: Options) -> int:
    """List every stored training."""
    every = list(store_of(options).all("run"))
    rows = [_summary(stored) | {"settings": _distinguishing_settings(stored, every)} for stored in every]
    if options.json:
        print(json.dumps(rows, indent=1))
        return int(Exit.DONE)
    for row in rows:
        seconds = f"{row['seconds']:.0f} s" if row["seconds"] else ""
        what = f"{row['model']:<16} {row['data']:<14} {row['epochs']:>4} epochs  seed {row['seed']}"
        settings = " ".join(f"{path}={value}" for path, value in fields(row, "settings").items())
        print(f"{row['key']}  {what}  {row['finished']}  {seconds}  {settings}".rstrip())
    print(f"{len(rows)} trainings.")
    return int(Exit.DONE)


def _distinguishing_settings(stored: Stored, every: Sequence[Stored]) -> dict[str, Plain]:
    """Settings, by key path, in which the stored trainings of this model differ, and which tell the arms of a sweep apart."""
    same = [other for other in every if other.meta["spec"]["model"]["kind"] == stored.meta["spec"]["model"]["kind"]]
    settings = [{part: other.meta["spec"][part] for part in ("model", "training")} for other in same]
    paths = dict.fromkeys(path for other in settings for path, _, _ in differences(settings[0], other))
    return {path: at(stored.meta["spec"], path.split(".")) for path in paths if path != "training.epochs"}


def show_runs(options: Options) -> int:
    """Show one training."""
    stored = find_run(store_of(options), options.key)
    if options.json:
        print(json.dumps(dict(stored.meta) | {"history": stored.json("history.json")}, indent=1, ensure_ascii=False))
        return int(Exit.DONE)
    print(f"{stored.key}  {stored.folder}")
    print(json.dumps({"spec": stored.meta["spec"], "note": stored.meta["note"]}, indent=1, ensure_ascii=False))
    for name, values in stored.json("history.json").items():
        print(f"{name}: {values[0]:.6g} -> {values[-1]:.6g} in {len(values)} epochs")
    return int(Exit.DONE)


def find_run(store: Store, prefix: str) -> Stored:
    """Return the training whose key starts with `prefix`.

    Raises:
        ReportError: there is none, or more than one.
    """
    found = [stored for stored in store.all("run") if stored.key.startswith(prefix)]
    if len(found) != 1:
        rule = "no stored training has this key" if not found else "the keys of several stored trainings begin like this"
        raise ReportError(Problem("", rule, repr(prefix), next_step="'report-builder runs list' shows them all."))
    return found[0]


def prune_runs(options: Options) -> int:
    """Remove steps that no report here uses, and leftovers of killed or failed jobs; keep checkpoints of planned trainings."""
    workspace = Workspace.find(vars(options))
    store, used = Store(workspace.store), _keys_in_use(workspace)
    with nobody_begins(store.root) as busy:
        kept = used | busy
        gone = [(kind, key) for kind, key in store.every() if key not in kept]
        begun = [(kind, path) for kind in KINDS for path in (store.root / kind).glob("*.work") if _key(path) not in kept]
        for kind, key in gone:
            in_use = options.yes and not store.remove(kind, key)
            print(f"{'in use ' if in_use else 'removed' if options.yes else 'unused '}  {kind}/{key}")
        left = {*leftovers(store.root), *(path for _, path in begun)}
        if options.yes:
            for kind, path in begun:
                if store.remove(kind, _key(path)):
                    shutil.rmtree(path, ignore_errors=True)
            for path in left - {path for _, path in begun}:
                shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    left |= _unfinished(workspace, remove=options.yes)
    advice = "" if options.yes else " Nothing was removed; add --yes to remove them."
    print(f"{len(gone)} unused steps, {len(left)} leftovers.{advice}")
    return int(Exit.DONE)


def _key(path: Path) -> str:
    """Key of the step that a work folder belongs to."""
    return path.name.partition(".")[0]


def _unfinished(workspace: Workspace, *, remove: bool) -> set[Path]:
    """Half-written files in the output folders of builds that were killed; folders of a running build are skipped."""
    found = set[Path]()
    for folder in workspace.build.glob("*/"):
        with locked_if_free(folder / ".lock") as free:
            for each in (folder, workspace.figures / folder.name) if free else ():
                found |= {path for path in each.glob(".*") if TEMPORARY.fullmatch(path.name)}
                if remove:
                    remove_temporaries(each)
    return found


def verify_runs(options: Options) -> int:
    """Verify every stored byte, and set damaged steps aside, so that the next build runs them again."""
    store = store_of(options)
    found = [(kind, key, _wrong(store, kind, key)) for kind, key in store.every()]
    damaged = [(kind, key, why) for kind, key, why in found if why]
    for kind, key, why in damaged:
        store.put_aside(kind, key)
        print(f"damaged  {kind}/{key}: {why}")
    advice = " The damaged ones were set aside: the next build makes them anew." if damaged else ""
    print(f"{len(found)} steps, {len(damaged)} damaged.{advice}")
    return int(Exit.FINDING if damaged else Exit.DONE)


def _wrong(store: Store, kind: str, key: str) -> str:
    """What is wrong with a stored step; "" if nothing is."""
    stored = store.read(kind, key, by_content=True)
    return fault(stored) if stored else "a file is missing or was altered"


def _keys_in_use(workspace: Workspace) -> set[str]:
    """Keys of all steps of all reports here, in every profile.

    Raises:
        ReportError: the data of a report is not here and its fingerprint is unknown, so that its keys are unknown, too.
    """
    from report_builder.build import plan_report
    from report_builder.plan.prepared import ABSENT

    used: set[str] = set()
    for report in workspace.reports():
        for profile in _profiles(workspace.experiment(report)):
            plan = plan_report(report, workspace, profile=profile)
            used |= {p.step.key for target in plan.everything() for p in target.closure()}
            used |= {step.key for step in plan.answers()}
            if any(data["fingerprint"] == ABSENT for data in plan.data.values()) and plan.store.all("run"):
                print(f"note: the data of {report}, profile {profile}, was never here; nothing is stored for it.")
    return used


def _profiles(file: Path) -> list[str | None]:
    from report_builder.spec.source import read

    return [None, *(read(file).section("profiles") or {})]
