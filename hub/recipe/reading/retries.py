"""`retry`: how often a step is tried, and how long it waits in between."""

from __future__ import annotations

from hub.model import RetryRule
from hub.recipe.node import Node
from hub.recipe.problems import Findings
from hub.recipe.reading.section import Section, expect, read_duration

# 10 tries over about 45 hours.
DEFAULT_DELAYS: tuple[float, ...] = (5, 30, 120, 600, 1800, 7200, 21600, 43200, 86400)
DEFAULT_RETRY = RetryRule(len(DEFAULT_DELAYS) + 1, DEFAULT_DELAYS)
MOST_ATTEMPTS = 100
LONGEST_BACKOFF = 6 * 3600.0
_SHAPES = "Write `retry: 3`, or {attempts: 5, delays: [10s, 1m]}, or {attempts: 5, backoff: 10s}."


def read_retry(node: Node, findings: Findings) -> RetryRule | None:
    """The rule, None (and a problem) when it has no shape of one."""
    if node.kind == "integer":
        if 1 <= node.value <= MOST_ATTEMPTS:
            return _rule(node.value, DEFAULT_DELAYS)
        message = f"`retry` is {node.value}; it counts all attempts, from 1 (never again) to {MOST_ATTEMPTS}."
        findings.add("RCP219", message, node.place, hint="Write `retry: 1` for a single attempt.")
        return None
    if node.kind != "map":
        findings.add("RCP214", "`retry` is neither a number of attempts nor a group.", node.place, hint=_SHAPES)
        return None
    return _read_group(Section(node, findings, what="a retry rule"))


def _read_group(section: Section) -> RetryRule | None:
    attempts = section.whole("attempts", default=0, lowest=1, highest=MOST_ATTEMPTS)
    listed = section.take("delays")
    backoff = section.duration("backoff")
    section.close()
    if listed is not None and section.has("backoff"):
        message = "`delays` and `backoff` exclude each other."
        section.findings.add("RCP218", message, section.place("backoff"), hint="Keep one of them.")
        return None
    if listed is not None:
        delays = _read_delays(listed, section.findings)
        return _rule(attempts or len(delays) + 1, delays) if delays else None
    if section.has("backoff"):
        if not backoff:
            return None
        count = attempts or DEFAULT_RETRY.attempts
        return RetryRule(count, tuple(min(backoff * 2**n, LONGEST_BACKOFF) for n in range(count - 1)))
    return _rule(attempts or DEFAULT_RETRY.attempts, DEFAULT_DELAYS)


def _read_delays(node: Node, findings: Findings) -> tuple[float, ...]:
    if not expect(node, "list", findings=findings, what="`delays`"):
        return ()
    if not node.items():
        findings.add("RCP217", "`delays` is empty.", node.place, hint="Write durations: [10s, 1m, 10m].")
    found = [read_duration(item, findings, what="A delay") for item in node.items()]
    return tuple(each for each in found if each is not None)


def _rule(attempts: int, delays: tuple[float, ...]) -> RetryRule:
    """As many delays as there are waits: the last one is repeated, surplus ones are left out."""
    wanted = attempts - 1
    return RetryRule(attempts, delays[:wanted] + (delays[-1],) * max(0, wanted - len(delays)))
