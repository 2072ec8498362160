"""Write what is made from the code: docs/settings.md, docs/actions.md, docs/triggers.md, docs/recipe.schema.json.

.venv/bin/python -m tools.pages          write them
.venv/bin/python -m tools.pages --check  exit 1 when one is out of date
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from hub.actions import builtin as builtin_actions
from hub.model import ActionKind
from hub.recipe.filters import filter_page
from hub.recipe.schema import make_schema
from hub.registry import Action, Parameter, Registry, TriggerType
from hub.settings import SECRET_PREFIX, SETTINGS
from hub.triggers import builtin as builtin_triggers
from hub.workglue.profile import built_in

DOCS = Path(__file__).parent.parent / "docs"

UNKNOWN = {
    ActionKind.PURE: "It is simply done again.",
    ActionKind.READ: "It is simply done again.",
    ActionKind.ABSOLUTE: "It is done again; the end state is the same.",
    ActionKind.KEYED: "It is sent again with the same idempotency key; where the API has none, the hub looks first.",
    ActionKind.SEND: "The run is held for a person, unless the step says `on_unknown: repeat` or `skip`.",
    ActionKind.FLOW: "It is done by the engine itself and cannot be in doubt.",
}


def pages() -> dict[str, str]:
    """File name -> text of every generated page."""
    return {
        "settings.md": "\n".join(_settings()) + "\n",
        "actions.md": "\n".join(_actions(builtin_actions(built_in()))) + "\n",
        "triggers.md": "\n".join(_triggers(builtin_triggers())) + "\n",
        "filters.md": filter_page(),
        "recipe.schema.json": json.dumps(make_schema(_builtin()), ensure_ascii=False, indent=2) + "\n",
    }


def _builtin() -> Registry:
    registry = Registry()
    for action in builtin_actions(built_in()):
        registry.add_action(action)
    for trigger in builtin_triggers():
        registry.add_trigger(trigger)
    return registry


def _settings() -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield "Environment variables, read once at start. A wrong or unknown one stops the process and is named."
    yield "A secret may come from a file: put `_FILE` behind its name, and the file's path as the value."
    yield f"Secrets for recipes are `{SECRET_PREFIX}<NAME>`; recipes write them as `{{{{ secrets.NAME }}}}`."
    yield ""
    yield "| variable | default | what it is for |"
    yield "|---|---|---|"
    for row in SETTINGS:
        secret = " Secret." if row.secret else ""
        yield f"| `{row.variable}` | {f'`{row.default}`' if row.default else ''} | {row.doc}{secret} |"


def _actions(actions: Iterable[Action]) -> Iterator[str]:
    yield "# Actions"
    yield ""
    yield "What a step can call. Keys stand under `with:`. Generated from the code."
    for action in sorted(actions, key=lambda each: each.name):
        yield ""
        yield f"## {action.name}"
        yield ""
        yield action.doc
        yield ""
        yield from _parameters(action.parameters)
        if action.free:
            yield ""
            yield "Any further keys are taken, too."
        if action.output:
            yield ""
            yield f"Gives: {action.output}"
        yield ""
        yield f"When it is not known whether it happened: {UNKNOWN[action.kind]}"


def _triggers(triggers: Iterable[TriggerType]) -> Iterator[str]:
    yield "# Triggers"
    yield ""
    yield "What starts a recipe. Keys stand under `trigger:`, beside `type:`. Generated from the code."
    for trigger in sorted(triggers, key=lambda each: each.name):
        yield ""
        yield f"## {trigger.name}"
        yield ""
        yield trigger.doc
        yield ""
        yield from _parameters(trigger.parameters)
        yield ""
        yield "Names for expressions:"
        yield ""
        yield from (f"- `{name}`: {meaning}" for name, meaning in trigger.scope.items())


def _parameters(parameters: Iterable[Parameter]) -> Iterator[str]:
    rows = list(parameters)
    if not rows:
        yield "It takes no keys of its own."
        return
    yield "| key | kind | needed | what it is |"
    yield "|---|---|---|---|"
    for each in rows:
        kind = each.type.replace("|", " or ")
        words = f" One of {', '.join(each.choices)}." if each.choices else ""
        secret = " May hold a secret." if each.secret else ""
        needed = "yes" if each.required else f"no ({each.default!r})" if each.default not in (None, "", ()) else "no"
        about = (each.doc + words + secret).strip().replace("|", "\\|")
        yield f"| `{each.name}` | {kind} | {needed} | {about} |"


def main() -> int:
    """Write the pages, or with --check compare them. Returns a process exit code."""
    stale = [name for name, text in pages().items() if not (DOCS / name).exists() or (DOCS / name).read_text() != text]
    if "--check" in sys.argv:
        for name in stale:
            print(f"docs/{name} is out of date. Write it again with: .venv/bin/python -m tools.pages", file=sys.stderr)
        return 1 if stale else 0
    for name in stale:
        (DOCS / name).write_text(pages()[name])
        print(f"docs/{name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
