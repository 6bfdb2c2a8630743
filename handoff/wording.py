"""What askers and staff read about tickets, in one place."""

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:  # tickets.py speaks through this module
    from handoff.tickets import Ticket

STATUS_NAMES = {
    "open": "待受理",
    "claimed": "办理中",
    "escalated": "已上报",
    "resolved": "已办结",
    "closed": "已关闭",
}
REASON_NAMES = {
    "unknown": "知识库中没有",
    "known_gap": "文件没有规定",
    "asked_for": "咨询人要求人工",
    "none_fits": "候选问题都不是",
    "other_place": "没有该地区的规定",
    "not_solved": "答复没有解决问题",
    "attachment": "发来了图片或文件",
}
ACTION_NAMES = {
    "opened": "转人工，生成工单",
    "stated": "说明要问的事",
    "claimed": "受理",
    "replied": "答复咨询人",
    "answered_with": "与问法相同的工单一并答复",
    "answered_also": "一并答复问法相同的工单",
    "noted": "写内部备注",
    "transferred": "转办",
    "escalated": "上报工改办",
    "resolved": "办结",
    "reopened": "重新打开",
    "given_back": "账号停用，工单退回待受理",
    "rated": "咨询人评价",
    "proposed": "提交为待审条目",
    "reminded": "提醒项目管家答复",
    "overdue": "超过承诺时限，提醒项目管家、工改办和领导",
}
RATING_NAMES = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}


def render_moment(moment: int, zone: ZoneInfo) -> str:
    """A moment as people say it: 11月23日 16:30."""
    local = datetime.fromtimestamp(moment / 1000, zone)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def ticket_opened(ticket: "Ticket", zone: ZoneInfo) -> str:
    return (
        f"新工单 {ticket.number}\n{ticket.question}\n"
        f"原因：{REASON_NAMES[ticket.reason]}；承诺时限：{render_moment(ticket.due_at, zone)}"
    )


def not_claimable(ticket: "Ticket") -> str:
    if ticket.assignee_name:
        return f"工单 {ticket.number} 已由{ticket.assignee_name}受理。"
    return f"工单 {ticket.number} 当前状态为“{STATUS_NAMES[ticket.status]}”，不能这样操作。"


def transferred(ticket: "Ticket", by: str) -> str:
    return f"{by}把工单 {ticket.number} 转给了您。\n{ticket.question}"


def escalated(ticket: "Ticket", by: str, reason: str) -> str:
    return f"{by}上报了工单 {ticket.number}。\n{ticket.question}\n上报原因：{reason}"


def reopened(ticket: "Ticket") -> str:
    return f"工单 {ticket.number} 被重新打开，请继续处理。\n{ticket.question}"


def reminded(ticket: "Ticket", zone: ZoneInfo) -> str:
    return (
        f"工单 {ticket.number} 还没有答复，承诺 {render_moment(ticket.due_at, zone)} 前答复。\n"
        f"{ticket.question}"
    )


def overdue(ticket: "Ticket", zone: ZoneInfo) -> str:
    who = f"由{ticket.assignee_name}受理" if ticket.assignee_name else "还没有人受理"
    return (
        f"工单 {ticket.number} 已超过承诺时限（{render_moment(ticket.due_at, zone)}），{who}，"
        f"还没有答复。\n{ticket.question}"
    )


def given_back(ticket: "Ticket", by: str) -> str:
    return f"{by}的账号已停用，工单 {ticket.number} 退回待受理，请受理。\n{ticket.question}"


def asker_said(ticket: "Ticket", text: str) -> str:
    return f"工单 {ticket.number} 的咨询人补充：\n{text}"


def resolved(ticket: "Ticket") -> str:
    return (
        f"您的问题（工单 {ticket.number}）已办结，请为这次服务评价。"
        "如果还没有解决，请点“还没解决”，我们接着办。"
    )


def rating_options(number: str) -> list[dict[str, str]]:
    """The five levels of 好差评, and the way back when it is not solved; `value` is the ticket."""
    options = [
        {"text": name, "target": "rate", "value": f"{score} {number}"}
        for score, name in RATING_NAMES.items()
    ]
    return [*options, {"text": "还没解决", "target": "reopen", "value": number}]
