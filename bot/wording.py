"""All that the assistant says by itself, in one place. Answers come from the library."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from faq.entries import Source
from handoff.tickets import Reason, Ticket
from handoff.wording import STATUS_NAMES, render_moment
from retrieval.smalltalk import SmallTalk

GREETING = (
    "您好，我是小海马，可以回答工程建设项目审批的常见问题，答案都来自审定过的标准答复和政策文件。"
    "请直接输入您的问题，例如“代办收费吗”；需要人工时请说“转人工”。"
)
SMALL_TALK: dict[SmallTalk, str] = {
    "greeting": GREETING,
    "thanks": "不客气，有问题随时问我。",
    "praise": "谢谢您的肯定，有问题随时问我。",
    "acknowledgement": "好的。还有别的问题，直接问我就可以。",
    "farewell": "再见，祝您项目顺利。需要时随时找我。",
    "laughter": "我在呢。想了解工程建设项目审批的哪方面，直接问我就可以。",
    "noise": "没有看懂您的意思，请用一句话告诉我您想问什么。",
    "identity": "我是小海马，工程建设项目审批的问答助手。我只用审定过的标准答复和政策文件的原文"
    "回答，不会自己编；答不上来的，会转给项目管家。",
    "abuse": "让您着急了，很抱歉。请把问题告诉我，或者回复“转人工”，由项目管家来帮您。",
    "chat": "这个我帮不上忙。我只回答工程建设项目审批方面的问题，请换个问题试试。",
}
EMPTY = "没有看到文字内容，请用一句话告诉我您想问什么。"
REORDERED = (
    "这条消息里有改变文字显示顺序的符号，我读到的和您看到的可能不一样。请重新打一遍您的问题。"
)
GO_ON = "请接着说，您想问什么事？可以把地区和要办的事写在一条消息里。"
GO_ON_AGAIN = "好的，请接着说。"
ASK_PLACE = "这个问题各地规定不同，请问您的项目在哪里？也可以直接输入地名。"
CLARIFY = "您想问的是下面哪一个？"
PARTS = "“{heading}”有下面几部分，您想看哪一部分？"
NONE_FITS = "都不是，转人工"
CHOICE_GONE = "这个选项已经失效，请重新提问。"
RATED = "谢谢您的评价。"
RATED_POOR = "谢谢您的评价，很抱歉没有让您满意。我们会整改，并由工作人员回访。"
REOPENED = "好的，工单 {number} 已重新打开，项目管家会继续处理。"
UNNAMED_FILE = "（发来了图片或文件）"
ASKED_AGAIN = "（再次要求人工）"
WANTS_PERSON = "（没有说明问题，要求人工）"
NOT_FOUND = "这一点我没有查到确切的依据。"
OWN_CASE = "我看不到您这个件的办理情况，要由工作人员来查。"
FOR_THE_REST = "没有查到的，需要时请回复“转人工”，由项目管家答复。"
NO_LONGER = "这条内容刚刚更新或停用了，请重新提问。"

_REASONS: dict[Reason, str] = {
    "unknown": "这个问题我没有查到确切的依据，不能随便答复您，已转给项目管家。",
    "known_gap": "{said}这个问题已转给项目管家。",
    "asked_for": "好的，已为您转人工，由项目管家答复。",
    "none_fits": "好的，已转给项目管家，由他们答复您。",
    "other_place": "我这里没有收录{place}的相关规定，已转给项目管家。",
    "not_solved": "已转给项目管家继续处理。",
    "attachment": "文件收到了，已转给项目管家查看。",
}


def handed_over(ticket: Ticket, reason: Reason, about: str, zone: ZoneInfo, is_open: bool) -> str:
    """`about`: the place that nothing is laid down for, or what a known gap says."""
    lead = _REASONS[reason].format(place=about or "该地区", said=about)
    closed = "" if is_open else "现在不是工作时间，"
    due = render_moment(ticket.due_at, zone)
    return (
        f"{lead}\n工单号：{ticket.number}。{closed}最晚 {due} 前答复，"
        "答复会直接发到这里。您可以继续补充情况。"
    )


def joined_ticket(ticket: Ticket) -> str:
    who = f"受理的{ticket.assignee_name}" if ticket.assignee_name else "项目管家"
    return f"已补充到工单 {ticket.number}（{STATUS_NAMES[ticket.status]}），{who}会看到。"


def already_waiting(ticket: Ticket, zone: ZoneInfo) -> str:
    if ticket.first_reply_at is not None:
        return f"您的工单 {ticket.number} 由{ticket.assignee_name}办理，消息会直接转给他们。"
    return (
        f"您的问题已在人工处理中，工单号：{ticket.number}，"
        f"最晚 {render_moment(ticket.due_at, zone)} 前答复。请稍候。"
    )


def cite(sources: tuple[Source, ...]) -> str:
    """What stands under an answer to say where it is from: a line for each document."""
    clauses: dict[tuple[str, str, str | None], list[str]] = {}
    for source in sources:
        document = (source.title, source.document_number, source.effective_from)
        clauses.setdefault(document, []).append((source.clause or "").rstrip("、.．"))
    cited = [_cite_one(*document, found) for document, found in clauses.items()]
    return ("依据：\n" if len(cited) > 1 else "依据：") + "\n".join(cited) if cited else ""


def _cite_one(title: str, number: str, since: str | None, clauses: list[str]) -> str:
    named = f"（{number}）" if number else ""
    stands = "；".join(dict.fromkeys(filter(None, clauses)))
    return f"《{title}》{named}{stands}{f'，{since}起施行' if since else ''}"


def told_source(sources: tuple[Source, ...]) -> str:
    """Said to who asks where the last answer stands: all that is known of each source."""
    lines = ["上一条答复的依据："]
    for source in dict.fromkeys(sources):
        number = f"文号{source.document_number}" if source.document_number else "没有收录文号"
        clause = (source.clause or "").rstrip("、.．")
        issuer = f"{source.issuer}制定" if source.issuer else ""
        since = f"{source.effective_from}起施行" if source.effective_from else "没有收录日期"
        facts = (f"《{source.title}》{clause}", number, issuer, since)
        lines.append("，".join(fact for fact in facts if fact) + "。")
    return "\n".join(lines)


def for_the_rest(parts: Sequence[str]) -> str:
    """Said of the questions of a message that have no sure answer."""
    named = "、".join(f"“{part}”" for part in parts)
    return f"{named}没有查到，需要时请回复“转人工”，由项目管家答复。"


def not_found(place: str, said: str) -> str:
    """Of one part of a question whose other parts are answered; `said`: what a known gap says."""
    return f"{place}：{said or NOT_FOUND}" if place else said or NOT_FOUND


def from_above(rule_place: str, asker_place: str) -> str:
    """Said when a higher level's document answers for a place below it."""
    return f"（以上为{rule_place}的规定，适用于{asker_place}。）"


def in_place(place: str) -> str:
    """Said when nobody named a place and the answer is one place's rule."""
    return f"（以上为{place}的规定；如果您的项目在其他地方，请告诉我地点。）"
