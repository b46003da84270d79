"""Writes the image files of a figure reproducibly: no dates, no versions, fixed ids."""

from __future__ import annotations

import base64
import io
import math
import re
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from report_builder.errors import Problem, ReportError

EMBEDDED = re.compile(r"(data:image/png;base64,)([^\"]+)")
COMPRESSION = 6
COLOURS, NEAR = 256, 32  # palette size; largest channel difference (of 255) at which an entry is set to an exact colour
SPRITE = 450_000  # bytes; 600 kB as Base64 in a page
SHADES = (128, 64, 32, 16, 8)


def write_png(figure: Figure, path: Path, *, dpi: float, exact: bool) -> None:
    """Write a PNG without alpha channel: grey figures with one channel, drawings (not `exact`) with a small palette."""
    image = _smaller(painted(figure, dpi), exact=exact)
    image.save(path, format="PNG", dpi=(dpi, dpi), compress_level=COMPRESSION)


def painted(figure: Figure, dpi: float) -> Image.Image:
    """Return the figure as an RGB image."""
    figure.set_dpi(dpi)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.fromarray(np.array(canvas.buffer_rgba())[..., :3])


def write_sprite(tiles: np.ndarray, path: Path) -> int:
    """Tile images into one PNG, row by row, in as many shades as keep it within `SPRITE` bytes.

    Args:
        tiles: uint8 `(..., height, width, channels)`.
        path: the PNG to write.

    Returns:
        Number of images in a row.

    Raises:
        ReportError: it is too large even with the fewest shades.
    """
    height, width, channels = tiles.shape[-3:]
    flat = tiles.reshape(-1, height, width, channels)
    across = math.ceil(math.sqrt(len(flat) * height / width))
    blank = np.full((-len(flat) % across, height, width, channels), 255, dtype=np.uint8)
    rows = np.concatenate([flat, blank]).reshape(-1, across, height, width, channels).swapaxes(1, 2)
    pixels = rows.reshape(-1, across * width, channels)
    for shades in SHADES:
        stream = io.BytesIO()
        _reduce_shades(pixels, shades).save(stream, format="PNG", optimize=True)
        if stream.tell() <= SPRITE:
            path.write_bytes(stream.getvalue())
            return across
    rule, step = "these images are too many for a page that needs nothing else", "Show fewer: lower 'n'."
    allowed = f"At most {SPRITE // 1000} kB in {SHADES[-1]} shades."
    raise ReportError(Problem("", rule, f"{len(flat)} of {height} x {width} pixels: {stream.tell() // 1000} kB", allowed, step))


def _reduce_shades(pixels: np.ndarray, shades: int) -> Image.Image:
    """The image quantised to `shades` evenly spaced greys, or as many colours."""
    if pixels.shape[2] == 1:
        last = shades - 1
        image = Image.fromarray(np.round(pixels[..., 0] / 255 * last).astype(np.uint8), mode="P")
        image.putpalette([round(shade / last * 255) for shade in range(shades) for _ in "rgb"])
        return image
    return Image.fromarray(pixels).quantize(shades, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)


def write_svg(figure: Figure, path: Path, *, exact: bool) -> None:
    """Write an SVG whose rasterised parts have the figure's resolution."""
    buffer = io.StringIO()
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})
    path.write_text(EMBEDDED.sub(lambda found: found[1] + _recode(found[2], exact=exact), buffer.getvalue()), encoding="utf-8")


def _recode(encoded: str, *, exact: bool) -> str:
    """Recompress an embedded PNG, given and returned as Base64."""
    stream = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(encoded)), formats=("PNG",)) as image:
        _smaller(image, exact=exact).save(stream, format="PNG", compress_level=COMPRESSION)
    return base64.b64encode(stream.getvalue()).decode("ascii")


def _grey(pixels: np.ndarray) -> bool:
    return bool((pixels[..., :1] == pixels[..., :3]).all())


def _smaller(image: Image.Image, *, exact: bool) -> Image.Image:
    """The same image in fewer bytes: one channel if grey and opaque, else a small palette unless it must stay exact."""
    pixels = np.asarray(image)
    opaque = pixels.shape[2] == 3 or bool((pixels[..., 3] == 255).all())
    if opaque and _grey(pixels[::7, ::7]) and _grey(pixels):  # a few pixels suffice to rule out most coloured images
        return Image.fromarray(np.ascontiguousarray(pixels[..., 0]))
    return image if exact else _in_few_colours(image)


def _in_few_colours(image: Image.Image) -> Image.Image:
    """The image with a palette that includes white and the colours of the style exactly, not averaged with nearby shades.

    Otherwise paper would print as a tint, and a class would have different colours in PNG and SVG.
    """
    few = image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
    mode = few.palette.mode if few.palette else "RGB"
    palette = np.array(few.getpalette(mode)).reshape(-1, len(mode))
    for kept in ("white", *mpl.rcParams["axes.prop_cycle"].by_key().get("color", ())):
        exact = np.round(np.array(to_rgb(kept)) * 255).astype(int)
        away = abs(palette[:, :3] - exact).max(axis=1)
        if away.min() <= NEAR:
            palette[away.argmin(), :3] = exact
    few.putpalette(palette.ravel().tolist(), mode)
    return few
