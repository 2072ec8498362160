"""A test file, read as strictly as a recipe: unknown keys, wrong types and bad times are problems with a place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hub.errors import Problem
from hub.model import Record
from hub.recipe.blueprints import Instance
from hub.recipe.blueprints.instance import HIGHEST
from hub.recipe.loader import parse
from hub.recipe.node import Entry, Node
from hub.recipe.problems import Findings, is_usable
from hub.recipe.reading.recipe import LANGUAGE
from hub.recipe.reading.section import Section, expect
from hub.rehearsing.case import FAULTS, Answer, Case, Ending, Given, Happening, Later, Reply, TestFile, Trouble
from hub.rehearsing.expecting import check_expectation
from hub.rehearsing.stored import read_stored

USUAL_MOMENT = datetime(2026, 3, 31, 12, 0, tzinfo=UTC).timestamp()
"""When a test without `at` takes place."""

EVENTS = ("created", "updated", "deleted", "manual")
ENDS = ("succeeded", "failed", "skipped", "cancelled")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
MOST_TIMES = 40
_DATA_KEYS = ("record", "before", "changed", "body", "headers", "query", "inputs", "scheduled_at")


def read_tests(text: str, *, file: str, resources: tuple[str, ...]) -> tuple[TestFile | None, tuple[Problem, ...]]:
    """The tests of a file, None when there is an error among the problems. `resources` are the kinds of record."""
    findings = Findings(file)
    root = parse(text, findings)
    found = _Reader(findings, resources).file(root, text) if root is not None else None
    problems = findings.listed()
    return (found if is_usable(problems) else None), problems


class _Reader:
    """One reading. `findings` fills up; what is returned counts only when there is no error among them."""

    def __init__(self, findings: Findings, resources: tuple[str, ...]) -> None:
        self._findings = findings
        self._resources = resources

    def file(self, root: Node, text: str) -> TestFile:
        """The whole file."""
        section = self._section(root, "a test file")
        instance = self._instance(section, root) if section.has("blueprint") else None
        recipe_id = instance.blueprint if instance else section.text("recipe", required=True)
        place = section.value_place("blueprint" if instance else "recipe")
        tests = section.take("tests", required=True, hint="Add `tests:` with a list of tests.")
        section.close()
        cases = tuple(self._case(node) for node in self._items(tests, "`tests`"))
        if tests is not None and tests.kind == "list" and not cases:
            self._findings.add("RCP217", "`tests` is empty.", tests.place, hint="Add at least one test.")
        names = [case.name for case in cases]
        for number, case in enumerate(cases):
            if case.name and case.name in names[:number]:
                message = f"Two tests are called `{case.name}`."
                self._findings.add("RCP207", message, case.place, hint="Give each test a name of its own.")
        return TestFile(self._findings.file, text, recipe_id, place, cases, instance)

    def _instance(self, section: Section, root: Node) -> Instance:
        """The inputs that a blueprint is tested with. Version 0 stands for the newest."""
        blueprint = section.text("blueprint")
        version = section.whole("version", default=0, lowest=1, highest=HIGHEST)
        inputs = section.take("inputs")
        if inputs is not None:
            self._object(inputs, "`inputs`")
        if section.has("recipe"):
            message = "A test file is for a recipe or for a blueprint, not for both."
            section.take("recipe")
            self._findings.add("RCP218", message, section.place("recipe"), hint="Delete one of the two.")
        place = section.value_place("blueprint")
        top = (
            Entry("recipe", place, Node("integer", LANGUAGE, place)),
            Entry("id", place, Node("text", blueprint, place)),
        )
        return Instance(blueprint, version, inputs, replace(root, value=top), place, section.value_place("version"))

    def _case(self, node: Node) -> Case:
        section = self._section(node, "a test")
        name = section.text("name", required=True)
        at = self._moment(section.take("at"))
        trigger = section.text("trigger")
        event = self._event(section.take("event"))
        secrets = self._object(section.take("secrets"), "`secrets`", texts=True)
        given = self._given(section.take("given"))
        given_answers = section.take("answers")
        answers, troubles, fills, replies = self._answers(given_answers)
        endings = self._endings(given_answers)
        later = tuple(self._later(each) for each in self._items(section.take("later"), "`later`"))
        stored = section.take("stored")
        if stored is not None:
            read_stored(stored, self._findings)
        expectation = section.take("expect", required=True, hint="Say what the run must come to: `expect:`.")
        section.close()
        if expectation is not None:
            check_expectation(expectation, self._findings, resources=self._resources)
        return Case(
            name,
            node.place,
            at,
            trigger,
            event,
            expectation or Node("map", (), node.place),
            secrets,
            given,
            answers,
            troubles,
            fills,
            later,
            stored,
            replies,
            endings,
        )

    def _event(self, node: Node | None) -> Happening:
        if node is None:
            return Happening()
        section = self._section(node, "an event")
        kind = section.word("kind", EVENTS, default="")
        data = {key: value.plain() for key in _DATA_KEYS if (value := section.take(key)) is not None}
        for key in ("record", "before", "headers", "query", "inputs"):
            value = node.get(key)
            if value is not None:
                expect(value, "map", "null", findings=self._findings, what=f"`{key}`")
        if section.has("changed"):
            expect(node.get("changed") or node, "list", findings=self._findings, what="`changed`")
        more = self._object(section.take("data"), "`data`")
        section.close()
        return Happening(kind, {**more, **data})

    def _given(self, node: Node | None) -> tuple[Given, ...]:
        if node is None:
            return ()
        section = self._section(node, "what is given")
        found: list[Given] = []
        for resource in self._resources:
            records = self._items(section.take(resource), f"`{resource}`")
            found.extend(Given(resource, self._object(each, "A record"), each.place) for each in records)
        section.close()
        return tuple(found)

    def _answers(
        self, node: Node | None
    ) -> tuple[tuple[Answer, ...], tuple[Trouble, ...], dict[str, Record], tuple[Reply, ...]]:
        answers: list[Answer] = []
        troubles: list[Trouble] = []
        fills: dict[str, Record] = {}
        replies: list[Reply] = []
        for each in self._items(node, "`answers`"):
            if each.get("ends") is not None:
                continue  # how a called recipe ends
            section = self._section(each, "an answer")
            step = section.text("step")
            if not step:
                answers.append(self._answer(section))
            elif section.has("fills"):
                fills[step] = self._object(section.take("fills"), "`fills`")
            elif section.has("answer") or section.has("body"):
                replies.append(self._reply(section, step))
            else:
                troubles.append(self._trouble(section, step))
            section.close()
        return tuple(answers), tuple(troubles), fills, tuple(replies)

    def _endings(self, node: Node | None) -> tuple[Ending, ...]:
        found: list[Ending] = []
        for each in node.items() if node is not None else ():
            if each.get("ends") is None:
                continue
            section = self._section(each, "an answer")
            step = section.text("step", required=True)
            status = section.word("ends", ENDS, default=ENDS[0])
            result = section.take("result")
            found.append(Ending(step, status, result.plain() if result else None, section.text("reason")))
            section.close()
        return tuple(found)

    def _answer(self, section: Section) -> Answer:
        method = section.word("method", METHODS, default="GET")
        url = section.text("url", required=True)
        status = section.whole("status", default=200, lowest=100, highest=599)
        headers = self._object(section.take("headers"), "`headers`", texts=True)
        body = section.take("body")
        text = section.text("text")
        small = {name.lower(): value for name, value in headers.items()}
        return Answer(method, url, status, small, body.plain() if body is not None else None, text)

    def _reply(self, section: Section, step: str) -> Reply:
        answer, body = section.text("answer"), section.take("body")
        if answer and body is not None:
            hint = "People give an `answer`, another app sends a `body`."
            self._findings.add("RCP218", "This is both an `answer` and a `body`.", section.place("body"), hint=hint)
        by = section.text("by", default="somebody")
        fields = self._object(section.take("fields"), "`fields`")
        headers = self._object(section.take("headers"), "`headers`", texts=True)
        small = {name.lower(): value for name, value in headers.items()}
        after = section.duration("after") or 0.0
        plain = body.plain() if body is not None else None
        return Reply(step, section.node.place, answer, by, fields, plain, small, after)

    def _trouble(self, section: Section, step: str) -> Trouble:
        if not section.has("fault"):
            hint = "Say how the step fails: `fault: transient`."
            section.take("fault", required=True, hint=hint)
        fault = section.word("fault", FAULTS, default="transient")
        times = section.whole("times", default=1, lowest=1, highest=MOST_TIMES)
        return Trouble(step, fault, times, section.text("message"))

    def _later(self, node: Node) -> Later:
        section = self._section(node, "a later change")
        after, step = section.duration("after"), section.text("step")
        resource = section.word("resource", self._resources, default="jobs")
        record_id = section.text("id", required=True)
        fields = self._object(section.take("fields", required=True), "`fields`")
        if (after is None) == (not step):
            hint = "Write `after: 8d`, or `step:` with the step before which it happens."
            self._findings.add("RCP218", "A later change needs either `after` or `step`.", node.place, hint=hint)
        section.close()
        return Later(after, step, Given(resource, {"id": record_id, **fields}, node.place))

    def _moment(self, node: Node | None) -> float:
        if node is None:
            return USUAL_MOMENT
        hint = "Write it as 2026-03-31T12:00:00Z."
        if not expect(node, "text", findings=self._findings, what="`at`", hint=hint):
            return USUAL_MOMENT
        try:
            moment = datetime.fromisoformat(str(node.value))
        except ValueError:
            self._findings.add("RCP205", f"`at` is no moment: {str(node.value)[:60]}.", node.place, hint=hint)
            return USUAL_MOMENT
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()

    def _section(self, node: Node, what: str) -> Section:
        return Section(node, self._findings, what=what)

    def _items(self, node: Node | None, what: str) -> tuple[Node, ...]:
        if node is None or not expect(node, "list", findings=self._findings, what=what):
            return ()
        return node.items()

    def _object(self, node: Node | None, what: str, *, texts: bool = False) -> dict[str, Any]:
        if node is None or not expect(node, "map", findings=self._findings, what=what):
            return {}
        for entry in node.entries() if texts else ():
            expect(entry.node, "text", findings=self._findings, what=f"`{entry.key}`")
        plain: dict[str, Any] = node.plain()
        return plain
