"""Named places where the tests make the hub die or stand still: HUB_FAILPOINTS=name:kill,other:pause=9.

Nothing is armed unless that setting is given; then `reach()` is one look into an empty table.
"""

from __future__ import annotations

import os
import signal
import time

_armed: dict[str, str] = {}


def arm(text: str) -> None:
    """Arm what the setting says. ValueError for what is not name:kill, name:raise or name:pause=SECONDS."""
    _armed.clear()
    for part in filter(None, text.split(",")):
        name, _, what = part.strip().partition(":")
        if what not in ("kill", "raise") and not what.startswith("pause="):
            raise ValueError(f"{part!r} is not name:kill, name:raise or name:pause=SECONDS")
        _armed[name] = what


def reach(name: str) -> None:
    """Do what is armed for this place, once for a pause or an error, for ever for a kill."""
    what = _armed.get(name)
    if what is None:
        return
    if what == "kill":
        os.write(2, f"Killed at the failpoint {name}.\n".encode())  # at once, whatever is buffered
        os.kill(os.getpid(), signal.SIGKILL)
    del _armed[name]
    if what == "raise":
        raise RuntimeError(f"failpoint {name}")
    time.sleep(float(what.removeprefix("pause=")))
