"""The desk in Chromium: live pages, nothing typed is lost, thumbs and keyboards."""

import re

import pytest
from playwright.async_api import Page, expect

from bot.assistant import Incoming
from bot.services import Services
from handoff import actions
from handoff.conversations import load_messages, open_conversation
from handoff.staff import add_staff, find_staff
from handoff.tickets import Ticket, find_live_ticket, get_ticket
from storage import Transaction
from tests.desk_house import HASH, PASSWORD, STAFF
from tests.web_office import DESKTOP, PHONE, OpenPage

pytest_plugins = ["tests.browser"]

PLACE = "350404"


def hire(tx: Transaction) -> None:
    for name, role, region in STAFF:
        add_staff(tx, name, role, region, HASH)


@pytest.fixture(scope="session")
async def desk_office(page_office: Services) -> Services:
    await page_office.database.write(hire)
    return page_office


async def ask(office: Services, *texts: str) -> Ticket:
    """What an asker of 三元区 says, until it is handed over."""

    def run(tx: Transaction) -> Ticket:
        conversation, _ = open_conversation(tx, region=PLACE)
        for text in texts:
            office.assistant.respond(tx, conversation.id, Incoming(text))
        ticket = find_live_ticket(tx, conversation.id)
        assert ticket is not None
        return ticket

    return await office.database.write(run)


async def say(office: Services, ticket: Ticket, text: str) -> None:
    await office.database.write(office.assistant.respond, ticket.conversation_id, Incoming(text))


async def sign_in(page: Page, name: str) -> None:
    await page.get_by_label("姓名").fill(name)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_url(lambda address: "login" not in address)


async def test_from_a_live_ticket_to_an_answer_that_is_given_alone(
    open_page: OpenPage, desk_office: Services
) -> None:
    page = await open_page("/desk/", viewport=DESKTOP)
    await sign_in(page, "林晓")
    ticket = await ask(desk_office, "转人工", "塔吊基础检测报告要交给哪个窗口呢")
    row = page.locator(f"#ticket-{ticket.number}")
    await expect(row).to_be_visible()
    await expect(page).to_have_title(re.compile(r"^\(\d+\) 工单"))

    await row.get_by_role("link").click()
    await page.get_by_role("button", name="受理").click()
    await expect(page.locator("#flash")).to_contain_text("已受理")
    box = page.get_by_label("内容", exact=True)
    await box.fill("请交到住建窗口，")
    await say(desk_office, ticket, "我下午就过去")
    await expect(page.locator("#transcript")).to_contain_text("我下午就过去")
    await expect(box).to_have_value("请交到住建窗口，")
    await box.press("End")
    await box.press_sequentially("下午五点前都可以。")
    await box.press("Control+Enter")
    await expect(page.locator("#transcript")).to_contain_text("下午五点前都可以。")
    await expect(box).to_have_value("")
    await page.get_by_role("button", name="办结").click()
    await expect(page.locator("#head")).to_contain_text("已办结")

    await page.get_by_role("link", name="提交为待审条目").click()
    await page.get_by_label("标准问").fill("塔吊基础检测报告交到哪个窗口？")
    await page.get_by_label("相似问").fill("塔吊检测报告交哪里")
    await page.get_by_role("button", name="提交待审").click()
    await expect(page.locator("#flash")).to_contain_text("待审条目")

    curator = await open_page("/desk/", viewport=DESKTOP)
    await sign_in(curator, "周编")
    await curator.get_by_role("link", name="塔吊基础检测报告交到哪个窗口").click()
    await expect(curator.get_by_role("link", name=ticket.number)).to_be_visible()
    await curator.get_by_label("文件标题").fill("某某办法")
    await curator.get_by_label("文号").fill("某办发〔2025〕1号")
    await curator.get_by_role("button", name="预览", exact=True).click()
    await expect(curator.locator("#preview")).to_contain_text("依据：《某某办法》")
    await curator.get_by_role("button", name="保存并发布").click()
    await expect(curator.locator("#flash")).to_contain_text("已发布")

    def ask_again(tx: Transaction) -> str:
        conversation, _ = open_conversation(tx, region=PLACE)
        said = desk_office.assistant.respond(
            tx, conversation.id, Incoming("塔吊基础检测报告交到哪个窗口")
        )
        assert said.reply is not None
        return said.reply.text

    assert "住建窗口" in await desk_office.database.write(ask_again)


