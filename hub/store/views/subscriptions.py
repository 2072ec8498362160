"""What other programs want to be told, how it is going, and the tokens that they show."""

from __future__ import annotations

from sqlalchemy import Connection, Select, func, select

from hub.model import Record, RunStatus
from hub.store.desk import Desk
from hub.store.ledger.subscriptions import read_subscription
from hub.store.rows import columns_of
from hub.store.subscribers import ApiToken, Subscription, SubscriptionLine, SubscriptionState
from hub.store.tables import api_token, run, snapshot, subscription

COUNTED = 100
"""Up to which number failed and waiting deliveries are counted."""
_GONE = 410
_WAITING = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.PARKED, RunStatus.HELD)
_COLUMNS = columns_of(Subscription, subscription)


class SubscriptionViews(Desk):
    """The views' questions about programs."""

    def tokens(self) -> list[ApiToken]:
        """All tokens, newest first, also those that let nobody in any more."""
        question = select(*columns_of(ApiToken, api_token)).order_by(api_token.c.created_at.desc(), api_token.c.id)
        with self.db.read() as connection:
            rows = [row._asdict() for row in connection.execute(question)]
        return [ApiToken(**row | {"scopes": tuple(row["scopes"])}) for row in rows]

    def subscriptions(self, *, token_id: str = "", open_only: bool = False) -> list[SubscriptionLine]:
        """Subscriptions, newest first, without deleted ones; those of one token where it is given."""
        question = select(*_COLUMNS).order_by(subscription.c.created_at.desc(), subscription.c.id)
        question = question.where(subscription.c.state != SubscriptionState.DELETED)
        if token_id:
            question = question.where(subscription.c.token_id == token_id)
        if open_only:
            question = question.where(subscription.c.state == SubscriptionState.ACTIVE)
        with self.db.read() as connection:
            return _lines(connection, question)

    def subscription(self, subscription_id: str) -> SubscriptionLine | None:
        """One of them, also a deleted one; None when there never was one."""
        with self.db.read() as connection:
            found = _lines(connection, select(*_COLUMNS).where(subscription.c.id == subscription_id))
        return found[0] if found else None

    def latest_snapshot(self, resource: str) -> Record | None:
        """Any record of a list as the poller last saw it, None when it has seen none."""
        question = select(snapshot.c.record).where(snapshot.c.resource == resource).limit(1)
        with self.db.read() as connection:
            found: Record | None = connection.execute(question).scalar()
        return found


def _lines(connection: Connection, question: Select[tuple[object, ...]]) -> list[SubscriptionLine]:
    names = {row.id: row.name for row in connection.execute(select(api_token.c.id, api_token.c.name))}
    found = [read_subscription(row._asdict()) for row in connection.execute(question)]
    return [_line(connection, each, names.get(each.token_id, "")) for each in found]


def _line(connection: Connection, found: Subscription, token_name: str) -> SubscriptionLine:
    """Failures count since the last delivery that arrived, and since the subscription was last resumed."""
    own = run.c.recipe_id == found.id
    newest = select(run.c.id, run.c.status, run.c.created_at).where(own)
    last = connection.execute(newest.order_by(run.c.created_at.desc(), run.c.id.desc()).limit(1)).first()
    arrived = select(func.max(run.c.created_at)).where(own, run.c.status == RunStatus.SUCCEEDED)
    since = (run.c.created_at > (connection.execute(arrived).scalar() or 0.0), run.c.created_at >= found.changed_at)
    failed = (
        select(run.c.created_at, run.c.error)
        .where(own, run.c.status == RunStatus.FAILED, *since)
        .order_by(run.c.created_at)
        .limit(COUNTED)
    )
    failures = connection.execute(failed).all()
    waiting = select(run.c.id).where(own, run.c.status.in_(_WAITING)).limit(COUNTED).subquery()
    return SubscriptionLine(
        found,
        token_name,
        waiting=connection.execute(select(func.count()).select_from(waiting)).scalar_one(),
        failures=len(failures),
        failing_since=failures[0].created_at if failures else None,
        is_gone=any((each.error or {}).get("status") == _GONE for each in failures),
        last_run_id=last.id if last else "",
        last_status=RunStatus(last.status) if last else None,
        last_at=last.created_at if last else None,
    )
