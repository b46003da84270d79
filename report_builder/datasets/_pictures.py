"""Picture files as a stream of arrays, decoded on access."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from report_builder.datasets._stream import Stream
from report_builder.errors import Problem, ReportError
from report_builder.picture_files import opened

if TYPE_CHECKING:
    from PIL.Image import Image

ORIENTATION = 0x0112  # EXIF tag; values 5 to 8 exchange rows and columns
KEPT = 1 << 28  # bytes; a set of pictures that needs at most this much stays decoded in memory

Fit = Literal["crop", "pad", "stretch"]
Read = Callable[[Path], np.ndarray]


def stream(folder: Path, names: Sequence[str], read: Read, image_shape: tuple[int, int, int]) -> Stream:
    """Return the pictures of a folder as a stream of uint8 images; a small set stays in memory once decoded.

    Args:
        folder: contains the pictures.
        names: `n` paths relative to the folder.
        read: function that returns the pixels of a file.
        image_shape: height, width and channels of every picture.

    Raises:
        ReportError: on access, if a picture is damaged or has another shape.
    """
    files = np.array(names, dtype=np.bytes_ if all(name.isascii() for name in names) else np.str_)  # a quarter of str's memory

    def make(places: np.ndarray) -> np.ndarray:
        images = np.empty((len(places), *image_shape), np.uint8)
        for image, name in zip(images, files[places].astype(str).tolist(), strict=True):
            pixels = read(folder / name)
            if pixels.shape != image_shape:
                raise _of_another_size(folder / name, pixels.shape, image_shape)
            image[...] = pixels
        return images

    small = len(names) * int(np.prod(image_shape)) <= KEPT
    return Stream(_memoize(make, len(names), image_shape) if small else make, np.arange(len(names)), image_shape, np.uint8)


def _memoize(
    make: Callable[[np.ndarray], np.ndarray], n: int, image_shape: tuple[int, ...]
) -> Callable[[np.ndarray], np.ndarray]:
    """Cache the images of `make`; memory is only committed for pages that have been written."""
    images, there = np.empty((n, *image_shape), np.uint8), np.zeros(n, bool)

    def recalled(places: np.ndarray) -> np.ndarray:
        new = np.unique(places[~there[places]])
        images[new] = make(new)
        there[new] = True
        return np.asarray(images[places])

    return recalled


def decoded(path: Path, channels: int = 3, size: tuple[int, int] | None = None, fit: Fit = "crop") -> np.ndarray:
    """Decode a picture, rotated by its EXIF orientation and with transparent parts in white.

    Args:
        path: a JPEG or PNG file.
        channels: 3 or 1.
        size: target height and width; None keeps the picture's own.
        fit: `crop` fills the size and cuts off the rest, `pad` shows all on black, `stretch` changes the proportions.

    Returns:
        uint8, shape `(height, width, channels)`.

    Raises:
        ReportError: if the file is damaged, too large, or not of the format that its name states.
    """
    with opened(path) as picture:
        if size:
            picture.draft(None, (2 * max(size), 2 * max(size)))  # decodes a much larger JPEG at a reduced size
        pixels = np.asarray(_fit(_upright(picture, channels), size, fit))
    return pixels[..., None] if pixels.ndim == 2 else pixels


def picture_size(path: Path) -> tuple[int, int]:
    """Return the displayed height and width, from the file's header. Raises ReportError as `decoded` does."""
    with opened(path) as picture:
        turned = picture.getexif().get(ORIENTATION, 1) in range(5, 9)
        return (picture.width, picture.height) if turned else (picture.height, picture.width)


def _upright(picture: Image, channels: int) -> Image:
    """Apply the EXIF orientation and convert to greyscale or RGB."""
    import PIL.Image
    import PIL.ImageOps

    picture = PIL.ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I"):  # 16 bits; Pillow's own conversion would clip at 255
        picture = PIL.Image.fromarray((np.asarray(picture).astype(np.uint16) >> 8).astype(np.uint8))
    if picture.has_transparency_data:
        white = PIL.Image.new("RGBA", picture.size, "white")
        picture = PIL.Image.alpha_composite(white, picture.convert("RGBA"))
    return picture.convert("RGB" if channels == 3 else "L")


def _fit(picture: Image, size: tuple[int, int] | None, fit: Fit) -> Image:
    import PIL.Image
    import PIL.ImageOps

    method = PIL.Image.Resampling.LANCZOS
    if size is None or size == (picture.height, picture.width):
        return picture
    wanted = (size[1], size[0])
    if fit == "stretch":
        return picture.resize(wanted, method)
    return PIL.ImageOps.fit(picture, wanted, method) if fit == "crop" else PIL.ImageOps.pad(picture, wanted, method)


def _of_another_size(path: Path, shape: tuple[int, ...], expected: tuple[int, ...]) -> ReportError:
    received = " x ".join(str(n) for n in shape)
    allowed = f"All pictures of the data set are {' x '.join(str(n) for n in expected)} (height, width, channels)."
    return ReportError(Problem(str(path), "this picture has another size", received, allowed))
