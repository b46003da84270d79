"""How a kind is declared, and how it is found: in this package, in an installed one, or in a user's own file."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from importlib.metadata import EntryPoint, distributions
from pathlib import Path
from types import ModuleType
from typing import ClassVar, Generic, Self, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.plain import Fields
from report_builder.records import named

Words: TypeAlias = str | Mapping[str, str]  # text of a kind: in English, or by language


class Parameters(BaseModel):
    """Base of every kind's parameters: frozen, and a key that is not documented is an error.

    The type of a parameter states its meaning to the plan: `Annotated[str, Role.SPLIT]`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


P = TypeVar("P", bound=BaseModel)


@named
class Declared(Generic[P]):
    """Base of all declarations. The file of a kind ends with `KIND = Metric(...)` (or `Figure(...)`, `Probe(...)` ...).

    Attributes:
        parameters: class of its parameters, whose names, defaults and descriptions are those in YAML.
        summary: one line for `list`; default: the first line of the file's docstring.
        name: name under which it is found, filled in by the registry: a word, or the name of a user's own file.
        file: the Python file that declares it, filled in by the registry.
    """

    watched: ClassVar[bool] = True  # whether functions of a user's own file are checked, also while they run

    parameters: type[P]
    summary: str = ""
    name: str = ""
    file: Path = Path()

    def of_user(self) -> Self:
        """The kind as it is used from a user's own file."""
        return self

    def __post_init__(self) -> None:
        """Raise TypeError unless the parameters are a pydantic class."""
        if not (isinstance(self.parameters, type) and issubclass(self.parameters, BaseModel)):
            raise TypeError(f"parameters is a class of report_builder.kinds.Parameters, and is {self.parameters!r}")


K = TypeVar("K", bound=Declared[Parameters])
K_co = TypeVar("K_co", bound=Declared[Parameters], covariant=True)


@functools.cache
def _modules(package: str, *, folders: bool) -> tuple[str, ...]:
    spec = importlib.util.find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return tuple(sorted(m.name for m in pkgutil.iter_modules(places) if m.ispkg == folders and m.name[0] != "_"))


@functools.cache
def offers() -> tuple[EntryPoint, ...]:
    """Entry points of installed packages; one that is found twice on the path counts once."""
    found = (each for package in distributions() for each in package.entry_points if each.group.startswith("report_builder."))
    return tuple({(each.group, each.name, _package_of(each)): each for each in found}.values())


