"""A plug-in: the action `feed.titles`, and the trigger `feed`, which starts a recipe for each new entry of a JSON
feed."""

from __future__ import annotations

from hub.context import Context, Happening, Look, Seen
from hub.errors import Transient
from hub.model import ActionKind
from hub.registry import Outcome, Parameter, TriggerType, action


@action("feed.titles", kind=ActionKind.READ, secrets=("url",), output="A list of texts.")
def titles(ctx: Context, *, url: str, most: int = 10) -> Outcome:
    """Lists the titles of a JSON feed.

    url: Where the feed is.
    most: How many at the most.
    """
    found = [str(entry["title"]) for entry in _entries(ctx.http.request("GET", url, headers={}, params={}))]
    return Outcome(found[:most], f"{len(found)} entries.")


def look(look: Look) -> Seen:
    """Entries that the look before did not show. The first look only remembers."""
    answer = look.http.request("GET", str(look.options["url"]), headers={}, params={})
    entries = _entries(answer)
    known = look.state if look.state is not None else [entry["id"] for entry in entries]
    new = [Happening(str(entry["id"]), {"entry": entry}) for entry in entries if entry["id"] not in known]
    return Seen(new, [entry["id"] for entry in entries])


def _entries(answer: dict) -> list[dict]:
    if answer["status"] != 200 or not isinstance(answer["body"], list):
        raise Transient(f"The feed answered {answer['status']}.")
    return answer["body"]


def check(trigger) -> list[tuple[str, str, str]]:
    """What is wrong with the options beyond their types."""
    if not str(trigger.options["url"]).startswith("http"):
        return [("url", "The url is no web address.", "Begin it with https://.")]
    return []


FEED = TriggerType(
    name="feed",
    doc="A JSON feed has a new entry.",
    parameters=(
        Parameter("url", "text", required=True, doc="Where the feed is."),
        Parameter("every", "duration", required=False, default=60.0, doc="How often to look."),
    ),
    scope={"event": "What happened.", "entry": "The new entry."},
    matches=lambda trigger, event: event.type == "feed",
    check=check,
    watch=look,
)
