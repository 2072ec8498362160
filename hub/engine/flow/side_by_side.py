"""Several pieces of one run at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hub.engine.bench import Bench
from hub.engine.signals import Failed, Hold, Pause, Signal, Stop

MOST_AT_ONCE = 16


def in_order(bench: Bench, indices: Sequence[int], one: Callable[[int], Any], *, at_once: int) -> list[Any]:
    """`one` for each index, several at once where the step allows it. Of several signals the gravest counts."""
    if at_once <= 1 or bench.tools.dry:
        return [one(index) for index in indices]
    signals: list[Signal] = []

    def guarded(index: int) -> Any:
        if any(not isinstance(each, Pause) for each in signals):
            return None
        try:
            return one(index)
        except Signal as signal:
            signals.append(signal)
            return None

    with ThreadPoolExecutor(max_workers=min(at_once, MOST_AT_ONCE)) as pool:
        outputs = list(pool.map(guarded, indices))
    if signals:
        raise min(signals, key=_gravity)
    return outputs


def _gravity(signal: Signal) -> tuple[int, float]:
    order = (Failed, Stop, Hold, Signal, Pause)
    rank = next(number for number, kind in enumerate(order) if type(signal) is kind or kind is Signal)
    return (4, signal.due_at) if isinstance(signal, Pause) else (rank, 0.0)
