"""The public page of a question: whoever has its link may answer, without a login.

Opening a link never answers, because programs that look for danger in mails open every link: there is a button for
it. The signature in the address is the proof, so that the form needs no token of a session.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hub.recipe.asked import read_fields
from hub.recipe.reading.waits import PAGE
from hub.services.questions import OPEN, Asked, answer_question, find_question, say_answer
from hub.web import visit

BY_LINK = "somebody with the link"
DAMAGED = (
    "This link is damaged",
    "A part of its address is missing or was changed. Open it once more from the message that it came in.",
)
GONE = (
    "This question is gone",
    "The run that asked it has been tidied away, or its recipe asks for something else by now.",
)

blueprint = Blueprint("answers", __name__, url_prefix="/answers")


@blueprint.get("/<root_id>/<place>/<answer>/<proof>")
def show(root_id: str, place: str, answer: str, proof: str) -> ResponseReturnValue:
    """The question with a button for each answer that this link may give, or what became of it."""
    asked = _find(root_id, place, answer, proof)
    return asked if isinstance(asked, Response) else _page(asked, answer)


@blueprint.post("/<root_id>/<place>/<answer>/<proof>")
def give(root_id: str, place: str, answer: str, proof: str) -> ResponseReturnValue:
    """Answer. What became of it is told by the page that follows."""
    asked = _find(root_id, place, answer, proof)
    if isinstance(asked, Response):
        return asked
    chosen = request.form.get("answer", "") if answer == PAGE else answer
    if chosen not in asked.answers:
        abort(400)
    if asked.state == OPEN:
        values, problems = read_fields(asked.fields, request.form)
        if problems:
            return _page(asked, answer, problems=problems, typed=request.form), 400
        answer_question(visit.services(), asked, chosen, values=values, by=BY_LINK, where=visit.remote())
    return redirect(url_for("answers.show", root_id=root_id, place=place, answer=answer, proof=proof), 303)


@blueprint.get("/")
@blueprint.get("/<path:rest>")
def refuse(rest: str = "") -> ResponseReturnValue:  # noqa: ARG001
    """A link of which a part was cut off."""
    return _told(404, *DAMAGED)


@blueprint.after_request
def keep_to_itself(response: Response) -> Response:
    """The address is the key: no other site hears of it, and no search engine keeps it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _find(root_id: str, place: str, answer: str, proof: str) -> Asked | Response:
    services = visit.services()
    if not services.links.is_genuine(root_id, place, answer, proof):
        return _told(404, *DAMAGED)
    asked = find_question(services, root_id, place)
    if asked is None or answer not in (*asked.answers, PAGE):
        return _told(404, *GONE)
    return asked


def _page(
    asked: Asked, answer: str, *, problems: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None
) -> str:
    words = asked.answers if answer == PAGE else (answer,)
    return render_template(
        "answer.html", asked=asked, words=words, say=say_answer, problems=problems or {}, typed=typed or {}
    )


def _told(status: int, title: str, text: str) -> Response:
    return Response(render_template("answer_fault.html", title=title, text=text), status, mimetype="text/html")
