"""Files of a figure, the same bytes each time: no dates, no version, fixed ids."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from PIL import Image

EMBEDDED = re.compile(r"(data:image/png;base64,)([^\"]+)")
COMPRESSION = 6
COLOURS = 128
GREYS = 16  # of an animation
FRAME_MS, LAST_MS, PLAYS = 450, 2500, 3  # what moves for ever distracts from the text around it


def write_png(figure: Figure, path: Path, *, dpi: float, exact: bool) -> None:
    """A PNG without alpha; grey figures have one channel, drawings (not `exact`) a small palette."""
    image = _smaller(painted(figure, dpi), exact=exact)
    image.save(path, format="PNG", dpi=(dpi, dpi), compress_level=COMPRESSION)


def painted(figure: Figure, dpi: float) -> Image.Image:
    """The figure as an RGB picture."""
    figure.set_dpi(dpi)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.fromarray(np.array(canvas.buffer_rgba())[..., :3])


def write_apng(frames: Sequence[Image.Image], path: Path) -> None:
    """An animation of RGB pictures of one size in few colours: it plays some times and stays at its last picture."""
    if all(_grey(np.asarray(frame)) for frame in frames):
        small = [
            frame.convert("L").point(lambda value: round(value / 255 * (GREYS - 1)) * 255 // (GREYS - 1)) for frame in frames
        ]
    else:
        every = Image.fromarray(np.concatenate([np.asarray(frame) for frame in frames]))
        palette = every.quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
        small = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    times = [*[FRAME_MS] * (len(small) - 1), LAST_MS]
    options = {"save_all": True, "append_images": small[1:], "duration": times, "loop": PLAYS, "compress_level": 9}
    small[0].save(path, format="PNG", **options)


def write_svg(figure: Figure, path: Path, *, exact: bool) -> None:
    """An SVG whose rasterised parts have the figure's resolution."""
    buffer = io.StringIO()
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})
    path.write_text(EMBEDDED.sub(lambda found: found[1] + _recoded(found[2], exact=exact), buffer.getvalue()), encoding="utf-8")


def _recoded(encoded: str, *, exact: bool) -> str:
    """An embedded PNG, smaller."""
    stream = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(encoded)), formats=("PNG",)) as image:
        _smaller(image, exact=exact).save(stream, format="PNG", compress_level=COMPRESSION)
    return base64.b64encode(stream.getvalue()).decode("ascii")


def _grey(pixels: np.ndarray) -> bool:
    return bool((pixels[..., :1] == pixels[..., :3]).all())


def _smaller(image: Image.Image, *, exact: bool) -> Image.Image:
    """The same picture in fewer bytes: one channel if grey and opaque, else a small palette unless it must stay exact."""
    pixels = np.asarray(image)
    opaque = pixels.shape[2] == 3 or bool((pixels[..., 3] == 255).all())
    if opaque and _grey(pixels[::7, ::7]) and _grey(pixels):  # most coloured pictures are known by a few of their pixels
        return Image.fromarray(np.ascontiguousarray(pixels[..., 0]))
    return image if exact else image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
