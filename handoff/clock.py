"""Promised times, counted in working hours with 节假日 and 调休."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar

from storage import Transaction

HOURS = ((time(8, 30), time(12, 0)), (time(13, 30), time(17, 30)))
_SEED_FROM = 2025


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked. A day without a row is worked from Monday to Friday."""

    days: Mapping[str, bool]
    zone: ZoneInfo

    def is_working(self, day: date) -> bool:
        return self.days.get(day.isoformat(), day.weekday() < 5)

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
    rows = tx.all("SELECT day, working FROM calendar_day")
    return Calendar({row["day"]: bool(row["working"]) for row in rows}, zone)


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
        if working != (day.weekday() < 5):
            note = "调休上班" if working else "节假日"
            rows.append({"day": day.isoformat(), "working": int(working), "note": note})
        day += timedelta(days=1)
    return rows
