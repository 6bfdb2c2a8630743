"""All that the page of one ticket shows to one member of staff."""

from typing import Any

from faq.entries import Source
from faq.privacy import mask_numbers
from handoff.alike import find_alike
from handoff.conversations import Conversation, Message, get_conversation
from handoff.desk import wording
from handoff.desk.context import Desk
from handoff.desk.explain import Explanation, explain_trace, told_of
from handoff.desk.queue import find_next
from handoff.desk.suggestions import Suggestion, cite, find_suggestions
from handoff.desk.views import load_latest
from handoff.projects import find_project_name
from handoff.staff import Staff, covers, list_staff, load_overseers
from handoff.tickets import Ticket, access_ticket, load_log
from handoff.wording import ACTION_NAMES, RATING_NAMES, REASON_NAMES, STATUS_NAMES
from storage import Row, Transaction

_EXPLAINED = 20  # of the latest replies
_LONGEST_FIND = 300
_OPEN = 8  # messages that are shown unfolded: what a manager goes on from


def view_ticket_page(
    tx: Transaction, desk: Desk, me: Staff, number: str, find: str, use: str
) -> dict[str, Any]:
    """The values of ticket.html. `find`: other words to look for; `use`: a suggestion's id.

    Raises NotFound for a ticket of another region.
    """
    ticket = access_ticket(tx, me, number)
    answers = me.may("manager", "reform_office")
    messages, older = load_latest(tx, ticket.conversation_id)
    explained = _explain_all(tx, desk, messages, answers)
    conversation = get_conversation(tx, ticket.conversation_id)
    find = find.strip()[:_LONGEST_FIND]
    asked = find or _asked_about(ticket, messages)
    suggestions = find_suggestions(tx, desk, asked, ticket.region) if answers else []
    log = load_log(tx, ticket.id)
    views = [
        _view_message(each, number, answers) | {"why": explained.get(each.id)} for each in messages
    ]
    return {
        "ticket": ticket,
        "question": _shown(ticket.question, answers),
        "status": STATUS_NAMES[ticket.status],
        "reason": REASON_NAMES[ticket.reason],
        "place_of_ticket": desk.place(ticket.region),
        "project": _project_name(tx, conversation),
        "asker_name": conversation.asker_name if answers else "",
        "channel": {"web": "网页", "telegram": "Telegram"}.get(conversation.channel, "其他"),
        "rating": RATING_NAMES.get(ticket.rating or 0, ""),
        "rating_comment": _shown(ticket.rating_comment or "", answers),
        "earlier": views[: -_OPEN if len(views) > _OPEN + 4 else 0],
        "messages": views[-_OPEN:] if len(views) > _OPEN + 4 else views,
        "older": older,
        "log": [_view_step(row, answers) for row in log],
        "explanation": _explain(ticket, messages, explained),
        "suggestions": suggestions,
        "alike": _view_alike(tx, ticket, me) if answers else [],
        "find": find,
        "next": find_next(tx, me, ticket) if answers else None,
        "prefill": _prefill(suggestions, use),
        "may": _permissions(me, ticket),
        "colleagues": _colleagues(tx, me, ticket),
        "above": _has_office(tx, ticket),
        "proposed": [row["detail"]["entry"] for row in log if row["action"] == "proposed"],
    }


def _view_alike(tx: Transaction, ticket: Ticket, me: Staff) -> list[dict[str, Any]]:
    """The other tickets that one answer may go to, each to be looked at first."""
    found = find_alike(tx, ticket, me) if _permissions(me, ticket)["reply"] else []
    return [
        {
            "number": each.number,
            "question": each.question,
            "created_at": each.created_at,
            "asker": get_conversation(tx, each.conversation_id).asker_name,
        }
        for each in found
    ]


def _project_name(tx: Transaction, conversation: Conversation) -> str:
    """Of the project by whose link the asker came."""
    token = conversation.project_token
    return find_project_name(tx, token) if token else ""


def _view_message(message: Message, number: str, answers: bool) -> dict[str, Any]:
    reply = message.reply or {}
    sources = reply.get("sources", ()) if message.author == "assistant" else ()
    options = reply.get("options", ()) if message.kind == "clarify" else ()
    attachment = message.attachment
    return {
        "id": message.id,
        "author": message.author,
        "name": message.staff_name or wording.AUTHORS[message.author],
        "kind": message.kind,
        "text": _shown(message.text, answers),
        "private": message.private,
        "created_at": message.created_at,
        "sources": [cite(Source(**source)) for source in sources],
        "options": [option["text"] for option in options],
        "delivery": wording.DELIVERY.get(message.delivery or "", ""),
        "delivery_state": message.delivery or "",
        "delivery_error": message.delivery_error,
        "attachment": attachment,
        "address": f"/api/v1/tickets/{number}/attachments/{attachment['id']}" if attachment else "",
        "family": attachment["media_type"].partition("/")[0] if attachment else "",
        "may_open": answers,
    }


