"""One message in, one Reply out: answer, clarify, hand over.

Everything here runs inside the transaction that also stores the message: a message is in the
transcript together with its reply, or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot import wording
from bot.answering import Answering
from bot.lately import lately, load_offers, load_reply, said_lately, told_source
from bot.offering import MOST_OFFERED, find_choice, offers_in_vain
from bot.reply import Option, Reply
from faq.live_library import LiveLibrary
from handoff.actions import open_ticket, rate, reopen, state_question, tell_assignee
from handoff.clock import Calendar
from handoff.conversations import (
    Attachment,
    Conversation,
    Message,
    NewMessage,
    find_by_client_id,
    find_offer,
    find_reply_to,
    get_conversation,
    keep_attachment,
    keep_context,
    load_messages,
    record_message,
)
from handoff.errors import NotFound
from handoff.tickets import Reason, Ticket, describe, find_live_ticket, find_ticket_of_asker
from retrieval.followup import is_fragment, only_tells
from retrieval.segment import is_reordered, normalise
from retrieval.smalltalk import is_lead_in, small_talk, tells_a_matter
from retrieval.source_question import asks_source
from storage import Transaction

_BEGUN_KEPT = 4  # messages that only begin a thought
_BEGUN_MS = 30 * 60 * 1000  # then a thought is not gone on with


@dataclass(frozen=True, slots=True)
class Incoming:
    """What an asker sent. `client_id` is the channel's own id of the message."""

    text: str = ""
    client_id: str | None = None
    attachment: Attachment | None = None
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Exchange:
    """The message as it stands in the transcript, and what was replied to it."""

    message_id: str
    reply: Reply | None
    stored: Message | None = None
    """The reply as a message; None when it was only shown, not kept."""


