"""Packs a report into one archive to hand in: the documents, their sources, and the results behind them."""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from report_builder.build import gather, publish
from report_builder.build.contents import versions
from report_builder.build.options import Built
from report_builder.build.workspace import Workspace
from report_builder.document.rendering import render
from report_builder.errors import Problem, ReportError, UsageError
from report_builder.limits import ARCHIVE_BYTES
from report_builder.plain import Fields, Plain
from report_builder.plan import Plan, own
from report_builder.plan.given import FOLDER
from report_builder.project import resolved, text_of
from report_builder.records import frozen
from report_builder.spec.load import chain
from report_builder.store import META, storage_errors, write_atomically
from report_builder.version import __version__

LEVELS = ("facts", "arrays", "weights")  # of results to pack; each includes those before it
CARD = "hand-in.json"
SUFFIX = "-hand-in.zip"
MEMBERS = 20_000  # maximum number of files in an archive
EPOCH = (1980, 1, 1, 0, 0, 0)  # date of every member, so that the same report gives the same bytes
PART = re.compile(r"[\w@+-][\w.@+ -]{0,99}")


@frozen
class Card:
    """The manifest of an archive, `hand-in.json`.

    Attributes:
        report: name of the report.
        profile: name of the profile, or "" for the default one.
        sets: overrides given on the command line.
        version: version of the program that packed the archive.
        tools: versions of the tools that made the documents.
        holds: which results are included, one of `LEVELS`.
        files: SHA-256 digest of each file.
    """

    report: str
    profile: str
    sets: tuple[str, ...]
    version: str
    tools: tuple[str, ...]
    holds: str
    files: Mapping[str, str]

    @classmethod
    def read(cls, text: str, where: str) -> Card:
        """Parse `hand-in.json`.

        Raises:
            ReportError: the text is not a valid manifest.
        """
        try:
            told = json.loads(text)
            report, profile, version, holds = (str(told[name]) for name in ("report", "profile", "version", "holds"))
            sets, tools = (tuple(map(str, told[name])) for name in ("sets", "tools"))
            files = {str(name): str(digest) for name, digest in dict(told["files"]).items()}
            return cls(report, profile, sets, version, tools, holds, files)
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise ReportError(Problem(where, f"this is not the {CARD} of a report", str(error))) from None


# --- packing ------------------------------------------------------------------------------------------------------------------


def pack(plan: Plan, workspace: Workspace, built: Built, holds: str, sets: Sequence[str] = ()) -> Path:
    """Write the archive next to the documents and return its path.

    Raises:
        ReportError: a file of the report lies outside the project, so that the archive would be incomplete.
    """
    loaded = plan.resolved.loaded
    folder = workspace.outputs(loaded)[0]
    written = [*built.paths.values(), *(folder / name for name in (publish.FACTS, publish.REPORT))]
    files = {f"build/{folder.name}/{file.name}": file for file in written} | dict(_sources(plan, workspace))
    files |= dict(_results(plan, LEVELS.index(holds)))
    content = {name: file.read_bytes() for name, file in sorted(files.items())}
    digests: dict[str, Plain] = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    profile = "" if loaded.is_default_profile else loaded.profile
    card: dict[str, Plain] = {"report": loaded.name, "profile": profile, "sets": list(sets), "version": __version__}
    card |= {"tools": versions(), "holds": holds, "files": digests}
    content = {CARD: (json.dumps(card, ensure_ascii=False, indent=1) + "\n").encode(), **content}
    target, packed = folder / f"{loaded.name}{SUFFIX}", io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            member = zipfile.ZipInfo(name, EPOCH)
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(member, data, zipfile.ZIP_DEFLATED)
    write_atomically(target, packed.getvalue())
    return target


def _sources(plan: Plan, workspace: Workspace) -> Iterator[tuple[str, Path]]:
    """Everything that the author wrote, as pairs of path in the archive and file."""
    loaded = plan.resolved.loaded
    material, template = gather.material(plan), workspace.template(loaded)
    rendered = render(template, material)
    style = loaded.experiment.report.style
    files = {*chain(loaded.file), template, *rendered.templates}
    files |= {*publish.files_beside(rendered, material), *([loaded.file.parent / style] if style else [])}
    files |= {file for each in plan.everything() for step in each.closure() for file in step.own}
    files |= {*own.files_of(loaded).values()}
    places = {"experiments": loaded.file.parent, "templates": workspace.templates}
    for file in sorted(filter(Path.is_file, files)):
        yield _path_in_roots(file, {**places, "": places["templates"].parent}), file


