"""A recipe that nobody trusts is checked in a child with limits; going over them is a problem, not a crash."""

from __future__ import annotations

import signal
import time

import pytest

from hub.recipe.check import check
from hub.recipe.confined import Limits, check_confined
from hub.registry import Registry
from tests.recipe.golden import read_cases
from tests.recipe.recipe_samples import CATALOGUE, FIELDS, FILE, GOOD, SECRETS, make_registry

MAKER = "tests.recipe.recipe_samples:make_registry"
HERE = "tests.recipe.test_confined_check"


def make_slow_registry() -> Registry:
    """A registry with a trigger type that never comes to an end when it checks its options."""
    return _with_check(_spin)


def make_hungry_registry() -> Registry:
    """A registry with a trigger type that takes all the memory there is."""
    return _with_check(_eat)


def make_sleepy_registry() -> Registry:
    """A registry with a trigger type that waits for ever and uses nothing."""
    return _with_check(_sleep)


def _with_check(work: object) -> Registry:
    registry, made = Registry(), make_registry()
    for action in made.actions():
        registry.add_action(action)
    for kind in made.triggers():
        registry.add_trigger(kind)
    poll = registry.trigger("poll")
    assert poll is not None
    object.__setattr__(poll, "check", work)
    return registry


def _spin(_: object) -> list[tuple[str, str, str]]:
    while True:
        pass


def _eat(_: object) -> list[tuple[str, str, str]]:
    kept = []
    while True:
        kept.append(bytearray(10_000_000))


def _sleep(_: object) -> list[tuple[str, str, str]]:
    while True:
        time.sleep(1)


def test_the_child_finds_what_the_parent_finds() -> None:
    case = next(case for case in read_cases() if case.name == "an unknown employee")
    found = check_confined(case.text, file=FILE, registry=MAKER, secrets=SECRETS, fields=FIELDS, catalogue=CATALOGUE)
    here = check(case.text, file=FILE, registry=make_registry(), secrets=SECRETS, fields=FIELDS, catalogue=CATALOGUE)
    assert found == here.problems
    assert [problem.code for problem in found] == ["RCP403"]


def test_a_good_recipe_has_no_problems() -> None:
    assert check_confined(GOOD, file=FILE, registry=MAKER) == ()


@pytest.mark.parametrize(
    ("maker", "limits", "why"),
    [
        ("make_slow_registry", Limits(cpu=1, wall=20), {f"signal {signal.SIGXCPU}", f"signal {signal.SIGKILL}"}),
        ("make_hungry_registry", Limits(cpu=20, wall=20), {"MemoryError"}),
        ("make_sleepy_registry", Limits(wall=0.5), {f"signal {signal.SIGALRM}"}),
    ],
)
def test_a_check_that_takes_too_much_is_stopped_and_says_so(maker: str, limits: Limits, why: set[str]) -> None:
    (problem,) = check_confined(GOOD, file=FILE, registry=f"{HERE}:{maker}", limits=limits)
    assert problem.code == "RCP408"
    assert problem.place.file == FILE
    assert "stopped" in problem.message
    assert problem.detail in why


def test_a_registry_that_cannot_be_made_is_an_error_of_the_program() -> None:
    with pytest.raises(RuntimeError, match="no_such_module"):
        check_confined(GOOD, file=FILE, registry="no_such_module:make")
