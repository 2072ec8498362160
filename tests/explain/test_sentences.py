"""A recipe is told in plain English: the shipped ones word by word, everything else by its parts."""

from __future__ import annotations

import pytest

from hub.recipe.explaining import as_text, explain
from tests.explain.samples import FRAME, REGISTRY, ROOT, SHIPPED, read_shipped, read_text

GOLDEN = ROOT / "tests" / "explain" / "golden_explanations.txt"


def read_golden() -> dict[str, str]:
    """The expected text of each shipped recipe, by the name of its file."""
    parts = GOLDEN.read_text(encoding="utf-8").split("#### ")[1:]
    return {part.split("\n", 1)[0]: part.split("\n", 1)[1].rstrip("\n") + "\n" for part in parts}


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_shipped_recipe_is_told_word_by_word(file) -> None:  # type: ignore[no-untyped-def]
    told = as_text(read_shipped(file), REGISTRY)
    assert told == read_golden().get(file.name), "python -m tests.explain.write_golden writes it; then read it"


def test_no_golden_text_is_left_over() -> None:
    assert set(read_golden()) == {file.name for file in SHIPPED}


def tell(text: str) -> list[str]:
    """The sentences of a recipe, indented, without its name."""
    return as_text(read_text(text), REGISTRY).splitlines()[2:]


def tell_trigger(trigger: str) -> str:
    """The sentences of a trigger."""
    return tell(f"recipe: 1\nname: Test\ntrigger: {trigger}\nsteps: [{{action: stop}}]\n")[0]


