"""What a real run read, changed and sent, taken from its journal in the words of a test file.

The journal holds the input and the result of each step. What it does not hold, such as a record before an update, is
assumed, and each assumption is noted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from hub.actions.recipients import read_recipients
from hub.actions.sameness import differing, is_empty
from hub.engine.scope import OPEN, legible
from hub.model import Record, StepRecord, StepStatus
from hub.rehearsing.catalogue import usual_records
from hub.rehearsing.outside import READS
from hub.rehearsing.replied import reply_of
from hub.rehearsing.stored import StoredDraft
from hub.workglue.dialect import Profile, Resource

_FLOW = frozenset({"set", "stop", "wait", "wait_for", "hold", "choose", "parallel"})
"""Steps of the engine's own: what fails in them fails in the test by itself."""

_FAULTS = {
    "Transient": "transient",
    "RateLimited": "transient",
    "Unknown": "unknown",
    "Unauthorized": "unauthorized",
    "NeedsPerson": "needs_person",
}
_BY_STEP = ("list", "find", "get", "create", "update", "upsert", "delete")


class Draft:
    """A test in the making. Feed it the event's records and then each step in the order of the run."""

    def __init__(self, profile: Profile) -> None:
        self.given: dict[tuple[str, str], Record] = {}
        self.later: list[Record] = []
        self.answers: list[Record] = []
        self.writes: list[Record] = []
        self.messages: list[Record] = []
        self.calls: list[Record] = []
        self.started: list[Record] = []
        self.created: dict[str, str] = {}
        self.assumed: list[str] = []
        self.stored = StoredDraft()
        self._profile = profile
        self._known: dict[tuple[str, str], Record] = {}
        self._made: Counter[str] = Counter()

    # ---- records -----------------------------------------------------------------------------------------------

    def plain(self, resource: str, record: Mapping[str, Any]) -> Record:
        """The record's own fields, as far as the profile knows them; what stands beside ids is learned and left out."""
        kind = self._profile.resources[resource]
        stamps = self._profile.timestamps
        own = {"id", *kind.fields, stamps.created, stamps.updated}
        aliases = {each.alias for each in kind.references.values()}
        for name in sorted(set(record) - own - aliases):
            self.assume(f"The field {name} of {resource} is left out: the API profile does not know it.")
        for reference in kind.references.values():
            beside = record.get(reference.alias)
            if reference.resource in self._profile.named and isinstance(beside, dict) and beside.get("id"):
                self.given.setdefault((reference.resource, str(beside["id"])), self.plain(reference.resource, beside))
        return {name: value for name, value in record.items() if name in own}

    def know(self, resource: str, record: Mapping[str, Any]) -> Record:
        """A record that is in the account because the event says so; its own fields."""
        plain = self.plain(resource, record)
        self._known[resource, str(plain.get("id"))] = plain
        return plain

    def assume(self, sentence: str) -> None:
        """Note what is not known, once."""
        if sentence not in self.assumed:
            self.assumed.append(sentence)

    def _see(self, resource: str, record: Any, path: str) -> None:
        """A record as a step read it: given from the beginning, or a change that somebody made before this step."""
        if not isinstance(record, dict) or not record.get("id"):
            return
        plain = self.plain(resource, record)
        key = (resource, str(plain["id"]))
        before = self._known.get(key)
        if before is None:
            self.given[key] = plain
        else:
            stamp = self._profile.timestamps.updated
            changed = {name: value for name, value in plain.items() if name != stamp and before.get(name) != value}
            if changed and key[1] not in self.created:
                self.later.append({"step": path, "resource": resource, "id": key[1], "fields": changed})
        self._known[key] = plain

    # ---- steps -------------------------------------------------------------------------------------------------

    def add(self, step: StepRecord) -> None:
        """Take in one step of the run. Of a loop its items count, which are steps of their own."""
        if isinstance(step.request, dict) and set(step.request) == {"items"}:
            return
        if step.action == "call":
            self._add_called(step)
            return
        if step.action in ("wait_for", "hold"):
            self.answers += [each for each in (reply_of(step),) if each]
            return
        if step.status is StepStatus.OK:
            self._add_done(step)
        elif step.status in (StepStatus.ERROR, StepStatus.UNKNOWN):
            self._add_failed(step)
        if step.status is StepStatus.OK and step.tries > 1:
            self.assume(f"The step {step.path} needed {step.tries} attempts; in the test it works at once.")

    def _add_done(self, step: StepRecord) -> None:
        resource, _, verb = step.action.partition(".")
        request = step.request if isinstance(step.request, dict) else {}
        if step.action == "notify.send":
            words = {key: _by_name(request.get(key, "")) for key in ("to", "title", "body")}
            self.messages.append(words)
        elif step.action == "email.send":
            self.messages.append(_mail_of(request))
        elif step.action == "http.request":
            self._add_call(request, step.output)
        elif step.action == "webhook.send":
            called = {"method": "POST", "url": request.get("url", "")}
            self._add_call(called, {"status": (step.output or {}).get("status", 200)})
        elif resource in self._profile.resources and verb in _BY_STEP:
            self._add_records(step, self._profile.resources[resource], verb, request)
        else:
            self.stored.add(step, request)

    def _add_records(self, step: StepRecord, kind: Resource, verb: str, request: Record) -> None:
        output = step.output
        if verb in ("list", "find", "get"):
            self._name(kind, request.get("filters") if verb == "list" else request)
            for record in output if isinstance(output, list) else [output]:
                self._see(kind.name, record, step.path)
        elif verb == "delete":
            self.writes.append({"do": "delete", "resource": kind.name, "id": request.get("id")})
        elif step.note.startswith("Nothing to change"):
            self._see(kind.name, output, step.path)
        elif verb == "create" or step.note.startswith("Created"):
            fields = {**request.get("match", {}), **request} if verb == "upsert" else request
            fields = {name: value for name, value in fields.items() if name != "match" and not is_empty(value)}
            self._add_created(step, kind, fields)
        else:
            fields = {name: value for name, value in request.items() if name not in ("id", "match")}
            self._add_changed(step, kind, fields)

    def _add_created(self, step: StepRecord, kind: Resource, fields: Record) -> None:
        self._name(kind, fields)
        self._made[kind.name] += 1
        record = self.plain(kind.name, step.output)
        self.created[str(record["id"])] = f"{kind.name}-new-{self._made[kind.name]}"
        self._known[kind.name, str(record["id"])] = record
        self.writes.append({"do": "create", "resource": kind.name, "fields": fields})
        stamps = {"id", self._profile.timestamps.created, self._profile.timestamps.updated}
        sent = set(self._by_field(kind, fields, record))
        fills = {
            name: value
            for name, value in record.items()
            if name not in stamps and not is_empty(value) and (name not in sent or value != fields.get(name, value))
        }
        if fills := {name: value for name, value in fills.items() if value != {}}:
            self.answers.append({"step": step.path, "fills": fills})

    def _add_changed(self, step: StepRecord, kind: Resource, fields: Record) -> None:
        """An update. The record before it is known when something read it earlier; else it is assumed."""
        self._name(kind, fields)
        after = self.plain(kind.name, step.output)
        key = (kind.name, str(after["id"]))
        wanted = self._by_field(kind, fields, after)
        before = self._known.get(key)
        if before is None:
            empty: Record = {name: [] if isinstance(after.get(name), list) else None for name in wanted}
            before = self.given[key] = {**after, **empty}
            self.assume(
                f"What {', '.join(fields)} of {kind.words} {key[1]} held before the step {step.path} is not in the "
                "journal; the test assumes that it was empty."
            )
        changes = differing(kind, before, wanted)
        named = {
            name: value
            for name, value in fields.items()
            if set(self._by_field(kind, {name: value}, after)) & {*changes}
        }
        self.writes.append({"do": "update", "resource": kind.name, "id": key[1], "fields": named})
        self._known[key] = after

    def _by_field(self, kind: Resource, fields: Mapping[str, Any], record: Record) -> Record:
        """The fields by their own names; the value of a reference by name is taken from the record."""
        found: Record = {}
        for name, value in fields.items():
            reference = kind.alias(name)
            if reference is None:
                found[name] = value
            else:
                found[reference.field] = record.get(reference.field)
        return found

    def _name(self, kind: Resource, fields: Any) -> None:
        """Stages, types and employees that a step names must be there, also when no record showed them."""
        for name, value in fields.items() if isinstance(fields, dict) else ():
            reference = kind.alias(name)
            if reference is None or reference.resource not in self._profile.named or not isinstance(value, str):
                continue
            target = self._profile.resources[reference.resource]
            if value.strip() and value not in set(self._called(target)):
                record = _of_name(target, value, len(self.given))
                self.given[target.name, record["id"]] = record
                self.assume(f"The {target.words} {value} is given with no more than its name.")

    def _called(self, kind: Resource) -> Iterator[str]:
        own = [record for (resource, _), record in self.given.items() if resource == kind.name]
        for record in (*own, *usual_records().get(kind.name, [])):
            yield str(record.get("id"))
            yield " ".join(str(record[name]) for name in kind.names if record.get(name))

    def _add_call(self, request: Record, output: Any) -> None:
        method = str(request.get("method") or "GET").upper()
        url = _by_name(request.get("url", ""))
        parts = {key: _by_name(request[key]) for key in ("json", "form", "text") if request.get(key) is not None}
        if method not in READS:
            self.calls.append({"method": method, "url": url, **parts})
        answer = {"method": method, "url": url, "status": output.get("status", 200)}
        if output.get("body") is not None:
            answer["body"] = output["body"]
        elif str(output.get("text") or "").strip():
            answer["text"] = output["text"]
        if any(each.get("url") == url and each.get("method") == method and each != answer for each in self.answers):
            self.assume(f"{method} {url} was answered in several ways; the test has the first answer only.")
        self.answers.append(answer)

    def _add_called(self, step: StepRecord) -> None:
        """A recipe that was called, and how it ended where the step saw that."""
        request = step.request if isinstance(step.request, dict) else {}
        if not request.get("run"):
            return  # it could not be called; what is wrong is wrong in the test, too
        self.started.append({"recipe": request["recipe"], "inputs": request.get("inputs") or {}})
        if request.get("wait") is False:
            return
        output = step.output if isinstance(step.output, dict) else {}
        ends = output.get("status", "succeeded")
        if not output:
            self.assume(f"How the recipe {request['recipe']} ends that the step {step.path} called is not known.")
        told = str((step.error or {}).get("message", ""))
        reason = told.partition(": ")[2] if ends in ("failed", "cancelled") else ""
        more = {"result": output.get("result")} if output.get("result") is not None else {}
        self.answers.append({"step": step.path, "ends": ends, **more, **({"reason": reason} if reason else {})})

    def _add_failed(self, step: StepRecord) -> None:
        error = step.error or {}
        if not str(error.get("code", "")).startswith("RUN") or step.action in _FLOW:
            return
        fault = _FAULTS.get(str(error.get("kind")), "refused")
        message = str(error.get("message", ""))
        trouble = {"step": step.path, "fault": fault, "times": max(1, min(step.tries, 40)), "message": message}
        self.answers.append(trouble)


def _mail_of(request: Record) -> Record:
    """A mail as the messages of a test have it."""
    groups = (read_recipients(request.get(key), key=key) for key in ("to", "cc", "bcc"))
    to = ", ".join(str(each) for group in groups for each in group)
    body = request.get("text") or request.get("html") or ""
    return {"to": to, "title": " ".join(str(request.get("subject", "")).split()), "body": body}


def _by_name(value: Any) -> Any:
    """A text that is nothing but a secret by the secret's name; everything else as it is."""
    if isinstance(value, str) and value.startswith(f"{OPEN}secret:"):
        name = value.split(":")[1]
        return name if legible(value) == f"[secret {name}]" else value
    return value


def _of_name(kind: Resource, name: str, number: int) -> Record:
    words = name.split() if len(kind.names) > 1 else [name]
    parts = [words[0], " ".join(words[1:])] if len(kind.names) > 1 else words
    return {"id": f"{kind.name}-named-{number + 1}", **dict(zip(kind.names, parts, strict=False))}
