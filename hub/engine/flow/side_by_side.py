"""Several pieces of one run at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hub.engine.bench import Bench
from hub.engine.signals import Expired, Failed, Hold, Pause, Signal, Stop

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


def all_to_their_ends(
    bench: Bench, indices: Sequence[int], one: Callable[[int], None], *, at_once: int
) -> list[Signal | None]:
    """`one` for each index, whatever becomes of the others. What each ended with: None where it is done."""

    def guarded(index: int) -> Signal | None:
        try:
            one(index)
        except Signal as signal:
            return signal
        return None

    if at_once <= 1 or bench.tools.dry:
        return [guarded(index) for index in indices]
    with ThreadPoolExecutor(max_workers=min(at_once, MOST_AT_ONCE)) as pool:
        return list(pool.map(guarded, indices))


def _gravity(signal: Signal) -> tuple[int, float]:
    order = (Expired, Failed, Stop, Hold, Signal)
    rank = next(number for number, kind in enumerate(order) if type(signal) is kind or kind is Signal)
    return (len(order), signal.due_at) if isinstance(signal, Pause) else (rank, 0.0)