def tell_condition(condition: str) -> str:
    """The words behind "if"."""
    step = f"  - {{id: found, name: Find, action: jobs.find}}\n  - action: stop\n    if: {condition}\n"
    line = tell(FRAME + step)[-1]
    assert line.startswith("2. If ")
    return line.removeprefix("2. If ").removesuffix(", it ends the run as succeeded.")


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        (
            "{type: poll, resource: jobs, every: 5m}",
            "Every 5 minutes the hub looks at the jobs. When a job is created or updated, the recipe starts.",
        ),
        (
            "{type: poll, resource: employees, events: [updated], changed: {active: {from: true, to: false}}}",
            "Every minute the hub looks at the employees. "
            "When an employee's active changes from true to false, the recipe starts.",
        ),
        (
            "{type: poll, resource: jobs, events: [created, updated, deleted], changed: [stage, zip]}",
            "Every minute the hub looks at the jobs. When a job is created or updated and its stage or ZIP changes, "
            "or one is deleted, the recipe starts. In a new job, every field counts as changed from nothing.",
        ),
        (
            "{type: poll, resource: job_types, events: [created], start: all}",
            "Every minute the hub looks at the job types. When a job type is created, the recipe starts. "
            "The job types that are there already count as new, once a person says so.",
        ),
        (
            "{type: poll, resource: jobs, events: [created], start: 2026-03-01}",
            "Every minute the hub looks at the jobs. When a job is created, the recipe starts. "
            "The jobs made since 2026-03-01 that are there already count as new, once a person says so.",
        ),
        (
            "{type: webhook, path: a/b, verify: none}",
            "When another app sends something to /hooks/a/b, the recipe starts. "
            "Anybody who knows the address can start it: deliveries are not signed.",
        ),
        (
            "{type: webhook, path: a, verify: github, secret: [NEW, OLD], dedupe: body.id}",
            "When another app sends something to /hooks/a, the recipe starts. A delivery is believed when it is signed "
            "as github asks, with the secret NEW or OLD. A delivery whose `body.id` was seen before is not handled "
            "again.",
        ),
        ('{type: schedule, every: 1d, at: "16:00"}', "Every day at 16:00, the recipe starts."),
        ('{type: schedule, cron: "30 6 * * 0,6"}', "On weekends at 6:30, the recipe starts."),
        ('{type: schedule, cron: "0 6 1 * *"}', "On day 1 of every month at 6:00, the recipe starts."),
        ('{type: schedule, cron: "0 6 * * 1,4"}', "On Monday and Thursday at 6:00, the recipe starts."),
        ('{type: schedule, cron: "*/5 6 * * *"}', "By the cron line “*/5 6 * * *”, the recipe starts."),
        (
            "{type: recipe, recipe: job-won, status: failed}",
            "When a run of the recipe “job-won” has failed, the recipe starts.",
        ),
        (
            "{type: manual, inputs: {days: {type: integer, default: 7}}}",
            "When a person starts it by hand, the recipe runs. "
            "The input “Days” (“days”) is a whole number, 7 if nothing is given, not needed.",
        ),
    ],
)
def test_a_trigger_is_told(trigger: str, expected: str) -> None:
    assert tell_trigger(trigger) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('record.stage.name == "Good Lead"', "the job's stage name is “Good Lead”"),
        ("record.customer_id is not none", "the job's customer is filled in"),
        ("record.zip != ''", "the job's ZIP is not empty"),
        ("steps.found is none", "“Find” found nothing"),
        ("steps.found is not defined", "“Find” was not done"),
        ("steps.found.city == 'Chicago'", "the city from “Find” is “Chicago”"),
        ("record.po_number | length >= 3", "the length of the job's PO number is at least 3"),
        ("record.city in ['Aurora', \"Elgin\"]", "the job's city is one of “Aurora” and “Elgin”"),
        ("record.city not in ['A and B']", "the job's city is none of “A and B”"),
        ("record.tax_exempt", "the job's tax exempt is set"),
        ("record.a == 1 and record.b != 2", "the job's a is 1 and the job's b is not 2"),
        ("record.a == ' or ' or record.b < 2", "the job's a is “or” or the job's b is less than 2"),
        # what is not simple stays as it is: words must never say something else than the expression
        ("record.a == 1 and record.b == 2 or record.c", "`record.a == 1 and record.b == 2 or record.c` holds"),
        ("not record.a == 1 and record.b == 2", "`not record.a == 1 and record.b == 2` holds"),
        ("record.a if record.b and record.c else record.d", "`record.a if record.b and record.c else record.d` holds"),
        ("(record.a and record.b)", "`(record.a and record.b)` holds"),
        ("(record.a == 1) and (record.b == 2)", "`(record.a == 1) and (record.b == 2)` holds"),
        ("record.a < record.b", "`record.a < record.b` holds"),
        ("1 < record.a < 3", "`1 < record.a < 3` holds"),
        ('"(record.a or \\"\\") | trim == \\"\\""', '`(record.a or "") | trim == ""` holds'),
        (
            "{all: [record.a == 1, {any: [record.b == 2, record.c == 3]}, {not: record.d}]}",
            "the job's a is 1 and (the job's b is 2 or the job's c is 3) and it is not so that the job's d is set",
        ),
        ("{not: {any: [record.b, record.c]}}", "it is not so that (the job's b is set or the job's c is set)"),
        (
            "[record.a == 1 or record.b == 2, record.c]",
            "(the job's a is 1 or the job's b is 2) and the job's c is set",
        ),
    ],
)
def test_a_condition_is_told(condition: str, expected: str) -> None:
    assert tell_condition(condition) == expected


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("{action: wait, with: {for: 1h30m}}", "It waits 1 hour and 30 minutes."),
        ("{action: wait, with: {until: 2026-12-24}}", "It waits until 2026-12-24."),
        ("{action: jobs.delete, with: {id: '{{ record.id }}'}}", "It deletes the same job."),
        (
            "{action: jobs.get, for_each: vars.due, as: job, with: {id: '{{ job.id }}'}}",
            "For each entry of the value “due” (called job), it looks up this job.",
        ),
        (
            "{action: set, with: {a: '{% for record, x in vars.l %}{{ record.name }}{{ x }}{% endfor %}{{ run.id }}'}}",
            "It remembers “a” as “{% for record, x in vars.l %}{{ record.name }}{{ x }}{% endfor %}{{ run.id }}”.",
        ),
        ("{action: contacts.get, with: {id: '{{ record.id }}'}}", "It looks up the contact whose id is the job's id."),
        (
            "{action: customers.upsert, with: {match: {name: Miller}, phone: '1'}}",
            "It looks for the customer with name “Miller”, creates it if there is none, and sets phone to “1”.",
        ),
        (
            "{action: http.request, with: {url: 'https://example.com/{{secrets.KEY}}', method: POST, json: {a: 1}}}",
            "It calls “https://example.com/[the secret KEY]” (POST) with json (a 1).",
        ),
        (
            "{name: Tell, action: stop, on_error: continue, timeout: 30s, on_unknown: repeat}",
            "“Tell”: it ends the run as succeeded. It may take 30 seconds at the most. When nobody can tell whether it "
            "happened, it is done again. When it fails for good, the run goes on.",
        ),
        (
            "{action: stop, retry: {attempts: 4, delays: [10s, 1m]}, on_error: hold}",
            "It ends the run as succeeded. When it fails, it is tried 4 times in all, after 10 seconds and 1 minute "
            "(2 times). When it fails for good, the run is held for a person.",
        ),
        ("{action: stop, retry: 1}", "It ends the run as succeeded. When it fails, it is not tried again."),
        (
            "{action: stop, for_each: inputs.addresses, as: address, max_parallel: 5, if: 'address != \"\"'}",
            "For each entry of the input “addresses” (called address), up to 5 at a time, if this address is not "
            "empty, it ends the run as succeeded.",
        ),
        (
            "{action: set, with: {a: '{{ record.city or \"nowhere\" }}', b: \"{{ record.a | replace('\\n', ' ') }}\"}}",
            "It remembers “a” as the job's city, or “nowhere” and “b” as `{{ record.a | replace('\\n', ' ') }}`.",
        ),
    ],
)
def test_a_step_is_told(step: str, expected: str) -> None:
    assert tell(f"{FRAME}  - {step}\n")[-1].removeprefix("1. ") == expected


