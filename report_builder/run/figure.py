"""A figure as a step of the store: arrays and facts -> `figure.png`, `figure.svg` and `drawing.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report_builder import drawing, languages
from report_builder.kinds import FIGURES, Subject, opened
from report_builder.store import reading

if TYPE_CHECKING:
    from report_builder.jobs import Emit, Site
    from report_builder.store import Work


def carry_out(work: Work, site: Site, _: Emit) -> None:
    """Draw and commit."""
    spec = work.step.spec
    kind, parameters = opened(FIGURES, spec["figure"], beside=site.beside)
    subjects = {name: Subject.from_json(said) for name, said in spec["subjects"].items()}
    arrays, language = reading.inputs(work.step, site.store), languages.load(spec["language"])
    drawing.draw(kind, parameters, arrays, subjects, language, work.folder, style=spec["style"])
    work.commit()
