"""The leader's call: /api/v1/report."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from faq.entries import get_entry
from faq.errors import EntryNotFound
from handoff.desk.auth import staff_guard
from handoff.desk.context import Desk
from handoff.report import make_report, period
from handoff.staff import Staff, check_role
from storage import Transaction


def router(desk: Desk) -> APIRouter:
    api = APIRouter(prefix="/api/v1", tags=["统计"])
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]

    @api.get("/report", summary="一段时间的统计（日期含首尾，默认最近 30 天）")
    async def report(
        me: Me,
        start: Annotated[str, Query(alias="from")] = "",
        end: Annotated[str, Query(alias="to")] = "",
    ) -> dict[str, Any]:
        check_role(me, "leader", "reform_office", "curator", "manager")
        begin, after = period(start, end, desk.calendar.zone)
        return await desk.database.read(view_report, me, begin, after)

    return api


def view_report(tx: Transaction, me: Staff, begin: int, end: int) -> dict[str, Any]:
    """The report with the questions behind the entry ids."""
    report = make_report(tx, me, begin, end)
    for row in report["most_asked"]:
        row["standard_question"] = _question(tx, row["entry_id"])
    return report


def _question(tx: Transaction, entry_id: str) -> str:
    try:
        return get_entry(tx, entry_id).content.standard_question
    except EntryNotFound:
        return "（条目已删除）"
