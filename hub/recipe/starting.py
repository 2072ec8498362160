"""Recipes that start each other, by calls and by triggers of the type `recipe`: do they exist, do they fit together,
and does it end?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hub.errors import Place, Problem
from hub.model import Recipe, Step, Trigger
from hub.recipe.calling import find_calls, find_misfits, manual_trigger
from hub.recipe.circles import find_circle
from hub.recipe.feeding import warn_of_feeding
from hub.recipe.nearest import suggest

ANY = "any"


@dataclass(frozen=True, slots=True)
class Start:
    """A run of `source` starts one of `target`. `file` is where that is written, at `place`."""

    source: str
    target: str
    recipe_id: str
    place: Place
    is_call: bool


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The recipes of a folder by id. `broken` are the ids, by their files' names, of those that cannot be used."""

    recipes: Mapping[str, Recipe]
    broken: frozenset[str]

    @classmethod
    def among(cls, files: Sequence[tuple[str, Recipe | None]]) -> Neighbours:
        """(file, recipe or None for a broken one) for each file of the folder."""
        recipes = {recipe.id: recipe for _, recipe in files if recipe is not None}
        return cls(recipes, frozenset(Path(file).stem for file, recipe in files if recipe is None))

    def problems(self) -> dict[str, list[Problem]]:
        """What is wrong between them, by recipe."""
        found: dict[str, list[Problem]] = {recipe_id: [] for recipe_id in self.recipes}
        starts = list(self._starts())
        feeding = warn_of_feeding(self.recipes)
        for recipe_id, recipe in self.recipes.items():
            found[recipe_id] += self._of_calls(recipe)
            found[recipe_id] += self._of_triggers(recipe)
            circle = find_circle(recipe_id, starts)
            if circle:
                found[recipe_id] += _report_circle(recipe_id, circle)
            found[recipe_id] += feeding.get(recipe_id, [])
        return found

    def _of_calls(self, recipe: Recipe) -> Iterator[Problem]:
        for step in find_calls(recipe):
            wanted = str(step.arguments.get("recipe") or "")
            place = step.places.get("recipe", step.place)
            other = self.recipes.get(wanted)
            if other is None:
                yield from self._of_stranger(wanted, place)
            elif manual_trigger(other) is None:
                hint = f"Add a trigger of the type `manual` to {other.file}."
                yield Problem("RCP450", f"The recipe `{wanted}` has no trigger by which it can be called.", place, hint)
            else:
                yield from _of_inputs(step, other)
                if not other.enabled:
                    message = f"The recipe `{wanted}` is not enabled, so this call fails."
                    yield Problem("RCP450", message, place, hint="Set `enabled: true` in it.", severity="warning")

    def _of_triggers(self, recipe: Recipe) -> Iterator[Problem]:
        for trigger in recipe.triggers:
            wanted = _listened_to(trigger)
            if wanted not in ("", ANY) and wanted not in self.recipes:
                yield from self._of_stranger(wanted, trigger.place)

    def _of_stranger(self, wanted: str, place: Place) -> Iterator[Problem]:
        if not wanted or wanted in self.broken:
            return  # it is there, and what is wrong with it is said in its own file
        renamed = next((each for each in self.recipes.values() if each.was == wanted), None)
        hint = f"It is called `{renamed.id}` now." if renamed else suggest(wanted, self.recipes, listed="There are")
        yield Problem("RCP450", f"There is no recipe `{wanted[:60]}`.", place, hint=hint)

    def _starts(self) -> Iterator[Start]:
        for recipe in self.recipes.values():
            for step in find_calls(recipe):
                place = step.places.get("recipe", step.place)
                yield Start(recipe.id, str(step.arguments.get("recipe")), recipe.id, place, is_call=True)
            for trigger in recipe.triggers:
                wanted = _listened_to(trigger)
                sources = [each for each in self.recipes if each != recipe.id] if wanted == ANY else [wanted]
                for source in sources if wanted else ():
                    yield Start(source, recipe.id, recipe.id, trigger.place, is_call=False)


def _listened_to(trigger: Trigger) -> str:
    return str(trigger.options.get("recipe") or ANY) if trigger.type == "recipe" else ""


def _of_inputs(step: Step, other: Recipe) -> Sequence[Problem]:
    given = step.arguments.get("inputs") or {}
    if not isinstance(given, Mapping):
        return ()  # a template: it is looked at when it runs
    return find_misfits(other, given, step.places.get("inputs", step.place))


def _report_circle(recipe_id: str, circle: Sequence[Start]) -> Iterator[Problem]:
    """The problem, where the recipe's own file has a part in the circle; else the others' files say it."""
    own = next((each for each in circle if each.recipe_id == recipe_id), None)
    if own is None:
        return
    path = " -> ".join([recipe_id, *(each.target for each in circle)])
    how = "call" if all(each.is_call for each in circle) else "start"
    hint = "Leave out one of the calls." if own.is_call else "Name one recipe to listen to that is not in the circle."
    yield Problem("RCP452", f"These recipes {how} each other in a circle: {path}.", own.place, hint=hint)