async def test_who_is_slower_sees_it_at_once_and_keeps_the_text(
    open_page: OpenPage, desk_office: Services
) -> None:
    ticket = await ask(desk_office, "转人工", "基坑支护方案要不要专家论证")
    page = await open_page(f"/desk/tickets/{ticket.number}", viewport=DESKTOP)
    await sign_in(page, "林晓")
    box = page.get_by_label("内容", exact=True)
    await box.fill("需要，先找")

    def claim(tx: Transaction) -> None:
        actions.claim(tx, get_ticket(tx, ticket.id), find_staff(tx, "陈工"))

    await desk_office.database.write(claim)
    await expect(page.locator("#composer-hint")).to_contain_text("陈工正在办理")
    await expect(page.get_by_role("button", name="受理", exact=True)).to_have_count(0)
    await expect(box).to_have_value("需要，先找")
    await page.get_by_role("button", name="发送").click()
    await expect(page.get_by_role("alert")).to_contain_text("已由陈工受理")
    await expect(box).to_have_value("需要，先找")
    await page.get_by_text("内部备注", exact=True).click()
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator(".message.private")).to_contain_text("需要，先找")
    told = await desk_office.database.read(load_messages, ticket.conversation_id)
    assert all("需要，先找" not in message.text for message in told)


async def test_a_session_that_ends_loses_no_text(
    open_page: OpenPage, desk_office: Services
) -> None:
    ticket = await ask(desk_office, "转人工", "临时用电方案报给谁")
    page = await open_page(f"/desk/tickets/{ticket.number}", viewport=PHONE)
    await sign_in(page, "林晓")
    await page.get_by_label("内容", exact=True).fill("报给供电所")

    def end_sessions(tx: Transaction) -> None:
        tx.execute("DELETE FROM staff_session")
        tx.announce("tickets")

    await desk_office.database.write(end_sessions)
    await expect(page.locator("#connection")).to_contain_text("登录已过期")
    await page.get_by_role("button", name="发送").click()
    await sign_in(page, "林晓")
    await expect(page.get_by_label("内容", exact=True)).to_have_value("报给供电所")
    await page.get_by_role("button", name="发送").click()
    await expect(page.locator("#transcript")).to_contain_text("报给供电所")
    await expect(page.get_by_label("内容", exact=True)).to_have_value("")


async def test_the_asker_sees_that_an_answer_is_being_written(
    open_page: OpenPage, desk_office: Services
) -> None:
    asker = await open_page("/")
    await asker.get_by_label("您的问题").fill("地下管线普查找哪家做")
    await asker.get_by_label("您的问题").press("Enter")
    number = await asker.locator(".ticket b").inner_text()
    page = await open_page(f"/desk/tickets/{number.split()[1]}", viewport=DESKTOP)
    await sign_in(page, "管理员")

    await page.get_by_text("内部备注", exact=True).click()
    await page.get_by_label("内容", exact=True).press_sequentially("先问问")
    await page.get_by_text("答复咨询人", exact=True).click()
    await expect(asker.locator("#typing")).to_be_hidden()
    await page.get_by_label("内容", exact=True).press_sequentially("可以找")

    await expect(asker.locator("#typing")).to_contain_text("项目管家正在输入")
    await page.get_by_role("button", name="发送").click()
    await expect(asker.locator("#typing")).to_be_hidden()
    await expect(asker.locator("#log")).to_contain_text("先问问可以找")


async def test_a_long_conversation_opens_at_its_end(
    open_page: OpenPage, desk_office: Services
) -> None:
    ticket = await ask(desk_office, "转人工", "旧厂区管线图去哪里查")
    for number in range(20):
        await say(desk_office, ticket, f"第{number}点补充")
    page = await open_page(f"/desk/tickets/{ticket.number}", viewport=PHONE)
    await sign_in(page, "林晓")
    first, last = page.get_by_text("第0点补充"), page.get_by_text("第19点补充")
    await expect(last).to_be_visible()
    await expect(first).to_be_hidden()

    await page.locator(".earlier summary").first.click()
    await expect(first).to_be_visible()
    await say(desk_office, ticket, "再补充一点")
    await expect(page.locator("#transcript").get_by_text("再补充一点")).to_be_visible()
    await expect(first).to_be_visible()  # what was unfolded to be read stays so


