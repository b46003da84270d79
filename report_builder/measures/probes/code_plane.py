"""A plane through the latent space, decoded on a lattice for each class and cell that a model can be conditioned on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Noise, Probe, Role
from report_builder.kinds import Parameters as Base

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, ImageData, Trained

MOST = 3000  # most decoded images if no n is given
FINEST, COARSEST = 32, 4  # cells along an axis if no n is given
TURN = 1.2  # radians to either side, for a plane of draws


class Parameters(Base):
    """The plane, and the resolution of the lattice."""

    plane: Literal["code", "prior"] = Field(
        default="code",
        description="code: the plane of a two-dimensional code, over the range of the codes; prior: a code of any size turned "
        "between three draws from N(0, I), so that each point is such a draw.",
    )
    n: int | None = Field(
        default=None, ge=2, le=64, description="Cells along each axis; null: 32, or fewer where classes or cells are asked."
    )
    quantile: float = Field(default=0.01, ge=0, lt=0.5, description="Share of the codes left out at either end of an axis.")
    points: int = Field(default=500, ge=1, description="At most so many images of the split whose codes are given, too.")
    seed: int = Field(default=0, ge=0, description="Seed of the three draws.")
    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set whose codes are shown.")


def needs_for(parameters: Parameters) -> frozenset[str]:
    """Require an encoder for the plane of the code, and a prior to sample from for that of draws."""
    return frozenset({"encode"} if parameters.plane == "code" else {"sample|sample_condition"})


def noise(parameters: Parameters) -> Noise:
    """Return `fixed`: lattices, and draws with a given seed, do not vary."""
    return "fixed"


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Decode the lattice for each class and each cell, row by row from the smallest second coordinate up.

    Returns:
        `images` (classes, cells, n, n, height, width, channels) float32 with `value_range` (2,), `axis_0` and `axis_1` (n,)
        ascending: coordinates of the columns and of the rows; `class_names` (k,) unicode; if the condition has a class,
        `asked_class` (classes,) int64; if it has a position, `asked_cell` (cells, 2) int64, counted from 0; for the plane of a
        code `z` (m, 2) float32 and `y` (m,) int64, codes of images of the split and their classes.

    Raises:
        ReportError: if the plane is that of the code and the code is not two-dimensional.
    """
    import numpy as np

    from report_builder.measures.probes._batches import decode

    condition, asked = _conditions(model, data, parameters)
    classes, cells = len(asked.get("asked_class", "-")), len(asked.get("asked_cell", "-"))
    n = parameters.n or int(np.clip(np.sqrt(MOST / (classes * cells)), COARSEST, FINEST))
    if parameters.plane == "code":
        codes, labels, limits = _codes(model, data, parameters)
        asked |= {"z": codes, "y": labels}
        axis_0, axis_1 = (np.linspace(low, high, n) for low, high in limits)
        columns, rows = np.meshgrid(axis_0, axis_1)
        lattice = np.stack([columns, rows], axis=-1).reshape(-1, 2)
    else:
        axis_0 = axis_1 = np.linspace(-TURN, TURN, n)
        lattice = _codes_at_angles(axis_0, _latent_dim(model, data), parameters.seed)
    beside = None if condition is None else np.repeat(condition, len(lattice), axis=0)
    images = decode(model, np.tile(lattice, (classes * cells, 1)), beside)
    found = {"images": images.reshape(classes, cells, n, n, *images.shape[1:]), "axis_0": axis_0, "axis_1": axis_1}
    named = {"class_names": np.array(data.class_names), "value_range": np.array(data.value_range, dtype=np.float32)}
    return found | named | asked


def _conditions(model: Trained, data: ImageData, parameters: Parameters) -> tuple[np.ndarray | None, dict[str, np.ndarray]]:
    """Return the condition vectors of every class in every cell, and their meaning; None if the model takes none."""
    import numpy as np

    from report_builder.measures.probes._asked import ask, cell_values
    from report_builder.measures.probes._batches import part_of

    if "condition" not in model.takes:
        return None, {}
    placed, part = bool(cell_values(data)), part_of(data, parameters.split)
    asked = ask(data, part, np.array([0]), classes=None, cells="all" if placed else None, own=False)
    classes, each, _ = asked.about["grid"]
    about = {}
    if "asked_class" in asked.about:
        about["asked_class"] = asked.about["asked_class"].reshape(classes, each)[:, 0]
    if placed:
        places = np.stack([asked.about["asked_row"], asked.about["asked_column"]], axis=1)
        about["asked_cell"] = places.reshape(classes, each, 2)[0]
    return asked.condition, about


def _codes(model: Trained, data: ImageData, parameters: Parameters) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return some codes and their classes, and the range of all codes of the split on each axis, `(2, 2)`."""
    import numpy as np

    from report_builder.measures.probes._batches import encode, given_to, part_of, places_of

    part = part_of(data, parameters.split)
    codes = encode(model, part.x, given_to(model, part))
    if codes.shape[1] != 2:
        step = "Choose a run with latent_dim 2, or plane: prior."
        raise ReportError(Problem("", "this is the plane of a two-dimensional code", f"latent_dim = {codes.shape[1]}", step))
    limits = np.quantile(codes.astype(np.float64), [parameters.quantile, 1 - parameters.quantile], axis=0).T
    limits[np.ptp(limits, axis=1) < 1e-6] += [-1, 1]  # for an axis on which all codes are equal
    places = places_of(data, parameters.split, parameters.points)
    return codes[places], part.y[places], limits


def _codes_at_angles(angles: np.ndarray, latent_dim: int, seed: int) -> np.ndarray:
    """Return codes `(n * n, latent_dim)`, row by row; each is distributed as N(0, I), since sin² + cos² = 1."""
    import numpy as np

    right, front, up = np.random.default_rng(seed).standard_normal((3, latent_dim))
    across, upwards = (each.reshape(-1, 1) for each in np.meshgrid(angles, angles))
    level = np.sin(across) * right + np.cos(across) * front
    return np.asarray(np.cos(upwards) * level + np.sin(upwards) * up)


def _latent_dim(model: Trained, data: ImageData) -> int:
    """Return the dimension of the code, found by encoding one image."""
    import numpy as np

    from report_builder.measures.probes._batches import encode, given_to, part_of, pixels

    part = part_of(data, "train", 1)
    return int(encode(model, pixels(part.x, np.array([0])), given_to(model, part)).shape[1])


KIND = Probe(
    parameters=Parameters,
    measure=measure,
    needs=frozenset({"encode", "decode|decode_condition"}),
    needs_for=needs_for,
    noise=noise,
)
