"""Argument parser of the command line; it imports nothing heavy, so that `--help` answers at once."""

from __future__ import annotations

import argparse
import importlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from report_builder.document.formats import FORMATS
from report_builder.version import __version__

LEVELS = ("facts", "arrays", "weights")  # of results in a hand-in; each includes those before it
ROOTS = {
    "experiments": "folder of the experiment files",
    "templates": "folder of the templates",
    "store": "folder of everything that was trained, measured and drawn",
    "build": "folder of the finished documents",
    "figures": "folder of the numbered figures",
    "data": "folder(s) of data sets",
}


class Options(argparse.Namespace):
    """Parsed options, with defaults for those that a command does not have."""

    run: str
    port: int = 0
    store: str | None = None
    tensorboard: bool = False
    draft: bool = False
    to: tuple[str, ...] = ()
    jobs: int | None = None
    limits: Sequence[str] = ()
    hand_in: str | None = None

    def command(self) -> Callable[[Options], int]:
        """Import and return the function that carries out the command."""
        module, name = self.run.split(":")
        found: Callable[[Options], int] = vars(importlib.import_module(f"report_builder.cli.{module}"))[name]
        return found

    def where(self) -> Path:
        """Folder that error messages about storage name."""
        return Path(self.store or "runs")


def parser() -> argparse.ArgumentParser:
    """Return the parser with all commands and their options."""
    top = argparse.ArgumentParser(
        prog="report-builder", description="Turns an experiment file into the report that is handed in."
    )
    top.add_argument("--version", action="version", version=__version__)
    commands = top.add_subparsers(dest="command_name", required=True, metavar="COMMAND")
    report, roots, json = _report(), _roots(), _json()

    def add(name: str, run: str, text: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text, parents=list(parents))
        command.set_defaults(run=run)
        return command

    build = add("build", "make:build", "train what is not trained, draw, write, compile", report, roots, _making())
    build.add_argument("report", metavar="REPORT", help="name of a report, or path of its YAML file")
    board = "write the histories of all trainings for TensorBoard, into build/REPORT/tensorboard"
    build.add_argument("--tensorboard", action="store_true", help=board)
    train = add("train", "make:train", "train, measure and draw, without checking the template", report, roots, _running())
    train.add_argument("report", metavar="REPORT", help="name of a report, or path of its YAML file")
    _hand_ins(add, build, roots)
    watch = add("watch", "watch:watch", "show the report in the browser, rebuilt whenever a file is saved", report, roots)
    watch.add_argument("report", metavar="REPORT", help="name of a report, or path of its YAML file")
    watch.add_argument("--port", type=int, default=8765, metavar="N", help="port on this machine; 0: any free port")
    watch.add_argument(
        "--to", type=_formats, default=("html",), metavar="FORMATS", help="html, or html,pdf: then /report.pdf, too"
    )
    figure = add("figure", "make:figure", "redraw one figure", report, roots, _making())
    figure.add_argument("id", metavar="ID", help="id of the figure")
    figure.add_argument("--report", required=True, help="name or path of its report")
    figure.add_argument("--show-options", action="store_true", help="print the options of the figure with their values instead")
    task = add("task", "make:task", "regenerate the figures of one task and a small PDF of it", report, roots, _making())
    task.add_argument("id", metavar="ID", help="number of the task, e.g. 2.3")
    task.add_argument("--report", required=True, help="name or path of its report")
    for name, text in {
        "status": "what is stored and what would run",
        "explain": "why a step ran or would run",
        "facts": "the facts that the template may cite, ready to paste",
        "check": "look for mistakes and unchecked sentences without running anything",
    }.items():
        command = add(name, f"look:{name}", text, report, roots, json)
        file = ", or any report to check: FILE.md, .ipynb, .docx" if name == "check" else ""
        command.add_argument("report", metavar="REPORT", help=f"name of a report, or path of its YAML file{file}")
        if name == "check":
            against = "the report whose measurements a FILE is compared with"
            command.add_argument("--report", dest="against", default="", metavar="REPORT", help=against)
        if name in ("explain", "facts"):
            command.add_argument(
                "name",
                metavar="STEP" if name == "explain" else "NAME",
                nargs="?",
                default="",
                help="only those whose name contains this",
            )
        if name == "facts":
            called = "only those whose name contains this word, in the report's language or in English"
            command.add_argument("--grep", default="", metavar="WORD", help=called)
            command.add_argument("--new", action="store_true", help="only those that the template does not cite yet")
    listing = add("list", "listing:list_kinds", "the kinds there are", roots, json)
    listing.add_argument(
        "kind", choices=("reports", "models", "datasets", "steps", "figures", "metrics", "probes", "languages", "pages")
    )
    listing.add_argument("--show-options", metavar="NAME", default="", help="print the options of this kind instead")
    listing.add_argument(
        "--check", metavar="NAME", default="", help="say what this language or kind lacks; a file of your own: ./mine.py"
    )
    add("doctor", "look:doctor", "check this machine and say what is missing", roots)
    schema = add("schema", "new:schema", "JSON Schema of the experiment file, for editors", roots)
    schema.add_argument("--output", help="write it to this file")
    _new(add, roots)
    _runs(commands, roots, json)
    return top


