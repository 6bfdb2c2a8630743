"""The working calendar: changed on the desk, followed by every process."""

import asyncio
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from handoff.clock import Calendar, list_year, load_calendar, load_days, set_days
from handoff.desk.context import Desk
from handoff.errors import Forbidden, Invalid
from storage import Database
from tests.desk_house import hire_all, sign_in
from tests.web_office import open_office

pytest_plugins = ["tests.desk_fixtures"]

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int) -> int:
    """A moment of October 2030; the 1st is a Tuesday."""
    return int(datetime(2030, 10, day, hour, tzinfo=SHANGHAI).timestamp() * 1000)


async def test_a_holiday_puts_a_promise_off(database: Database) -> None:
    admin = (await database.write(hire_all))["管理员"]
    plain = await database.read(load_calendar, SHANGHAI)
    assert plain.due_at(at(1, 9), 60) == at(1, 10)

    await database.write(set_days, admin, date(2030, 10, 1), date(2030, 10, 7), False, "国庆节")
    await database.write(set_days, admin, date(2030, 10, 12), date(2030, 10, 12), True)

    calendar = await database.read(load_calendar, SHANGHAI)
    assert calendar.due_at(at(1, 9), 60) == int(
        datetime(2030, 10, 8, 9, 30, tzinfo=SHANGHAI).timestamp() * 1000
    )
    assert calendar.is_open(at(12, 9))
    rows = await database.read(list_year, 2030)
    assert [row["day"][8:] for row in rows] == ["01", "02", "03", "04", "07", "12"]
    assert {row["note"] for row in rows} == {"国庆节", "调休上班"}

    await database.write(set_days, admin, date(2030, 10, 2), date(2030, 10, 2), True)
    assert "2030-10-02" not in await database.read(load_days)


async def test_only_an_admin_changes_it_and_not_by_years(database: Database) -> None:
    people = await database.write(hire_all)
    first = date(2030, 10, 1)
    for who in ("林晓", "赵主任", "周编"):
        with pytest.raises(Forbidden):
            await database.write(set_days, people[who], first, first, False)
    for last in (date(2030, 9, 30), date(2030, 11, 1)):
        with pytest.raises(Invalid):
            await database.write(set_days, people["管理员"], first, last, False)


def test_a_calendar_goes_on_with_new_days() -> None:
    calendar = Calendar({"2030-10-01": False, "2030-10-02": False}, SHANGHAI)
    calendar.take_over({"2030-10-02": False, "2030-10-12": True})
    assert calendar.days == {"2030-10-02": False, "2030-10-12": True}


async def test_a_running_process_follows(tmp_path: Path) -> None:
    async with open_office(tmp_path) as services:
        admin = (await services.database.write(hire_all))["管理员"]
        day = date(2030, 10, 1)
        assert services.calendar.is_working(day)
        await services.database.write(set_days, admin, day, day, False)
        async with asyncio.timeout(10):
            while services.calendar.is_working(day):  # noqa: ASYNC110 - nothing says when it did
                await asyncio.sleep(0)


async def test_the_page(client: httpx.AsyncClient, desk: Desk) -> None:
    await sign_in(client, "管理员")
    year = datetime.now(SHANGHAI).year + 1
    page = (await client.get(f"/desk/calendar?year={year}")).text
    assert f"还没有 {year} 年的节假日和调休安排" in page
    monday = next(
        date(year, 1, number) for number in range(1, 8) if date(year, 1, number).weekday() == 0
    )

    refused = await client.post("/desk/calendar", data={"action": "set", "note": "元旦"})
    assert refused.status_code == 422
    assert 'value="元旦"' in refused.text
    form = {"action": "set", "first": monday.isoformat(), "working": "", "note": "元旦"}
    saved = await client.post("/desk/calendar", data=form)
    page = (await client.get(saved.headers["location"])).text
    assert f"还没有 {year} 年" not in page
    assert f"删去{year}年1月{monday.day}日" in page

    await client.post("/desk/calendar", data={"action": f"drop:{monday.isoformat()}"})
    assert await desk.database.read(list_year, year) == []
    await sign_in(client, "林晓")
    assert (await client.get("/desk/calendar")).status_code == 403
