"""One ticket: the whole conversation, what the library offers, and everything to do with it."""

import hashlib
import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from handoff import actions
from handoff.alike import reply_to_all
from handoff.candidates import draft_from, propose
from handoff.desk import wording
from handoff.desk.auth import staff_guard
from handoff.desk.context import Desk
from handoff.desk.forms import Form, read_form
from handoff.desk.rendering import REFUSALS, Pages, done, page_route, status_of
from handoff.desk.ticket_view import view_ticket_page
from handoff.errors import Invalid
from handoff.staff import Staff, check_role
from handoff.streams import announce_typing
from handoff.tickets import Ticket, access_ticket
from storage import Transaction, new_id


def router(desk: Desk, pages: Pages) -> APIRouter:
    """`/desk/tickets/{number}` with its one form endpoint, and the candidate form."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]

    async def show(
        request: Request, me: Staff, number: str, form: Form | None, error: Exception | None
    ) -> Response:
        query = request.query_params
        page = await desk.database.read(
            view_ticket_page, desk, me, number, query.get("find", ""), query.get("use", "")
        )
        return pages.render(
            request,
            me,
            "ticket.html",
            code=status_of(error) if error else 200,
            error=str(error) if error else "",
            failed=form.line("action") if form else "",
            typed={name: form.text(name) if form else "" for name in ("text", "to", "reason")},
            private=bool(form and form.text("private")),
            also=form.texts("also") if form else [],
            key=form.line("key") if form else new_id(),
            **page,
        )

    @routes.get("/desk/tickets/{number}")
    async def ticket(request: Request, number: str, me: Me) -> Response:
        return await show(request, me, number, None, None)

    @routes.post("/desk/tickets/{number}")
    async def act(request: Request, number: str, me: Me) -> Response:
        form = await read_form(request)
        try:
            what = await desk.database.write(_act, me, number, form)
        except REFUSALS as error:
            return await show(request, me, number, form, error)
        said = what in ("replied", "noted")
        return done(f"/desk/tickets/{number}", what, "composer" if said else "")

    @routes.post("/desk/tickets/{number}/typing")
    async def typing(number: str, me: Me) -> Response:
        await desk.database.write(_announce_typing, me, number)
        return Response(status_code=204)

    @routes.get("/desk/tickets/{number}/candidate")
    async def candidate_form(request: Request, number: str, me: Me) -> Response:
        draft = await desk.database.read(_draft, me, number)
        return pages.render(request, me, "candidate.html", error="", **draft)

    @routes.post("/desk/tickets/{number}/candidate")
    async def candidate(request: Request, number: str, me: Me) -> Response:
        form = await read_form(request)
        try:
            await desk.database.write(_propose, desk, me, number, form)
        except REFUSALS as error:
            typed = {
                "number": number,
                "question": form.text("standard_question"),
                "similar": form.text("similar_questions"),
                "answer": form.text("answer"),
            }
            return pages.render(
                request, me, "candidate.html", code=status_of(error), error=str(error), **typed
            )
        return done(f"/desk/tickets/{number}", "proposed")

    return routes


def _act(tx: Transaction, me: Staff, number: str, form: Form) -> str:
    """Do what the form's button says; what to say of it. Raises as the action does."""
    ticket = access_ticket(tx, me, number)
    verb = _VERBS.get(form.line("action"))
    if verb is None:
        raise Invalid(wording.UNEXPECTED)
    return verb(tx, ticket, me, form)


def _claim(tx: Transaction, ticket: Ticket, me: Staff, form: Form) -> str:
    actions.claim(tx, ticket, me)
    return "claimed"


def _say(tx: Transaction, ticket: Ticket, me: Staff, form: Form) -> str:
    private = bool(form.text("private"))
    if private:
        actions.note(tx, ticket, me, form.text("text"), _client_id(form))
    else:
        numbers = [each.strip() for each in form.texts("also")]
        reply_to_all(tx, ticket, me, form.text("text"), numbers, _client_id(form))
    return "noted" if private else "replied"


def _client_id(form: Form) -> str | None:
    """A form that came twice is a repeat; the same form with other words in it is not.

    Somebody pressed again because the network was slow, or went back to the page and wrote anew.
    """
    key = form.line("key")[:40]
    words = f"{form.text('private')} {form.text('text').strip()}"
    digest = hashlib.sha256(words.encode(errors="replace")).hexdigest()
    return f"{key} {digest[:16]}" if key else None


def _transfer(tx: Transaction, ticket: Ticket, me: Staff, form: Form) -> str:
    if not form.line("to"):
        raise Invalid("请选择要转给哪位同事。")
    actions.transfer(tx, ticket, me, form.line("to"))
    return "transferred"


def _escalate(tx: Transaction, ticket: Ticket, me: Staff, form: Form) -> str:
    reason = form.text("reason")
    if len(reason) > 1000:
        raise Invalid("上报的原因请控制在 1000 字以内。")
    actions.escalate(tx, ticket, me, reason)
    return "escalated"


def _resolve(tx: Transaction, ticket: Ticket, me: Staff, form: Form) -> str:
    actions.resolve(tx, ticket, me)
    return "resolved"


def _reopen(tx: Transaction, ticket: Ticket, me: Staff, form: Form) -> str:
    actions.reopen(tx, ticket, me)
    return "reopened"


_VERBS: dict[str, Callable[[Transaction, Ticket, Staff, Form], str]] = {
    "claim": _claim,
    "say": _say,
    "transfer": _transfer,
    "escalate": _escalate,
    "resolve": _resolve,
    "reopen": _reopen,
}


def _announce_typing(tx: Transaction, me: Staff, number: str) -> None:
    ticket = access_ticket(tx, me, number)
    check_role(me, "manager", "reform_office")
    if ticket.is_live and ticket.assignee in (None, me.id):
        announce_typing(tx, ticket.conversation_id)


def _draft(tx: Transaction, me: Staff, number: str) -> dict[str, Any]:
    """What the candidate form starts with."""
    check_role(me, "manager", "reform_office", "curator")
    ticket = access_ticket(tx, me, number)
    question, similar, answer = draft_from(tx, ticket)
    return {"number": number, "question": question, "similar": "\n".join(similar), "answer": answer}


def _propose(tx: Transaction, desk: Desk, me: Staff, number: str, form: Form) -> None:
    propose(
        tx,
        access_ticket(tx, me, number),
        me,
        re.sub(r"\s+", " ", form.text("standard_question")),
        form.lines("similar_questions"),
        form.text("answer"),
        desk.place,
    )