def _new(add: Callable[..., argparse.ArgumentParser], roots: argparse.ArgumentParser) -> None:
    new = add("new", "new:new", "a small experiment file and template that build as they are", roots)
    new.add_argument("name", help="name of the new report")
    new.add_argument("--language", help="one that 'list languages' prints; default: en, or that of the sheet")
    new.add_argument("--page", help="the look of the pages, one that 'list pages' prints")
    new.add_argument("--model", help="what is trained, one that 'list models' prints")
    new.add_argument("--dataset", help="what it is trained on, one that 'list datasets' prints")
    new.add_argument(
        "--from", dest="source", metavar="SHEET", help="a teacher's sheet, .md or .ipynb: its tasks, to be answered"
    )
    new.add_argument("--sheet-only", action="store_true", help="the sheet without answers, to hand out")


def _hand_ins(
    add: Callable[..., argparse.ArgumentParser], build: argparse.ArgumentParser, roots: argparse.ArgumentParser
) -> None:
    packed = (
        "pack the documents, their sources and the results behind them into one archive; which results: arrays, if not said"
    )
    build.add_argument("--hand-in", nargs="?", const="arrays", choices=LEVELS, metavar="|".join(LEVELS), help=packed)
    demo = add("demo", "hand_in:demo", "a small report from results that come along: nothing is trained, in half a minute")
    demo.add_argument("folder", metavar="FOLDER", nargs="?", default="demo", help="where it is put (default: demo)")
    roster = add("roster", "hand_in:roster", "a sheet for each student of a list, with the student's own parameters", roots)
    roster.add_argument("report", metavar="REPORT", help="name of the sheet, or path of its YAML file")
    roster.add_argument("file", metavar="FILE.csv", help="its first line names parameters of the sheet, or keys of its file")
    roster.add_argument("--profile", help="a profile of the experiment file")
    text = "whether the parts of hand-ins agree: documents, facts, arrays, weights; a table by hand-in and task"
    verify = add("verify", "hand_in:verify", f"{text}. It finds inconsistency, not fraud.", roots)
    verify.add_argument("path", metavar="FOLDER", help="of hand-ins (*.zip), or one of them")
    sheet = "the report that was handed out: its tasks, what they require, and its questions are those of all"
    verify.add_argument("--sheet", metavar="REPORT", help=sheet)
    verify.add_argument("--recompute", action="store_true", help="compute the arrays from the weights, where these came along")
    verify.add_argument("--run-own-code", action="store_true", help="run Python that came with a hand-in: with your rights")
    verify.add_argument("--json", action="store_true", help="print JSON")