@dataclass(frozen=True, eq=False)
class Registry(Generic[K_co]):
    """Kinds of one sort: the modules of one package (its subpackages if a kind is a folder), and installed ones.

    Attributes:
        sort: name in `list`; installed packages offer theirs as entry points of the group `report_builder.<sort>`.
        package: package whose modules are the built-in kinds.
        noun: what messages call such a kind.
        form: class of the kinds.
        folders: whether a kind is a folder.
    """

    sort: str
    package: str
    noun: str
    form: type[K_co]
    folders: bool = False
    _found: dict[str, K_co] = field(default_factory=dict)

    def names(self) -> tuple[str, ...]:
        """Names of the built-in kinds and of those of installed packages, without importing them."""
        return tuple(sorted({*self._builtins(), *(entry.name for entry in self._entry_points())}))

    def get(self, name: str, *, beside: Path | None = None) -> K_co:
        """Return a kind.

        Args:
            name: name of a kind, or path of a Python file relative to `beside`.
            beside: the folder of the experiment file.

        Raises:
            ReportError: there is no such kind, several packages have it, or its file does not declare it.
        """
        own = name.endswith(".py")
        key = str(((beside or Path()) / name).resolve()) if own else name
        if key not in self._found:
            self._found[key] = self._of_file(Path(key)) if own else self._of_package(name)
        return self._found[key]

    def __iter__(self) -> Iterator[tuple[str, K_co]]:
        """Yield the name and the kind of all that can be loaded; a broken one of an installed package is left out."""
        for name in self.names():
            try:
                kind = self.get(name)
            except ReportError:
                if name in self._builtins():
                    raise
                continue
            yield name, kind

    def _builtins(self) -> tuple[str, ...]:
        return _modules(self.package, folders=self.folders)

    def _entry_points(self) -> list[EntryPoint]:
        return [entry for entry in offers() if entry.group == f"report_builder.{self.sort}"]

    def _of_package(self, name: str) -> K_co:
        offered, built_in = [entry for entry in self._entry_points() if entry.name == name], name in self._builtins()
        if len(offered) + built_in > 1:
            packages = [*(["report_builder"] if built_in else []), *map(_package_of, offered)]
            rule, step = f"several packages have a {self.noun} of this name", "Uninstall all of these packages but one."
            raise ReportError(Problem("", rule, f"{name}, of {' and of '.join(packages)}", next_step=step))
        if offered:
            return self._load_installed(offered[0])
        if not built_in:
            raise ReportError(Problem("", f"unknown {self.noun}", repr(name), near_miss(name, self.names())))
        return self._declared_kind(importlib.import_module(f"{self.package}.{name}"), name)

    def _load_installed(self, entry: EntryPoint) -> K_co:
        """Kind of an installed package; anything wrong with it is attributed to that package."""
        from report_builder.kinds._own import with_blame

        advice = f"This is in the installed package '{_package_of(entry)}': repair it, or uninstall it."
        try:
            module = importlib.import_module(entry.module)
        except (Exception, SystemExit) as error:
            rule = f"the {self.noun} '{entry.name}' of the installed package '{_package_of(entry)}' cannot be loaded"
            raise ReportError(Problem("", rule, f"{type(error).__name__}: {error}", next_step=advice)) from error
        return with_blame(self._declared_kind(module, entry.name), advice)

    def _of_file(self, path: Path) -> K_co:
        """Kind in a user's own file, with each of its functions checked."""
        from report_builder.kinds._own import ADVICE, foreseen, own_module, with_blame

        module = own_module(path, self.noun)
        if self.form.watched and (problems := [*foreseen(module, path)]):
            raise ReportError(*problems)
        return with_blame(self._declared_kind(module, path.name).of_user(), ADVICE)

    def _declared_kind(self, module: ModuleType, name: str) -> K_co:
        """Kind that a module declares, with the name under which it was found."""
        kind = vars(module).get("KIND")
        if isinstance(kind, self.form):
            text = kind.summary or (inspect.getdoc(module) or name).splitlines()[0]
            return replace(kind, name=name, file=Path(module.__file__ or ""), summary=text)
        step = f"Write at the end of the file: KIND = {self.form.__name__}({', '.join(_arguments(self.form, module))})"
        where = str(module.__file__)
        rule = f"{Path(where).name} declares no {self.noun}"
        received = "no KIND" if kind is None else f"KIND = {type(kind).__name__}"
        raise ReportError(Problem(where, rule, received, next_step=f"{step}; the functions are those of docs/own-model.md."))


def _package_of(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.module


def _arguments(form: type[K], module: ModuleType) -> Iterator[str]:
    """Arguments that a kind requires, or for which the module has a value under the name of the field."""
    for each in fields(form):
        needed = each.default is MISSING and each.default_factory is MISSING
        written = [name for name in (each.name, each.name.upper(), each.name.capitalize()) if name in vars(module)]
        if (needed or written) and each.name not in ("name", "file"):
            yield f"{each.name}={(written or ['Parameters' if each.name == 'parameters' else each.name])[0]}"


def opened(registry: Registry[K], entry: Fields, *, beside: Path | None = None) -> tuple[K, Parameters]:
    """Return kind and parameters of a resolved entry `{"kind": ..., parameter: value, ...}`.

    Raises:
        ReportError: there is no such kind.
    """
    kind = registry.get(str(entry["kind"]), beside=beside)
    return kind, kind.parameters(**{key: value for key, value in entry.items() if key != "kind"})


def by_language(words: Words) -> dict[str, str]:
    """Words of a user's own kind by language; text alone, under "", serves every language."""
    return {code: str(text) for code, text in words.items()} if isinstance(words, Mapping) else {"": str(words)}
