"""What recipes keep between runs, as one step sees it; and a draft of it for runs that change nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from hub.errors import Transient, Unavailable
from hub.ports.stored import Stored
from hub.stored import Cell, Change, Changed, Held, LookupTable

if TYPE_CHECKING:
    from hub.engine.transport.context import StepContext

_T = TypeVar("_T")


class StoredDoor:
    """hub.context.Stored for one step: its recipe's cells, its idempotency key, the tables as the run began with."""

    def __init__(self, context: StepContext) -> None:
        self._context = context
        self._stored = context.doors.stored

    def held(self, kind: str, name: str, *, shared: bool) -> Held | None:
        """See hub.context.Stored."""
        cell = self._cell(kind, name, shared)
        return _asked(lambda: self._stored.held(cell, now=self._context.now()))

    def change(self, kind: str, name: str, change: Change, *, shared: bool) -> Any:
        """See hub.context.Stored. A dry run lists the change; its draft holds it for the steps that follow."""
        cell, context = self._cell(kind, name, shared), self._context
        if context.dry:
            change = self._listed(cell, change)
        return _asked(lambda: self._stored.change_held(cell, change, key=context.key, now=context.now()))

    def tables(self) -> Mapping[str, LookupTable]:
        """See hub.context.Stored."""
        return _asked(lambda: self._stored.tables(at=self._context.run_began))

    def _cell(self, kind: str, name: str, shared: bool) -> Cell:
        return Cell("" if shared else self._context.recipe_id, kind, name)

    def _listed(self, cell: Cell, change: Change) -> Change:
        def listed(before: Held | None) -> Changed:
            changed = change(before)
            values = [None if each is None else each.value for each in (before, changed.held)]
            line = {"field": cell.kind, "before": values[0], "after": values[1]}
            do = "keep" if changed.held else "forget"
            self._context.plan.append({"do": do, "resource": cell.kind, "id": cell.name, "changes": [line]})
            return changed

        return listed


def _asked(question: Callable[[], _T]) -> _T:
    try:
        return question()
    except Unavailable as problem:
        raise Transient(problem.message, detail=problem.detail, hint=problem.hint) from problem


class DraftStored:
    """hub.ports.stored.Stored in memory: what lies `beneath` is read and never changed. `cells` holds what a recipe
    test gives, and in the end what the run made of it."""

    def __init__(
        self,
        *,
        beneath: Stored | None = None,
        cells: Mapping[Cell, Held] | None = None,
        tables: Mapping[str, LookupTable] | None = None,
    ) -> None:
        self.cells: dict[Cell, Held | None] = dict(cells or {})
        self._beneath = beneath
        self._tables = tables
        self._results: dict[str, Any] = {}
        self._lock = threading.Lock()

    def held(self, cell: Cell, *, now: float) -> Held | None:
        """See hub.ports.stored.Stored."""
        if cell not in self.cells and self._beneath is not None:
            return self._beneath.held(cell, now=now)
        found = self.cells.get(cell)
        return found if found is None or found.expires_at is None or found.expires_at > now else None

    def change_held(self, cell: Cell, change: Change, *, key: str, now: float) -> Any:
        """See hub.ports.stored.Stored."""
        with self._lock:
            if key not in self._results:
                changed = change(self.held(cell, now=now))
                self.cells[cell] = changed.held
                self._results[key] = changed.result
            return self._results[key]

    def tables(self, *, at: float) -> dict[str, LookupTable]:
        """See hub.ports.stored.Stored."""
        if self._tables is None and self._beneath is not None:
            return self._beneath.tables(at=at)
        return dict(self._tables or {})
