"""The actions that come with the hub, and the doors that they go through."""

from __future__ import annotations

from hub.actions.digest import DIGEST_ACTIONS
from hub.actions.email import send as send_email
from hub.actions.flow import FLOW_ACTIONS
from hub.actions.http import request
from hub.actions.kinds import Profile
from hub.actions.notify import send
from hub.actions.records import record_actions
from hub.actions.stored import STORED_ACTIONS
from hub.actions.tables import LOOKUP
from hub.actions.turns import TURN_ACTIONS
from hub.actions.webhooks import send as send_webhook
from hub.registry import Action

__all__ = ["builtin"]


def builtin(profile: Profile) -> list[Action]:
    """All of them: on records (as far as the profile allows), what leads outside, what is kept, and control flow."""
    return [
        *record_actions(profile),
        request,
        send,
        send_email,
        send_webhook,
        *STORED_ACTIONS,
        *TURN_ACTIONS,
        *DIGEST_ACTIONS,
        LOOKUP,
        *FLOW_ACTIONS,
    ]
