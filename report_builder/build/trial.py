"""Figures and metrics of the user's own on noise, before anything trains: does `draw` or `measure` take what it asked for?

The arrays are those of the very probes, asked of a model that gives noise of the right shapes. What only a training tells
is not tried: what a run keeps of itself (history, samples, costs, layers), probes of the user's own, facts that a figure
shows, data whose shape or classes nobody has said. Nor does noise tell whether numbers are such as they should be: what a
file raises itself is not held against it, and no arithmetic either.
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
BYTES, FEWEST, FEATURES = 16e6, 200, 16  # of the noise: images of a split, width of what a classifier sees
#: what noise of the right names, types and shapes decides; errors of arithmetic it does not
DECIDED = (TypeError, AttributeError, NameError, ImportError, LookupError, ValueError)

SHAPES = ("numpy", "report_builder")  # packages whose ValueErrors are about shapes


def try_own_kinds(plan: Plan) -> None:
    """Draws the figures and measures the metrics of the user's own that are not stored; what is good is remembered.

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
    """Place in the experiment, figure or metric, key of its step, of each that is not stored; a metric of one seed."""
    for picture in plan.resolved.figures.values():
        if picture.kind.name.endswith(".py") and not picture.facts and not plan.stored(step := plan.figures[picture.id]):
            yield ("figures", picture.id), picture, step.step.key
    for measure in plan.resolved.measures:
        if measure.kind.name.endswith(".py"):
            step = plan.facts[measure, plan.seeds(measure.subject)[0]]
            if not plan.stored(step):
                yield ("metrics", measure.id), measure, step.step.key


def _try(plan: Plan, own: Picture | Measure) -> None:
    """Raises OwnFileError where the file is wrong; nothing where noise cannot tell."""
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
    """Whether the error would come of the real arrays, too.

    What the file raises itself may hang on their numbers, and so may a ValueError of a package other than NumPy.
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
    """What the probes give of noise, by the names of the requests; None where that is not known before a training."""
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
        except Exception:  # noqa: BLE001  noise will not do for this probe; what is wrong with it is not the user's
            return None
    return found


def _is_incomplete(layout: Layout) -> bool:
    """Whether something is only known when the data has been read."""
    return not (layout.image_shape and layout.class_names) or any(not part.names for part in layout.conditions)


def _noise(layout: Layout, request: ProbeRequest) -> ImageData:
    """Images, classes, conditions and attributes as such data has them; as many as are asked for, where there are so many."""
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
    """A model whose methods give noise of the shapes, and in the range, of what a trained one gives."""

    def __init__(self, run: Training | None, layout: Layout) -> None:
        import numpy as np

        self._random = np.random.default_rng(1)
        self._layout = layout
        self._latent_dim = run.latent_dim if run else None
        self.takes: Sequence[Part] = run.model.module.takes if run else ("x",)
        self.provides, self.pixels = run.model.module.provides if run else frozenset(), "Bernoulli"

    def encode(self, x: np.ndarray, *_: np.ndarray) -> np.ndarray:
        """Codes `(n, latent_dim)`; a ValueError of a model that does not say how long its code is."""
        if self._latent_dim is None:
            raise ValueError("the length of the code is not known")
        return self._random.normal(size=(len(x), self._latent_dim)).astype("float32")

    def posterior(self, x: np.ndarray, *_: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Codes, and logarithms of their variances."""
        z = self.encode(x)
        return z, -abs(z)

    def decode(self, z: np.ndarray, *_: np.ndarray) -> np.ndarray:
        """Images `(n, height, width, channels)`."""
        return self._random.uniform(*self._layout.value_range, (len(z), *(self._layout.image_shape or ()))).astype("float32")

    def sample(self, n: int, *_: np.ndarray | int) -> np.ndarray:
        """Images `(n, height, width, channels)`."""
        return self.decode(self._random.normal(size=(n, 1)))

    def elbo_terms(self, x: np.ndarray, *_: np.ndarray | int) -> dict[str, np.ndarray]:
        """Terms of the bound, each `(n,)`, in nats."""
        names = ("reconstruction", "kl_closed_form", "kl_monte_carlo")
        return {name: self._random.uniform(1, 9, len(x)).astype("float32") for name in names}

    def discriminate(self, x: np.ndarray, *_: np.ndarray) -> np.ndarray:
        """Logits `(n,)`."""
        return self._random.normal(size=len(x)).astype("float32")

    def classify(self, x: np.ndarray) -> np.ndarray:
        """Probabilities `(n, classes)`."""
        return self._random.dirichlet([1.0] * len(self._layout.class_names or ()), len(x)).astype("float32")

    def features(self, x: np.ndarray) -> np.ndarray:
        """What the last layer of a classifier sees `(n, d)`."""
        return self._random.normal(size=(len(x), FEATURES)).astype("float32")
