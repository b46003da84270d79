"""Models, one package each: a description without Keras for the front process, and Keras code in `network.py` for workers.

The functions here return why data does not fit a model; empty if it does, or if too little is known.
"""

from __future__ import annotations

from report_builder.kinds import Layout

NAMES_OF_RANGES = {(0, 1): "unit", (-1, 1): "symmetric"}


def indivisible(layout: Layout, step: int, why: str) -> str:
    """Require height and width to be multiples of `step`; `why` explains that number."""
    if layout.image_shape is None:
        return ""
    height, width, _ = layout.image_shape
    if height % step == 0 and width % step == 0:
        return ""
    return f"height and width must be multiples of {step}, {why}; the images are {height} x {width}"


def outside(layout: Layout, low: int, high: int) -> str:
    """Require all pixels to lie within `[low, high]`."""
    given = layout.value_range
    return "" if given is None or (low <= given[0] and given[1] <= high) else _ranges(low, high, "lie in", given)


def unlike(layout: Layout, low: int, high: int) -> str:
    """Require exactly the pixel range `[low, high]`, which is that of the images the model generates."""
    given = layout.value_range
    return "" if given is None or tuple(given) == (low, high) else _ranges(low, high, "have the range", given)


def _ranges(low: int, high: int, verb: str, given: tuple[float, float]) -> str:
    rule = f"pixels must {verb} [{low}, {high}]; they {verb} [{given[0]:g}, {given[1]:g}]"
    return f"{rule}. The data step 'scale' with 'range: {NAMES_OF_RANGES[low, high]}' helps"


def unconditioned(layout: Layout) -> str:
    """Require a condition vector for each image."""
    helps = "The data steps 'one_hot', 'canvas' and 'attribute_condition' make one"
    return "" if layout.conditions else f"each image must have a condition; the data has none. {helps}"
