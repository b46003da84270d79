"""Models, one folder each: what the front process may know of one, and its Keras code in `network.py` for the workers."""

from __future__ import annotations

from collections.abc import Sequence


def misfit(image_shape: Sequence[int], value_range: Sequence[float], filters: Sequence[int]) -> str:
    """Why images do not fit a model of stride-2 convolutions with Bernoulli pixels; empty where they do.

    Args:
        image_shape: height, width, channels.
        value_range: lowest and highest possible pixel.
        filters: one number for each convolution of stride 2.
    """
    height, width, _ = image_shape
    step = 2 ** len(filters)
    if height % step or width % step:
        rule = f"height and width must be multiples of {step}, one halving for each entry of 'filters'"
        return f"{rule}; the images are {height} x {width}"
    if value_range[0] < 0 or value_range[1] > 1:
        low, high = value_range
        return f"pixels must lie in [0, 1]; they lie in [{low:g}, {high:g}]. The data step 'scale' with 'range: unit' helps"
    return ""
