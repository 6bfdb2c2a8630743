"""Letters as Telegram shows them: texts in pieces, buttons, the card of a ticket."""

from collections.abc import Sequence
from typing import Any

from bot.delivery import Button, Keyboard, Part
from bot.telegram_text import CAPTION_LIMIT, TEXT_LIMIT, shorten, split_text
from bot.wording import cite
from faq.entries import Source
from handoff.conversations import Attachment
from handoff.outbox import Letter
from handoff.staff import ROLE_NAMES, Staff
from handoff.tickets import Ticket
from handoff.wording import STATUS_NAMES

CARDS = ("opened", "transferred", "escalated", "reopened")
"""The notices that carry a ticket's buttons and are kept in step with it."""
_SHORT_LABEL = 18  # characters that a phone shows on a button over its full width
_NUMBERED = "①②③④⑤⑥⑦⑧⑨⑩"


def compose(letter: Letter, attachment: Attachment | None) -> list[Part]:
    """A letter in parts that Telegram takes."""
    if letter.table == "message":
        parts = _compose_message(letter)
    elif letter.kind == "update" and letter.cards:
        return _compose_card_changes(letter)
    else:
        parts = _compose_notice(letter)
    if attachment:
        parts.append(Part(shorten(attachment.filename, CAPTION_LIMIT), attachment=attachment))
    return parts


def option_data(option_id: str) -> str:
    """What the button of an option carries; its id is unique within the conversation."""
    return f"o:{option_id}"


def ticket_data(action: str, number: str, value: str = "") -> str:
    """What a ticket's button carries."""
    return f"t:{action}:{number}:{value}"


def _compose_message(letter: Letter) -> list[Part]:
    options: Sequence[dict[str, Any]] = (letter.reply or {}).get("options", ())
    text, labels = _with_sources(letter), [str(option["text"]) for option in options]
    if any(len(label) > _SHORT_LABEL for label in labels) and len(labels) <= len(_NUMBERED):
        lines, labels = _number(labels)
        text = f"{text}\n\n{lines}"
    buttons = [
        Button(label, option_data(str(option["id"])))
        for label, option in zip(labels, options, strict=True)
    ]
    return _pieces(text, _rows(buttons))


def _pieces(text: str, keyboard: Keyboard) -> list[Part]:
    """A text of any length; the buttons stand under its end."""
    *first, last = split_text(text) or [""]
    return [*map(Part, first), Part(last, keyboard)] if last else []


def _with_sources(letter: Letter) -> str:
    """The text, and under an answer where it stands."""
    sources = tuple(Source(**source) for source in (letter.reply or {}).get("sources", ()))
    cited = cite(sources)
    return letter.text if cited in letter.text else f"{letter.text}\n\n{cited}"


def _number(labels: Sequence[str]) -> tuple[str, list[str]]:
    """Options too long for buttons: written out in the text, the buttons keep their beginnings."""
    long = [label for label in labels if len(label) > 8]
    marks = dict(zip(long, _NUMBERED, strict=False))
    lines = "\n".join(f"{mark} {label}" for label, mark in marks.items())
    shown = [
        f"{marks[label]} {shorten(label, _SHORT_LABEL)}" if label in marks else label
        for label in labels
    ]
    return lines, shown


def _rows(buttons: Sequence[Button]) -> Keyboard:
    """One button a row where they are words to be read, several where they are short."""
    rows: list[tuple[Button, ...]] = []
    row: list[Button] = []
    for button in buttons:
        if row and sum(len(each.text) for each in (*row, button)) > _SHORT_LABEL:
            rows.append(tuple(row))
            row = []
        row.append(button)
    return (*rows, tuple(row)) if row else tuple(rows)


def _compose_notice(letter: Letter) -> list[Part]:
    if letter.kind in CARDS and letter.ticket and letter.staff:
        text = shorten(_card_text(letter.text, letter.ticket), TEXT_LIMIT)
        return [Part(text, card_keyboard(letter.ticket, letter.staff))]
    keyboard: Keyboard = ()
    if letter.kind == "transfer_to" and letter.ticket:
        keyboard = _colleagues_keyboard(letter.ticket, letter.colleagues)
    return _pieces(letter.text, keyboard)


def _compose_card_changes(letter: Letter) -> list[Part]:
    """Bring the cards of a ticket in step with it; only the newest keeps buttons."""
    if letter.ticket is None or letter.staff is None:
        raise ValueError("a card belongs to a ticket and a member of staff")
    *older, newest = letter.cards
    parts = [
        Part(shorten(_card_text(text, letter.ticket), TEXT_LIMIT), edits=id) for id, text in older
    ]
    text = shorten(_card_text(newest[1], letter.ticket), TEXT_LIMIT)
    keyboard = card_keyboard(letter.ticket, letter.staff)
    return [*parts, Part(text, keyboard, edits=newest[0])]


def _card_text(text: str, ticket: Ticket) -> str:
    if ticket.status == "open":
        return f"{text}\n\n状态：待受理。可点按钮，也可直接回复本消息来答复咨询人。"
    who = f"（{ticket.assignee_name}）" if ticket.assignee_name else ""
    return f"{text}\n\n状态：{STATUS_NAMES[ticket.status]}{who}"


def card_keyboard(ticket: Ticket, staff: Staff) -> Keyboard:
    """What this member of staff may do with the ticket now."""

    def button(label: str, action: str) -> Button:
        return Button(label, ticket_data(action, ticket.number))

    transfer, escalate = button("转办", "transfer"), button("上报", "escalate")
    if ticket.status == "open":
        return ((button("受理", "claim"),), (transfer, escalate))
    if ticket.status == "escalated":
        mine = staff.may("reform_office")
        return ((button("受理", "claim"), transfer),) if mine else ()
    if ticket.assignee != staff.id:
        return ()
    if ticket.is_live:
        return ((button("办结", "resolve"),), (transfer, escalate))
    return ((button("重新打开", "reopen"),),)


def _colleagues_keyboard(ticket: Ticket, colleagues: Sequence[Staff]) -> Keyboard:
    return tuple(
        (
            Button(
                f"{each.name}（{ROLE_NAMES[each.role]}）",
                ticket_data("give", ticket.number, each.id),
            ),
        )
        for each in colleagues[:20]
    )
