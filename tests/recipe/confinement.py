"""Work in a child process that may use 256 MB more memory than it starts with, and 2 seconds of processor time."""

from __future__ import annotations

import os
import resource
import traceback
from collections.abc import Callable
from pathlib import Path

MEMORY = 256 * 1024 * 1024
CPU = 2


def confined(work: Callable[[], str]) -> str:
    """What `work` returns. AssertionError when the child was killed for what it used, or failed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(work, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as stream:
        said = stream.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"the child ended with {os.waitstatus_to_exitcode(status)}: {said[-2000:]}"
    return said


def _work(work: Callable[[], str], writing: int) -> None:
    code = 1
    try:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
        os.write(writing, work().encode())
        code = 0
    except BaseException:
        os.write(writing, traceback.format_exc().encode())
    finally:
        os._exit(code)
