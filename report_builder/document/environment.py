"""The sandbox that runs a template, the loader of the templates it includes, and the bytecode cache between commands."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from report_builder.document import marking
from report_builder.document.bounded import hold_product
from report_builder.document.channel import Given

if TYPE_CHECKING:
    from jinja2.bccache import Bucket
    from jinja2.runtime import Context

_T = TypeVar("_T")


class _Compiled(jinja2.FileSystemBytecodeCache):
    """A cache of compiled templates between commands, in Jinja's folder for the user's temporary files.

    A cache that cannot be read or written only costs time.
    """

    def get_source_checksum(self, source: str) -> str:
        """Return a digest of the template's source and of the module that determines how lines are marked."""
        return super().get_source_checksum(source + _marking())

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load the bytecode of an unchanged template, if it is cached and intact."""
        with suppress(Exception):  # unpickling a damaged file may raise anything; the template is then compiled
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store the bytecode of a template."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


@functools.cache
def _marking() -> str:
    return Path(marking.__file__).read_text(encoding="utf-8")


@functools.cache
def _bytecode_cache() -> _Compiled | None:
    """Return the cache, or None if there is no safe folder for it."""
    with suppress(OSError, RuntimeError):
        return _Compiled()
    return None


class Environment(ImmutableSandboxedEnvironment):
    """A sandbox in which captured text (`{% set %}`, macros, `{% call %}`) has no line marks for the template to see or count.

    The marks are restored when the captured text is printed unchanged.
    """

    intercepted_binops = frozenset({"**", "*"})

    def __init__(self, loader: jinja2.BaseLoader) -> None:
        self._captured: dict[str, str] = {}
        super().__init__(
            loader=loader,
            undefined=jinja2.StrictUndefined,
            comment_start_string="<#",
            comment_end_string="#>",
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            extensions=[marking.Lines],
            bytecode_cache=_bytecode_cache(),
            optimized=False,  # a folded constant is written into the code by its repr, and `inf` is no name there
            finalize=self._finalize,
        )
        del self.globals["lipsum"], self.filters["random"]  # output must be reproducible: the same store gives the same bytes

    def concat(self, parts: Iterable[str]) -> str:
        """Join captured output, without its line marks."""
        marked = "".join(parts)
        text = marking.MARK.sub("", marked)
        self._captured[text] = marked
        return text

    def call_binop(self, context: Context, operator: str, left: Given, right: Given) -> Given:
        """Evaluate `*` or `**`, rejecting results that would take forever to compute."""
        hold_product(operator, left, right)
        result: Given = super().call_binop(context, operator, left, right)
        return result

    def _finalize(self, value: _T) -> _T | str:
        return self._captured.get(value) or value.translate(marking.FORGED) if isinstance(value, str) else value


class Beside(jinja2.FileSystemLoader):
    """Loads templates from one folder; symbolic links that lead out of it are rejected."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, encoding="utf-8-sig")
        self.sought = dict[Path, None]()

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return the source of a template, its file, and a function that says whether it is up to date."""
        self.sought[Path(self.searchpath[0], template)] = None
        found = super().get_source(environment, template)
        if not Path(found[1]).resolve().is_relative_to(Path(self.searchpath[0]).resolve()):
            raise jinja2.TemplateNotFound(template)
        return found
