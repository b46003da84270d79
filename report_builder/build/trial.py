"""Tries the user's own figures and metrics on noise before anything trains, to see whether they accept what they requested.

The arrays come from the real probes, applied to a stand-in model that returns noise of the right shapes. Anything that only
training yields is not tried: results a run keeps about itself (history, samples, costs, layers), the user's own probes, facts
that a figure shows, and data of unknown shape or classes. Since noise says nothing about values, exceptions that a file
raises itself are ignored, and so are arithmetic errors.
"""

from __future__ import annotations

import dis
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from report_builder import languages
from report_builder.errors import OwnFileError, Problem, ReportError, once
from report_builder.kinds import FROM_RUN, PROBES, Condition, ImageData, Judge, Layout, Part, ProbeRequest, Split, opened
from report_builder.plan import Measure, Picture, Plan, Training

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays

GOOD = "good on noise"
BYTES, FEWEST, FEATURES = 16e6, 200, 16  # bytes of images, minimum images per split, width of classifier features
#: errors that names, types and shapes alone can cause; arithmetic errors depend on the values
DECIDED = (TypeError, AttributeError, NameError, ImportError, LookupError, ValueError)

SHAPES = ("numpy", "report_builder")  # packages whose ValueErrors are about shapes


def try_own_kinds(plan: Plan) -> None:
    """Draw the user's own figures and measure their metrics that are not stored; those that pass are remembered.

    Raises:
        ReportError: with every mistake in their files.
    """
    memo, found = plan.store.memo, list[Problem]()
    for place, own, key in _own(plan):
        if memo.recall(f"trial {key}") == GOOD:
            continue
        try:
            _try(plan, own)
            memo.remember(f"trial {key}", GOOD)
        except OwnFileError as error:
            where = plan.resolved.loaded.where(*place)
            found += [replace(problem, where=where) for problem in error.problems]
    if found:
        raise ReportError(*once(found))


def _own(plan: Plan) -> Iterator[tuple[tuple[str, str], Picture | Measure, str]]:
    """Place in the experiment, object, and step key of each own figure or metric that is not stored; metrics for one seed."""
    for picture in plan.resolved.figures.values():
        if picture.kind.name.endswith(".py") and not picture.facts and not plan.stored(step := plan.figures[picture.id]):
            yield ("figures", picture.id), picture, step.step.key
    for measure in plan.resolved.measures:
        if measure.kind.name.endswith(".py"):
            step = plan.facts[measure, plan.seeds(measure.subject)[0]]
            if not plan.stored(step):
                yield ("metrics", measure.id), measure, step.step.key


def _try(plan: Plan, own: Picture | Measure) -> None:
    """Try one figure or metric.

    Returns silently if noise cannot tell.

    Raises:
        OwnFileError: the file is wrong.
    """
    import numpy as np

    given = _noise_arrays(plan, own.requests)
    if given is None:
        return
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            if isinstance(own, Picture):
                own.kind.module.draw(given, own.kind.parameters, plan.subjects(own), languages.load(plan.language))
            else:
                _same_names([*own.kind.module.measure(given, own.kind.parameters)], own)
    except OwnFileError as error:
        if error.__cause__ is None or _is_conclusive(error.__cause__, own.kind.file):
            told = "; ".join(f"{name}: {_shapes_text(arrays)}" for name, arrays in given.items())
            raise OwnFileError(*(replace(p, allowed=p.allowed or f"It was given: {told}.") for p in error.problems)) from error
    except (ReportError, MemoryError):
        return


def _same_names(measured: list[str], own: Measure) -> None:
    announced = [quantity.name for quantity in own.quantities]
    if set(measured) != set(announced):
        rule = f"{own.kind.file.name}:1: 'measure' gives other values than 'values' declares"
        raise OwnFileError(Problem("", rule, ", ".join(measured), f"'values' declares: {', '.join(announced)}."))


def _is_conclusive(error: BaseException, file: Path) -> bool:
    """Whether the error would occur on the real arrays, too.

    Errors that the file raises itself may depend on the values, and so may a ValueError from a package other than NumPy.
    """
    last = error.__traceback__
    while last and last.tb_next:
        last = last.tb_next
    if last is None or not isinstance(error, DECIDED) or type(error).__name__ == "LinAlgError":
        return False
    if last.tb_frame.f_code.co_filename == str(file):
        doing = {each.offset: each.opname for each in dis.get_instructions(last.tb_frame.f_code)}
        return doing.get(last.tb_lasti) not in ("RAISE_VARARGS", "RERAISE")
    package = str(last.tb_frame.f_globals.get("__name__", "")).partition(".")[0]
    return not isinstance(error, ValueError) or isinstance(error, LookupError) or package in SHAPES


def _shapes_text(arrays: Arrays) -> str:
    return ", ".join(f"{name} {array.shape}" for name, array in arrays.items())


# --- what it is given ---------------------------------------------------------------------------------------------------------