class Assistant:
    """The one brain behind all channels."""

    def __init__(self, live: LiveLibrary, calendar: Calendar, promised_minutes: int) -> None:
        self._answering = Answering(live)
        self._live = live
        self._calendar = calendar
        self._promised_minutes = promised_minutes

    def respond(self, tx: Transaction, conversation_id: str, incoming: Incoming) -> Exchange:
        """Store what the asker sent and reply to it; a repeat gets the reply of the first time.

        Raises Invalid for what cannot be taken, NotFound without such a conversation.
        """
        if incoming.client_id and (repeat := _repeated(tx, conversation_id, incoming.client_id)):
            return repeat
        attachment_id = None
        if incoming.attachment is not None:
            attachment_id = keep_attachment(tx, conversation_id, incoming.attachment)
        ticket = find_live_ticket(tx, conversation_id)
        message = record_message(
            tx,
            conversation_id,
            NewMessage(
                author="asker",
                text=incoming.text,
                kind=incoming.kind,
                client_id=incoming.client_id,
                attachment_id=attachment_id,
                ticket_id=ticket.id if ticket else None,
            ),
        )
        if message is None:  # another request stored it while we waited for the row
            return _repeated(tx, conversation_id, incoming.client_id or "") or Exchange("", None)
        conversation = get_conversation(tx, conversation_id)
        option = self._typed_choice(tx, message)
        if option is not None:
            reply = self._chosen(tx, conversation, ticket, option)
        elif ticket is None and asks_source(normalise(message.text)):
            reply = told_source(tx, message) or self._reply(tx, conversation, ticket, incoming)
        else:
            reply = self._reply(tx, conversation, ticket, incoming)
        if reply.kind == "clarify" and offers_in_vain(
            message.text, reply, load_offers(tx, message)
        ):
            current = get_conversation(tx, conversation_id)
            reply = self._hand_over(tx, current, message.text.strip(), "none_fits")
        return self._store_reply(tx, message, reply, ticket)

    def choose(
        self, tx: Transaction, conversation_id: str, option_id: str, client_id: str | None = None
    ) -> Exchange:
        """A button was pressed. Raises NotFound for a button that this conversation never had."""
        if client_id and (repeat := _repeated(tx, conversation_id, client_id)):
            return repeat
        option = _find_option(tx, conversation_id, option_id)
        ticket = find_live_ticket(tx, conversation_id)
        message = record_message(
            tx,
            conversation_id,
            NewMessage(
                author="asker",
                text=option.text,
                kind="choice",
                client_id=client_id,
                reply={"chosen": option.id, "target": option.target, "value": option.value},
                ticket_id=ticket.id if ticket else None,
            ),
        )
        if message is None:
            return _repeated(tx, conversation_id, client_id or "") or Exchange("", None)
        conversation = get_conversation(tx, conversation_id)
        reply = self._chosen(tx, conversation, ticket, option)
        return self._store_reply(tx, message, reply, ticket)

    def _reply(
        self,
        tx: Transaction,
        conversation: Conversation,
        ticket: Ticket | None,
        incoming: Incoming,
    ) -> Reply:
        text = normalise(incoming.text)
        if ticket is not None and (ticket.assignee or incoming.attachment):
            return self._join(tx, ticket, incoming)
        if incoming.attachment is not None:
            question = incoming.text.strip() or wording.UNNAMED_FILE
            return self._hand_over(tx, conversation, question, "attachment")
        if not text:
            return Reply("notice", wording.EMPTY)
        if is_reordered(incoming.text):
            return Reply("notice", wording.REORDERED)
        kind = small_talk(text)
        if kind in ("person", "unsolved"):
            return self._wants_person(tx, conversation, ticket, incoming.text, kind == "unsolved")
        if kind is not None:
            return Reply("smalltalk", wording.SMALL_TALK[kind])
        return self._answer(tx, conversation, ticket, incoming)

    def _answer(
        self,
        tx: Transaction,
        conversation: Conversation,
        ticket: Ticket | None,
        incoming: Incoming,
        typed: str = "",
    ) -> Reply:
        """`typed`: the question as it stands in the transcript, where it is read otherwise."""
        begun = _begun(tx, conversation)
        text = "\n".join([*begun, incoming.text])
        found = self._answering.answer(tx, conversation, text, self._today(tx))
        question = typed or text.strip()
        kept = {**found.context, "typed": question, "begun": []}
        keep_context(tx, conversation.id, kept, found.region)
        if found.reply is not None and found.reply.kind == "answer":
            if ticket is not None and ticket.question == wording.WANTS_PERSON:
                self._tell_people(tx, ticket, question)
            return found.reply
        if ticket is not None:
            return self._join(tx, ticket, incoming)
        in_vain = begun.count(incoming.text) >= MOST_OFFERED
        if not in_vain and self._only_begins(conversation, begun, incoming.text, found.reason):
            if not is_lead_in(normalise(incoming.text)):
                begun.append(incoming.text)
            waiting = {**conversation.context, "begun": begun[-_BEGUN_KEPT:], "begun_at": tx.now}
            keep_context(tx, conversation.id, waiting, found.region)
            return Reply("notice", wording.GO_ON if len(begun) < 2 else wording.GO_ON_AGAIN)
        if found.reply is not None and not in_vain:
            return found.reply
        current = get_conversation(tx, conversation.id)
        question = incoming.text.strip() if in_vain else question
        return self._hand_over(tx, current, question, found.reason, found.trace, found.about)

    def _only_begins(
        self, conversation: Conversation, begun: Sequence[str], said: str, reason: Reason
    ) -> bool:
        """Whether nothing was asked yet, so that the thought goes on in the next message, which is
        then read together with this one. What is known to be for people is not waited with."""
        if conversation.context.get("turns"):
            return False
        text = normalise(said)
        if is_fragment(text, self._live.gazetteer):
            return True
        return reason != "known_gap" and only_tells(text, bool(begun))

    def _typed_choice(self, tx: Transaction, message: Message) -> Option | None:
        """The option that the asker typed instead of pressing it: its number or its words, or
        another place where one was asked for."""
        offered = find_offer(tx, message)
        if offered is None:
            return None
        options = load_reply(offered).options
        typed = normalise(message.text)
        if option := find_choice(typed, options):
            return option
        gazetteer = self._live.gazetteer
        named = gazetteer.places(typed) if options[0].target == "place" else ()
        if len(named) == 1 and is_fragment(typed, gazetteer):
            return Option(gazetteer[named[0]].name, "place", named[0])
        return None

    def _chosen(
        self, tx: Transaction, conversation: Conversation, ticket: Ticket | None, option: Option
    ) -> Reply:
        match option.target:
            case "passage":
                found = self._answering.chosen(tx, conversation, option.value)
                keep_context(tx, conversation.id, found.context, found.region)
                return found.reply or Reply("notice", wording.NO_LONGER)
            case "place":
                context = conversation.context
                turns = context.get("turns", [])[:-1]  # it is asked again, no follow-up to itself
                keep_context(tx, conversation.id, {**context, "turns": turns}, option.value)
                placed = get_conversation(tx, conversation.id)
                pending = Incoming(text=str(context.get("pending") or option.text))
                return self._answer(tx, placed, ticket, pending, str(context.get("typed", "")))
            case "handoff":
                if ticket is not None:
                    return self._still_waiting(ticket)
                asked = str(conversation.context.get("typed") or option.text)
                return self._hand_over(tx, conversation, asked, "none_fits")
            case "rate":
                score, _, number = option.value.partition(" ")
                rated = find_ticket_of_asker(tx, number, conversation.id)
                rated = rate(tx, rated, int(score))
                said = wording.RATED if int(score) >= 3 else wording.RATED_POOR
                return Reply("notice", said, ticket=describe(rated))
            case "reopen":
                closed = find_ticket_of_asker(tx, option.value, conversation.id)
                reopened = reopen(tx, closed, None)
                said = wording.REOPENED.format(number=reopened.number)
                return Reply("handoff", said, ticket=describe(reopened))

    def _wants_person(
        self,
        tx: Transaction,
        conversation: Conversation,
        ticket: Ticket | None,
        said: str,
        unsolved: bool,
    ) -> Reply:
        begun = _begun(tx, conversation)
        now = [said.strip()] if tells_a_matter(normalise(said)) else []
        told = "\n".join([*begun, *now])
        if begun:
            keep_context(
                tx, conversation.id, {**conversation.context, "begun": []}, conversation.region
            )
        if ticket is not None:
            self._tell_people(tx, ticket, told or wording.ASKED_AGAIN)
            return self._still_waiting(ticket)
        question = told or str(conversation.context.get("typed", "")) or wording.WANTS_PERSON
        reason: Reason = "not_solved" if unsolved else "asked_for"
        return self._hand_over(tx, conversation, question, reason)

    def _still_waiting(self, ticket: Ticket) -> Reply:
        text = wording.already_waiting(ticket, self._calendar.zone)
        return Reply("handoff", text, ticket=describe(ticket))

    def _join(self, tx: Transaction, ticket: Ticket, incoming: Incoming) -> Reply:
        """People have the matter: what the asker adds goes to them, and the assistant is silent
        but for a word that it arrived."""
        self._tell_people(tx, ticket, incoming.text or wording.UNNAMED_FILE)
        return Reply("notice", wording.joined_ticket(ticket), ticket=describe(ticket))

    def _tell_people(self, tx: Transaction, ticket: Ticket, text: str) -> None:
        """Who only wanted a person says the question with the first words that are no courtesy."""
        unsaid = ticket.question == wording.WANTS_PERSON and text != wording.ASKED_AGAIN
        if unsaid and small_talk(normalise(text)) is None:
            state_question(tx, ticket, text)
        tell_assignee(tx, ticket, text)

    def _hand_over(
        self,
        tx: Transaction,
        conversation: Conversation,
        question: str,
        reason: Reason,
        trace: dict[str, object] | None = None,
        about: str = "",
    ) -> Reply:
        region = conversation.region
        ticket = open_ticket(
            tx,
            conversation.id,
            region=region,
            question=question,
            reason=reason,
            due_at=self._calendar.due_at(tx.now, self._promised_minutes),
            zone=self._calendar.zone,
        )
        text = wording.handed_over(
            ticket, reason, about, self._calendar.zone, self._calendar.is_open(tx.now)
        )
        return Reply("handoff", text, ticket=describe(ticket), trace=trace or {})

    def _store_reply(
        self, tx: Transaction, message: Message, reply: Reply, ticket: Ticket | None
    ) -> Exchange:
        """Put the reply into the transcript, unsent, but for a notice that stands there already."""
        conversation_id = message.conversation_id
        live = ticket or (find_live_ticket(tx, conversation_id) if reply.ticket else None)
        if reply.kind == "notice" and ticket and said_lately(tx, message, reply.text):
            return Exchange(message.id, reply)
        stored = record_message(
            tx,
            conversation_id,
            NewMessage(
                author="assistant",
                text=reply.text,
                kind=reply.kind,
                reply=reply.as_stored(),
                answers=message.id,
                ticket_id=live.id if live else None,
            ),
        )
        return Exchange(message.id, load_reply(stored) if stored else reply, stored)

    def _today(self, tx: Transaction) -> str:
        moment = datetime.fromtimestamp(tx.now / 1000, UTC)
        return moment.astimezone(self._calendar.zone).date().isoformat()


