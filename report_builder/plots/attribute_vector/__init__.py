"""An attribute added to and subtracted from images by latent arithmetic."""

from __future__ import annotations

from pydantic import Field

from report_builder.kinds import Draw, Figure, deferred
from report_builder.kinds.asked import VectorSearch
from report_builder.plots._options import SheetOptions
from report_builder.plots._same_data import check_data


class Parameters(SheetOptions, VectorSearch):
    """Options of `attribute_vector`."""

    attribute: int | str = Field(description="Attribute of the data, or a class (number or name) that counts as one.")
    n: int = Field(default=5, ge=1, le=50, description="How many images, drawn at random.")
    split: str = Field(default="test", description="Part of the data set with the images.")
    of: str = Field(default="train", description="Part of the data set in which the vector is found.")


@deferred
def _draw() -> Draw[Parameters]:
    from report_builder.plots.attribute_vector.drawing import draw

    return draw


KIND = Figure(
    summary="images with multiples of an attribute's vector added to their codes; its convergence as a table",
    parameters=Parameters,
    serves=frozenset({"encode", "decode|decode_condition"}),
    reads=lambda parameters: parameters.each(
        "attribute_vector", "attribute", "multiples", "n", "split", "of", "batch", "tolerance"
    ),
    check=check_data,
    draw=_draw,
    table=True,
)
