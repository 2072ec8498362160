"""All reads, as frozen answers. Each is one consistent look; hub.errors.Unavailable when the database is away.

Fast with a million runs: lists go by key, counts stop at a bound, and a search says how far it looked.
"""

from __future__ import annotations

from hub.store.views.answers import AnswerViews
from hub.store.views.failures import FailureViews
from hub.store.views.gate import GateViews
from hub.store.views.health import HealthViews
from hub.store.views.inbox import InboxViews
from hub.store.views.outages import OutageViews
from hub.store.views.polls import PollViews
from hub.store.views.recipes import RecipeViews
from hub.store.views.runs import RunViews
from hub.store.views.stored import StoredViews
from hub.store.views.subscriptions import SubscriptionViews


class Views(
    RunViews,
    FailureViews,
    GateViews,
    InboxViews,
    PollViews,
    RecipeViews,
    HealthViews,
    OutageViews,
    StoredViews,
    SubscriptionViews,
    AnswerViews,
):
    """What the dashboard, the API, the CLI and the clock ask."""
