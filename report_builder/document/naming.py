"""The names a report knows: those of its runs, of the arms of its sweeps, and of model kinds that it does not use."""

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

SHORTEST = 5  # titles with at least this many letters may be inflected
ENDINGS = "aeiouyąęóаеёийоуыэюяь"  # final letters that inflection may change


@frozen
class Name:
    """The name of a run in a sentence, and the (start, end) indices of the match."""

    text: str
    start: int
    end: int


@frozen
class Names:
    """Finds names in text."""

    material: Material

    def runs(self, text: str) -> list[Name]:
        """Return the run names in a text, in order; names that are ordinary words are not recognized."""
        return [Name(found[0], found.start(), found.end()) for found in self._proper.finditer(text)]

    def without(self, text: str) -> str:
        """Return the text with the names of runs blanked out: "VAE-KL" does not mention the KL divergence."""
        return self._proper.sub(lambda found: " " * len(found[0]), text)

    def foreign(self, text: str) -> list[str]:
        """Return the names of models in a text that no run of the report has."""
        return [found[0] for found in self._foreign.finditer(text) if found[0].casefold() not in self._own]

    def titled(self, text: str) -> set[str]:
        """Return the model kinds whose titles a text uses; longer titles take precedence."""
        found, rest = set[str](), text.casefold()
        for title, kind in self._titles_by_length:
            if title.split()[0][:SHORTEST].rstrip(ENDINGS) in rest:  # compiling a pattern takes a millisecond
                left = _title(title).sub(" ", rest)
                found |= {kind} if left != rest else set()
                rest = left
        return found

    def of(self, run: str) -> str:
        """Return the printed name of a run, or ""."""
        card = self.material.runs.get(run)
        return card.name if card else ""

    def base(self, name: str, run: str) -> bool:
        """Whether a name is the common prefix of the names of a sweep that contains the run, and so names the base model."""
        return any(run in sweep.runs and prefix.rstrip(" -_=(") == name for prefix, sweep in self._prefixes())

    def judges(self, fact: Fact) -> set[str]:
        """Return the names of the runs whose models served as judge of a fact."""
        keys = [(spec.get("model"), spec.get("training")) for spec in _judges(fact)]
        return {
            card.name
            for card in self.material.runs.values()
            if (card.settings.get("model"), card.settings.get("training")) in keys
        }

    def judging(self, fact: Fact) -> set[str]:
        """Return the model kinds that served as judge of a fact."""
        return {kind_of(spec) for spec in _judges(fact)}

    def no_arms(self, text: str) -> Iterator[str]:
        """Yield names that follow the pattern of a sweep but that no arm has."""
        arms = {card.name for card in self.material.runs.values()}
        for prefix, _ in self._prefixes():
            if any(map(str.isalpha, prefix)):
                pattern = f"(?<!{LETTER})(?<![\\w-]){re.escape(prefix)}\\d+(?:[.,]\\d+)?"
                yield from (found for found in re.findall(pattern, text) if found not in arms)

    def mistakes(self) -> Iterator[Problem]:
        """Yield a problem for each name shared by several runs, and for each run named after another kind of model."""
        where, runs = self.material.spec_file, self.material.runs.values()
        counted = Counter(card.name for card in runs)
        for name in (name for name, count in counted.items() if count > 1):
            ids = ", ".join(card.id for card in runs if card.name == name)
            yield Problem(
                where, "two runs have the same name", f"{name}: {ids}", next_step="Give each a name of its own: name: ..."
            )
        for card in runs:
            own, named = kind_of(card.settings), self._titles.get(card.name.casefold())
            varied = named and own.startswith(f"{named}_")  # e.g. conditional_gan_embedding is a conditional_gan
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
        """Name of a model kind, case-folded -> kind."""
        return {name.casefold(): kind for kind, names in self.material.kinds.items() for name in names}

    @functools.cached_property
    def _titles_by_length(self) -> list[tuple[str, str]]:
        """(Name, kind) pairs, longest name first."""
        return sorted(self._titles.items(), key=lambda item: len(item[0]), reverse=True)

    @functools.cached_property
    def _foreign(self) -> re.Pattern[str]:
        short = (name for names in self.material.kinds.values() for name in names if _is_proper(name))
        return _words(short)


def _beginning(names: Sequence[str]) -> str:
    """Return the longest common prefix of the names."""
    same = itertools.takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in same)


def _judges(fact: Fact) -> list[Fields]:
    judge = fact.settings.get("judge")
    return [judge] if isinstance(judge, Mapping) else rows(judge)


def kind_of(settings: Fields) -> str:
    """Return the model kind in these settings, or ""."""
    model = settings.get("model", "")
    return str(model.get("kind", "") if isinstance(model, Mapping) else model)


def _is_proper(name: str) -> bool:
    """Whether a name cannot be an ordinary word: it has a digit, or a capital after its first letter."""
    return any(letter.isupper() or letter.isdigit() for letter in name[1:])


@functools.cache
def _title(title: str) -> re.Pattern[str]:
    """Return a pattern that matches a title in any inflected form."""
    return _words([title], inflected=len(title) >= SHORTEST)


def _words(names: Iterable[str], *, inflected: bool = False) -> re.Pattern[str]:
    """Return a pattern that matches the names as whole words, longest first; with `inflected`, with variable endings."""
    ordered = sorted({name for name in names if name}, key=len, reverse=True)
    if not ordered:
        return re.compile("(?!)")
    bounded = "|".join(_inflected_pattern(name) if inflected else re.escape(name) for name in ordered)
    return re.compile(f"(?<!{LETTER})(?<![0-9_-])(?:{bounded})(?!{LETTER})(?![0-9_])(?!-{LETTER})")


def _inflected_pattern(name: str) -> str:
    stems = (word.rstrip(ENDINGS) for word in name.split())
    return r"\s+".join(f"{re.escape(stem)}{LETTER}{{0,4}}" for stem in stems)
