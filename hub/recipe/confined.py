"""Checking a recipe that nobody trusts yet, in a child process with limits on memory and time.

`python -m hub.recipe.confined` is that child: it takes a job as JSON on its standard input and writes the problems as
JSON to its standard output.
"""

from __future__ import annotations

import importlib
import json
import resource
import signal
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hub.errors import Place, Problem
from hub.ports import Catalogue
from hub.recipe.check import check
from hub.registry import Registry

_HOME = Path(__file__).resolve().parents[2]
_STARTING = 30.0  # seconds for starting Python and importing the plug-ins, before the limits begin to count


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory` in bytes on top of what the process has when it begins, `cpu` and `wall` in seconds."""

    memory: int = 256 * 1024 * 1024
    cpu: int = 2
    wall: float = 3.0


def check_confined(
    text: str,
    *,
    file: str,
    registry: str,
    secrets: Collection[str] | None = None,
    fields: Mapping[str, Collection[str]] | None = None,
    catalogue: Catalogue | None = None,
    limits: Limits = Limits(),
) -> tuple[Problem, ...]:
    """The problems of a recipe, as `check` finds them; RCP408 alone when the child had to be stopped. RuntimeError when
    it could not do its work, as when there is no such `registry`.

    `registry` names the function that makes the Registry in the child: "package.module:function".
    """
    job = {
        "text": text,
        "file": file,
        "registry": registry,
        "secrets": None if secrets is None else sorted(secrets),
        "fields": None if fields is None else {name: sorted(each) for name, each in fields.items()},
        "catalogue": None if catalogue is None else asdict(catalogue),
        "limits": asdict(limits),
        "path": sys.path,
    }
    command = [sys.executable, "-m", "hub.recipe.confined"]
    try:
        done = subprocess.run(
            command, input=json.dumps(job), capture_output=True, text=True, cwd=_HOME, timeout=_STARTING, check=False
        )
    except subprocess.TimeoutExpired:
        return (_stopped(file, "it did not end"),)
    complaint = done.stderr.strip().rpartition("\n")[2]
    if done.returncode < 0 or complaint.startswith("MemoryError"):
        return (_stopped(file, complaint or f"signal {-done.returncode}"),)
    if done.returncode > 0:
        raise RuntimeError(f"The checking process failed: {complaint}")
    return tuple(_problem(row) for row in json.loads(done.stdout))


def _stopped(file: str, why: str) -> Problem:
    message = "Checking this recipe took too much time or memory, so it was stopped."
    hint = "Make its expressions simpler, or split it."
    return Problem("RCP408", message, Place(file, 1, 1), hint=hint, detail=why)


def _problem(row: Mapping[str, Any]) -> Problem:
    place = Place(row["file"], row["line"], row["column"])
    return Problem(row["code"], row["message"], place, hint=row["hint"], detail=row["detail"], severity=row["severity"])


def _main() -> None:
    job = json.load(sys.stdin)
    sys.path[:] = job["path"]
    module, _, function = job["registry"].partition(":")
    registry: Registry = getattr(importlib.import_module(module), function)()
    catalogue = Catalogue(**job["catalogue"]) if job["catalogue"] else None
    _limit(Limits(**job["limits"]))
    reading = check(
        job["text"],
        file=job["file"],
        registry=registry,
        secrets=job["secrets"],
        fields=job["fields"],
        catalogue=catalogue,
    )
    json.dump([problem.as_dict() for problem in reading.problems], sys.stdout)


def _limit(limits: Limits) -> None:
    """Begin to count: memory, processor time, and time on the clock. Going over ends the process."""
    statistics = Path("/proc/self/statm")
    if statistics.exists():  # elsewhere than on Linux, memory cannot be limited on top of what is in use
        used = int(statistics.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + limits.memory,) * 2)
    spent = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(spent.ru_utime + spent.ru_stime) + 1 + limits.cpu
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, limits.wall)


if __name__ == "__main__":
    _main()
