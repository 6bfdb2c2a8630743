"""The leader's page: honest figures of a period, each with what it means."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from handoff.desk.auth import staff_guard
from handoff.desk.context import Desk
from handoff.desk.rendering import Pages, page_route
from handoff.desk.report_api import view_report
from handoff.errors import Invalid
from handoff.report import period
from handoff.staff import Staff, check_role

_ALONE = {
    "confirmed": ("咨询人确认已解决", "小海马答复后，咨询人明确表示解决了。"),
    "silent": (
        "没有再问",
        "小海马答复后没有转人工，咨询人 7 天内也没有再来。多半解决了，但没有得到确认。",
    ),
    "back_within_7_days": (
        "7 天内又来问",
        "小海马答复后没有转人工，但咨询人 7 天内又来问。可能没有解决，也可能是别的事。",
    ),
    "handed_over": ("转了人工", "会话中至少有一次转给了项目管家。"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a chart: the figure, and its length in percent of the longest."""

    name: str
    value: int
    length: float
    meaning: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its name and definition; `grave`: somebody should look."""

    name: str
    value: str
    meaning: str
    grave: bool = False


def router(desk: Desk, pages: Pages) -> APIRouter:
    """`/desk/report`."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]

    @routes.get("/desk/report")
    async def report(request: Request, me: Me) -> Response:
        check_role(me, "leader", "reform_office", "curator", "manager")
        start, end = request.query_params.get("from", ""), request.query_params.get("to", "")
        today = desk.today()
        error = ""
        try:
            begin, after = period(start, end, desk.calendar.zone)
        except Invalid as invalid:
            error, start, end = str(invalid), "", ""
            begin, after = period("", "", desk.calendar.zone)
        found = await desk.database.read(view_report, me, begin, after)
        return pages.render(
            request,
            me,
            "report.html",
            code=422 if error else 200,
            error=error,
            start=start or (today - timedelta(days=29)).isoformat(),
            end=end or today.isoformat(),
            presets=_presets(today),
            **_view(found),
        )

    return routes


def _view(report: dict[str, Any]) -> dict[str, Any]:
    tickets = report["tickets"]
    alone = report["containment"]
    return {
        "asked": _asked(report),
        "lead": {
            "asked": report["questions"],
            "answered": report["answered"],
            **{name: tickets[name] for name in ("opened", "resolved", "waiting", "overdue")},
        },
        "answers": _bars(
            [
                ("直接答复", report["answered"], "给出了已审定的答复和依据。"),
                ("请咨询人选择", report["clarified"], "拿不准，列出候选或先问地区。"),
                ("转人工", report["handed_over"], "没有可靠的答复，或咨询人要求人工。"),
            ]
        ),
        "alone": _bars(
            [(_ALONE[key][0], alone[key], _ALONE[key][1]) for key in _ALONE if key in alone]
        ),
        "conversations": sum(alone.values()),
        "figures": _figures(tickets),
        "reasons": _bars([(name, n, "") for name, n in report["handoff_reasons"].items()]),
        "ratings": _bars([(name, n, "") for name, n in report["ratings"].items()]),
        "rated": sum(report["ratings"].values()),
        "most_asked": _bars(
            [
                (
                    row["standard_question"],
                    row["count"],
                    "",
                    f"/desk/curation/entries/{row['entry_id']}",
                )
                for row in report["most_asked"]
            ]
        ),
    }


def _asked(report: dict[str, Any]) -> Figure:
    return Figure(
        "咨询次数",
        str(report["questions"]),
        "小海马对问题作出的回复数：直接答复、请选择、转人工之和；寒暄和致谢不算。",
    )


def _figures(tickets: dict[str, Any]) -> list[Figure]:
    median = tickets["median_minutes_to_first_reply"]
    return [
        Figure(
            "转来工单", str(tickets["opened"]), "期间内新产生的工单。以下各项都按这些工单计算。"
        ),
        Figure("已办结", str(tickets["resolved"]), "现在处于办结状态的工单。"),
        Figure("等待答复", str(tickets["waiting"]), "到现在还没有人答复过的工单。"),
        Figure(
            "超期",
            str(tickets["overdue"]),
            "首次答复晚于承诺时限，或还没有答复而承诺时限已过。",
            grave=tickets["overdue"] > 0,
        ),
        Figure("重新打开", str(tickets["reopened"]), "办结后又被咨询人或同事重新打开过的工单。"),
        Figure(
            "首次答复用时（中位数）",
            "—" if median is None else _minutes(median),
            "从转来到第一次答复的自然时间，含夜间和节假日；一半工单比它快。",
        ),
    ]


def _minutes(minutes: float) -> str:
    if minutes < 60:
        return f"{minutes:.0f} 分钟"
    return f"{minutes / 60:.1f} 小时" if minutes < 48 * 60 else f"{minutes / 60 / 24:.1f} 天"


def _bars(rows: list[tuple[str, int, str]] | list[tuple[str, int, str, str]]) -> list[Bar]:
    longest = max((row[1] for row in rows), default=0) or 1
    return [
        Bar(
            row[0], row[1], round(100 * row[1] / longest, 2), row[2], row[3] if len(row) > 3 else ""
        )
        for row in rows
    ]


def _presets(today: date) -> list[tuple[str, str, str]]:
    """Periods to choose with one press: name, first day, last day."""
    first = today.replace(day=1)
    before = first - timedelta(days=1)
    spans = [
        ("最近 7 天", today - timedelta(days=6), today),
        ("最近 30 天", today - timedelta(days=29), today),
        ("本月", first, today),
        ("上月", before.replace(day=1), before),
        ("今年", today.replace(month=1, day=1), today),
    ]
    return [(name, start.isoformat(), end.isoformat()) for name, start, end in spans]
