"""The actions that come with the hub, and the doors that they go through."""

from __future__ import annotations

from hub.actions.flow import FLOW_ACTIONS
from hub.actions.http import request
from hub.actions.kinds import Profile
from hub.actions.notify import send
from hub.actions.records import record_actions
from hub.registry import Action

__all__ = ["builtin"]


def builtin(profile: Profile) -> list[Action]:
    """All of them: on records (as far as the profile allows), http.request, notify.send, and control flow."""
    return [*record_actions(profile), request, send, *FLOW_ACTIONS]
