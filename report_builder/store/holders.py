"""The files of leases: which process holds one, and whether this machine can say that it has ended."""

from __future__ import annotations

import errno
import json
import os
import sys
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from report_builder.records import frozen

TOKEN = 16  # hex digits: 64 bits, so that no two holders anywhere have the same
_GONE = (errno.ENOENT, errno.ESTALE, errno.ENOTDIR)  # what a disk says of a file that another machine removed


@frozen
class Holder:
    """Who holds a lease: a process (`counted`: where its number is one), when that began and when the lease did."""

    token: str
    host: str
    process: int
    counted: str
    began: str
    since: str

    @classmethod
    def this(cls, token: str) -> Holder:
        """This process, from now on."""
        now, process = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()), os.getpid()
        return cls(token, _host(), process, _process_space(), _own_start(process), now)

    @classmethod
    def read(cls, content: bytes) -> Holder | None:
        """Who wrote this; None where it is not written yet."""
        try:
            return cls(**json.loads(content.partition(b"\n")[0].partition(b" ")[2]))
        except (ValueError, TypeError):
            return None

    def written(self) -> bytes:
        """A line that begins with the token."""
        return f"{self.token} {json.dumps(vars(self))}\n".encode()

    @property
    def is_here(self) -> bool:
        """Whether this machine can say if the process runs."""
        return bool(self.counted) and self.counted == _process_space()

    @property
    def runs(self) -> bool:
        """Whether it does; only what this machine can say."""
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except OSError:  # it is another user's
            return True
        return _start_time(self.process) in {"", self.began}


@cache
def _host() -> str:
    return os.environ.get("COMPUTERNAME", "") if sys.platform == "win32" else os.uname().nodename


@cache
def _process_space() -> str:
    """Where this machine counts its processes: the start of its system and a namespace; empty where no number can be asked."""
    if sys.platform == "linux":
        with suppress(OSError):
            if Path("/proc/self").readlink().name == str(os.getpid()):  # else /proc counts as another namespace does
                return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()} {Path('/proc/self/ns/pid').readlink()}"
        return ""
    return _host() if sys.platform == "darwin" else ""


@cache
def _own_start(process: int) -> str:
    return _start_time(process)


def _start_time(process: int) -> str:
    """When a process began, in ticks; `ended` where nobody has asked yet how it did; empty where the system does not say."""
    try:
        said = Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return ""
    return "ended" if said[0] in {b"Z", b"X"} else said[19].decode()


# --- their files --------------------------------------------------------------------------------------------------------------


def create(path: Path, holder: Holder) -> bool:
    """Creates a lease, with its content at once; False where another process was quicker.

    Where a disk has no links the file has its name before its content.
    """
    content, draft = holder.written(), f"{path.parent}/.{path.name}.{holder.token}.tmp"
    try:
        _write(draft, content)
        try:
            os.link(draft, path)
        except FileExistsError:
            raise
        except OSError:
            _write(path, content)
    except FileExistsError:
        return read(path) == content  # a network disk may say so of what it did when it was asked before
    finally:
        with suppress(OSError):
            Path(draft).unlink()
    return True


def _write(name: str | Path, content: bytes) -> None:
    """Writes a file that is not there yet."""
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        os.write(descriptor, content)
    finally:
        os.close(descriptor)


def read(path: Path, *, again: bool = True) -> bytes | None:
    """The content of a lease; None where there is none, also when a network disk that has lost it is asked `again`."""
    try:
        return path.read_bytes()
    except OSError as error:
        if error.errno == errno.ESTALE and again:
            return read(path, again=False)
        if error.errno in _GONE:
            return None
        raise


def chain(path: Path) -> list[bytes]:
    """The content of a lease and of those that follow it; of what has a name and no content yet a token by its place."""
    found, current = list[bytes](), path
    while (content := read(current)) is not None:
        found.append(content or b"%-16d" % len(found))
        current = path.with_name(f"{path.name}.{token_of(found[-1])}")
    return found


def token_of(content: bytes) -> str:
    """The token with which a lease begins."""
    return content[:TOKEN].decode("ascii", "replace").strip()
