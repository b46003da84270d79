"""Leases: which process works on what, on disks that machines share and on systems without `flock`.

A lease is a file that only one process could create. While it is held, a thread appends a byte to it every `BEAT` seconds. A
waiting process reads it repeatedly: if it stays the same for `MISSED` beats of the reader's own clock, its holder is presumed
dead, and the reader creates its successor, whose name contains the token of the lost lease, so that only one reader can. The
last lease of such a chain is the valid one. File times and clocks of other machines are never compared.

No process waits for a holder on the same machine that has ended. A holder that was only slow finds in `held` that it has a
successor.
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

BEAT, MISSED = 10.0, 6  # seconds between two beats, and how many may be missed
_PAUSES = (0.002, 0.5)  # seconds between two reads: at first, and at most


@frozen
class Clock:
    """Time source of a waiting process, in seconds."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


CLOCK = Clock()


class LeaseLostError(ReportError):
    """Another process took over this one's work, because it was silent for too long; its result is discarded."""

    def __init__(self) -> None:
        super().__init__(Problem("", "another process took this over, because this one was silent for a minute"))


@dataclass(eq=False)
class Lease:
    """A lease of this process.

    Attributes:
        token: unique to this lease.
        file: its file, the last of the chain.
        chain: the files of the leases that it was taken over from, then its own.
        clock: time source of its beats.
        leave: called before it is given back, with whether it is still held.
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
        """Whether no other process has taken it over; reads the disk."""
        self._is_lost = (
            self._is_lost or not (read(self.file) or b"").startswith(self.token.encode()) or _successor(self).exists()
        )
        return not self._is_lost

    @property
    def lost(self) -> bool:
        """Whether it is known to be no longer held; does not read the disk."""
        return self._is_lost

    @property
    def _is_fresh(self) -> bool:
        return not self._is_lost and self.clock.now() - self._beaten < BEAT

    @property
    def before(self) -> tuple[str, ...]:
        """Tokens of the leases that it was taken over from, the last one first."""
        return tuple(path.name.rpartition(".")[2] for path in reversed(self.chain[1:]))

    def beat(self) -> None:
        """Show that this process is alive; a beat that the disk refuses counts as missed."""
        with suppress(OSError):
            if self.held:
                with self.file.open("r+b") as stream:
                    stream.seek(0, os.SEEK_END)
                    stream.write(b".")
                self._beaten = self.clock.now()

    def _is_ours(self) -> bool:
        """Whether it is still held; if the disk does not answer, whether its last beat is too recent for a successor."""
        try:
            return self.held
        except OSError:
            return self._is_fresh

    def give_back(self) -> None:
        """End the lease; later calls do nothing."""
        if not self._given.acquire(blocking=False):
            return
        _KEEPER.forget(self)
        with suppress(OSError):
            held = self._is_ours()
            with suppress(OSError):
                self.leave(held)
            for path in self.chain if held else ():  # first file first: without it the rest of a chain is void
                _remove(path)


def _remove(path: Path) -> None:
    """Remove a file, trying twice, because a lease that is left behind makes others wait for a minute."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
        return
    path.unlink(missing_ok=True)


class _Keeper:
    """Thread that beats for all leases of this process; it ends when there are none."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Start without leases; also called in a forked child, which has no thread, and whose leases are its parent's."""
        self._leases, self._beats = set[Lease](), False
        self._guard = threading.RLock()  # reentrant: a signal handler may need it while this thread holds it

    @property
    def leases(self) -> list[Lease]:
        """Leases that are kept alive."""
        with self._guard:
            return list(self._leases)

    def keep(self, lease: Lease) -> None:
        """Keep a lease alive from now on."""
        with self._guard:
            self._leases.add(lease)
            if not self._beats:
                self._beats = True
                threading.Thread(target=self._beat, daemon=True).start()

    def forget(self, lease: Lease) -> None:
        """Stop keeping a lease alive."""
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
    """End every lease of this process, which is about to exit, so that no other process has to wait for it."""
    for lease in _KEEPER.leases:
        lease.give_back()


@contextmanager
def locked(path: Path, clock: Clock = CLOCK) -> Iterator[Lease]:
    """Hold the lease of a file, after waiting for it as long as necessary."""
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
    """Hold the lease of a file, or yield None if a live process holds it.

    If the holder is on another machine, it takes a few beats to find out.
    """
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
    """Return the leases whose holder is alive; for holders on other machines it takes a few beats to find out."""
    watches = {path: _Watch(path, clock) for path in paths}
    for pause in _pauses():
        held = {path: watch.look() for path, watch in watches.items()}
        if None not in held.values():
            break
        clock.sleep(pause)
    return {path for path, is_held in held.items() if is_held}


def holder_of(path: Path) -> Holder | None:
    """Current or last holder of a lease, even if it has died; None if there is no lease."""
    found = chain(path)
    return Holder.read(found[-1]) if found else None


# --- acquiring a lease --------------------------------------------------------------------------------------------------------


def _first(path: Path, clock: Clock) -> Lease | None:
    """Try to create the lease, which mostly succeeds, and its folder if necessary; None if another process holds it."""
    try:
        return _create(path, clock)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _create(path, clock)


def _pauses() -> Iterator[float]:
    first, longest = _PAUSES
    return (min(first * 1.5**place, longest) for place in itertools.chain(range(20), itertools.repeat(20)))


class _Watch:
    """What a waiting process has seen of a lease so far."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._seen, self._beats, self._silent, self._looked = b"", False, 0.0, clock.now()
        self.tokens: list[str] = []

    def look(self) -> bool | None:
        """Whether the lease is held; None if that cannot be decided yet."""
        found, now = chain(self._path), self._clock.now()
        self.tokens = [token_of(content) for content in found]
        if not found:
            return False
        content = found[-1]
        if content != self._seen:
            self._beats = len(self._seen) > TOKEN and content.startswith(self._seen)
            self._seen, self._silent = content, 0.0
        else:  # a read that a slow disk delayed counts as one beat: it delayed the holder's, too
            self._silent += min(now - self._looked, BEAT)
        self._looked = now
        if self._silent >= MISSED * BEAT:
            return False
        holder = Holder.read(content)
        if holder and holder.is_here:
            return holder.runs
        return True if self._beats else None


def _create(path: Path, clock: Clock, tokens: Sequence[str] = ()) -> Lease | None:
    """Create the lease that succeeds those with these tokens; return None if another process was faster."""
    token, now = secrets.token_hex(TOKEN // 2), clock.now()
    files = (path, *(path.with_name(f"{path.name}.{before}") for before in tokens))
    return Lease(token, files[-1], files, clock, _beaten=now) if create(files[-1], Holder.this(token)) else None


def _successor(lease: Lease) -> Path:
    """Path of the lease that would succeed this one."""
    return lease.chain[0].with_name(f"{lease.chain[0].name}.{lease.token}")