def _shown(text: str, answers: bool) -> str:
    """Numbers of persons are for those who answer."""
    return text if answers else mask_numbers(text)


def _view_step(row: Row, answers: bool) -> dict[str, Any]:
    """A row of the service log as a sentence."""
    own = row["action"] in ("opened", "reminded", "overdue")
    by = row["staff_name"] or ("小海马" if own else "咨询人")
    return {
        "at": row["at"],
        "by": by,
        "what": ACTION_NAMES.get(row["action"], row["action"]),
        "detail": _shown(_detail(row["action"], row["detail"]), answers),
    }


def _detail(action: str, detail: dict[str, Any]) -> str:
    match action:
        case "opened":
            return REASON_NAMES.get(detail.get("reason", "unknown"), "")
        case "transferred":
            return f"转给{detail.get('to', '')}"
        case "escalated":
            return f"原因：{detail.get('reason', '')}"
        case "answered_with":
            return f"工单 {detail.get('ticket', '')}"
        case "answered_also":
            return "工单 " + "、".join(detail.get("tickets", ()))
        case "rated":
            return RATING_NAMES.get(detail.get("score", 0), "")
        case _:
            return str(detail.get("why", ""))


def _explain_all(
    tx: Transaction, desk: Desk, messages: list[Message], answers: bool
) -> dict[str, Explanation]:
    """Why the assistant replied as it did, by message, for its latest replies."""
    traced = [
        (message.id, message.reply["trace"])
        for message in messages
        if message.author == "assistant" and message.reply and message.reply.get("trace")
    ]
    return {
        key: explain_trace(
            tx, desk, trace if answers else told_of(trace, mask_numbers(trace["question"]))
        )
        for key, trace in traced[-_EXPLAINED:]
    }


def _explain(
    ticket: Ticket, messages: list[Message], explained: dict[str, Explanation]
) -> Explanation | None:
    """Why the assistant did not answer: what it last weighed before it handed over."""
    before = [
        explained[message.id]
        for message in messages
        if message.id in explained and message.created_at <= ticket.created_at
    ]
    return before[-1] if before else None


def _asked_about(ticket: Ticket, messages: list[Message]) -> str:
    """The question; of an asker who only wished for a person, the longest thing they said."""
    if ticket.reason not in ("asked_for", "attachment"):
        return ticket.question
    said = [each.text for each in messages if each.author == "asker" and each.kind != "choice"]
    return max(said, key=len, default="")[:_LONGEST_FIND] or ticket.question


def _prefill(suggestions: list[Suggestion], use: str) -> str:
    return next((each.answer for each in suggestions if each.id == use), "")


def _permissions(me: Staff, ticket: Ticket) -> dict[str, bool]:
    """Which actions the page offers; each is checked again when it is done."""
    answers = me.may("manager", "reform_office")
    free = ticket.is_live and ticket.assignee is None
    above = me.may("reform_office")
    reachable = answers and (ticket.status != "escalated" or above)
    holds = answers and ticket.is_live and (ticket.assignee == me.id or me.role == "admin")
    return {
        "answer": answers,
        "claim": reachable and free,
        "reply": reachable and ticket.is_live and ticket.assignee in (None, me.id),
        "hold": holds,
        "resolve": holds and ticket.first_reply_at is not None,
        "reopen": answers and not ticket.is_live,
        "propose": ticket.first_reply_at is not None
        and me.may("manager", "reform_office", "curator"),
    }


def _has_office(tx: Transaction, ticket: Ticket) -> bool:
    """Whether a 工改办 is on duty to whom it can be handed up."""
    return any(each.role == "reform_office" for each in load_overseers(tx, ticket.region))


def _colleagues(tx: Transaction, me: Staff, ticket: Ticket) -> list[Staff]:
    """To whom the ticket can be given: who answers in its region, those on duty first."""
    found = [
        each
        for each in list_staff(tx)
        if not each.disabled
        and each.id not in (me.id, ticket.assignee)
        and each.may("manager", "reform_office")
        and covers(each.region, ticket.region)
    ]
    return sorted(found, key=lambda each: not each.on_duty)
