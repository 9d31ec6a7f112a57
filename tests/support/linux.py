# SPDX-License-Identifier: Apache-2.0
"""System calls that Python's library does not offer here."""
import contextlib
import ctypes
import fcntl
import os
import signal
import socket
import struct
import time
from typing import Iterator

_libc = ctypes.CDLL(None, use_errno=True)

_CLONE_NEWNS = 0x00020000
_CLONE_NEWNET = 0x40000000
_MS_NOSUID, _MS_NODEV, _MS_REMOUNT, _MS_BIND = 2, 4, 32, 4096
_MS_RDONLY, _MS_REC, _MS_SLAVE, _MNT_DETACH = 1, 16384, 1 << 19, 2
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
NOBODY = 65534
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1


def _check(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def die_with_parent(number: int) -> None:
    """The calling process gets this signal when its parent dies."""
    _check(_libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0), "prctl")


def adopt_orphans() -> None:
    """Descendants whose parents die become our children, so that we can wait for them."""
    _check(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")


def reap(pid: int, seconds: float = 2) -> None:
    """Waits for an adopted process; one that is no child of ours is its parent's business."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                return
        except ChildProcessError:
            return
        time.sleep(0.02)


def become_nobody() -> None:
    """The calling process has no rights from here on."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def unshare_mounts() -> None:
    """Later mounts of this process are seen by nobody else; those of the host still arrive here."""
    _check(_libc.unshare(_CLONE_NEWNS), "unshare mounts")
    _check(_libc.mount(b"none", b"/", None, _MS_REC | _MS_SLAVE, None), "mount propagation")


def unshare_network() -> None:
    """A network of one's own with nothing but a working loopback."""
    _check(_libc.unshare(_CLONE_NEWNET), "unshare network")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP))


def mount_tmpfs(path: str, options: str = "mode=755") -> None:
    _check(_libc.mount(b"none", path.encode(), b"tmpfs", _MS_NOSUID | _MS_NODEV,
                       options.encode()), f"mount a tmpfs on {path}")


def bind_mount(source: str, target: str) -> None:
    _check(_libc.mount(source.encode(), target.encode(), None, _MS_BIND | _MS_REC, None),
           f"bind {source} to {target}")


def remount_read_only(path: str) -> None:
    """Needs a mount namespace of one's own: binds the path onto itself and takes writing away."""
    bind_mount(path, path)
    _check(_libc.mount(b"none", path.encode(), None, _MS_REMOUNT | _MS_BIND | _MS_RDONLY, None),
           f"remount {path}")


def unmount(path: str) -> None:
    _check(_libc.umount2(path.encode(), _MNT_DETACH), f"unmount {path}")


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait until the clean-up inside is done."""
    held = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    previous = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous)


def end_on_signals() -> None:
    """SIGTERM and SIGHUP end the process like Ctrl-C does: through every clean-up on the way. Ctrl-C
    does so too where the shell had it ignored."""
    def leave(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, leave)
    signal.signal(signal.SIGINT, signal.default_int_handler)
