"""Counts such as "9 of 10", and lists of classes, computed by the program."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping

from report_builder.document.boilerplate import unmeasured
from report_builder.document.printed import Printed, Told, Unmeasured
from report_builder.document.vocabulary import Vocabulary
from report_builder.facts import Fact

THAN: Mapping[str, Callable[[float, float], bool]] = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
_CLASS = re.compile(r".*\bclass (.+)$")  # end of the reduction of a fact on a single class


class Counts(Vocabulary):
    """The template functions that count."""

    def words(self) -> Mapping[str, Callable[..., Told]]:
        """Return the template globals."""
        return {"count": self.count, "classes": self.classes}

    def count(self, name: str, relation: str = "", limit: float = 0.0) -> Printed:
        """Print a count out of a total, such as "9 of 10".

        Without `relation`, count the images behind a share, over all seeds. With it, count the arms of a sweep
        (`latent.test.elbo`) or the classes of a share whose value satisfies it: `count("cgan.samples.class_asked", ">=", 0.9)`.
        """
        if relation:
            found = self._satisfying(name, relation, limit)
            return self._of(" ".join(found[1]), len(found[0]), len(found[1])) if found else self._nothing(name)
        fact = self.speech.find(name)
        if fact is None or fact.placeholder:
            return self._nothing(name)
        shares = [float(m.value) * fact.n for m in fact.measurements if not isinstance(m.value, str)]
        if not fact.reduction.startswith("share") or any(abs(share - round(share)) > 1e-6 for share in shares):
            self.ledger.problem("only a share can be counted in images", name, next_step="Cite the value: fact().")
        return self._of(name, sum(map(round, shares)), fact.n * len(shares))

    def classes(self, name: str, relation: str, limit: float) -> Printed:
        """Print the classes of a share whose value satisfies a relation, e.g. "3 and 5", or a word for "none"."""
        found = self._satisfying(name, relation, limit)
        if not found:
            return self._nothing(name)
        words = self.language.join(found[0]) if found[0] else self.language.word("list.none")
        return self.speech.printed(found[0], words, " ".join(found[1]))

    def _of(self, names: str, part: int, whole: int) -> Printed:
        words = self.language.word("list.of", part=self.language.number(part), whole=self.language.number(whole))
        return self.speech.printed(part, words, names)

    def _nothing(self, name: str) -> Printed:
        words = unmeasured(self.language)
        return self.speech.printed(Unmeasured(words), words, name)

    def _satisfying(self, name: str, relation: str, limit: float) -> tuple[list[str], list[str]] | None:
        """Return the labels of the parts that satisfy a relation, and the facts of all parts; None if they are not known."""
        if relation not in THAN:
            self.ledger.unknown("relation", relation, THAN)
            return None
        parts = self._arms(name) or self._of_classes(name)
        if not parts:
            self.ledger.problem(
                "this is no fact of a sweep and no share with classes", repr(name), next_step="Name classes in the metric."
            )
            return None
        for _, fact in parts:
            self.ledger.cite("facts", fact.name)
        if any(fact.placeholder for _, fact in parts):
            return None
        satisfying = [label for label, fact in parts if THAN[relation](float(fact.value), limit)]
        return satisfying, [fact.name for _, fact in parts]

    def _arms(self, name: str) -> list[tuple[str, Fact]]:
        sweep, _, fact = name.partition(".")
        card = self.material.sweeps.get(sweep)
        found = [(run, self.material.facts.get(f"{run}.{fact}")) for run in card.runs] if card else []
        return [(self.speech.card(run).name, fact) for run, fact in found if fact]

    def _of_classes(self, name: str) -> list[tuple[str, Fact]]:
        of = [fact for fact in self.material.facts.values() if fact.name.startswith(f"{name}_")]
        return [(self.language.name(label), fact) for fact in of if (label := _class_of(fact))]


def _class_of(fact: Fact) -> str:
    """Return the class of a share, from its noun (known before measuring) or its reduction, or "" if it has none."""
    noun, _, label = str(fact.noun).partition(" ")
    found = _CLASS.search(fact.reduction)
    return label if noun.endswith("_class") else found[1] if found else ""
