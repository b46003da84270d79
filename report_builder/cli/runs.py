"""Commands on the stored trainings: list, show, prune, export, import."""

from __future__ import annotations

import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from report_builder.build import Workspace
from report_builder.cli.parser import Options
from report_builder.errors import Exit, Problem, ReportError, UsageError
from report_builder.facts import differences
from report_builder.plan.own import ANSWER
from report_builder.plan.prepared import imported
from report_builder.store import Step, Store, Stored, storage_errors
from report_builder.store.step import KINDS


def _store(options: Options) -> Store:
    return Store(Workspace.find(vars(options)).store)


def _summary(stored: Stored) -> dict[str, Any]:
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
    """Lists every stored training."""
    every = list(_store(options).all("run"))
    rows = [_summary(stored) | {"settings": _told_apart(stored, every)} for stored in every]
    if options.json:
        print(json.dumps(rows, indent=1))
        return int(Exit.DONE)
    for row in rows:
        seconds = f"{row['seconds']:.0f} s" if row["seconds"] else ""
        what = f"{row['model']:<16} {row['data']:<14} {row['epochs']:>4} epochs  seed {row['seed']}"
        settings = " ".join(f"{path}={value}" for path, value in row["settings"].items())
        print(f"{row['key']}  {what}  {row['finished']}  {seconds}  {settings}".rstrip())
    print(f"{len(rows)} trainings.")
    return int(Exit.DONE)


def _told_apart(stored: Stored, every: Sequence[Stored]) -> dict[str, Any]:
    """The settings of model and training in which the trainings of this model differ, by key path: what tells arms apart."""
    same = [other for other in every if other.meta["spec"]["model"]["kind"] == stored.meta["spec"]["model"]["kind"]]
    settings = [{part: other.meta["spec"][part] for part in ("model", "training")} for other in same]
    paths = dict.fromkeys(path for other in settings for path, _, _ in differences(settings[0], other))
    own: dict[str, Any] = {}
    for path in paths:
        value: Any = stored.meta["spec"]
        for step in path.split("."):
            value = value.get(step) if isinstance(value, Mapping) else value[int(step)] if isinstance(value, list) else None
        own[path] = value
    return {path: value for path, value in own.items() if path != "training.epochs"}


def show_runs(options: Options) -> int:
    """Shows one training."""
    stored = _find(_store(options), options.key)
    if options.json:
        print(json.dumps(dict(stored.meta) | {"history": stored.json("history.json")}, indent=1, ensure_ascii=False))
        return int(Exit.DONE)
    print(f"{stored.key}  {stored.folder}")
    print(json.dumps({"spec": stored.meta["spec"], "note": stored.meta["note"]}, indent=1, ensure_ascii=False))
    for name, values in stored.json("history.json").items():
        print(f"{name}: {values[0]:.6g} -> {values[-1]:.6g} in {len(values)} epochs")
    return int(Exit.DONE)


def _find(store: Store, prefix: str) -> Stored:
    found = [stored for stored in store.all("run") if stored.key.startswith(prefix)]
    if len(found) != 1:
        rule = "no stored training has this key" if not found else "several stored trainings begin like this"
        raise ReportError(Problem("", rule, repr(prefix), next_step="'report-builder runs list' shows them all."))
    return found[0]


def prune_runs(options: Options) -> int:
    """Removes what no report here uses, and what killed processes left of it; checkpoints of planned trainings stay."""
    workspace = Workspace.find(vars(options))
    store, used = Store(workspace.store), _used(workspace)
    gone = [(kind, stored.key) for kind in KINDS for stored in store.all(kind) if stored.key not in used]
    left = [(kind, path) for kind in KINDS for path in (store.root / kind).glob("*.*") if path.name.split(".")[0] not in used]
    for kind, key in gone:
        kept = options.yes and not store.remove(kind, key)
        print(f"{'in use ' if kept else 'removed' if options.yes else 'unused '}  {kind}/{key}")
    if options.yes:
        for kind, path in left:
            if store.remove(kind, path.name.split(".")[0]):
                shutil.rmtree(path, ignore_errors=True)
    advice = "" if options.yes else " Nothing was removed; add --yes to remove them."
    print(f"{len(gone)} unused steps, {len(left)} leftovers.{advice}")
    return int(Exit.DONE)