def _repeated(tx: Transaction, conversation_id: str, client_id: str) -> Exchange | None:
    """What was replied when this message came the first time."""
    message = find_by_client_id(tx, conversation_id, client_id)
    if message is None:
        return None
    if stored := find_reply_to(tx, message.id):
        return Exchange(message.id, load_reply(stored), stored)
    notices = (each for each in reversed(lately(tx, message)) if each.kind == "notice")
    said = next(notices, None)  # as it was not said again
    return Exchange(message.id, load_reply(said) if said else None)


def _find_option(tx: Transaction, conversation_id: str, option_id: str) -> Option:
    seq, _, number = option_id.partition(".")
    if not (seq.isdecimal() and number.isdecimal() and len(seq) < 12):
        raise NotFound(wording.CHOICE_GONE)
    for message in load_messages(tx, conversation_id, after=int(seq) - 1, limit=1):
        if message.author == "asker" or not message.reply:
            continue
        for option in load_reply(message).options:
            if option.id == option_id:
                return option
    raise NotFound(wording.CHOICE_GONE)


def _begun(tx: Transaction, conversation: Conversation) -> list[str]:
    """What was told just before without a question, unless it was left lying."""
    context = conversation.context
    told_at: int = context.get("begun_at", 0)
    return list(context.get("begun", ())) if tx.now - told_at < _BEGUN_MS else []
