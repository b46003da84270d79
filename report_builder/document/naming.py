"""The names that a report knows: those of its runs, of the arms of its sweeps, and of kinds that are not its own."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from report_builder.document.lexicon import LETTER
from report_builder.document.material import Material, SweepCard
from report_builder.errors import Problem
from report_builder.facts import Fact
from report_builder.plain import Fields, rows
from report_builder.records import frozen

SHORTEST = 5  # letters of a title that its language inflects
ENDINGS = "aeiouyąęóаеёийоуыэюяь"  # letters at the end of a word that another case may change


@frozen
class Name:
    """A run's name as a sentence prints it, and where."""

    text: str
    start: int
    end: int


@frozen
class Names:
    """What a sentence may name."""

    material: Material

    def runs(self, text: str) -> list[Name]:
        """The runs that a text names, in order; a common word that is also a run's name names none."""
        return [Name(found[0], found.start(), found.end()) for found in self._proper.finditer(text)]

    def without(self, text: str) -> str:
        """The text with blanks in place of the names of runs: a "VAE-KL" is no divergence."""
        return self._proper.sub(lambda found: " " * len(found[0]), text)

    def foreign(self, text: str) -> list[str]:
        """Names in a text of models and data that no run here has."""
        return [found[0] for found in self._foreign.finditer(text) if found[0].casefold() not in self._own]

    def titled(self, text: str) -> set[str]:
        """The kinds of models whose titles a text uses, the longest title at each place."""
        found, rest = set[str](), text.casefold()
        for title, kind in self._titles_by_length:
            if title.split()[0][:SHORTEST].rstrip(ENDINGS) in rest:  # to make a pattern takes a millisecond
                left = _title(title).sub(" ", rest)
                found |= {kind} if left != rest else set()
                rest = left
        return found

    def of(self, run: str) -> str:
        """The printed name of a run."""
        card = self.material.runs.get(run)
        return card.name if card else ""

    def base(self, name: str, run: str) -> bool:
        """Whether a name is that of the run which the sweep of another one varies."""
        return any(run in sweep.runs and prefix.rstrip(" -_=(") == name for prefix, sweep in self._prefixes())

    def judges(self, fact: Fact) -> set[str]:
        """Names of the runs that judged a fact."""
        keys = [(spec.get("model"), spec.get("training")) for spec in _judges(fact)]
        return {
            card.name
            for card in self.material.runs.values()
            if (card.settings.get("model"), card.settings.get("training")) in keys
        }

    def judging(self, fact: Fact) -> set[str]:
        """The kinds of models that judged a fact."""
        return {kind_of(spec) for spec in _judges(fact)}

    def no_arms(self, text: str) -> Iterator[str]:
        """Names that follow a sweep's pattern and that no arm has."""
        arms = {card.name for card in self.material.runs.values()}
        for prefix, _ in self._prefixes():
            if any(map(str.isalpha, prefix)):
                pattern = f"(?<!{LETTER})(?<![\\w-]){re.escape(prefix)}\\d+(?:[.,]\\d+)?"
                yield from (found for found in re.findall(pattern, text) if found not in arms)

    def mistakes(self) -> Iterator[Problem]:
        """Two runs with one name, and a built-in kind under the name of another one."""
        where, runs = self.material.spec_file, self.material.runs.values()
        counted = Counter(card.name for card in runs)
        for name in (name for name, count in counted.items() if count > 1):
            ids = ", ".join(card.id for card in runs if card.name == name)
            yield Problem(
                where, "two runs have the same name", f"{name}: {ids}", next_step="Give each a name of its own: name: ..."
            )
        for card in runs:
            own, named = kind_of(card.settings), self._titles.get(card.name.casefold())
            varied = named and own.startswith(f"{named}_")  # conditional_gan_embedding is a conditional_gan
            if named and named != own and not varied and own in self.material.kinds:
                step = "Name it after what it is, or leave the name out."
                yield Problem(where, f"run '{card.id}' has the name of another kind of model", card.name, own, step)

    def _prefixes(self) -> Iterator[tuple[str, SweepCard]]:
        for sweep in self.material.sweeps.values():
            names = [self.of(run) for run in sweep.runs]
            prefix = _beginning(names).rstrip("0123456789.")
            if len(names) > 1 and prefix and all(re.fullmatch(r"\d+(?:[.,]\d+)?", name[len(prefix) :]) for name in names):
                yield prefix, sweep

    @functools.cached_property
    def _proper(self) -> re.Pattern[str]:
        return _words(card.name for card in self.material.runs.values() if _is_proper(card.name))

    @functools.cached_property
    def _own(self) -> set[str]:
        cards = self.material.runs.values()
        return {word.casefold() for card in cards for word in (card.name, card.data, card.model)}

    @functools.cached_property
    def _titles(self) -> Mapping[str, str]:
        """Each name of a kind of model -> the kind."""
        return {name.casefold(): kind for kind, names in self.material.kinds.items() for name in names}

    @functools.cached_property
    def _titles_by_length(self) -> list[tuple[str, str]]:
        """Each title in small letters, and the kind; the longest first."""
        return sorted(self._titles.items(), key=lambda item: len(item[0]), reverse=True)

    @functools.cached_property
    def _foreign(self) -> re.Pattern[str]:
        short = (name for names in self.material.kinds.values() for name in names if _is_proper(name))
        return _words(short)


def _beginning(names: Sequence[str]) -> str:
    """The letters with which all names begin."""
    same = itertools.takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in same)


def _judges(fact: Fact) -> list[Fields]:
    judge = fact.settings.get("judge")
    return [judge] if isinstance(judge, Mapping) else rows(judge)


def kind_of(settings: Fields) -> str:
    """The kind of the model that settings are of, or ""."""
    model = settings.get("model", "")
    return str(model.get("kind", "") if isinstance(model, Mapping) else model)


def _is_proper(name: str) -> bool:
    """Whether nobody writes it who does not mean it: it has a capital that begins no sentence, or a digit."""
    return any(letter.isupper() or letter.isdigit() for letter in name[1:])


@functools.cache
def _title(title: str) -> re.Pattern[str]:
    """A title in any case of its language."""
    return _words([title], inflected=len(title) >= SHORTEST)


def _words(names: Iterable[str], *, inflected: bool = False) -> re.Pattern[str]:
    """The names as words, the longest tried first; `inflected`: each of their words may end otherwise."""
    ordered = sorted({name for name in names if name}, key=len, reverse=True)
    if not ordered:
        return re.compile("(?!)")
    bounded = "|".join(_inflected_pattern(name) if inflected else re.escape(name) for name in ordered)
    return re.compile(f"(?<!{LETTER})(?<![0-9_-])(?:{bounded})(?!{LETTER})(?![0-9_])(?!-{LETTER})")


def _inflected_pattern(name: str) -> str:
    stems = (word.rstrip(ENDINGS) for word in name.split())
    return r"\s+".join(f"{re.escape(stem)}{LETTER}{{0,4}}" for stem in stems)
