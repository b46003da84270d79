"""Commands on the stored trainings: list, show, prune, export, import."""

from __future__ import annotations

import json
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from report_builder.build import Workspace
from report_builder.cli.parser import Options
from report_builder.errors import Exit, Problem, ReportError, UsageError
from report_builder.store import Step, Store, Stored, canonical
from report_builder.store.step import KINDS

TEMPORARY = (".work", ".gone", ".damaged")


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
    rows = [_summary(stored) for stored in _store(options).all("run")]
    if options.json:
        print(json.dumps(rows, indent=1))
        return int(Exit.DONE)
    for row in rows:
        seconds = f"{row['seconds']:.0f} s" if row["seconds"] else ""
        what = f"{row['model']:<16} {row['data']:<14} {row['epochs']:>4} epochs  seed {row['seed']}"
        print(f"{row['key']}  {what}  {row['finished']}  {seconds}")
    print(f"{len(rows)} trainings.")
    return int(Exit.DONE)


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
    """Removes what no report here uses, and what killed processes left."""
    from report_builder.build import plan_report

    workspace = Workspace.find(vars(options))
    store, used = Store(workspace.store), set[str]()
    for report in workspace.reports():
        for profile in _profiles(workspace.experiment(report)):
            plan = plan_report(report, workspace, profile=profile)
            used |= {p.step.key for target in plan.everything() for p in target.closure()}
    gone = [(kind, stored.key) for kind in KINDS for stored in store.all(kind) if stored.key not in used]
    left = [path for kind in KINDS for path in (store.root / kind).glob("*.*") if any(mark in path.name for mark in TEMPORARY)]
    for kind, key in gone:
        print(f"{'removed' if options.yes else 'unused'}  {kind}/{key}")
        if options.yes:
            store.remove(kind, key)
    if options.yes:
        _remove_leftovers(left)
    print(
        f"{len(gone)} unused steps, {len(left)} leftovers."
        + ("" if options.yes else " Nothing was removed; add --yes to remove them.")
    )
    return int(Exit.DONE)


def _remove_leftovers(paths: list[Path]) -> None:
    import shutil

    for path in paths:
        shutil.rmtree(path, ignore_errors=True)


def _profiles(file: Path) -> list[str | None]:
    from report_builder.spec.source import read

    return [None, *(read(file).data.get("profiles") or {})]


def export_runs(options: Options) -> int:
    """Packs trainings and everything that was measured on them."""
    store = _store(options)
    runs = [_find(store, key) for key in options.keys] if options.keys else store.all("run")
    chosen, keys = [("run", s) for s in runs], {s.key for s in runs}
    for kind in KINDS[1:]:
        for stored in store.all(kind):
            if set(stored.meta["inputs"]) <= keys and (stored.meta["inputs"] or not options.keys):
                chosen.append((kind, stored))
                keys.add(stored.key)
    target = Path(options.file)
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        with tarfile.open(temporary, "w:gz") as archive:
            for kind, stored in chosen:
                archive.add(stored.folder, f"{kind}/{stored.key}")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    print(f"{len(runs)} trainings and {len(chosen) - len(runs)} other steps are in {target}.")
    return int(Exit.DONE)


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
                archive.extractall(scratch, filter="data")
        except (tarfile.TarError, OSError, EOFError) as error:
            raise ReportError(Problem(str(file), "this is not a complete export", str(error))) from None
        for kind, stored in _verified(Store(Path(scratch)), file):
            target = store.root / kind / stored.key
            if store.read(kind, stored.key):
                known += 1
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            stored.folder.rename(target)
            added += 1
            if kind == "run":
                _remember_data(store, stored)
    store.memo.save()
    print(f"{added} steps added, {known} were here already.")
    return int(Exit.DONE)


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


def _remember_data(store: Store, stored: Stored) -> None:
    """Keeps the fingerprint of the data, so that a report builds from imported trainings without the data."""
    import hashlib

    data = {key: value for key, value in stored.meta["spec"]["data"].items() if key != "fingerprint"}
    store.memo.remember(
        f"data:{hashlib.sha256(canonical(data).encode()).hexdigest()}", stored.meta["spec"]["data"]["fingerprint"]
    )
