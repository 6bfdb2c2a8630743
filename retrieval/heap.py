"""Giving freed memory back to the system."""

import ctypes
import sys


def give_back() -> None:
    """Returns what was freed to the system, where glibc would keep it for later (Linux); elsewhere
    does nothing. Worth a few milliseconds after something large was built."""
    if _trim is not None:
        _trim(0)


_trim = (
    getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform.startswith("linux") else None
)
