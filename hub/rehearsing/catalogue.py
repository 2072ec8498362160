"""The stages, job types and employees that are there in every test which does not say otherwise."""

from __future__ import annotations

from hub.model import Record

_STAGES = (
    ("Unqualified Lead", "sales"),
    ("Good Lead", "sales"),
    ("PaintScout Estimating", "sales"),
    ("Long-term", "sales"),
    ("Accepted by Customer", "active"),
    ("Won - Needs Schedule", "active"),
    ("Active", "active"),
    ("Completed - Pending payment", "active"),
    ("Unbillable", "active"),
    ("Reopened", "active"),
    ("Completed - Archived", "closed"),
    ("Closed - Did not bid", "closed"),
    ("Closed - Lost to competitor", "closed"),
    ("Closed - Cancelled by customer", "closed"),
)
_JOB_TYPES = ("Exterior Repaint", "Interior Repaint", "Cabinet Refinishing", "Deck & Fence Staining", "Drywall Repair")
_EMPLOYEES = (
    ("Ana", "Ruiz", "Sales Person"),
    ("Sam", "Sales", "Sales Person"),
    ("Pat", "Manager", "Project Manager"),
    ("Kim", "Supervisor", "Supervisor"),
    ("Lee", "Leader", "Crew Leader"),
)


def usual_records() -> dict[str, list[Record]]:
    """By resource, without the fields that are empty."""
    return {
        "job_stages": [
            {
                "id": f"stage-{number}",
                "name": name,
                "category": category,
                "position": number,
                "is_default": number == 1,
            }
            for number, (name, category) in enumerate(_STAGES, start=1)
        ],
        "job_types": [{"id": f"type-{number}", "name": name} for number, name in enumerate(_JOB_TYPES, start=1)],
        "employees": [
            {
                "id": f"employee-{number}",
                "kind": "user",
                "first_name": first,
                "last_name": last,
                "positions": [position],
                "active": True,
            }
            for number, (first, last, position) in enumerate(_EMPLOYEES, start=1)
        ],
    }
