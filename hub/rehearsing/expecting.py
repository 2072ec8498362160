"""The shape of `expect`: which keys may stand in it. What they say is compared in `verdict`."""

from __future__ import annotations

from hub.model import RunStatus, StepStatus
from hub.recipe.node import Node
from hub.recipe.problems import Findings
from hub.recipe.reading.section import Section, expect
from hub.rehearsing.case import NOT_REACHED, NOT_STARTED
from hub.rehearsing.stored import read_stored

STATUSES = (*(each.value for each in RunStatus), NOT_STARTED)
STEP_STATUSES = (*(each.value for each in StepStatus), NOT_REACHED)
MOST_TIMES = 1_000
"""How often one thing is expected at the most, with `times`."""

DEEDS = ("create", "update", "delete")
_SENT = {
    "messages": ("a message", ("to", "title", "body", "title_has", "body_has")),
    "calls": ("a call", ("method", "url", "headers", "params", "json", "form", "text")),
    "started": ("a recipe that is called", ("recipe", "inputs")),
}


def check_expectation(node: Node, findings: Findings, *, resources: tuple[str, ...]) -> None:
    """Add a problem for everything in `expect` that could never be compared."""
    section = Section(node, findings, what="what is expected")
    section.word("status", STATUSES, default="")
    if not section.has("status") and node.kind == "map":
        section.take("status", required=True, hint="Say how the run ends: `status: succeeded`.")
    section.text("reason")
    section.text("reason_has")
    section.duration("took")
    _check_steps(section.take("steps"), findings)
    for key in ("vars", "outputs"):
        values = section.take(key)
        if values is not None:
            expect(values, "map", findings=findings, what=f"`{key}`")
    stored = section.take("stored")
    if stored is not None:
        read_stored(stored, findings)
    for each in _listed(section, "writes", findings):
        _check_write(each, findings, resources)
    for key, (what, names) in _SENT.items():
        for each in _listed(section, key, findings):
            sent = Section(each, findings, what=what)
            sent.whole("times", default=1, lowest=1, highest=MOST_TIMES)
            for name in names:
                sent.take(name)
            sent.close()
    section.close()


def _check_steps(node: Node | None, findings: Findings) -> None:
    if node is not None and expect(node, "map", findings=findings, what="`steps`"):
        states = Section(node, findings, what="`steps`")
        for entry in node.entries():
            states.word(entry.key, STEP_STATUSES, default="")


def _listed(section: Section, key: str, findings: Findings) -> tuple[Node, ...]:
    node = section.take(key)
    if node is None or not expect(node, "list", findings=findings, what=f"`{key}`"):
        return ()
    return node.items()


def _check_write(node: Node, findings: Findings, resources: tuple[str, ...]) -> None:
    write = Section(node, findings, what="a write")
    write.word("do", DEEDS, default="")
    write.word("resource", resources, default="")
    write.take("id")
    write.whole("times", default=1, lowest=1, highest=MOST_TIMES)
    fields = write.take("fields")
    if fields is not None:
        expect(fields, "map", findings=findings, what="`fields`")
    write.close()
