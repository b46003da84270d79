"""Template functions that show tables from CSV files and excerpts of training logs."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from report_builder.document.boilerplate import unmeasured
from report_builder.document.channel import markdown, printed_span
from report_builder.document.material import RunCard
from report_builder.document.printed import Told
from report_builder.document.tables import table
from report_builder.document.tree import Nodes, attr, div, para, text
from report_builder.document.vocabulary import Vocabulary
from report_builder.errors import Problem, ReportError
from report_builder.languages import MINUS
from report_builder.project import text_of

MOST_ROWS = 500
_NUMBER = re.compile(r"[-+−]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?%?")


class Shown(Vocabulary):
    """The template functions that show files and logs."""

    def words(self) -> Mapping[str, Callable[..., Told]]:
        """Return the template globals."""
        return {"csv_table": self.csv_table, "log_excerpt": self.log_excerpt}

    def csv_table(self, file: str, caption: str = "", id: str = "", columns: Sequence[str] = ()) -> str:  # noqa: A002
        """Print the rows of a CSV file beside the template as a table, with the first row as heading; label `tbl:<file>`.

        Cells are separated by commas, semicolons or tabs. Decimal marks follow the language. `columns` selects and orders
        columns by their headings.
        """
        label = id or "tbl:" + re.sub(r"[^\w-]+", "-", Path(file).stem)
        try:
            heads, *rows = self._rows(file)
        except ReportError as error:
            self.ledger.take(error.problems)
            return ""
        for name in columns:
            if name not in heads:
                self.ledger.unknown(f"column of {file}", name, heads)
        chosen = [heads.index(name) for name in columns if name in heads] or [*range(len(heads))]
        numeric = [all(_NUMBER.fullmatch(row[at]) for row in rows) for at in chosen]
        sides = "".join("r" if number else "l" for number in numeric)
        body = [[self._cell(row[at]) for at in chosen] for row in rows]
        return self.ledger.put_block([table([text(heads[at]) for at in chosen], body, sides, caption, label)], label)

    def _rows(self, file: str) -> list[list[str]]:
        """Return the rows of a file, all of the same length.

        Raises:
            ReportError: if the file is outside the template's folder, cannot be read, or is not a table.
        """
        folder = Path(self.ledger.template).parent.resolve()
        path = (folder / file).resolve()
        if not path.is_relative_to(folder) or path.suffix.lower() != ".csv":
            rule, step = "a table is read from a .csv file in the template's folder", f"Put it into {folder.name}/."
            raise ReportError(Problem("", rule, repr(file), next_step=step))
        self.ledger.files[path] = None
        words = text_of(path, self.ledger.here())
        first = words.partition("\n")[0]
        separator = max(",;\t", key=first.count)
        rows = [[cell.strip() for cell in row] for row in csv.reader(words.splitlines(), delimiter=separator) if row]
        if not 2 <= len(rows) <= MOST_ROWS + 1:
            rule, allowed = "a table has a row of heads and at least one other", f"At most {MOST_ROWS} rows."
            raise ReportError(Problem("", rule, f"{file}: {len(rows)}", allowed))
        for number, row in enumerate(rows, 1):
            if len(row) != len(rows[0]):
                rule, allowed = "a row must have as many cells as the first", f"{len(rows[0])} cells."
                raise ReportError(Problem("", rule, f"{file}, row {number}: {len(row)}", allowed))
        return rows

    def _cell(self, words: str) -> Nodes:
        if _NUMBER.fullmatch(words):
            words = re.sub("[.,]", self.language.words["number.decimal"], re.sub("^-", MINUS, words))
        return text(words)

    def log_excerpt(
        self,
        run: str,
        first: int = 2,
        last: int = 1,
        caption: str = "",
        id: str = "",  # noqa: A002
        terms: Sequence[str] = (),
    ) -> str:
        """Print the log of the first and last epochs of a run's first seed; label `lst:<run>-log`."""
        card = self.speech.card(run)
        label = id or f"lst:{run}-log"
        if not card.histories:
            return self._log(card, unmeasured(self.language), caption, label)
        history = card.histories[0]
        for name in terms:
            if name not in history:
                self.ledger.unknown(f"logged term of run '{run}'", name, history)
        shown = {name: history[name] for name in terms or history if name in history}
        epochs = max(map(len, history.values()))
        lines: list[str] = []
        for epoch in range(epochs):
            if first <= epoch < epochs - last:
                lines += ["..."] if epoch == first else []
                continue
            said = [f"{name}: {values[epoch]:.4g}" for name, values in shown.items() if epoch < len(values)]
            lines += [f"Epoch {epoch + 1}/{epochs}", " - ".join(said)]
        return self._log(card, "\n".join(lines), caption, label)

    def _log(self, card: RunCard, lines: str, caption: str, label: str) -> str:
        """Return a log, preceded by a line on its origin if there is a caption; otherwise that line is the caption."""
        seed = f"{card.seeds[0]}" if card.histories else "–"
        words = printed_span(text(self.language.word("listing.log", seed=seed)), "fact")
        head = [para([words])] if caption else []
        said = [markdown(caption)] if caption else [*text(f"{self.speech.run(card.id).name.text}, "), words]
        log = {"t": "CodeBlock", "c": [attr("", ["text"], {"startFrom": "0"}), lines]}  # no line numbers
        return self.ledger.put_block([div([*head, log, para(said)], ["listing"], label)], label)
