"""One client serves many threads at once: every call gets its own answer."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from hub.workglue.client import Workglue
from hub.workglue.profile import built_in
from sandbox.server import Server


def test_every_thread_gets_its_own_answer(tmp_path: Path) -> None:
    with Server(tmp_path / "sandbox.db", jobs=40, today=date(2026, 3, 31), rate_per_minute=0) as server:
        client = Workglue(base_url=server.url, key=server.key, profile=built_in(), clock=time.time)
        jobs = [job["id"] for page in client.pages("jobs") for job in page.records]

        def work(number: int) -> bool:
            job_id = jobs[number % len(jobs)]
            made = client.create("contacts", {"first_name": f"Thread {number}"}, key=f"thread/{number}")
            read = client.expand("jobs", client.get("jobs", job_id))
            return bool(
                read["id"] == job_id
                and read["stage"]["id"] == read["stage_id"]
                and client.get("contacts", made["id"])["first_name"] == f"Thread {number}"
            )

        with ThreadPoolExecutor(16) as pool:
            assert all(pool.map(work, range(96)))
        names = [each["first_name"] for page in client.pages("contacts") for each in page.records]
        assert len([name for name in names if name and name.startswith("Thread ")]) == 96
