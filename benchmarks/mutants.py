"""Mutation testing: change one operator, constant or condition at a time, and check whether a test of the same package fails.

    python benchmarks/mutants.py --seed 1 --count 200            all of it
    python benchmarks/mutants.py --seed 1 --seconds 170          a piece of it; the same line again goes on
    python benchmarks/mutants.py --seed 1 --room store --again   what survived in one room, after more tests

The places are drawn with the seed, from each room (subpackage) in proportion to its lines. A change is made in a copy of the
project. First, the lines that each test runs are traced, file by file; then the tests that run the changed statement are run
(for a statement that runs at import, first those that use the names it defines; if no test is seen to run it, all tests of the
room), quick files first, until one fails or a minute is over. A mutant that passes survives: a test is missing, or the line has
no effect. Tests of other rooms, and those marked slow, are not run. A process that has loaded the libraries forks for every
mutant.

Changed are comparisons (`<` to `<=`, `==` to `!=`), `and`, `or`, arithmetic, `not`, unary minus, conditions (negated), numbers
(plus one), True and False, and strings (one letter added). Excluded is what no test should check: text for people (docstrings,
error messages, strings with two words in a row, parts of f-strings), types, assertions (also `zip(strict=True)`), sizes of
caches and buffers, and timeouts. Arithmetic with a literal string is excluded too: such a mutant fails at once.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import gc
import hashlib
import importlib.util
import itertools
import json
import multiprocessing
import os
import re
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import TypedDict

import mutations
import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("facts", "document", "measures", "store", "plan", "spec")
OPTIONS = ("-x", "-q", "-m", "not slow", "-n", "0", "-p", "no:cacheprovider")
LIBRARIES = ("matplotlib.pyplot", "numpy", "pydantic", "jinja2", "yaml", "scipy.stats", "sklearn.metrics", "typst")
MEMORY = 8 << 30  # memory limit of a mutant in bytes
MOST = 240.0  # seconds of traced tests that are run per mutant (at most a minute untraced): a mutant that passes them survives
PATIENCE = 30.0  # seconds that a mutant may take in addition to the traced time of its tests

Lines = set[tuple[str, int]]  # file and line


class Traced(TypedDict):
    """The duration of a test in seconds, and the lines that it runs, by file."""

    seconds: float
    lines: dict[str, list[int]]


# --- tracing the tests --------------------------------------------------------------------------------------------------------


class Tracer:
    """A pytest plugin that records which lines of the rooms each test runs; lines run by fixtures count for the whole file."""

    def __init__(self, root: Path) -> None:
        self.roots = tuple(f"{root / 'report_builder' / room}{os.sep}" for room in ROOMS)
        self.skip = len(f"{root}{os.sep}")
        self.fixtures: Lines = set()
        self.now = self.fixtures
        self.tests: dict[str, tuple[float, Lines]] = {}
        self.failed: list[str] = []

    def called(self, frame: FrameType, _event: str, _value: object) -> Callable[..., object] | None:
        """Trace a function of the rooms."""
        return self.line(frame) if frame.f_code.co_filename.startswith(self.roots) else None

    def line(self, frame: FrameType, *_: object) -> Callable[..., object]:
        """Record a line."""
        self.now.add((frame.f_code.co_filename, frame.f_lineno))
        return self.line

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Trace one test."""
        begin = time.perf_counter()
        self.tests[item.nodeid] = 0.0, set()
        sys.settrace(self.called)
        threading.settrace(self.called)
        yield
        sys.settrace(None)
        self.tests[item.nodeid] = time.perf_counter() - begin, self.tests[item.nodeid][1]

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Separate the lines that the test runs from those that its fixtures run."""
        self.now = self.tests[item.nodeid][1]
        yield
        self.now = self.fixtures

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record failing tests."""
        if report.failed:
            self.failed.append(report.nodeid)

    def result(self) -> dict[str, Traced]:
        """Return the duration and lines of every test that passes."""
        passed = {name: test for name, test in self.tests.items() if name not in self.failed}
        return {name: {"seconds": t, "lines": self.by_file(lines | self.fixtures)} for name, (t, lines) in passed.items()}

    def by_file(self, lines: Lines) -> dict[str, list[int]]:
        """Return the sorted lines by file, relative to the root."""
        found: dict[str, list[int]] = {}
        for file, line in sorted(lines):
            found.setdefault(file[self.skip :], []).append(line)
        return found


