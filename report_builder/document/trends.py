"""Trends: whether a fact rises or falls with the setting of a sweep, or a logged term with the epochs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from report_builder.document.channel import markdown
from report_builder.document.choices import Choices
from report_builder.document.printed import Told, flat
from report_builder.errors import ReportError
from report_builder.facts import MODELS, TRAININGS
from report_builder.records import frozen

WAYS = ("rises", "falls", "same")
FEWEST = 3  # trainings needed for a trend over epochs to hold for models


@frozen
class Trends:
    """The template function for trends."""

    choices: Choices

    def words(self) -> Mapping[str, Callable[..., Told]]:
        """Return the template globals."""
        return {"trend": self.trend}

    def trend(self, name: str, of: str, **wording: str) -> str:
        """Print whether something rises or falls, with the wordings `rises`, `falls` and `same`, or the language's own.

        For a sweep, `of` is a fact, followed along the setting. The arms are the replicates, so one seed each is enough; there
        must be five or more, with different numbers. For a run, `of` is a logged term, followed over the epochs of every
        training.
        """
        if {*wording} not in ({*WAYS}, set[str]()):
            rule = f"a trend needs exactly the wordings {', '.join(WAYS)}"
            self.choices.ledger.problem(rule, ", ".join(wording), next_step="Give all of them: the measurement chooses.")
        return self._of_run(name, of, wording) if name in self.choices.material.runs else self._of_sweep(name, of, wording)

    def _of_sweep(self, name: str, fact: str, wording: Mapping[str, str]) -> str:
        sweep = self.choices.card(name)
        facts, settings = self.choices.facts(sweep, fact), self._settings(sweep.runs, sweep.axes)
        names = [f"{run}.{fact}" for run in sweep.runs]
        if not facts or not settings:
            return self.choices.speech.nothing(*names)
        if any(each.placeholder for each in facts):
            return self.choices.speech.unmeasured(*names)
        ordered = [each.value for _, each in sorted(zip(settings, facts, strict=True), key=lambda pair: pair[0])]
        return self._trend_text(names, [ordered], MODELS, wording)

    def _of_run(self, run: str, term: str, wording: Mapping[str, str]) -> str:
        histories = self.choices.speech.card(run).histories
        if not histories:
            return self.choices.speech.unmeasured(run)
        if term not in histories[0]:
            self.choices.ledger.unknown(f"logged term of run '{run}'", term, histories[0])
            return self.choices.speech.nothing(run)
        scope = MODELS if len(histories) >= FEWEST else TRAININGS
        return self._trend_text([run, term], [history[term] for history in histories], scope, wording)

    def _trend_text(
        self, names: Sequence[str], rows: Sequence[Sequence[float | str]], scope: str, wording: Mapping[str, str]
    ) -> str:
        """Print the trend common to all rows."""
        from report_builder.facts.ranking import trend

        try:
            found = [trend(row) for row in rows]
        except ReportError as error:
            self.choices.ledger.take(error.problems)
            return self.choices.speech.nothing(*names)
        ways, p = {way for way, _ in found}, max(p for _, p in found)
        way = ways.pop() if len(ways) == 1 else "same"
        told = {way: wording.get(way, self.choices.language.word(f"trend.{way}")) for way in WAYS}
        way, note = self.choices.verdicts.ordered(names, way, p, told[way], scope, len(rows))
        said = f"{told[way]}{note}"
        return self.choices.speech.say([markdown(said)], said, facts=" ".join(names))

    def _settings(self, runs: Sequence[str], axes: Sequence[str]) -> list[float]:
        """Return the value of each arm on the axis of the sweep, or record a problem and return nothing."""
        known = [dict(flat(self.choices.material.runs[run].settings)) for run in runs if run in self.choices.material.runs]
        settings = [setting.get(axis) for setting in known for axis in axes]
        numbers = [float(value) for value in settings if isinstance(value, int | float) and not isinstance(value, bool)]
        if len(axes) == 1 and len({*numbers}) == len(runs):
            return numbers
        self.choices.ledger.problem(
            "a trend follows one axis of a sweep, with a different number for each arm", ", ".join(axes)
        )
        return []
