"""Promised times, counted in working hours with 节假日 and 调休."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar

from handoff.errors import Invalid
from handoff.staff import Staff, check_role
from storage import Row, Transaction

HOURS = ((time(8, 30), time(12, 0)), (time(13, 30), time(17, 30)))
TOPIC = "calendar"
_SEED_FROM = 2025
_LONGEST_SPAN = 31


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked. A day without a row is worked from Monday to Friday."""

    days: dict[str, bool]
    zone: ZoneInfo

    def take_over(self, days: Mapping[str, bool]) -> None:
        """Go on with these rows; readers on other threads never see a calendar without days."""
        self.days.update(days)
        for day in self.days.keys() - days.keys():
            del self.days[day]

    def is_working(self, day: date) -> bool:
        return self.days.get(day.isoformat(), is_weekday(day))

    def due_at(self, start: int, minutes: int) -> int:
        """The moment when `minutes` of working time have passed since `start` (epoch ms)."""
        now = datetime.fromtimestamp(start / 1000, self.zone)
        left = timedelta(minutes=minutes)
        day = now.date()
        while True:
            for opens, closes in HOURS if self.is_working(day) else ():
                begin = max(now, datetime.combine(day, opens, self.zone))
                end = datetime.combine(day, closes, self.zone)
                if begin >= end:
                    continue
                if left <= end - begin:
                    return int((begin + left).astimezone(UTC).timestamp() * 1000)
                left -= end - begin
            day += timedelta(days=1)

    def is_open(self, moment: int) -> bool:
        """Whether people work at this moment (epoch ms)."""
        now = datetime.fromtimestamp(moment / 1000, self.zone)
        return self.is_working(now.date()) and any(
            opens <= now.time() < closes for opens, closes in HOURS
        )


def load_calendar(tx: Transaction, zone: ZoneInfo) -> Calendar:
    """The calendar as the rows say."""
    return Calendar(load_days(tx), zone)


def load_days(tx: Transaction) -> dict[str, bool]:
    """The days that have a row, by ISO date, and whether they are worked."""
    rows = tx.all("SELECT day, working FROM calendar_day")
    return {row["day"]: bool(row["working"]) for row in rows}


def list_year(tx: Transaction, year: int) -> list[Row]:
    """The rows of a year in order: day (ISO), working, note."""
    return tx.all("SELECT * FROM calendar_day WHERE day LIKE :year ORDER BY day", year=f"{year}-%")


def set_days(
    tx: Transaction, staff: Staff, first: date, last: date, working: bool, note: str = ""
) -> None:
    """Say of these days whether they are worked; only what differs from plain weeks gets a row.

    What was promised already stays as it was promised. Raises Forbidden or Invalid.
    """
    check_role(staff, "admin")
    if not 0 <= (last - first).days < _LONGEST_SPAN:
        raise Invalid(f"结束日期不能早于开始日期，一次最多 {_LONGEST_SPAN} 天。")
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        tx.execute("DELETE FROM calendar_day WHERE day = :day", day=day.isoformat())
        if working != is_weekday(day):
            tx.insert("calendar_day", **_row(day, working, " ".join(note.split())[:20]))
    tx.announce(TOPIC)


def seed_calendar(tx: Transaction) -> None:
    """Write the official 节假日 and 调休 that differ from Monday to Friday, once.

    Years without an official calendar get no rows: they count as plain weeks until somebody
    enters them.
    """
    if tx.value("SELECT count(*) FROM calendar_day"):
        return
    year = _SEED_FROM
    while rows := _official_exceptions(year):
        tx.insert_many("calendar_day", rows)
        year += 1


def _official_exceptions(year: int) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    day = date(year, 1, 1)
    while day.year == year:
        try:
            working = chinese_calendar.is_workday(day)
        except NotImplementedError:  # the package knows no further
            return []
        if working != is_weekday(day):
            rows.append(_row(day, working))
        day += timedelta(days=1)
    return rows


def _row(day: date, working: bool, note: str = "") -> dict[str, object]:
    """A day that differs from plain weeks."""
    shown = note or ("调休上班" if working else "节假日")
    return {"day": day.isoformat(), "working": int(working), "note": shown}


def is_weekday(day: date) -> bool:
    """Whether a plain week would have it worked."""
    return day.weekday() < 5
