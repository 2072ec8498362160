"""One tree of errors. The class says what happens next; the text is for the office, the detail for the developer.

HubError
├── SettingError        a setting is missing, unknown or wrong: the process does not start
├── RecipeError         a recipe cannot be used: carries every problem found in it
├── SignatureError      a delivery is not believed: kept as rejected, answered 404
├── Unavailable         our own database or Redis is away: try again later, nothing was accepted
└── StepError           how a step can end without a result
    ├── Transient       try again by the schedule, or after `retry_after` seconds
    │   └── RateLimited the API asked for patience: waiting costs no attempt
    ├── Permanent       trying again changes nothing
    │   ├── NotFound    the record is not there
    │   └── Conflict    the API refuses because of what is already there
    ├── Unauthorized    the key is rejected: the run is parked until there is a new one
    ├── Unknown         a write was sent and its result never seen: look before repeating
    ├── Timeout         the time that the recipe gives a step or the whole run is over
    └── NeedsPerson     only a person can decide: the run is held
        └── OverLimit   a limit of the recipe is reached; nothing has left

LeaseLost (BaseException)   another worker holds the run now: stop at once, write nothing
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a recipe file. Line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a recipe: the same object in the CLI, the dashboard, the API and the log.

    `code` is stable (RCP204). `message` is one sentence for the office, `detail` is for the developer, `hint` says
    what to do, with the nearest valid name where there is one. `severity` is "error" or "warning".
    """

    code: str
    message: str
    place: Place
    hint: str = ""
    detail: str = ""
    severity: str = "error"

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready form with the place flattened to file, line and column."""
        fields = asdict(self)
        return {**{name: value for name, value in fields.items() if name != "place"}, **fields["place"]}


class HubError(Exception):
    """Anything the hub raises on purpose. `str()` is a sentence for the office."""

    code = "HUB000"

    def __init__(self, message: str, *, detail: str = "", hint: str = "", place: Place | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.hint = hint
        self.place = place

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready form for history, dashboard and API."""
        error: dict[str, Any] = {"kind": type(self).__name__, "code": self.code, "message": self.message}
        if self.detail:
            error["detail"] = self.detail
        if self.hint:
            error["hint"] = self.hint
        if self.place is not None:
            error |= asdict(self.place)
        return error


class SettingError(HubError):
    """A setting is missing, unknown or wrong. The message names the variable."""

    code = "HUB010"


class RecipeError(HubError):
    """A recipe cannot be used. `problems` holds everything that is wrong with it."""

    code = "RCP000"

    def __init__(self, message: str, *, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class SignatureError(HubError):
    """A delivery is not believed. The message is for the owner of the webhook, never for the sender."""

    code = "HUB020"


class Unavailable(HubError):
    """Our own database or Redis did not answer. Nothing was accepted; the same call may be made again."""

    code = "HUB030"


class StepError(HubError):
    """How a step can end without a result. `status` is the HTTP status that said so, 0 when there was none."""

    code = "RUN000"

    def __init__(
        self,
        message: str,
        *,
        detail: str = "",
        hint: str = "",
        place: Place | None = None,
        status: int = 0,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, detail=detail, hint=hint, place=place)
        self.status = status
        self.fields = dict(fields or {})

    def as_dict(self) -> dict[str, Any]:
        """The common form, with the HTTP status and the API's field errors where there are any."""
        error = super().as_dict()
        if self.status:
            error["status"] = self.status
        if self.fields:
            error["fields"] = self.fields
        return error


class Transient(StepError):
    """It surely did not happen and may work later. `retry_after` is in seconds; None leaves it to the schedule."""

    code = "RUN110"

    def __init__(self, message: str, *, retry_after: float | None = None, **more: Any) -> None:
        super().__init__(message, **more)
        self.retry_after = retry_after


class RateLimited(Transient):
    """The API asked for patience (429). Waiting for it costs no attempt."""

    code = "RUN120"


class Permanent(StepError):
    """It did not happen, and trying the same again changes nothing."""

    code = "RUN200"


class NotFound(Permanent):
    """The record is not there (404, 410)."""

    code = "RUN204"


class Conflict(Permanent):
    """The API refuses because of what is already there (409): a unique value is taken, or dependants remain."""

    code = "RUN209"


class Unauthorized(StepError):
    """The key was rejected. `connection` and `version` name the key that was used, so that a late answer about an
    old key changes nothing."""

    code = "RUN300"

    def __init__(self, message: str, *, connection: str = "workglue", version: int = 0, **more: Any) -> None:
        super().__init__(message, **more)
        self.connection = connection
        self.version = version


class Unknown(StepError):
    """A write was sent and its result never seen: it may have happened."""

    code = "RUN400"


class Timeout(StepError):
    """The time that the recipe gives a step or the whole run is over, whatever was still to be done in it."""

    code = "RUN210"


class NeedsPerson(StepError):
    """Only a person can decide what is right. The run is held, nothing is repeated."""

    code = "RUN500"


class OverLimit(NeedsPerson):
    """One more would go over a limit of the recipe. Nothing has left; a person may let the run go on beyond it."""

    code = "RUN510"

    def __init__(self, message: str, *, limit: str, **more: Any) -> None:
        super().__init__(message, **more)
        self.limit = limit

    def as_dict(self) -> dict[str, Any]:
        """The common form, with the name of the limit."""
        return super().as_dict() | {"limit": self.limit}


class LeaseLost(BaseException):
    """Another worker holds the run now. Not an Exception, so that no step swallows it: stop, write nothing."""
