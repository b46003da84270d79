"""Recomputes the results of a hand-in from their inputs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from report_builder.build.differences import arrays_differ, near
from report_builder.build.execute import site_of
from report_builder.jobs import Job, Site
from report_builder.plan import Plan, Planned
from report_builder.plan.given import Given
from report_builder.store import META, Store, Stored

EXACT, NEAR = 1e-6, 1e-3  # relative tolerances: for repeated measurements, and for arrays that other hardware computes


def is_whole(stored: Stored) -> bool:
    """Whether all files of a step are included."""
    return all(stored.path(name).is_file() for name in stored.meta["files"])


def shelf(given: Given, root: Path, kinds: Iterable[str]) -> Store:
    """Build a store in `root` from the handed-in steps of these kinds.

    Steps other than runs are taken only if whole; runs with whatever files are included. Files are symbolic links.
    """
    for step, stored in given.steps.values():
        files = {name: digest for name, digest in stored.meta["files"].items() if stored.path(name).is_file()}
        if step.kind in kinds and (step.kind == "run" or is_whole(stored)):
            folder = root / step.kind / step.key
            folder.mkdir(parents=True)
            for name in files:
                (folder / name).symlink_to(stored.path(name).resolve())
            (folder / META).write_text(json.dumps({**stored.meta, "files": files}), encoding="utf-8")
    return Store(root)


def recompute(plan: Plan, store: Store, able: Iterable[Planned], *, pictures: bool = True) -> Iterator[tuple[Planned, str]]:
    """Run steps again, and yield those whose results differ from the handed-in ones, with a description.

    Args:
        store: where to run the steps; it holds their inputs.
        able: steps whose inputs are available.
        pictures: compare the figures byte by byte.
    """
    from report_builder.run import local

    chosen = list(able)
    site = Site(store.root, plan.folders, plan.resolved.loaded.file.parent, site_of(plan).places)
    jobs = [Job(e.step, e.label, tuple(n.step.key for n in e.needs.values())) for e in chosen]
    failed = {job.key: event for job, event in local.run(jobs, site, 1, lambda *_: None, alone=True)}
    for planned in chosen:
        if event := failed.get(planned.step.key):
            yield planned, f"cannot be made again: {event.problems[0].rule}"
            continue
        came, made = plan.stored(planned), store.read(planned.step.kind, planned.step.key)
        if came and made and is_whole(came) and (why := _difference(came, made, pictures=pictures)):
            yield planned, why


def _difference(came: Stored, made: Stored, *, pictures: bool) -> str:
    """How two results of one step differ; "" if they do not."""
    if came.meta["kind"] == "figure":
        other = came.path("figure.png").read_bytes() != made.path("figure.png").read_bytes()
        return "differs from the picture that its arrays give" if other and pictures else ""
    if came.meta["kind"] == "arrays":
        return arrays_differ(came, made, "arrays.npz", NEAR)
    theirs, ours = came.json("facts.json"), made.json("facts.json")
    if [fact["name"] for fact in theirs] != [fact["name"] for fact in ours]:
        return "lists other values than its arrays give"
    for one, other in zip(theirs, ours, strict=True):
        if not near(one["value"], other["value"], EXACT):
            return f"says {one['name']} = {one['value']}, and its arrays give {other['value']}"
    return arrays_differ(came, made, "samples.npz", EXACT)
