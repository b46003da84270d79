"""Leases: who is at work on what, on disks that machines share and on systems that have no `flock`.

A lease is a file that one process alone could create. While it is held, a thread adds a byte to it every `BEAT` seconds. Who
waits for it reads it again and again: where it stays the same for `MISSED` beats of the reader's own clock, its holder is taken
for dead, and the reader creates the file that follows it, whose name has the lost lease's token, so that one reader alone can.
The last of such a chain holds. No time of a file, and no clock of another machine, is compared with anything.

Nobody waits for a process of this machine that has ended. A holder that was only slow finds that another follows it: `held`.
"""

from __future__ import annotations

import itertools
import os
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from report_builder.errors import Problem, ReportError
from report_builder.records import frozen
from report_builder.store.holders import TOKEN, Holder, chain, create, read, token_of

BEAT, MISSED = 10.0, 6  # seconds between two beats, and how many may stay out
_PAUSES = (0.002, 0.5)  # seconds between two looks: the first, and the longest


@frozen
class Clock:
    """What time is to who waits."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


CLOCK = Clock()


class LeaseLostError(ReportError):
    """This process was silent for so long that another took over what it works on: what it made is not taken."""

    def __init__(self) -> None:
        super().__init__(Problem("", "another process took this over, because this one was silent for a minute"))


@dataclass(eq=False)
class Lease:
    """What this process holds.

    Attributes:
        token: which nobody else has.
        file: the lease, the last of its chain.
        chain: the files before it, of those that it was taken over from, and itself.
        clock: by which its beats are counted.
        leave: what is to be done before it is given back; it is told whether the lease is still held.
    """

    token: str
    file: Path
    chain: tuple[Path, ...]
    clock: Clock
    leave: Callable[[bool], None] = lambda _: None
    _is_lost: bool = False
    _beaten: float = 0.0
    _given: threading.Lock = field(default_factory=threading.Lock)

    @property
    def held(self) -> bool:
        """Whether nobody took it over."""
        self._is_lost = (
            self._is_lost or not (read(self.file) or b"").startswith(self.token.encode()) or _successor(self).exists()
        )
        return not self._is_lost

    @property
    def lost(self) -> bool:
        """Whether a beat has found that it is no longer held; asks no disk."""
        return self._is_lost

    @property
    def _is_fresh(self) -> bool:
        return not self._is_lost and self.clock.now() - self._beaten < BEAT

    @property
    def before(self) -> tuple[str, ...]:
        """The tokens of those that it was taken over from, the last first."""
        return tuple(path.name.rpartition(".")[2] for path in reversed(self.chain[1:]))

    def beat(self) -> None:
        """Says that this process lives; what a disk refuses counts as missed."""
        with suppress(OSError):
            if self.held:
                with self.file.open("r+b") as stream:
                    stream.seek(0, os.SEEK_END)
                    stream.write(b".")
                self._beaten = self.clock.now()

    def _is_ours(self) -> bool:
        """Whether it is still held; where the disk does not say, whether it has just beaten: nobody follows one that has."""
        try:
            return self.held
        except OSError:
            return self._is_fresh

    def give_back(self) -> None:
        """Ends it, once."""
        if not self._given.acquire(blocking=False):
            return
        _KEEPER.forget(self)
        with suppress(OSError):
            held = self._is_ours()
            with suppress(OSError):
                self.leave(held)
            for path in self.chain if held else ():  # the first goes first: what is left of a chain without it is nothing
                _remove(path)


def _remove(path: Path) -> None:
    """Removes a file; a disk that failed once is asked again, for others would wait for a minute."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
        return
    path.unlink(missing_ok=True)


class _Keeper:
    """The thread that lets the leases of this process beat; it ends when there is none."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Nothing is held: also in the child of a fork, where no thread is, and what was held is its parent's."""
        self._leases, self._beats = set[Lease](), False
        self._guard = threading.RLock()  # a signal may ask for all leases while this thread has it

    @property
    def leases(self) -> list[Lease]:
        """Those that beat."""
        with self._guard:
            return list(self._leases)

    def keep(self, lease: Lease) -> None:
        """From now on it beats."""
        with self._guard:
            self._leases.add(lease)
            if not self._beats:
                self._beats = True
                threading.Thread(target=self._beat, daemon=True).start()

    def forget(self, lease: Lease) -> None:
        """It beats no more."""
        with self._guard:
            self._leases.discard(lease)

    def _beat(self) -> None:
        while True:
            time.sleep(BEAT)
            with self._guard:
                if not (leases := self.leases):
                    self._beats = False
                    return
            for lease in leases:
                lease.beat()


