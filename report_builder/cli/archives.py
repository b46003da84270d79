"""The commands `runs export`, `runs import` and `runs sync`, which transfer stored steps between machines."""

from __future__ import annotations

import gzip
import lzma
import shutil
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from report_builder.build.sync import add, remember, sync
from report_builder.cli.parser import Options
from report_builder.cli.runs import find_run, store_of
from report_builder.errors import Exit, Problem, ReportError, UsageError
from report_builder.limits import ARCHIVE_BYTES
from report_builder.plan.own import ANSWER
from report_builder.store import Store, Stored, session, storage_errors
from report_builder.store.folder import META
from report_builder.store.judging import KEY, NAME, fault
from report_builder.store.step import KINDS

MEMBERS = 1_000_000  # maximum in an archive; the limit on bytes does not stop empty files


def export_runs(options: Options) -> int:
    """Pack all stored steps, or the given trainings with everything measured on them alone and its inputs."""
    store = store_of(options)
    runs = {stored.key for stored in ([find_run(store, key) for key in options.keys] if options.keys else store.all("run"))}
    steps = {stored.key: (kind, stored) for kind in KINDS for stored in store.all(kind)}
    chosen = {key for key in steps if (back := _runs_below(key, steps)) and back <= runs}
    chosen |= {key for chosen_key in chosen for key in _below(chosen_key, steps)}
    chosen |= {key for key, (kind, _) in steps.items() if kind == ANSWER}  # saves asking a worker again
    if not options.keys:
        chosen = set(steps)
    target = Path(options.file)
    temporary = target.with_name(f".{target.name}.tmp")
    try:
        with storage_errors(target), tarfile.open(temporary, "w:gz") as archive:
            for key in sorted(chosen):
                kind, stored = steps[key]
                for name in (META, *sorted(stored.meta["files"])):
                    archive.add(stored.path(name), f"{kind}/{key}/{name}")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    print(f"{len(runs)} trainings and {len(chosen) - len(runs)} other steps are in {target}.")
    return int(Exit.DONE)


def _below(key: str, steps: Mapping[str, tuple[str, Stored]]) -> set[str]:
    """Keys of a step and of all its stored inputs, recursively."""
    if key not in steps:
        return set()
    return {key}.union(*(_below(needed, steps) for needed in steps[key][1].meta["inputs"]))


def _runs_below(key: str, steps: Mapping[str, tuple[str, Stored]]) -> set[str]:
    """Keys of the trainings that a step depends on, itself included."""
    return {below for below in _below(key, steps) if steps[below][0] == "run"}


def import_runs(options: Options) -> int:
    """Unpack an export into the store, after checking the key, the digests and the content of every step."""
    store, file = store_of(options), Path(options.file)
    if not file.is_file():
        raise UsageError(Problem(str(file), "no such file"))
    added = known = 0
    with session(store.root, ()) as folder:
        scratch = folder / "unpacked"
        try:
            with tarfile.open(file) as archive:
                _unpack(archive, scratch, file)
        except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
            raise ReportError(Problem(str(file), "this is not a complete export", str(error))) from None
        for kind, stored in list(_verified_steps(Store(scratch), file)):
            added, known = (added + 1, known) if add(store, stored) else (added, known + 1)
            if kind == "run":
                remember(store, stored.meta["spec"]["data"])
    store.memo.save()
    print(f"{added} steps added, {known} were already here.")
    return int(Exit.DONE)


def sync_runs(options: Options) -> int:
    """Transfer steps between two stores until both have the same."""
    done = sync(store_of(options), str(options.other))
    print("".join(f"damaged  {each}\n" for each in done.damaged), end="")
    advice = " The damaged ones stay where they are: 'runs verify' there sets them aside." if done.damaged else ""
    print(f"{done.came} steps came, {done.went} went, {len(done.damaged)} are damaged.{advice}")
    return int(Exit.FINDING if done.damaged else Exit.DONE)


def _unpack(archive: tarfile.TarFile, folder: Path, file: Path) -> None:
    """Extract the files `kind/key/name` of an archive into a folder.

    Raises:
        ReportError: the archive contains anything else, or unpacks to more than `ARCHIVE_BYTES`.
    """
    unpacked = 0
    for count, member in enumerate(archive):
        unpacked += member.size
        ARCHIVE_BYTES.hold(unpacked, str(file))
        if member.isdir() and count < MEMBERS:
            continue
        kind, key, name = (*member.name.split("/"), "", "")[:3]
        if count >= MEMBERS or not (_is_of_a_step(member, kind, key, name) and (content := archive.extractfile(member))):
            raise ReportError(Problem(str(file), "an export holds the files of steps and nothing else", repr(member.name)))
        target = folder / kind / key / name
        with storage_errors(folder):
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as stream:
                shutil.copyfileobj(content, stream)


def _is_of_a_step(member: tarfile.TarInfo, kind: str, key: str, name: str) -> bool:
    """Whether a member of an archive is a regular file of a step: no link, no device, and no path that leads elsewhere."""
    named = kind in KINDS and KEY.fullmatch(key) and NAME.fullmatch(name)
    return member.isreg() and bool(named) and member.name == f"{kind}/{key}/{name}"


def _verified_steps(store: Store, file: Path) -> Iterator[tuple[str, Stored]]:
    """Yield the steps of an unpacked export with their kinds.

    Raises:
        ReportError: with every step that is damaged or inconsistent with its description.
    """
    problems, found = [], []
    for kind, key in store.every():
        stored = store.read(kind, key, by_content=True)
        if stored is None:
            rule = "a step of the export is damaged or was altered"
            problems.append(Problem(str(file), rule, f"{kind}/{key}", next_step="Export it again."))
        elif why := fault(stored):
            problems.append(Problem(str(file), "a step of the export is inconsistent", f"{kind}/{key}: {why}"))
        else:
            found.append((kind, stored))
    if problems:
        raise ReportError(*problems)
    yield from found