def _runs(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], roots: argparse.ArgumentParser, json: argparse.ArgumentParser
) -> None:
    actions = commands.add_parser("runs", help="the stored trainings").add_subparsers(
        dest="action", required=True, metavar="ACTION"
    )

    def add(name: str, text: str, *parents: argparse.ArgumentParser, module: str = "runs") -> argparse.ArgumentParser:
        command = actions.add_parser(name, help=text, description=text, parents=[roots, *parents])
        command.set_defaults(run=f"{module}:{name}_runs")
        return command

    add("list", "every stored training", json)
    add("show", "one training: its settings, history and files", json).add_argument("key", help="key, or its first characters")
    prune = add("prune", "remove stored steps that no report here uses")
    prune.add_argument("--yes", action="store_true", help="remove them; without it they are only listed")
    export = add("export", "pack trainings and what was measured on them into one file", module="archives")
    export.add_argument("file", help="the .tar.gz to write")
    export.add_argument("keys", nargs="*", metavar="KEY", help="trainings to pack (default: all)")
    unpack = add("import", "unpack what another machine exported", module="archives")
    unpack.add_argument("file", help="the .tar.gz to read")
    add("verify", "read every stored file, and set aside what is not what was stored")
    sync = add("sync", "synchronise two stores; what is there already is not sent", module="archives")
    sync.add_argument("other", metavar="STORE", help="a folder, or HOST:FOLDER of a machine that rsync reaches")


def _report() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--profile", help="a profile of the experiment file")
    options.add_argument(
        "--set", dest="sets", action="append", default=[], metavar="KEY=VALUE", help="override one key, e.g. report.author=..."
    )
    return options


def _roots() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    group = options.add_argument_group("folders (also as environment variables REPORT_BUILDER_<NAME>)")
    for name, text in ROOTS.items():
        group.add_argument(f"--{name}", metavar="FOLDER", help=text)
    root = "a further folder that experiments and templates may read from; may be given several times (REPORT_BUILDER_ROOTS)"
    options.add_argument("--allow-root", dest="roots", action="append", default=[], metavar="FOLDER", help=root)
    limit = (
        "raise (or lower) a limit, as a message that one was reached says; may be given several times (REPORT_BUILDER_LIMITS)"
    )
    options.add_argument("--limit", dest="limits", action="append", default=[], metavar="NAME=VALUE", help=limit)
    return options


def _json() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--json", action="store_true", help="print JSON")
    return options


def _running() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--dry-run", action="store_true", help="say what would run, and stop")
    side_by_side = "trainings and drawings in parallel (REPORT_BUILDER_JOBS); default: one for each core"
    options.add_argument("--jobs", type=_number, default=os.environ.get("REPORT_BUILDER_JOBS"), metavar="N", help=side_by_side)
    cluster = "run on a Dask cluster: tcp://HOST:PORT, tls://HOST:PORT, scheduler.json, or local:N (docs/cluster.md)"
    where = os.environ.get("REPORT_BUILDER_CLUSTER", "")
    options.add_argument("--cluster", default=where, metavar="WHERE", help=cluster)
    return options


def _making() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False, parents=[_running()])
    options.add_argument(
        "--to",
        type=_formats,
        default=("pdf", "html", "md"),
        metavar="FORMATS",
        help=f"of {','.join(FORMATS)}; default pdf,html,md",
    )
    options.add_argument(
        "--draft", action="store_true", help="watermarked; false or unfinished claims are marked instead of stopping the build"
    )
    return options


def _number(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of jobs, such as 2")
    return int(text)


def _formats(text: str) -> tuple[str, ...]:
    chosen = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = [part for part in chosen if part not in FORMATS]
    if unknown or not chosen:
        raise argparse.ArgumentTypeError(f"unknown format {', '.join(unknown) or text!r}; allowed: {', '.join(FORMATS)}")
    return chosen