_KEEPER = _Keeper()
if sys.platform != "win32":
    os.register_at_fork(after_in_child=_KEEPER.begin)


def give_back_all() -> None:
    """Ends every lease of this process, which is about to end itself: nobody has to wait for it."""
    for lease in _KEEPER.leases:
        lease.give_back()


@contextmanager
def locked(path: Path, clock: Clock = CLOCK) -> Iterator[Lease]:
    """Holds the lease of a file."""
    lease, watch, pauses = _first(path, clock), _Watch(path, clock), _pauses()
    while not lease:
        if watch.look() is False:
            lease = _create(path, clock, watch.tokens)
        else:
            clock.sleep(next(pauses))
    with _keep(lease):
        yield lease


@contextmanager
def locked_if_free(path: Path, clock: Clock = CLOCK) -> Iterator[Lease | None]:
    """The same; None where somebody is at work on it. Of a holder on another machine that takes a few beats to tell."""
    lease, watch, pauses = _first(path, clock), _Watch(path, clock), _pauses()
    while not lease and (held := watch.look()) is not True:
        if held is None:
            clock.sleep(next(pauses))
        else:
            lease = _create(path, clock, watch.tokens)
    if not lease:
        yield None
        return
    with _keep(lease):
        yield lease


@contextmanager
def _keep(lease: Lease) -> Iterator[None]:
    _KEEPER.keep(lease)
    try:
        yield
    finally:
        lease.give_back()


def at_work(paths: Iterable[Path], clock: Clock = CLOCK) -> set[Path]:
    """Those whose holder lives; of holders on other machines that takes a few beats to tell."""
    watches = {path: _Watch(path, clock) for path in paths}
    for pause in _pauses():
        held = {path: watch.look() for path, watch in watches.items()}
        if None not in held.values():
            break
        clock.sleep(pause)
    return {path for path, is_held in held.items() if is_held}


def holder_of(path: Path) -> Holder | None:
    """Who holds a lease, or held it when he died; None where nobody does."""
    found = chain(path)
    return Holder.read(found[-1]) if found else None


# --- how one is had -----------------------------------------------------------------------------------------------------------


def _first(path: Path, clock: Clock) -> Lease | None:
    """The lease where nobody holds it, as is mostly so; its folder is made."""
    try:
        return _create(path, clock)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _create(path, clock)


def _pauses() -> Iterator[float]:
    first, longest = _PAUSES
    return (min(first * 1.5**place, longest) for place in itertools.chain(range(20), itertools.repeat(20)))


class _Watch:
    """What one process sees of a lease while it waits for it."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._seen, self._beats, self._silent, self._looked = b"", False, 0.0, clock.now()
        self.tokens: list[str] = []

    def look(self) -> bool | None:
        """Whether it is held; None: that cannot be told yet."""
        found, now = chain(self._path), self._clock.now()
        self.tokens = [token_of(content) for content in found]
        if not found:
            return False
        content = found[-1]
        if content != self._seen:
            self._beats = len(self._seen) > TOKEN and content.startswith(self._seen)
            self._seen, self._silent = content, 0.0
        else:  # a look that a slow disk held up counts as one beat: it held up the holder's, too
            self._silent += min(now - self._looked, BEAT)
        self._looked = now
        if self._silent >= MISSED * BEAT:
            return False
        holder = Holder.read(content)
        if holder and holder.is_here:
            return holder.runs
        return True if self._beats else None


def _create(path: Path, clock: Clock, tokens: Sequence[str] = ()) -> Lease | None:
    """The lease that follows those of these tokens; None where another process was quicker."""
    token, now = secrets.token_hex(TOKEN // 2), clock.now()
    files = (path, *(path.with_name(f"{path.name}.{before}") for before in tokens))
    return Lease(token, files[-1], files, clock, _beaten=now) if create(files[-1], Holder.this(token)) else None


def _successor(lease: Lease) -> Path:
    """The lease that would follow."""
    return lease.chain[0].with_name(f"{lease.chain[0].name}.{lease.token}")
