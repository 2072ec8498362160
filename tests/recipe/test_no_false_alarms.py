"""What is right passes the check without a word, also where it comes close to what is wrong."""

from __future__ import annotations

import pytest

from hub.ports import Catalogue
from hub.recipe.check import check
from hub.recipe.report import show
from tests.recipe.golden import FRAME, STEPS
from tests.recipe.recipe_samples import CATALOGUE, FIELDS, FILE, GOOD, SECRETS, TABLES, make_registry

REGISTRY = make_registry()
WEBHOOK = "recipe: 1\nname: Test\ntrigger: {type: webhook, path: leads}\n"
EXPANDED = "recipe: 1\nname: Test\ntrigger: {type: poll, resource: jobs, expand: [customer, contacts]}\n"
TWO = "recipe: 1\nname: Test\ntriggers:\n  - {id: a, type: poll, resource: jobs}\n  - {id: b, type: webhook, path: x}\n"

RIGHT = {
    "a condition on a field": FRAME + "if: record.tax_exempt and record.zip == '60601'\n" + STEPS,
    "custom fields": FRAME + "if: record.custom_fields.color == 'red'\n" + STEPS,
    "time stamps": FRAME + "if: record.created_at < now() | add_days(-3)\n" + STEPS,
    "a guarded field that may be missing": FRAME + "if: record.gate_code is defined and record.zip\n" + STEPS,
    "a default for a field that may be missing": FRAME + "if: record.gate_code | default('') == ''\n" + STEPS,
    "stage and people are always there": FRAME + "if: record.stage.category and before.sales_person.email\n" + STEPS,
    "a fetched record": EXPANDED + "if: record.customer.name and record.customer.primary_contact_id\n" + STEPS,
    "fetched records": EXPANDED + "if: record.contacts | selectattr('email') | length > 1\n" + STEPS,
    "the id of a record that is not fetched": FRAME + "if: record.customer_id\n" + STEPS,
    "any field of what an app sends": WEBHOOK + "if: body.stage.name == 'New' and headers['x-a'] and query.a\n" + STEPS,
    "the parts of an event": FRAME + "if: event.type == 'jobs.updated' and event.data.record.anything\n" + STEPS,
    "names of the run": FRAME + "steps: [{action: set, with: {a: '{{ run.id }} {{ recipe.name }}'}}]\n",
    "a name of one trigger, asked for": TWO + "if: body is defined and record is defined\n" + STEPS,
    "secrets where they may stand": FRAME
    + "steps:\n  - action: http.request\n    with:\n      url: https://example.com\n"
    + "      headers: {Authorization: 'Bearer {{ secrets.OFFICE_EMAIL }}'}\n",
    "a secret by name in a trigger": "recipe: 1\nname: Test\ntrigger: {type: webhook, path: x, verify: github, "
    + "secret: [TEAM_CHAT_URL, OFFICE_EMAIL]}\n"
    + STEPS,
    "a loop in a loop": FRAME
    + """\
steps:
  - id: outer
    action: choose
    for_each: record.contact_ids
    as: contact
    branches:
      - if: contact is not none and loop.first
        steps:
          - {id: person, action: contacts.get, with: {id: "{{ contact }}"}}
          - action: set
            for_each: range(3)
            if: item > 1
            with: {last: "{{ steps.person.email }} {{ contact }} {{ item }} {{ loop.index }}"}
  - action: set
    with: {all: "{{ steps.outer | length }} {{ vars.last }}"}
""",
    "steps of branches, afterwards": FRAME
    + """\
steps:
  - action: choose
    branches:
      - if: record.zip
        steps: [{id: a, action: set, with: {x: 1}}]
      - else: true
        steps: [{id: b, action: set, with: {x: 2}}]
  - action: set
    with: {y: "{{ steps.a | default(steps.b) }} {{ vars.x }}"}
""",
    "what went wrong": FRAME
    + """\
steps:
  - id: a
    action: set
    with: {x: 1}
    on_error:
      - {id: note, action: set, with: {why: "{{ error.message }}"}}
  - action: set
    with: {y: "{{ steps.note.why | default('') }}{{ vars.why | default('') }}"}
on_error:
  - action: set
    with: {z: "{{ error.message }} {{ steps.a | default('') }}"}
""",
    "names of a template's own loop": FRAME
    + "steps: [{action: set, with: {a: '{% for k, v in record.stage | items %}{{ k ~ loop.index }}{% endfor %}'}}]\n",
    "references by name": FRAME
    + "steps: [{action: jobs.update, with: {id: x, stage: Active, sales_person: Ana Ruiz, job_type: Interior, "
    + "contacts: [a], customer: Dunn, start_date: null}}]\n",
    "a reference by id": FRAME + "steps: [{action: jobs.update, with: {id: x, stage: st_2}}]\n",
    "a reference by template": FRAME
    + "steps: [{action: jobs.update, with: {id: x, stage: '{{ record.stage.name }}'}}]\n",
    "watched values": FRAME.replace("}", ", changed: {stage.name: {to: [Active, Good Lead]}, stage: {from: st_1}}}")
    + STEPS,
    "a text with a dot that is no expression": FRAME + "steps: [{action: set, with: {a: example.com, b: Mr. Dunn}}]\n",
    "inputs of a form": FRAME + "inputs: {days: {type: integer, default: 3}}\nif: inputs.days > 2\n" + STEPS,
    "inputs of a manual trigger": "recipe: 1\nname: Test\ntrigger: {type: manual, inputs: {days: integer}}\n"
    + "if: inputs.days > 2\n"
    + STEPS,
    "settings that are kept": FRAME + "settings: {priority: high, keep_history: 90d}\n" + STEPS,
    "a create that looks first": FRAME
    + """\
steps:
  - {id: known, action: customers.find, with: {name: "{{ record.name }}"}}
  - {action: customers.create, if: steps.known is none, with: {name: "{{ record.name }}"}}
  - action: choose
    branches:
      - if: steps.known is none
        steps: [{action: contacts.create, with: {last_name: "{{ record.name }}"}}]
""",
    "a read that decides": FRAME
    + """\
steps:
  - {id: all, action: contacts.list}
  - {action: set, for_each: steps.all, with: {a: "{{ item.id }}"}}
  - {action: stop, if: steps.all | length > 3}
  - {action: set, with: {a: 1}}
""",
    "what is kept, looked up and listed": FRAME
    + """\
steps:
  - {id: seen, action: store.set, with: {name: "seen-{{ record.id }}", value: 1, if_missing: true, expires: 30d}}
  - {id: count, action: store.add, with: {name: leads, by: "{{ record.amount | default(1) }}"}}
  - {id: who, action: round_robin.next, with: {name: sales, items: "{{ [record.name] }}"}}
  - {action: digest.add, with: {name: "{{ record.city }}", item: {name: "{{ steps.who }}"}, key: "{{ record.id }}"}}
  - {id: leader, action: lookup, with: {table: crew_leaders, key: "{{ record.city }}", column: phone, default: none}}
  - {id: any, action: lookup, with: {table: "{{ record.city }}", key: x, column: whatever}}
  - {id: wrong, action: lookup, with: {table: broken, key: x, column: whatever}}
  - action: set
    with:
      a: "{{ steps.leader }} {{ record.zip | lookup(tables.states, '') }} {{ tables['states'] }}"
      b: "{{ steps.any }} {{ steps.wrong }} {{ steps.seen.set }} {{ steps.count }}"
  - id: quiet
    action: jobs.list
    with:
      filters: {stage.category: [sales, active], stage: ["{{ vars.a }}", Good Lead]}
      order: -stage.position
      changed_before: 14d
      changed_since: "{{ now() | add_days(-90) }}"
  - action: jobs.update
    for_each: steps.quiet
    as: job
    with:
      id: "{{ job.id }}"
      city: Austin
      only_if: record.stage.name == "Good Lead" and record.sales_person.first_name != vars.a and job.id != "x"
""",
    "reads that are used as a whole": FRAME
    + "steps:\n  - {id: a, action: contacts.list}\n  - {action: set, with: {all: '{{ steps | json }}'}}\n",
    "branches of which one goes on": FRAME
    + """\
steps:
  - action: choose
    branches:
      - {if: record.zip, steps: [{action: stop}]}
      - {if: record.city, steps: [{action: stop}]}
  - {action: set, with: {a: 1}}
""",
    "a repeated call with a key": FRAME
    + """\
steps:
  - action: http.request
    on_unknown: repeat
    with: {method: POST, url: https://example.com/a?b=c, headers: {Idempotency-Key: "{{ run.id }}"}}
""",
    "an address with a port and an e-mail address": FRAME
    + "steps: [{action: notify.send, with: {to: 'json://example.com:8080/office@example.com', body: x}}]\n",
    "a condition that is simply true": FRAME + "if: true\n" + STEPS,
}  # fmt: skip


@pytest.mark.parametrize("text", [GOOD, *RIGHT.values()], ids=["the sample", *RIGHT.keys()])
def test_a_right_recipe_has_no_problems(text: str) -> None:
    world = {"secrets": SECRETS, "fields": FIELDS, "catalogue": CATALOGUE, "tables": TABLES}
    reading = check(text, file=FILE, registry=REGISTRY, **world)
    assert show(reading.problems, {FILE: text}) == ""
    assert reading.recipe is not None


def test_what_is_not_known_is_not_checked() -> None:
    text = FRAME.replace("jobs}", "jobs, changed: [anything.at.all]}") + (
        "if: record.anything.at.all == 'x' and record.stage.name == 'y'\n"
        "steps: [{action: jobs.update, with: {id: x, whatever: 1, stage: Nowhere}}, "
        "{action: notify.send, with: {to: '{{ secrets.UNKNOWN }}', body: x}}]\n"
    )
    assert check(text, file=FILE, registry=REGISTRY).problems == ()
    assert check(text, file=FILE, registry=REGISTRY, catalogue=Catalogue({}, {})).problems == ()
    assert len(check(text, file=FILE, registry=REGISTRY, secrets=(), fields=FIELDS, catalogue=CATALOGUE).problems) == 6
