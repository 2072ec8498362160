"""Subscriptions: each is one with its recipe and its secret, written together, so that none is ever half there."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from hub.errors import SettingError
from hub.model import RunStatus
from hub.ports import Published
from hub.store.desk import Desk
from hub.store.dialects import insert_new, upsert
from hub.store.ledger.recipes import keep_recipe, next_revision
from hub.store.ledger.trail import write_audit
from hub.store.rows import Values, columns_of
from hub.store.subscribers import OPEN, Subscription, SubscriptionState
from hub.store.tables import recipe, run, secret, subscription

_WAITING = (RunStatus.QUEUED, RunStatus.PARKED, RunStatus.HELD)
_COLUMNS = columns_of(Subscription, subscription)


class Subscriptions(Desk):
    """The ledger's verbs about subscriptions."""

    def subscribe(
        self, new: Subscription, published: Published, signing_secret: str, *, most: int, by: str, where: str = ""
    ) -> tuple[Subscription, bool] | None:
        """Keep a subscription with its recipe and its secret; (what is kept, True). When the same program asked for
        the same before, that one stands: (the earlier one, False). None when its token has `most` already. Audited."""
        row = {each.name: getattr(new, each.name) for each in _COLUMNS} | {"likeness": new.likeness}
        row |= {"events": list(new.events), "fields": list(new.fields)}
        with self.db.write() as connection:
            open_ones = (subscription.c.state.in_(OPEN), subscription.c.token_id == new.token_id)
            same = select(*_COLUMNS).where(*open_ones, subscription.c.likeness == new.likeness)
            earlier = connection.execute(same).first()
            if earlier is not None:
                return read_subscription(earlier._asdict()), False
            count = select(func.count()).select_from(subscription).where(*open_ones)
            if connection.execute(count).scalar_one() >= most:
                return None
            if insert_new(connection, subscription, [row]) == 0:  # the same call, at the same moment
                return read_subscription(connection.execute(same).one()._asdict()), False
            self._keep_secret(connection, new, signing_secret, by)
            keep_recipe(connection, published, now=new.created_at)
            after = {"subscription": new.id, "token": new.token_id, "events": list(new.events)}
            write_audit(connection, now=new.created_at, who=by, what="subscription.create", after=after, where=where)
        return new, True

    def set_subscription(
        self, subscription_id: str, state: SubscriptionState, *, note: str = "", by: str, now: float, where: str = ""
    ) -> bool:
        """Move an open subscription to another state. False when there is none, or it stands there already. Audited.

        When it is over, so is what waits to be sent for it, and its secret is forgotten.
        """
        this = (subscription.c.id == subscription_id, subscription.c.state.in_(OPEN), subscription.c.state != state)
        with self.db.write() as connection:
            before = connection.execute(select(subscription.c.state).where(*this).with_for_update()).scalar()
            if before is None:
                return False
            moved = {"state": state, "note": note, "changed_at": now}
            connection.execute(update(subscription).where(*this).values(**moved))
            _move_recipe(connection, subscription_id, state, now)
            if state not in OPEN:
                _stop(connection, subscription_id, now)
            states = {"before": {"state": before}, "after": {"subscription": subscription_id, "state": state}}
            write_audit(connection, now=now, who=by, what="subscription.change", where=where, **states)
        return True

    def _keep_secret(self, connection: Connection, new: Subscription, signing_secret: str, by: str) -> None:
        if self.sealer is None:
            raise SettingError("There is no key to seal secrets with.", hint="Set HUB_SEALING_KEYS.")
        name = new.secret_name
        sealed = self.sealer.seal(name, signing_secret)
        row = {"name": name, "sealed": sealed, "changed_at": new.created_at, "changed_by": by}
        upsert(connection, secret, [row])


def read_subscription(values: Values) -> Subscription:
    """A row with the columns of a Subscription."""
    lists = {name: tuple(values[name]) for name in ("events", "fields")}
    return Subscription(**values | lists | {"state": SubscriptionState(values["state"])})


def pause_all(connection: Connection, token_id: str, *, note: str, now: float) -> None:
    """Pause the active subscriptions of a token, inside somebody's transaction."""
    these = (subscription.c.token_id == token_id, subscription.c.state == SubscriptionState.ACTIVE)
    ids = connection.execute(select(subscription.c.id).where(*these).with_for_update()).scalars().all()
    moved = {"state": SubscriptionState.PAUSED, "note": note, "changed_at": now}
    connection.execute(update(subscription).where(subscription.c.id.in_(ids)).values(**moved))
    for each in ids:
        _move_recipe(connection, each, SubscriptionState.PAUSED, now)


def _move_recipe(connection: Connection, recipe_id: str, state: SubscriptionState, now: float) -> None:
    values = {
        "enabled": state is SubscriptionState.ACTIVE,
        "removed_at": now if state is SubscriptionState.DELETED else None,
        "revision": next_revision(connection),
    }
    connection.execute(update(recipe).where(recipe.c.id == recipe_id).values(**values))


def _stop(connection: Connection, recipe_id: str, now: float) -> None:
    over = {"status": RunStatus.CANCELLED, "finished_at": now, "reason": "The subscription is over."}
    connection.execute(update(run).where(run.c.recipe_id == recipe_id, run.c.status.in_(_WAITING)).values(**over))
    connection.execute(secret.delete().where(secret.c.name == recipe_id.replace("-", "_")))
