"""What a member of staff does in Telegram, as calls to the ticket's verbs, in a transaction."""

from bot.telegram_askers import Fetched, say
from bot.telegram_updates import Pressed, Said, Started
from handoff import outbox
from handoff.actions import claim, escalate, reopen, reply, resolve, transfer
from handoff.conversations import Attachment, NewMessage, keep_attachment, record_message
from handoff.errors import Invalid
from handoff.staff import ROLE_NAMES, Staff, get_staff
from handoff.tickets import Ticket, access_ticket
from storage import Transaction

_LINKED = (
    "{name}，您的账号（{role}）已绑定。有新工单时会在这里通知您：点“受理”接下工单，"
    "直接回复工单消息就是答复咨询人。"
)
_HOW_TO = "要答复咨询人，请长按对应的工单消息，选“回复”，再发送内容。这条消息没有发给任何人。"
_UNKNOWN_MESSAGE = "这条消息不是工单消息，内容没有发给任何人。请回复工单消息，或在工作台处理。"
_REPLIED = "已答复工单 {number} 的咨询人。"
_WHY_ESCALATE = "请回复本消息，写明上报工单 {number} 的原因。"
_TRANSFER_TO = "请选择把工单 {number} 转给谁，也可以回复本消息写出姓名。"
_NO_COLLEAGUE = "没有其他可以受理这个地区工单的人员，可以改为上报。"
_SEE_FILE = "请查收附件：{name}"


def welcome(tx: Transaction, staff: Staff, chat: int) -> None:
    """The first words to a member of staff whose account was just linked."""
    say(tx, chat, _LINKED.format(name=staff.name, role=ROLE_NAMES[staff.role]))


def handle_manager(
    tx: Transaction, staff: Staff, event: Said | Started | Pressed, fetched: Fetched
) -> str:
    """Do what the event asks for; what to show for a moment on a pressed button, if anything.

    Raises a HandoffError whose text is for the member of staff.
    """
    if isinstance(event, Started):
        welcome(tx, staff, event.chat)
        return ""
    if isinstance(event, Said):
        _take_message(tx, staff, event, fetched)
        return ""
    return _take_press(tx, staff, event)


def _take_message(tx: Transaction, staff: Staff, event: Said, fetched: Fetched) -> None:
    if event.reply_to is None:
        say(tx, event.chat, _HOW_TO)
        return
    notice = outbox.find_notice(tx, staff.id, event.reply_to)
    if notice is None:
        say(tx, event.chat, _UNKNOWN_MESSAGE)
        return
    ticket = access_ticket(tx, staff, notice["number"])
    if notice["kind"] == "why_escalate":
        escalate(tx, ticket, staff, event.text)
    elif notice["kind"] == "transfer_to":
        transfer(tx, ticket, staff, event.text)
    else:
        _answer(tx, ticket, staff, event.text, fetched)
        say(tx, event.chat, _REPLIED.format(number=ticket.number))


def _answer(tx: Transaction, ticket: Ticket, staff: Staff, text: str, fetched: Fetched) -> None:
    if fetched.problem:
        raise Invalid(f"文件没有收到：{fetched.problem}。什么都没有发给咨询人，请重新发送。")
    if fetched.attachment and not text:
        text = _SEE_FILE.format(name=fetched.attachment.filename)
    reply(tx, ticket, staff, text)
    if fetched.attachment:
        _send_file(tx, ticket, staff, fetched.attachment)


def _send_file(tx: Transaction, ticket: Ticket, staff: Staff, attachment: Attachment) -> None:
    attachment_id = keep_attachment(tx, ticket.conversation_id, attachment)
    file = NewMessage(
        "manager",
        "",
        kind="file",
        staff_id=staff.id,
        attachment_id=attachment_id,
        ticket_id=ticket.id,
    )
    record_message(tx, ticket.conversation_id, file)


def _take_press(tx: Transaction, staff: Staff, event: Pressed) -> str:
    _, action, number, value = f"{event.data}:::".split(":")[:4]
    ticket = access_ticket(tx, staff, number)
    match action:
        case "claim":
            claim(tx, ticket, staff)
            return f"已受理工单 {number}。"
        case "resolve":
            resolve(tx, ticket, staff)
            return f"工单 {number} 已办结，已请咨询人评价。"
        case "reopen":
            reopen(tx, ticket, staff)
            return f"工单 {number} 已重新打开。"
        case "give":
            target = get_staff(tx, value)
            transfer(tx, ticket, staff, target.name)
            return f"工单 {number} 已转给{target.name}。"
        case "transfer":
            if not outbox.load_colleagues(tx, staff, ticket):
                raise Invalid(_NO_COLLEAGUE)
            outbox.ask(tx, staff, ticket, "transfer_to", _TRANSFER_TO.format(number=number))
        case "escalate":
            outbox.ask(tx, staff, ticket, "why_escalate", _WHY_ESCALATE.format(number=number))
        case _:
            raise Invalid("这个按钮已经失效。")
    return ""