def test_ways_and_steps_after_a_failure_stand_inside() -> None:
    steps = """  - action: choose
    branches:
      - if: record.a == 1
        steps: [{action: stop}]
      - else: true
        steps: [{name: Wait, action: wait, with: {for: 1d}}]
  - action: jobs.get
    with: {id: x}
    on_error: [{action: stop, with: {status: failed, message: Gone.}}]
on_error: [{action: stop}]
settings: {mode: single, key: record.id, priority: high, limits: {writes_per_run: 1, runs_per_hour: 1200}}
"""
    assert tell(FRAME + steps)[1:] == [
        "Then:",
        "1. It takes the first of these ways whose condition holds:",
        "   - If the job's a is 1:",
        "      1. It ends the run as succeeded.",
        "   - Otherwise:",
        "      1. “Wait”: it waits 1 day.",
        "2. It looks up the job whose id is “x”.",
        "   - When it fails for good, this is done instead:",
        "      1. It ends the run as failed, noting “Gone.”",
        "When the run fails:",
        "1. It ends the run as succeeded.",
        "One at a time per value of the job's id: while a run is on its way, another one is not started.",
        "Its runs go before others.",
        "There are at most 1,200 runs an hour and 1 change a run; what goes over is held for a person.",
    ]


def test_an_action_of_a_plug_in_is_told_by_its_documentation() -> None:
    recipe = read_text(FRAME + "  - {action: stop}\n")
    object.__setattr__(recipe.steps[0], "action", "plug.in")
    object.__setattr__(recipe.steps[0], "arguments", {"speed_limit": 3})
    assert explain(recipe, REGISTRY)[-1].text == "It does `plug.in` with speed limit 3."


def test_what_a_terminal_would_obey_is_left_out() -> None:
    recipe = read_text('recipe: 1\nname: "a\\e[31mb\\u202ec"\ntrigger: {type: manual}\nsteps: [{action: stop}]\n')
    assert as_text(recipe, REGISTRY).splitlines()[0] == "a [31mb c"


def test_a_recipe_that_is_switched_off_says_so_first() -> None:
    text = "recipe: 1\nname: Test\nenabled: false\ntriggers: [{id: a, type: manual}, {id: b, type: recipe}]\n"
    assert tell(f"{text}steps: [{{action: stop}}]\n")[:4] == [
        "It is switched off: nothing starts it.",
        "Any of these starts it:",
        "   - When a person starts it by hand, the recipe runs.",
        "   - When a run of any other recipe has failed, the recipe starts.",
    ]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("mode: queued", "One at a time, in order: a run begins when the one before is over."),
        (
            "mode: queued, key: record.customer_id",
            "One at a time per customer, in order: a run begins when the one before is over.",
        ),
        (
            "mode: restart, key: record.name ~ record.zip",
            "One at a time per value of `record.name ~ record.zip`: a new run takes the place of one that is still on "
            "its way.",
        ),
        ("order: any", "Its runs do not wait for other runs about the same record."),
    ],
)
def test_how_runs_live_beside_each_other(settings: str, sentence: str) -> None:
    steps = f"  - action: stop\nsettings: {{{settings}}}\n"
    assert tell(FRAME + steps)[-1] == sentence
