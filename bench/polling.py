"""`python -m bench.polling`: a big account looked at by a poller in a process of its own: requests, memory, time.

The account is a sandbox with as many jobs as the first argument says, 100,000 without one. Each look is made by a fresh
process, so that its peak of memory is that of the look and nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from hub.services import open_services
from hub.settings import read_settings
from hub.store.migrate import upgrade
from sandbox.server import Server

RECORDS = 100_000
PROFILE = "rate: {per_minute: 100000000, burst: 100000000}\n"
"""Without the pauses that keep a look within its part of the API's limit: they are not what is measured."""


def main() -> None:
    """Measure a first look, an unchanged one and a complete one, and print it."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "profile.yaml").write_text(PROFILE)
        with Server(home / "sandbox.db", jobs=records, rate_per_minute=0) as sandbox:
            for look in ("first", "unchanged", "complete"):
                print(json.dumps({"records": records, "look": look} | _measured(home, sandbox.url, sandbox.key, look)))


def _measured(home: Path, url: str, key: str, look: str) -> dict[str, float]:
    given = {
        "HUB_HOME": str(home),
        "HUB_RECIPES": str(home),
        "WORKGLUE_API_URL": url,
        "WORKGLUE_API_KEY": key,
        "WORKGLUE_PROFILE": str(home / "profile.yaml"),
    }
    command = [sys.executable, "-m", "bench.polling", "look", json.dumps(given), look]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _look(given: dict[str, str], look: str) -> None:
    services = open_services(read_settings(given))
    upgrade(services.database)
    began = time.perf_counter()
    done = services.poller("bench").poll("jobs", full_every=0.0 if look == "complete" else 86_400.0)
    assert done is not None
    seconds = time.perf_counter() - began
    peak = _peak_mib()
    requests = services.views.cursors()[0].requests if look != "complete" else 0
    print(
        json.dumps(
            {"checked": done.checked, "requests": requests, "seconds": round(seconds, 1), "peak_mib": round(peak, 1)}
        )
    )


def _peak_mib() -> float:
    """The most memory that this process had at once. What getrusage says would include its parent's."""
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["look"]:
        _look(json.loads(sys.argv[2]), sys.argv[3])
    else:
        main()
