"""The doors as one step sees them: live ones that act, dry ones that only look and list what they would do.

The live doors take care of what an action must not have to think of: intents before effects, idempotency keys,
looking before repeating, and remembering which changes were ours.
"""

from __future__ import annotations

from hub.engine.transport.context import Doors, StepContext
from hub.engine.transport.stored import DraftStored

__all__ = ["Doors", "DraftStored", "StepContext"]
