"""Files of a figure, the same bytes each time: no dates, no version, fixed ids."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EMBEDDED = re.compile(r"(data:image/png;base64,)([^\"]+)")
COMPRESSION = 6
COLOURS = 128


def write_png(figure: Figure, path: Path, *, dpi: float, exact: bool) -> None:
    """A PNG without alpha; grey figures have one channel, drawings (not `exact`) a small palette."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    figure.set_dpi(dpi)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    image = _smaller(Image.fromarray(np.array(canvas.buffer_rgba())[..., :3]), exact=exact)
    image.save(path, format="PNG", dpi=(dpi, dpi), compress_level=COMPRESSION)


def write_svg(figure: Figure, path: Path, *, exact: bool) -> None:
    """An SVG whose rasterised parts have the figure's resolution."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.StringIO()
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})
    path.write_text(EMBEDDED.sub(lambda found: found[1] + _recoded(found[2], exact=exact), buffer.getvalue()), encoding="utf-8")


def _recoded(encoded: str, *, exact: bool) -> str:
    """An embedded PNG, smaller."""
    from PIL import Image

    stream = io.BytesIO()
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as image:
        _smaller(image, exact=exact).save(stream, format="PNG", compress_level=COMPRESSION)
    return base64.b64encode(stream.getvalue()).decode("ascii")


def _grey(pixels: np.ndarray) -> bool:
    return bool((pixels[..., :1] == pixels[..., :3]).all())


def _smaller(image: Any, *, exact: bool) -> Any:
    """The same picture in fewer bytes: one channel if grey and opaque, else a small palette unless it must stay exact."""
    from PIL import Image

    pixels = np.asarray(image)
    opaque = pixels.shape[2] == 3 or bool((pixels[..., 3] == 255).all())
    if opaque and _grey(pixels[::7, ::7]) and _grey(pixels):  # most coloured pictures are known by a few of their pixels
        return Image.fromarray(np.ascontiguousarray(pixels[..., 0]))
    return image if exact else image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE)
