"""Writes the files of a document from its facts and figures, unless the files on disk are already up to date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from report_builder.build import publish
from report_builder.build.fingerprint import Fingerprint, fingerprint
from report_builder.build.options import Built, Options, Source
from report_builder.build.publish import Stamp
from report_builder.build.workspace import Workspace
from report_builder.document.formats import FORMATS, paths_of
from report_builder.errors import FindingError, Problem, ReportError, RunError
from report_builder.plan import Plan, Planned

if TYPE_CHECKING:
    from report_builder.document.composing import Document
    from report_builder.document.material import Material
    from report_builder.document.press import Press
    from report_builder.document.rendering import Rendered
    from report_builder.plain import Plain

PRESS = ".typst"  # folder of the PDF's last source, next to the PDF


def begin(workspace: Workspace, report: str, formats: Sequence[str]) -> Press | None:
    """Start typst on the last version of the PDF's source, while the experiment is still being read.

    Returns None if no PDF is wanted, none was written before, or no source was edited since.
    """
    from report_builder.document.press import MAIN, Press

    folder = workspace.build / Path(report).stem / PRESS
    if "pdf" not in formats or not (folder / MAIN).is_file():
        return None
    sources = [file for place in (workspace.experiments, workspace.templates) for file in place.glob("*") if file.is_file()]
    return Press(folder) if any(file.stat().st_mtime > (folder / MAIN).stat().st_mtime for file in sources) else None


def write_document(
    plan: Plan, workspace: Workspace, options: Options, missing: Sequence[Planned], failed: Sequence[Problem]
) -> Built:
    """Render the text and write the files that are missing or out of date."""
    name, memo = plan.resolved.loaded.name, plan.store.memo
    folder, figures = workspace.outputs(plan.resolved.loaded)
    paths = paths_of(options.formats, folder, name, draft=options.draft)
    stamp, below = publish.Stamp(folder, figures, memo), fingerprint(plan, workspace, f"build{'-draft' * options.draft}")
    digest = below.recall() or ""
    if len(fresh := stamp.fresh(digest, paths)) == len(paths):
        built = Built(fresh, done=missing, compiled=False, failed=failed)
    else:
        digest, built = _compile(plan, workspace, options, stamp, below)
        built = replace(built, done=missing, failed=failed)
    beside = [path for draft in {False, options.draft} for path in paths_of(FORMATS, folder, name, draft=draft).values()]
    memo.save()
    return replace(built, older=stamp.older(digest, sorted({*beside} - {*built.paths.values()})))


def _compile(plan: Plan, workspace: Workspace, options: Options, stamp: Stamp, below: Fingerprint) -> tuple[str, Built]:
    """Render the text and write its files; return the digest of the document and what was built."""
    from report_builder.build import gather
    from report_builder.document import pandoc
    from report_builder.document.press import Press
    from report_builder.document.rendering import render
    from report_builder.document.writing import write

    loaded, memo = plan.resolved.loaded, plan.store.memo
    folder, figures = workspace.outputs(loaded)
    begun = options.press if options.press and options.press.folder == folder / PRESS else None
    press = (begun or Press(folder / PRESS)) if "pdf" in options.formats else None
    pandoc.begin()  # runs in parallel with rendering and with typst
    material = gather.material(plan)
    rendered = render(workspace.template(loaded), material, draft=options.draft)
    rendered.ask()
    files = [*rendered.templates, *publish.files_beside(rendered, material)]
    given: dict[str, Plain] = {"draft": options.draft, "stated": loaded.experiment.model_dump_json()}
    digest = publish.document_digest(rendered, material, given, memo)
    paths = paths_of(options.formats, folder, loaded.name, draft=options.draft)
    fresh = stamp.fresh(digest, paths)
    if len(fresh) == len(paths):
        below.remember(files, digest)
        return digest, Built(fresh, compiled=False)
    with publish.output_lock(folder, figures):
        composed = _publish(plan, workspace, options, material, rendered)
        made = [form for form in options.formats if form not in fresh]
        written = write(composed, made, folder, loaded.name, draft=options.draft, press=press)
        stamp.write(digest, [*fresh.values(), *written.paths.values()])
    done = {form: path for form, path in paths.items() if form in {*fresh, *written.paths}}
    if len(done) == len(paths):
        below.remember(files, digest)
    warnings = (*composed.warnings, *composed.findings, *composed.unmeasured)
    source = Source(material, rendered, composed, press)
    return digest, Built(done, warnings, written.lost_standard, error=written.error, source=source)


def preview(workspace: Workspace, plan: Plan, source: Source, files: Mapping[str, bytes]) -> Iterator[dict[str, bytes]]:
    """Yield the files with an edited paragraph, first with the old PDF; nothing if the edit is another or its place uncertain.

    Args:
        workspace: the folders.
        plan: the plan that the files were written from.
        source: what the files were written from.
        files: content by suffix, `.html` or `.pdf`.
    """
    from report_builder.document.rendering import render
    from report_builder.document.retouch import retouch

    try:
        rendered = render(workspace.template(plan.resolved.loaded), source.material)
    except ReportError:
        return
    edit, shown = retouch(source.document, source.rendered, rendered), dict(files)
    if edit and ".html" in shown:
        page = edit.html(shown[".html"].decode())
        if page is None:
            return
        shown[".html"] = page.encode()
        yield dict(shown)
    if edit and ".pdf" in shown and source.press and (printed := source.press.reprint(edit.typst)):
        yield {**shown, ".pdf": printed}


def _publish(plan: Plan, workspace: Workspace, options: Options, material: Material, rendered: Rendered) -> Document:
    """Compose the document tree, and write the numbered figures, facts and sentences to disk."""
    from report_builder.build import labels
    from report_builder.document.composing import compose

    folder, figures = workspace.outputs(plan.resolved.loaded)
    labels.check_labels_fixed(plan, workspace.template(plan.resolved.loaded), rendered)
    composed = compose(rendered, material, draft=options.draft, memo=plan.store.memo)
    refuse(composed, options)
    numbers = {id_: composed.labels[f"fig:{id_}"] for id_ in composed.figures}
    composed = composed.published(publish.publish_figures(material, numbers, figures))
    publish.write_facts(material.facts, folder)
    publish.write_sentences(composed.judged, folder)
    return composed


def refuse_early(composed: Document) -> None:
    """Raise the findings of `check` before anything is trained."""
    if composed.findings:
        raise FindingError(*composed.findings)


def refuse(composed: Document, options: Options) -> None:
    """Refuse to write a document with unmeasured or wrong statements, unless it is a draft."""
    if options.draft:
        return
    if composed.unmeasured:
        raise RunError(*composed.unmeasured)
    if composed.findings:
        raise FindingError(*composed.findings)