def _noise_arrays(plan: Plan, requests: Mapping[str, ProbeRequest]) -> dict[str, Arrays] | None:
    """Results of the probes on noise, by request name; None if they cannot be known before training."""
    found: dict[str, Arrays] = {}
    for name, request in requests.items():
        run = plan.resolved.runs.get(request.run or "")
        layout = (run.data if run else plan.resolved.data[str(request.data)]).layout
        if request.kind in FROM_RUN or request.kind.endswith(".py") or layout is None or _is_incomplete(layout):
            return None
        judge = plan.resolved.runs.get(request.judge or "")
        if judge and (judge.data.layout is None or _is_incomplete(judge.data.layout)):
            return None
        try:
            probe, parameters = opened(PROBES, {"kind": request.kind, **request.parameters})
            asked = _noise_judge(judge.data.layout) if judge and judge.data.layout else None
            found[name] = probe.arrays(_Noise(run, layout), _noise(layout, request), parameters, asked)
        except Exception:  # noqa: BLE001  the probe does not work on noise, which is not the user's mistake
            return None
    return found


def _is_incomplete(layout: Layout) -> bool:
    """Whether part of the layout is unknown until the data is read."""
    return not (layout.image_shape and layout.class_names) or any(not part.names for part in layout.conditions)


def _noise(layout: Layout, request: ProbeRequest) -> ImageData:
    """Random images, classes, conditions and attributes in the layout of the data; enough for the request if the split is."""
    import numpy as np

    shape, names = layout.image_shape or (), layout.class_names or ()
    asked = [n for n in (request.parameters.get("n"), request.parameters.get("per_class")) if isinstance(n, int)]
    most = int(min(max(FEWEST, *asked, len(names) * max(asked, default=1)), BYTES // (4 * math.prod(shape)) + 1))
    splits, random = {}, np.random.default_rng(0)
    for split, known in layout.images.items():
        n = most if known is None else min(known, most)
        x, y = random.uniform(*layout.value_range, (n, *shape)).astype(np.float32), np.arange(n, dtype=np.int64) % len(names)
        parts = [_vectors(part, y, random) for part in layout.conditions]
        attributes = (
            random.integers(0, 2, (n, len(layout.attribute_names))).astype(np.uint8) if layout.attribute_names else None
        )
        splits[split] = Split(x, y, np.concatenate(parts, axis=1) if parts else None, attributes)
    return ImageData(splits, names, layout.value_range, layout.conditions, layout.attribute_names or ())


def _vectors(part: Condition, y: np.ndarray, random: np.random.Generator) -> np.ndarray:
    import numpy as np

    width = len(part.names)
    found = np.eye(width)[y % width] if part.kind == "class" else random.integers(0, 2, (len(y), width))
    return found.astype(np.float32)


def _noise_judge(layout: Layout) -> Judge:
    model = _Noise(None, layout)
    return Judge(model.classify, layout.image_shape or (1, 1, 1), layout.value_range, layout.class_names or (), model.features)


class _Noise:
    """A stand-in for a trained model, whose methods return noise of the same shapes and ranges."""

    def __init__(self, run: Training | None, layout: Layout) -> None:
        import numpy as np

        self._random = np.random.default_rng(1)
        self._layout = layout
        self._latent_dim = run.latent_dim if run else None
        self.takes: Sequence[Part] = run.model.module.takes if run else ("x",)
        self.provides, self.pixels = run.model.module.provides if run else frozenset(), "Bernoulli"

    def encode(self, x: np.ndarray, *_: np.ndarray) -> np.ndarray:
        """Return codes `(n, latent_dim)`.

        Raises:
            ValueError: the model does not declare the length of its code.
        """
        if self._latent_dim is None:
            raise ValueError("the length of the code is not known")
        return self._random.normal(size=(len(x), self._latent_dim)).astype("float32")

    def posterior(self, x: np.ndarray, *_: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return means and log-variances of the posterior, each `(n, latent_dim)`."""
        z = self.encode(x)
        return z, -abs(z)

    def decode(self, z: np.ndarray, *_: np.ndarray) -> np.ndarray:
        """Return images `(n, height, width, channels)`."""
        return self._random.uniform(*self._layout.value_range, (len(z), *(self._layout.image_shape or ()))).astype("float32")

    def sample(self, n: int, *_: np.ndarray | int) -> np.ndarray:
        """Return images `(n, height, width, channels)`."""
        return self.decode(self._random.normal(size=(n, 1)))

    def elbo_terms(self, x: np.ndarray, *_: np.ndarray | int) -> dict[str, np.ndarray]:
        """Return the terms of the ELBO, each `(n,)`, in nats."""
        names = ("reconstruction", "kl_closed_form", "kl_monte_carlo")
        return {name: self._random.uniform(1, 9, len(x)).astype("float32") for name in names}

    def discriminate(self, x: np.ndarray, *_: np.ndarray) -> np.ndarray:
        """Return logits `(n,)`."""
        return self._random.normal(size=len(x)).astype("float32")

    def classify(self, x: np.ndarray) -> np.ndarray:
        """Return class probabilities `(n, classes)`."""
        return self._random.dirichlet([1.0] * len(self._layout.class_names or ()), len(x)).astype("float32")

    def features(self, x: np.ndarray) -> np.ndarray:
        """Return the input of a classifier's last layer, `(n, d)`."""
        return self._random.normal(size=(len(x), FEATURES)).astype("float32")