def _path_in_roots(file: Path, places: Mapping[str, Path]) -> str:
    for name, folder in places.items():
        if resolved(file).is_relative_to(resolved(folder)):
            return str(Path(name, resolved(file).relative_to(resolved(folder))))
    step = "Copy it into the folder of the experiment or of its template."
    raise ReportError(Problem(str(file), "this file lies outside the project, and cannot be handed in", next_step=step))


def _results(plan: Plan, level: int) -> Iterator[tuple[str, Path]]:
    """Files of the steps behind the document: `.npz` files as far as `level` includes them, all others always."""
    every = {each.step.key: each for target in plan.everything() for each in target.closure()}
    for key, stored in ((key, plan.stored(each)) for key, each in every.items()):
        if stored is None:
            continue
        kind = stored.meta["kind"]
        for name in (META, *sorted(stored.meta["files"])):
            if not _is_left(kind, name, level) and stored.path(name).is_file():
                yield f"runs/{FOLDER}/{kind}/{key}/{name}", stored.path(name)


def _is_left(kind: str, name: str, level: int) -> bool:
    """Whether a file of a step is left out at this level."""
    return name.endswith(".npz") and level < {"run": LEVELS.index("weights"), "arrays": LEVELS.index("arrays")}.get(kind, 0)


# --- unpacking ----------------------------------------------------------------------------------------------------------------


def unpack(file: Path, folder: Path, *, code: bool = False) -> Card:
    """Extract an archive into a folder without running any of it; Python files are extracted only if `code` is true.

    Raises:
        ReportError: the archive is not a hand-in, or contains links, paths outside the folder, or too much data.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = {name: member for member in archive.infolist() if (name := _check_name(member, file))}
            if len(members) != len(archive.infolist()) or len(members) > MEMBERS:
                raise ReportError(Problem(str(file), "a file is in the archive twice, or there are too many files"))
            left = ARCHIVE_BYTES.value
            for name, member in members.items():
                if code or not name.endswith((".py", ".pyc", ".so", ".pth")):
                    left -= _write(archive, member, folder / name, left, file)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, RuntimeError, OSError, ValueError) as error:
        raise ReportError(Problem(str(file), "this archive cannot be read", str(error))) from None
    if not (folder / CARD).is_file():
        raise ReportError(Problem(str(file), f"this is not a hand-in: it has no {CARD}"))
    return Card.read(text_of(folder / CARD), str(file))


def _check_name(member: zipfile.ZipInfo, file: Path) -> str:
    """Return the name of a member, which must be a plain file inside the folder."""
    mode, parts = member.external_attr >> 16, member.filename.split("/")
    plain = not member.is_dir() and stat.S_IFMT(mode) in (0, stat.S_IFREG) and not member.flag_bits & 1
    if not plain or not all(PART.fullmatch(part) for part in parts):
        raise ReportError(Problem(str(file), "a hand-in holds plain files below it and nothing else", repr(member.filename)))
    return member.filename


def _write(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: float, file: Path) -> int:
    """Extract one member, and return its size in bytes; at most `left` are written, whatever size the archive declares."""
    size = 0
    with storage_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as source, target.open("xb") as stream:
            while data := source.read(1 << 20):
                size += len(data)
                ARCHIVE_BYTES.hold(ARCHIVE_BYTES.value - left + size, str(file))
                stream.write(data)
    return size


def card_of(folder: Path) -> Card:
    """Return the manifest of the archive that was unpacked in a folder.

    Raises:
        UsageError: there is none.
    """
    if not (folder / CARD).is_file():
        raise UsageError(Problem(str(folder), "no hand-in was unpacked here"))
    return Card.read(text_of(folder / CARD), str(folder))


def altered(folder: Path, files: Fields) -> Iterator[str]:
    """Yield the names of files that are missing, differ from their digest, or are not listed in the manifest."""
    here = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    for name in sorted({*files, *here} - {CARD}):
        there = name in here and hashlib.sha256(here[name].read_bytes()).hexdigest() == files.get(name)
        if not there:
            yield name