async def test_a_suggestion_goes_into_the_answer_with_one_press(
    open_page: OpenPage, desk_office: Services
) -> None:
    ticket = await ask(desk_office, "转人工", "施工许可证几天能下来啊，急")
    page = await open_page(f"/desk/tickets/{ticket.number}", viewport=DESKTOP)
    await sign_in(page, "林晓")
    await page.get_by_label("内容", exact=True).fill("您好。")
    await page.get_by_label("换个说法查找").fill("施工许可证要多久")
    await page.get_by_label("换个说法查找").press("Enter")
    await page.get_by_role("link", name="放入答复框").first.click()
    await expect(page.get_by_label("内容", exact=True)).to_have_value(
        re.compile(r"^您好。\n自受理之日起五个工作日内办结。\n依据：《某某办法》")
    )


PAGES = {
    "林晓": (
        "/desk/",
        "/desk/?tab=done",
        "/desk/?q=没有",
        "TICKET",
        "/desk/me",
        "/desk/curation",
        "/desk/projects?made=project-1",
    ),
    "周编": (
        "/desk/curation?status=all",
        "/desk/curation/entries/new",
        "/desk/curation/try?q=施工许可证几天",
        "/desk/asked",
        "/desk/curation/words",
        "/desk/curation/transfer",
        "/desk/policies",
        "/desk/learning",
    ),
    "管理员": ("/desk/report", "/desk/staff", "/desk/calendar"),
}
FLAWS = """() => {
  const flaws = [];
  if (document.documentElement.lang !== 'zh-CN') flaws.push('lang');
  if (document.querySelectorAll('h1').length !== 1) flaws.push('h1');
  if (document.documentElement.scrollWidth > innerWidth) flaws.push('too wide');
  if (document.querySelectorAll('.top [aria-current]').length !== 1) flaws.push('place');
  const ids = [...document.querySelectorAll('[id]')].map((each) => each.id);
  for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) flaws.push('id ' + id);
  for (const each of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
    if (!each.labels?.length && !each.hidden) flaws.push('label ' + each.name);
  }
  for (const each of document.querySelectorAll('button, a.button, summary')) {
    const box = each.getBoundingClientRect();
    const hidden = !box.width || each.closest('.visually-hidden');
    if (!hidden && innerWidth < 500 && box.height < 43.5) flaws.push('small ' + each.textContent);
    if (!each.textContent.trim() && !each.getAttribute('aria-label')) flaws.push('no name');
  }
  return flaws;
}"""


@pytest.mark.parametrize("name", PAGES)
async def test_every_page_fits_and_can_be_read_aloud(
    open_page: OpenPage, desk_office: Services, name: str
) -> None:
    ticket = await ask(
        desk_office, "转人工", "很长的问题" * 60 + "https://example.test/" + "a" * 80
    )
    for viewport in (PHONE, DESKTOP):
        page = await open_page("/desk/", viewport=viewport)
        await sign_in(page, name)
        for path in PAGES[name]:
            await page.goto(path.replace("TICKET", f"/desk/tickets/{ticket.number}"))
            assert await page.evaluate(FLAWS) == [], (path, viewport)


async def test_the_keyboard_reaches_the_answer(open_page: OpenPage, desk_office: Services) -> None:
    ticket = await ask(desk_office, "转人工", "雨污分流验收找谁")
    page = await open_page(f"/desk/tickets/{ticket.number}", viewport=DESKTOP)
    await sign_in(page, "林晓")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    await page.keyboard.press("Enter")
    reached = []
    for _ in range(8):
        await page.keyboard.press("Tab")
        reached.append(
            await page.evaluate("document.activeElement.id || document.activeElement.value")
        )
    assert "claim" in reached
    assert "text" in reached
