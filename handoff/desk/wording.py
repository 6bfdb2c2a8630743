"""What staff read on the desk that is not in a template, in one place."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR

DONE = {
    "claimed": "已受理，请答复咨询人。",
    "replied": "答复已发出。",
    "noted": "内部备注已保存，咨询人看不到。",
    "transferred": "已转给同事。",
    "escalated": "已上报工改办。",
    "resolved": "已办结，咨询人会收到评价邀请。",
    "reopened": "已重新打开。",
    "proposed": "已提交为待审条目，由知识管理员整理后发布。",
    "added": "已保存为草稿。",
    "saved": "已保存。",
    "published": "已发布，小海马现在就能这样回答。",
    "retired": "已停用，小海马不再这样回答。",
    "retracted": "已撤回。",
    "corrected": "已更正，小海马现在按新的答复回答。",
    "word-added": "词语已保存。",
    "word-removed": "词语已删除。",
    "learned": "已采用，小海马现在就会用上。",
    "learned-already": "同事刚刚已经采用了。",
    "unlearned": "已忽略，同样的依据不会再提。",
    "unlearned-already": "同事刚刚已经忽略了。",
    "restored": "已恢复，小海马现在按那一版校准回答。",
    "imported": "已导入。",
    "document-corrected": "已保存，小海马现在就按它引用。",
    "replaced": "已设为被新文件替代。",
    "revoked": "已废止，小海马不再引用它。",
    "account-added": "账号已建立。",
    "disabled": "账号已停用，在办的工单已退回待受理。",
    "password": "密码已更换，请用新密码登录。",
    "duty-on": "已上岗，有新工单会通知您。",
    "duty-off": "已离岗，不再收到新工单通知；已受理的工单仍在您名下。",
    "project-revoked": "已撤销，它的链接和二维码不能再用。",
    "signed-out": "已退出。",
}
"""What a page says after something was done; the key stands in its address."""

TABS = {
    "open": "待受理",
    "mine": "我的",
    "others": "同事在办",
    "escalated": "已上报",
    "done": "已办结",
}
EMPTY_TABS = {
    "open": "没有等待受理的工单。新工单会自动出现在这里。",
    "mine": "您名下没有在办的工单。",
    "others": "没有同事在办的工单。",
    "escalated": "没有上报中的工单。",
    "done": "还没有办结的工单。",
}
DELIVERY = {"due": "待送达", "sent": "已送达", "undeliverable": "未送达"}
AUTHORS = {"asker": "咨询人", "assistant": "小海马", "manager": "项目管家", "system": "系统"}

UNEXPECTED = "没有这项操作，请刷新页面后再试。"
NEWER_VERSION = (
    "在您编辑期间，{by}保存了新的版本（第 {version} 版）。您填写的内容都还在下面，没有保存；"
    "请对照“历史版本”，确认后再点一次保存，就会以您的内容为准。"
)


def render_moment(moment: int, now: int, zone: ZoneInfo) -> str:
    """A moment as people say it today: 16:30, 昨天 16:30, 11月3日 16:30, 2025年11月3日."""
    at, today = _local(moment, zone), _local(now, zone).date()
    if at.date() == today:
        return f"{at:%H:%M}"
    if (today - at.date()).days == 1:
        return f"昨天 {at:%H:%M}"
    if (at.date() - today).days == 1:
        return f"明天 {at:%H:%M}"
    if at.year == today.year:
        return f"{at.month}月{at.day}日 {at:%H:%M}"
    return f"{at.year}年{at.month}月{at.day}日"


def render_left(due_at: int, now: int, zone: ZoneInfo) -> str:
    """How long until a promised time: within the day in hours, else in days."""
    if now > due_at:
        return f"已超期 {_render_span(now - due_at)}"
    days = (_local(due_at, zone).date() - _local(now, zone).date()).days
    if days == 0:
        return f"还剩 {_render_span(due_at - now)}"
    return "明天到期" if days == 1 else f"还有 {days} 天"


def render_date(text: str | None) -> str:
    """An ISO date as 2024年4月30日; empty for none."""
    if not text:
        return ""
    day = date.fromisoformat(text)
    return f"{day.year}年{day.month}月{day.day}日"


def render_size(size: int) -> str:
    """Bytes as KB or MB."""
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(1, size // 1024)} KB"


def render_percent(share: float) -> str:
    return f"{round(share * 100)}%"


def _render_span(span: int) -> str:
    if span >= _DAY:
        return f"{span // _DAY} 天"
    hours, minutes = span // _HOUR, span % _HOUR // _MINUTE
    if hours >= 10 or (hours and not minutes):
        return f"{hours} 小时"
    return f"{hours} 小时 {minutes} 分" if hours else f"{max(1, minutes)} 分钟"


def _local(moment: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(moment / 1000, UTC).astimezone(zone)
