"""入库: what people answered becomes a candidate entry, without what belongs to one asker."""

import re
from collections.abc import Callable, Sequence

from faq.entries import Content, Entry, Source, get_entry, phrasing_key
from faq.errors import EntryNotFound
from faq.privacy import find_names, remove_personal
from faq.publishing import add_entry
from handoff.actions import log_action
from handoff.alike import load_group
from handoff.conversations import get_conversation, load_messages
from handoff.errors import Conflict
from handoff.staff import Staff, check_role, covers
from handoff.tickets import ROOT, Ticket
from knowledge.regions import region_prefix
from storage import Transaction

_TRANSCRIPT = 1000
_GREETING = re.compile(r"^(?:您好|你好)[，,。.！!、\s]*(?=\S)")


def propose(
    tx: Transaction,
    ticket: Ticket,
    staff: Staff,
    standard_question: str,
    similar_questions: Sequence[str],
    answer: str,
    place: Callable[[str], str],
) -> Entry:
    """A candidate from a ticket that has an answer; a curator edits and publishes it.

    What the asker said of themselves is taken out. The source is the ticket's own answer until
    the curator names a document. Raises Conflict before there is an answer.
    """
    check_role(staff, "manager", "reform_office", "curator")
    if ticket.first_reply_at is None:
        raise Conflict("工单还没有答复，答复之后才能提交为待审条目。")
    group = load_group(tx, ticket)
    names = [name for each in (ticket, *group) for name in _names(tx, each)]
    clean = [remove_personal(text, names) for text in (standard_question, *similar_questions)]
    content = Content(
        standard_question=clean[0],
        standard_answer=remove_personal(answer, names),
        similar_questions=tuple(clean[1:]),
        region=ticket.region,
        sources=(_answer_as_source(ticket, place),),
    )
    manager = ticket.assignee_name or staff.name
    entry = add_entry(
        tx,
        content,
        staff.name,
        status="in_review",
        origin_ticket=ticket.number,
        origin_manager=manager,
    )
    for each in (ticket, *group):
        log_action(tx, each.id, staff, "proposed", {"entry": entry.id})
    return entry


def access_entry(tx: Transaction, staff: Staff, entry_id: str) -> Entry:
    """An entry that this member of staff may read. Raises EntryNotFound for any other.

    Until a curator has read and published a candidate it is a matter of its region.
    """
    entry = get_entry(tx, entry_id)
    everywhere = entry.status == "published" or staff.may("curator")
    if not everywhere and not covers(staff.region, entry.content.region):
        raise EntryNotFound("没有这个条目。")
    return entry


def unpublished_in(staff: Staff) -> str:
    """How the codes of the regions begin whose unpublished entries they may read."""
    return "" if staff.may("curator") else region_prefix(staff.region)


def draft_from(tx: Transaction, ticket: Ticket) -> tuple[str, list[str], str]:
    """What the form starts with: the question, other wordings of it in tickets that were answered
    together with this one, and what the people answered, without greetings."""
    names = _names(tx, ticket)
    answers = [
        _GREETING.sub("", message.text)
        for message in load_messages(tx, ticket.conversation_id, limit=_TRANSCRIPT)
        if message.author == "manager" and message.ticket_id == ticket.id
    ]
    question = remove_personal(ticket.question, names)
    wordings = {phrasing_key(question): question}
    for each in load_group(tx, ticket):
        text = " ".join(remove_personal(each.question, _names(tx, each)).split())
        wordings.setdefault(phrasing_key(text), text)
    return question, list(wordings.values())[1:], remove_personal("\n".join(answers), names)


def _names(tx: Transaction, ticket: Ticket) -> list[str]:
    """What the asker is called: in the messenger, and where they said so in the conversation."""
    said = [
        message.text
        for message in load_messages(tx, ticket.conversation_id, limit=_TRANSCRIPT)
        if message.author == "asker"
    ]
    known = get_conversation(tx, ticket.conversation_id).asker_name
    return [known, *(name for text in said for name in find_names(text))]


def _answer_as_source(ticket: Ticket, place: Callable[[str], str]) -> Source:
    issuer = f"{place(ticket.region)}项目管家" if ticket.region != ROOT else "项目管家"
    return Source(title=f"人工答复（工单 {ticket.number}）", issuer=issuer, region=ticket.region)