class Chosen:
    """A pytest plugin that runs only the tests of these names, and records the first that fails."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = set(names)
        self.failed = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Drop all other tests."""
        items[:] = [item for item in items if item.nodeid in self.names]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record the first failing test."""
        self.failed = self.failed or (report.nodeid if report.failed else "")


def forked(work: Callable[[], object], tree: Path, limit: float) -> object:
    """Return the result of the work in a forked process in the copy, "too long" after the timeout, or `None` if it crashes."""
    receive, send = multiprocessing.Pipe(duplex=False)
    pid = os.fork()
    if not pid:
        os.setsid()
        os.chdir(tree)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        log = os.open(tree.parent / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        sys.path[:0] = [str(tree)]
        os.environ["PYTHONPATH"] = str(tree)
        try:
            send.send(work())
        finally:
            os._exit(0)
    send.close()
    try:
        return receive.recv() if receive.poll(limit) else "too long"
    except EOFError:
        return None
    finally:
        os.killpg(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def traced(tree: Path, folder: Path, rooms: Iterable[str], until: float) -> dict[str, Traced] | None:
    """Return the traced tests of these rooms, traced again where file or package changed; `None` if time ran out."""
    package = hashlib.sha256(b"".join(path.read_bytes() for path in sorted((tree / "report_builder").rglob("*.py"))))
    found: dict[str, Traced] = {}
    for file in sorted(path for room in rooms for path in (tree / "tests" / room).rglob("test_*.py")):
        name = file.relative_to(tree).as_posix()
        kept = folder / "lines" / f"{name.replace('/', '.')}.json"
        digest = hashlib.sha256(package.digest() + file.read_bytes()).hexdigest()
        known = json.loads(kept.read_text()) if kept.exists() else {}
        if known.get("digest") != digest:
            if time.monotonic() > until:
                return None
            known = {"digest": digest, "tests": forked(functools.partial(trace, tree, name), tree, 600)}
            if not isinstance(known["tests"], dict):
                sys.exit(f"{name} cannot be traced: {known['tests']}")
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps(known))
            print(f"{name}: {len(known['tests'])} tests, {sum(test['seconds'] for test in known['tests'].values()):.1f} s")
        found |= known["tests"]
    return found


def trace(tree: Path, name: str) -> dict[str, Traced]:
    """Trace a file and return the duration and lines of every test."""
    tracer = Tracer(tree)
    pytest.main([name, *OPTIONS[1:]], plugins=[tracer])
    return tracer.result()


# --- running a mutant ---------------------------------------------------------------------------------------------------------


def fate(mutant: mutations.Mutant, tests: Mapping[str, Traced], tree: Path) -> str:
    """Return the first failing test of the room, "too long", or "survived" with the number of tests that run the statement."""
    room = {name: test for name, test in tests.items() if name.startswith(f"tests/{mutant.room}/")}
    running = covering(mutant, room, tree)
    asked = running if running and not mutant.names else {*room}  # a statement that no test runs may run at import
    files, seconds = in_order(mutant, running, {name: room[name]["seconds"] for name in asked})
    if not files:
        return "survived, 0 tests"
    with applied(mutant, tree):
        answer = forked(functools.partial(failing, files, asked), tree, PATIENCE + seconds)
    return f"survived, {len(asked)} tests" if answer == "" else str(answer or "broken")


@contextlib.contextmanager
def applied(mutant: mutations.Mutant, tree: Path) -> Iterator[None]:
    """Apply the change to the copy; remove the compiled module before and after, so that it is never reused."""
    file = tree / mutant.file
    compiled, whole = Path(importlib.util.cache_from_source(str(file))), file.read_bytes()
    compiled.unlink(missing_ok=True)
    file.write_text(mutant.source, encoding="utf-8")
    try:
        yield
    finally:
        file.write_bytes(whole)
        compiled.unlink(missing_ok=True)


def covering(mutant: mutations.Mutant, room: Mapping[str, Traced], tree: Path) -> set[str]:
    """Return the tests that run the statement; if it runs at import, those that run a line with a name that it binds."""
    lines = {mutant.file: set(mutant.lines)}
    if mutant.names:
        said = re.compile(rf"\b({'|'.join(mutant.names)})\b")
        for path in (tree / "report_builder" / mutant.room).rglob("*.py"):
            numbered = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            lines.setdefault(path.relative_to(tree).as_posix(), set()).update(n for n, line in numbered if said.search(line))
    return {name for name, test in room.items() if any(lines.get(file, set()) & {*ran} for file, ran in test["lines"].items())}


def in_order(mutant: mutations.Mutant, running: set[str], tests: Mapping[str, float]) -> tuple[list[str], float]:
    """Order files: mirrors of the module, runners of the statement, near and quick ones first; return them and the seconds."""
    seconds: Counter[str] = Counter()
    for name, each in tests.items():
        seconds[name.partition("::")[0]] += each
    first, mirror = {name.partition("::")[0] for name in running}, f"test_{Path(mutant.file).stem.lstrip('_')}.py"
    folder = f"tests/{Path(mutant.file).parent.relative_to('report_builder')}"

    def rank(file: str) -> tuple[bool, bool, bool, float]:
        return Path(file).name != mirror, file not in first, str(Path(file).parent) != folder, seconds[file]

    files = sorted(seconds, key=rank)
    sums = [*itertools.accumulate(map(seconds.__getitem__, files))]
    asked = max(1, sum(end <= MOST for end in sums))
    return files[:asked], sum(sums[asked - 1 : asked])


def failing(files: list[str], names: set[str]) -> str:
    """Return the first of these tests that fails."""
    plugin = Chosen(names)
    code = pytest.main([*files, *OPTIONS], plugins=[plugin])
    return "" if code == 0 else plugin.failed or f"pytest ends with {code!r}"


def copy(folder: Path) -> Path:
    """Copy the project in its present state into the folder."""
    tree = folder / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    return tree


def main() -> None:
    """Draw the mutants, run the tests and print the results."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200, help="mutants of all rooms together")
    parser.add_argument("--room", choices=ROOMS, help="only those of one room")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="start no new mutant after this many seconds")
    parser.add_argument("--again", action="store_true", help="run the earlier survivors again")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "report-builder-mutants")
    options = parser.parse_args()
    until = time.monotonic() + options.seconds
    tree = copy(options.folder)
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.freeze()  # pytest collects garbage at its end
    rooms = [options.room] if options.room else ROOMS
    tests = traced(tree, options.folder, rooms, until)
    drawn = [mutant for mutant in mutations.chosen(tree, ROOMS, options.count, options.seed) if mutant.room in rooms]
    kept = options.folder / f"fates-{options.seed}.json"
    fates = json.loads(kept.read_text()) if kept.exists() else {}
    if options.again:
        fates = {mutant: answer for mutant, answer in fates.items() if not answer.startswith("survived")}
    for mutant in drawn if tests else ():
        if str(mutant) not in fates and time.monotonic() < until:
            fates[str(mutant)] = fate(mutant, tests, tree)
            kept.write_text(json.dumps(fates, indent=1))
    print(table(drawn, fates))


def table(drawn: Iterable[mutations.Mutant], fates: Mapping[str, str]) -> str:
    """Format the fate of the mutants by room, followed by the survivors."""
    drawn = list(drawn)
    asked = {mutant: fates[str(mutant)] for mutant in drawn if str(mutant) in fates}
    survived = {mutant: answer for mutant, answer in asked.items() if answer.startswith("survived")}
    rows = [(room, *(sum(mutant.room == room for mutant in these) for these in (drawn, asked, survived))) for room in ROOMS]
    rows.append(("together", *(sum(row[i] for row in rows) for i in (1, 2, 3))))
    text = "| room | drawn | asked | survive | found |\n| --- | --- | --- | --- | --- |\n"
    text += "".join(f"| {room} | {n} | {m} | {left} | {100 * (m - left) / m:.0f} % |\n" for room, n, m, left in rows if m)
    return text + "\n" + "\n".join(f"{mutant}   ({answer})" for mutant, answer in survived.items())


if __name__ == "__main__":
    main()
