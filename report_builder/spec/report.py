"""The grammar of `report:`: the title block, and how the document is made."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from report_builder.plain import Plain
from report_builder.spec.closed import Closed


def _day(text: str) -> str:
    """Check that a text is a date of the calendar, or empty."""
    if text:
        dt.date.fromisoformat(text)
    return text


def _list(given: Plain) -> Plain:
    """Wrap a single value in a list; an empty text becomes an empty list."""
    return given if isinstance(given, list) else [given] if given else []


def _contents(given: Plain) -> Plain:
    """Read `true` as the usual depth, and `false` as none."""
    return {"depth": 2 if given else 0} if isinstance(given, bool) else given


class Author(Closed):
    """One of those who hand the report in, written as a name, or as `{name: ..., index: ..., email: ...}`."""

    name: str = Field(pattern=r"\S", description="First name and surname.")
    index: str = Field(default="", description="The student's number (index, matriculation), in quotes: it may begin with 0.")
    group: str = Field(default="", description="Laboratory group.")
    affiliation: str = Field(default="", description="University and faculty, or company.")
    email: str = Field(default="", pattern=r"^([^@\s]+@[^@\s]+\.[^@\s]+)?$", description="E-mail address.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Plain) -> Plain:
        return {"name": value} if isinstance(value, str) else value


class Contents(Closed):
    """The table of contents; `true` is short for two levels, `false` for none."""

    depth: int = Field(default=2, ge=0, le=4, description="Heading levels to list; 0: no table of contents.")
    place: Literal["front", "page", "end"] = Field(
        default="front",
        description="Where it stands in the PDF: before the text (behind the abstract), there on its own page, or at the end.",
    )


class Report(Closed):
    """The title block, and how the document is made."""

    title: str = Field(description="Title of the report.")
    subtitle: str = Field(default="", description="Second line of the title.")
    author: Annotated[list[Author], BeforeValidator(_list, json_schema_input_type=str | Author | list[str | Author])] = Field(
        default=[],
        description="Who hands it in: a name, a mapping with name, index, group, affiliation and email, or a list of these.",
    )
    supervisor: str = Field(default="", description="Supervisor or teacher.")
    course: str = Field(default="", description="Course or subject.")
    laboratory: str = Field(default="", description="Laboratory or exercise.")
    field_of_study: str = Field(default="", description="Field of study.")
    date: Annotated[str, AfterValidator(_day)] = Field(
        default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$", description="Date as YYYY-MM-DD; nothing is printed without it."
    )
    contents: Annotated[Contents | None, BeforeValidator(_contents, json_schema_input_type=bool | Contents | None)] = Field(
        default=None,
        description="Table of contents: true, false, or {depth: 1, place: end}; default: where there are enough headings.",
    )
    logo: str = Field(default="", description="SVG or PNG next to the experiment file.")
    page: str = Field(
        default="lab",
        description="Page style: lab, article, homework, lecture, or a file of your own next to the experiment, ./mine.typ.",
    )
    style: str = Field(
        default="", description="Matplotlib style file (.mplstyle) next to the experiment, applied on top of the default style."
    )
    language: str = Field(
        default="en", description="Language of the words that the tool writes: `report-builder list languages`."
    )
    bibliography: Annotated[list[str], BeforeValidator(_list, json_schema_input_type=str | list[str])] = Field(
        default=[], description="BibTeX file next to the experiment, or several: what the text cites as [@key, p. 3] or @key."
    )
    csl: str = Field(default="", description="CSL style file next to the experiment; default: numbers in brackets.")
    honesty: Literal["counted", "strict"] = Field(
        default="counted",
        description="How to treat sentences about results that are bound to no measurement: counted and listed, or a "
        "finding unless marked as stated by the author.",
    )
    tally: bool = Field(
        default=True, description="Whether to end the document with the number of measured and stated sentences."
    )
    template: str = Field(default="", description="Template in the templates folder; default: the name of the report with .md.")
    numbering: Literal["kind", "all"] = Field(
        default="kind", description="Number each kind separately, or everything with a caption by one counter."
    )
    appendix: bool = Field(default=True, description="Whether all comparisons are listed on the last page.")
    correction: Literal["", "holm"] = Field(
        default="", description="holm: count a difference only if it stands after correction for all comparisons in the report."
    )
