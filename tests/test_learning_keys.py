"""The curators' page of proposals in Chromium: worked through with the keyboard alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from faq.entries import get_entry
from faq.proposals import Proposal, list_decided, list_open
from handoff.learning import collect_proposals
from tests.desk_house import PASSWORD, hire_all
from tests.dialog import LIBRARY, Dialog
from tests.test_learning import FEE, WHO, choose, trust_from
from tests.web_office import DESKTOP, PHONE, open_office, serve

pytest_plugins = ["tests.browser"]


@pytest.fixture
async def page(browser: Browser, tmp_path: Path) -> AsyncIterator[tuple[Page, Dialog]]:
    """A curator before the page, with three proposals of different weight."""
    async with open_office(tmp_path) as services:
        first = Dialog(services.database, services.assistant, services.live, services.calendar)
        dialog = await first.another()
        for entry in LIBRARY:
            await dialog.publish(entry)
        trust_from(dialog, 0.985)
        await services.database.write(hire_all)
        for asked, chosen, askers in (("三元代办", FEE, 3), ("三元的代办", WHO, 2)):
            for _ in range(askers):
                await choose(dialog, asked, chosen)
        await choose(dialog, "三元有代办么", WHO)
        async with serve(services) as address:
            context = await browser.new_context(viewport=DESKTOP, locale="zh-CN", base_url=address)
            opened = await context.new_page()
            opened.set_default_timeout(15_000)
            await opened.goto("/desk/login?next=/desk/learning")
            await opened.fill("[name=name]", "周编")
            await opened.fill("[name=password]", PASSWORD)
            await opened.keyboard.press("Enter")
            await expect(opened.locator(".proposals li")).to_have_count(3)
            yield opened, dialog
            await context.close()


async def proposals(dialog: Dialog) -> list[Proposal]:
    await collect_proposals(dialog.database, dialog.live)
    return (await dialog.database.read(list_open))[0]


async def test_a_list_is_worked_through_without_a_mouse(page: tuple[Page, Dialog]) -> None:
    opened, dialog = page
    first, second, third = await proposals(dialog)
    current = opened.locator(".proposals [aria-current]")
    await expect(current).to_contain_text(first.text)
    await expect(opened.locator("#effect")).to_contain_text("直接回答")  # came by itself

    await opened.keyboard.press("j")
    await expect(current).to_contain_text(second.text)
    await opened.keyboard.press("k")
    await expect(opened.locator("#text")).to_have_value(first.text)
    await opened.keyboard.press("a")
    await expect(opened.locator(".flash")).to_contain_text("已采用")
    await expect(opened.locator("#text")).to_have_value(second.text)
    await opened.keyboard.press("d")
    await expect(opened.locator(".flash")).to_contain_text("已忽略")
    await expect(opened.locator("#text")).to_have_value(third.text)

    await opened.keyboard.press("e")
    await opened.keyboard.type("，谁能申请")  # letters are text now, not commands
    await opened.keyboard.press("Escape")
    await opened.locator("#try").click()
    await expect(opened.locator("#effect")).to_contain_text("三元有代办么，谁能申请")
    await opened.keyboard.press("a")
    await expect(opened.locator("main")).to_contain_text("没有待处理的建议")
    decided = await dialog.database.read(list_decided)
    assert {(each.decided_text, each.status) for each in decided} == {
        (first.text, "accepted"),
        (None, "dismissed"),
        ("三元有代办么，谁能申请", "accepted"),
    }
    entry = await dialog.database.read(get_entry, third.target)
    assert entry.content.similar_questions[-1] == "三元有代办么，谁能申请"


async def test_it_works_by_touch_on_a_phone(page: tuple[Page, Dialog]) -> None:
    opened, dialog = page
    await opened.set_viewport_size(PHONE)
    first, second, _ = await proposals(dialog)
    await opened.locator("#accept").click()
    await expect(opened.locator("#text")).to_have_value(second.text)
    width = await opened.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    entry = await dialog.database.read(get_entry, first.target)
    assert first.text in entry.content.similar_questions
