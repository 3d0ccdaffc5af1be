"""One process alone writes to a file: the lock goes with the process, however that ends."""

from __future__ import annotations


def lock(file: int) -> bool:
    """Lock an open file (its descriptor) until it is closed; False if another process has it.

    True also where nobody can lock: on Windows, and on disks that know no locks.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a disk that knows no locks
        return True
    return True
