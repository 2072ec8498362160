"""What a complete pass has not shown: deleted, or a list that cannot be believed?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hub.engine.polling.happenings import Happenings
from hub.errors import NotFound, RateLimited
from hub.model import Cursor, Snapshot
from hub.patience import USUAL_WAIT
from hub.ports import Attendance, Ledger, SeenRecord

FEW = 5
SHRUNK_TOO_FAR = 0.2
"""A complete pass that misses more than FEW records and more than this part of the list is not believed."""

BATCH = 200


@dataclass(frozen=True, slots=True)
class Missing:
    """Looks after the records that pass `number` did not show. `keep` writes what is gone, in batches."""

    cursor: Cursor
    number: int
    ledger: Ledger
    happenings: Happenings
    wait: Callable[[float], None]
    keep: Callable[[list[SeenRecord], bool], None]

    def doubt(self) -> tuple[Attendance, str]:
        """Who is there, and why those who are missing are not believed to be deleted; "" when they are."""
        there = self.ledger.attendance(self.cursor.resource, since_pass=self.number)
        too_many = there.missing > max(FEW, SHRUNK_TOO_FAR * there.known)
        empty = there.known > 0 and there.missing == there.known
        if not (too_many or empty) or there.missing <= self.cursor.accepted:
            return there, ""
        name = self.cursor.resource.replace("_", " ")
        if empty:
            return there, f"The list of {name} came back empty, and {there.known:,} were known. Nothing is believed."
        return there, f"{there.missing:,} of {there.known:,} {name} were missing at once. Nothing is believed deleted."

    def report(self) -> None:
        """Tell what two complete passes did not show and a direct look does not find."""
        resource, after = self.cursor.resource, ""
        while batch := self.ledger.absent(resource, since_pass=self.number, after=after, limit=BATCH):
            last = len(batch) < BATCH
            self.keep([self.happenings.deletion(each) for each in self._surely_gone(batch)], last)
            if last:
                return
            after = batch[-1].record_id

    def _surely_gone(self, batch: Iterable[Snapshot]) -> list[Snapshot]:
        return [each for each in batch if each.missed >= 1 and self._is_gone(each.record_id)]

    def _is_gone(self, record_id: str) -> bool:
        while True:
            try:
                self.happenings.api.get(self.cursor.resource, record_id)
            except NotFound:
                return True
            except RateLimited as patience:
                self.wait(patience.retry_after or USUAL_WAIT)
                continue
            return False
