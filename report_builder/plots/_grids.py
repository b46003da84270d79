"""Image grids of sweep panels, for any probe that gives images, and the sentences about them in captions."""

from __future__ import annotations

from collections.abc import Mapping

from report_builder.kinds import PROBES, Arrays, ProbeRequest
from report_builder.languages import Language
from report_builder.plain import Fields
from report_builder.plots._details import limits, normal_lattice
from report_builder.plots._pairs import stated_pairs
from report_builder.plots._samples import in_bands, in_shared_bands
from report_builder.plots._sheet import THIN, WIDE, Block, Lines, unit_range


def grid(arrays: Arrays, run: str, request: ProbeRequest, n: int, title: str) -> Block:
    """Return the images of a run as a block without labels.

    A lattice has no gaps, and originals are placed above their reconstructions.
    """
    if "reconstruction" in arrays:
        images = in_shared_bands([unit_range(arrays, name, run) for name in ("x", "reconstruction")], n)
        gaps = [WIDE if row and row % 2 == 0 else THIN for row in range(len(images))]
    else:
        images = unit_range(arrays, "images", run)
        if images.ndim == 4:
            images = in_bands(images, int(arrays["grid"][-1]) if "grid" in arrays else n)
        gaps = [0.0 if request.kind == "decode_grid" else THIN] * len(images)
    columns = images.shape[1]
    return Block(images, Lines([""] * len(images), gaps), Lines([""] * columns, [gaps[0]] * columns), title)


def split_of(request: ProbeRequest) -> str | None:
    """Return the split whose images the figure depends on; None if codes are drawn, or a lattice does not depend on images."""
    parameters = _with_defaults(request)
    split = parameters.get("split")
    of_images = parameters.get("z", "encoded") == "encoded" and parameters.get("lattice", "even") == "even"
    return split if isinstance(split, str) and of_images and not parameters.get("limits") else None


def said_of_images(titled: Mapping[str, Arrays], request: ProbeRequest, language: Language) -> list[str]:
    """Return sentences about the origin of codes, the limits of a lattice, the pairs of an interpolation, and paired rows."""
    parameters, first = _with_defaults(request), next(iter(titled.values()))
    z = parameters.get("z", "prior")
    said = []
    if "seed" in parameters and z in ("prior", "fixed"):
        said.append(language.word("details.code", code=language.word(f"code.{z}", seed=str(parameters["seed"]))))
    if "limits" in first:
        ends = {title: arrays["limits"] for title, arrays in titled.items()}
        normal = parameters.get("lattice") == "normal"
        said.append(normal_lattice(language, ends, len(first["axis_0"])) if normal else limits(language, ends))
    if {"labels", "index"} <= set(first) and first["labels"].ndim == 2 and first["labels"].shape[1] == 2:
        said.append(stated_pairs(first, language))
    return said + ([language.word("details.rows_in_pairs")] if "reconstruction" in first else [])


def _with_defaults(request: ProbeRequest) -> Fields:
    """Parameters of the request, completed with the defaults of a built-in probe."""
    if request.kind not in PROBES.names():
        return request.parameters
    return PROBES.get(request.kind).parameters.model_validate(request.parameters).model_dump()
