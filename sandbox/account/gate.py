"""The gate in front of the API: recognise the key, count the request, note when the key was last used.

The rate is a bucket that refills evenly. It is kept as one moment, the time at which the bucket is full again, in
the key's row, so all processes that share the database share the bucket.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sandbox.account.keys import ACCOUNT, key_owner, recognise, unauthorized
from sandbox.database import Database
from sandbox.problems import Problem, Refusal
from sandbox.stamps import write_stamp


@dataclass(frozen=True)
class Limit:
    """How much one key may ask for. `per_minute` 0 is no limit."""

    per_minute: int
    burst: int


@dataclass(frozen=True)
class Verdict:
    """What the bucket says about one request. Times are in whole seconds, rounded up."""

    allowed: bool
    full_at: float
    remaining: int
    reset_after: int
    retry_after: int


def weigh(limit: Limit, full_at: float, *, now: float) -> Verdict:
    """Decide about one request that arrives `now`, when the bucket was going to be full at `full_at`."""
    interval = 60 / limit.per_minute
    depth = interval * max(limit.burst, 1)
    after = max(full_at, now) + interval
    # A thousandth of a second is forgiven: the sums of floating point numbers are not exact.
    allowed = after - now <= depth + 0.001
    full_at = after if allowed else full_at
    return Verdict(
        allowed=allowed,
        full_at=full_at,
        remaining=max(0, math.floor((depth - (full_at - now)) / interval + 0.001)),
        reset_after=math.ceil(full_at - now),
        retry_after=0 if allowed else max(1, math.ceil(after - now - depth)),
    )


@dataclass(frozen=True)
class Admission:
    """A request that was let in: for whom, and what the bucket says, which is None when there is no limit."""

    kind: str
    actor: str
    verdict: Verdict | None


def enter(database: Database, key: str, *, limit: Limit, now: float) -> Admission:
    """Let one request with this key in.

    Raises Problem 401 for a key that does not work. A request that is over the limit is returned, not raised: its
    answer carries the numbers.
    """
    if not key:
        raise unauthorized("key_missing", "No API key was sent. Send the Workglue Account API Key with every request.")
    used_at = write_stamp(int(now * 1_000_000))
    with database.writing() as connection:
        row = recognise(connection, key)
        verdict = weigh(limit, row["full_at"], now=now) if limit.per_minute else None
        connection.execute(
            "UPDATE api_keys SET last_used_at = ?, full_at = ? WHERE id = ?",
            (used_at, verdict.full_at if verdict else 0, row["id"]),
        )
        return Admission(row["kind"], key_owner(connection, row["employee"]), verdict)


def demand_account_key(admission: Admission) -> None:
    """Raise Problem 403 for a key that works but does not open the Public API."""
    if admission.kind != ACCOUNT:
        raise Problem(
            Refusal(
                403,
                "wrong_kind_of_key",
                "This is a User Personal API Key. The Public API needs the Workglue Account API Key, "
                "which is under My Account > Integrations.",
            )
        )