def _used(workspace: Workspace) -> set[str]:
    """Keys of every step of every report here, in every profile.

    Raises:
        ReportError: the data of one is not here and was never seen, so that its keys are not known.
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

    return [None, *(read(file).data.get("profiles") or {})]


def export_runs(options: Options) -> int:
    """Packs trainings and everything that was measured on them alone, with what that was measured against."""
    store = _store(options)
    runs = {stored.key for stored in ([_find(store, key) for key in options.keys] if options.keys else store.all("run"))}
    steps = {stored.key: (kind, stored) for kind in KINDS for stored in store.all(kind)}
    chosen = {key for key in steps if (back := _runs_below(key, steps)) and back <= runs}
    chosen |= {key for chosen_key in chosen for key in _below(chosen_key, steps)}
    chosen |= {key for key, (kind, _) in steps.items() if kind == ANSWER}  # without them a worker must be asked there
    if not options.keys:
        chosen = set(steps)
    target = Path(options.file)
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        with storage_errors(target), tarfile.open(temporary, "w:gz") as archive:
            for key in sorted(chosen):
                kind, stored = steps[key]
                archive.add(stored.folder, f"{kind}/{key}")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    print(f"{len(runs)} trainings and {len(chosen) - len(runs)} other steps are in {target}.")
    return int(Exit.DONE)


def _below(key: str, steps: Mapping[str, tuple[str, Stored]]) -> set[str]:
    """Keys of a step and of everything stored that it reads."""
    if key not in steps:
        return set()
    return {key}.union(*(_below(needed, steps) for needed in steps[key][1].meta["inputs"]))


def _runs_below(key: str, steps: Mapping[str, tuple[str, Stored]]) -> set[str]:
    """Keys of the trainings that a step goes back to."""
    return {below for below in _below(key, steps) if steps[below][0] == "run"}


def import_runs(options: Options) -> int:
    """Unpacks an export; every step is checked against its key and its digests before it counts."""
    store, file = _store(options), Path(options.file)
    if not file.is_file():
        raise UsageError(Problem(str(file), "no such file"))
    store.root.mkdir(parents=True, exist_ok=True)
    added = known = 0
    with tempfile.TemporaryDirectory(dir=store.root) as scratch:
        try:
            with tarfile.open(file) as archive:
                _unpack(archive, Path(scratch))
        except (tarfile.TarError, OSError, EOFError) as error:
            raise ReportError(Problem(str(file), "this is not a complete export", str(error))) from None
        for kind, stored in list(_verified(Store(Path(scratch)), file)):
            with store.claim(Step.from_json(stored.meta)) as work:
                if work.done:
                    known += 1
                    continue
                for path in stored.folder.iterdir():
                    path.replace(work.folder / path.name)
                work.commit(stored.meta["note"], files=list(stored.meta["files"]))
            added += 1
            if kind == "run":
                _remember(store, stored.meta["spec"]["data"])
    store.memo.save()
    print(f"{added} steps added, {known} were here already.")
    return int(Exit.DONE)


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Writes the regular files of an archive into a folder; `extractall` has no safe form in every Python that is supported.

    Raises:
        OSError: a name leads out of the folder.
    """
    for member in archive:
        target = folder / member.name
        if not target.resolve().is_relative_to(folder.resolve()):
            raise OSError(f"'{member.name}' leads out of the folder")
        if member.isfile() and (content := archive.extractfile(member)):
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as stream:
                shutil.copyfileobj(content, stream)


def _remember(store: Store, data: Mapping[str, Any]) -> None:
    """Keeps the fingerprint of imported data; of two that were the same but for their files, neither."""
    name, found = imported(data), data["fingerprint"]
    store.memo.remember(name, found if store.memo.recall(name) in (None, found) else "")


def _verified(store: Store, file: Path) -> Iterator[tuple[str, Stored]]:
    for kind in KINDS:
        for folder in sorted((store.root / kind).glob("*")):
            stored = store.read(kind, folder.name)
            if stored is None or Step.from_json(stored.meta).key != folder.name:
                raise ReportError(
                    Problem(
                        str(file),
                        "a step of the export is damaged or was altered",
                        f"{kind}/{folder.name}",
                        next_step="Export it again.",
                    )
                )
            yield kind, stored
