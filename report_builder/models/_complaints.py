"""Errors about layers that cannot be created or applied: which layer, its input, and Keras' message in one line."""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.records import frozen

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

    Tensors: TypeAlias = keras.KerasTensor | tf.Tensor | Sequence[keras.KerasTensor]

_COLOUR = re.compile(r"\x1b\[\d+m")
_IN_USER_CODE = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>\w+)')  # in errors of traced functions
_LONGEST = 300  # characters of a message; longer ones contain printed arrays
_PASSED_ON = {"activity_regularizer", "trainable", "dtype", "autocast", "name"}  # arguments of every Keras layer


@frozen
class Place:
    """A layer in a user-defined architecture.

    Attributes:
        what: the list that contains it, e.g. `encoder`.
        index: its position in the list, from 0.
        kind: its class as written in the list.
    """

    what: str
    index: int
    kind: str

    def problem(self, rule: str, *details: str, key: str = "") -> ReportError:
        """Create an error about this layer, or about its argument `key`."""
        where = f"{self.what}.{self.index}" + (f".{key}" if key else "")
        name = self.kind.rpartition(".py:")[2]
        return ReportError(Problem(where, f"{self.what}, layer {self.index + 1}, {name}: {rule}", *details))

    @contextmanager
    def complaints(self, rule: str, came_in: Tensors) -> Iterator[None]:
        """Turn any exception of the layer into an error that states the shape of its input."""
        try:
            yield
        except ReportError:
            raise
        except Exception as error:
            file, own, _ = self.kind.rpartition(".py:")
            place = own_line(error, Path(f"{file}.py").parent if own else None)
            says = f"{type(error).__name__} at {place}: " if place else "Keras says: "
            raise self.problem(rule, f"{shape_text(came_in)} came in", f"{says}{one_line(error)}") from error


def own_line(error: BaseException, folder: Path | None) -> str:
    """Return the last frame of an error within this folder, as `spiral.py:31, in call`; empty if there is none."""
    if folder is None:
        return ""
    frames = [(f.filename, str(f.lineno), f.name) for f in traceback.extract_tb(error.__traceback__)]
    frames += [(m["file"], m["line"], m["function"]) for m in _IN_USER_CODE.finditer(str(error))]
    here = [frame for frame in frames if Path(frame[0]).resolve().parent == folder.resolve()]
    return f"{Path(here[-1][0]).name}:{here[-1][1]}, in {here[-1][2]}" if here else ""


def unknown_layer(place: Place, known: Sequence[str]) -> ReportError:
    """Create the error for a class that does not exist."""
    name = place.kind.rpartition(".py:")[2]
    return place.problem("there is no such layer", repr(name), near_miss(name, known), key="kind")


def check_arguments(place: Place, kind: type, arguments: Sequence[str]) -> None:
    """Raise ReportError for an argument that the class does not accept."""
    known = arguments_of(kind)
    for name in arguments:
        if name not in known:
            raise place.problem("there is no such argument", repr(name), near_miss(name, known), key=name)


def arguments_of(kind: type) -> set[str]:
    """Return the names of all arguments of a class, including those that it passes on to its base classes."""
    found: set[str] = set()
    for owner in kind.__mro__:
        if "__init__" not in vars(owner):
            continue
        taken = list(inspect.signature(vars(owner)["__init__"]).parameters.values())[1:]
        found |= {p.name for p in taken if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
        if owner.__module__.startswith("keras."):  # Keras' own base classes take nothing else from users
            break
        if not any(p.kind == p.VAR_KEYWORD for p in taken):
            return found
    return found | _PASSED_ON


def shape_text(tensor: Tensors) -> str:
    """Format the shape of a tensor without the batch axis: `14 x 14 x 32`, `10 values`."""
    if isinstance(tensor, Sequence):
        return f"{len(tensor)} tensors"
    sizes = ["?" if size is None else str(size) for size in tuple(tensor.shape)[1:]]
    return " x ".join(sizes) if len(sizes) > 1 else f"{sizes[0]} values" if sizes else "one number"


def size(shape: Sequence[int]) -> str:
    """Format a shape as `28 x 28 x 1`."""
    return " x ".join(map(str, shape))


def one_line(error: BaseException) -> str:
    """Return Keras' message in one line, without colours and surrounding explanations."""
    text = _COLOUR.sub("", str(error))
    inner = re.sub(r"^Exception encountered when calling [^\n]*\n", "", text.strip()).partition("Arguments received by")[0]
    return cut((inner if inner.strip() else text).replace(" with name 'None'", "")) or type(error).__name__


def cut(text: str) -> str:
    """Join a message into one line and cut it to the maximum length."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rpartition(' ')[0]} ..."
