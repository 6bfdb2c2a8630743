"""The chat page in Chromium, as an asker uses it."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Response, Route, expect

from bot.assistant import Incoming
from bot.reply import Reply
from bot.services import Services, open_services
from bot.settings import Settings
from bot.web_page import EXAMPLES
from faq.entries import Content, Source
from faq.publishing import add_entry, publish_entry
from handoff import actions
from handoff.conversations import load_messages, open_conversation
from handoff.streams import announce_typing
from storage import Transaction
from tests.web_office import (
    ANSWER,
    DESKTOP,
    KNOWN,
    MANAGER,
    OF_A_PLACE,
    PHONE,
    PROJECT,
    SOURCE,
    UNKNOWN,
    OpenPage,
    act,
    answer,
)

pytest_plugins = ["tests.browser"]

MARKUP = "<img src=x onerror=alert(1)><b>粗</b>"
SEND = re.compile(r"/messages$")


async def ask(page: Page, text: str) -> None:
    await page.get_by_label("您的问题").fill(text)
    await page.get_by_label("您的问题").press("Enter")


def theirs(page: Page) -> Locator:
    return page.locator("#log .theirs")


def mine(page: Page) -> Locator:
    return page.locator("#log .mine")


def taken(text: str) -> Callable[[Response], bool]:
    """The server's yes to a message."""
    return lambda response: response.ok and text in (response.request.post_data or "")


async def conversation_id(page: Page) -> str:
    kept = await page.evaluate("localStorage.getItem('xiaohaima.conversations')")
    return str(json.loads(kept)[0]["id"])


async def transcript(office: Services, page: Page) -> list[tuple[str, str]]:
    messages = await office.database.read(load_messages, await conversation_id(page))
    return [(message.author, message.text) for message in messages]


async def assert_fits(page: Page) -> None:
    """Nothing sticks out, and what is to be tapped has the size of a thumb."""
    width, height, scroll_width, scroll_height = await page.evaluate(
        "[innerWidth, innerHeight, document.documentElement.scrollWidth,"
        " document.documentElement.scrollHeight]"
    )
    assert (scroll_width, scroll_height) == (width, height)
    for button in await page.locator("button:visible").all():
        box = await button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44, await button.inner_text()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP, {"width": 320, "height": 560}])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_short_dialog(open_page: OpenPage, viewport: dict[str, int], scheme: str) -> None:
    page = await open_page(viewport=viewport, color_scheme=scheme)
    await expect(page.get_by_role("heading", name="您好，我是小海马")).to_be_visible()
    await assert_fits(page)

    await ask(page, OF_A_PLACE)
    await page.get_by_role("button", name="三元区").click()
    await expect(theirs(page).last).to_contain_text("三元区代办不收费。")
    await expect(page.locator("#welcome")).to_be_hidden()
    await ask(page, KNOWN)
    await page.get_by_text("等 2 项").click()

    await expect(theirs(page).last).to_contain_text(ANSWER)
    await expect(page.locator(".source").last).to_contain_text("某办发〔2026〕7号")
    await expect(mine(page)).to_have_count(3)
    await assert_fits(page)


async def test_a_question_nobody_can_answer_is_followed_to_its_end(
    page_office: Services, open_page: OpenPage
) -> None:
    page = await open_page()
    await ask(page, UNKNOWN)
    ticket = page.locator(".ticket")
    await expect(ticket).to_contain_text("待受理")
    await expect(ticket).to_contain_text("最晚")
    asker = await conversation_id(page)

    await page_office.database.write(act(actions.claim), asker)
    await expect(ticket).to_contain_text(f"受理人：{MANAGER}")
    await page_office.database.write(announce_typing, asker)
    await expect(page.locator("#typing")).to_contain_text("项目管家正在输入")
    await page_office.database.write(answer("可以合建，电话 0631-5201234。"), asker)
    await expect(theirs(page).last).to_contain_text(f"{MANAGER} 项目管家")
    await expect(page.locator("#typing")).to_be_hidden()
    link = page.get_by_role("link", name="0631-5201234")
    await expect(link).to_have_attribute("href", "tel:06315201234")
    await page_office.database.write(act(actions.resolve), asker)
    await page.get_by_role("button", name="还没解决").click()
    await expect(ticket.first).to_contain_text("办理中")
    await page_office.database.write(act(actions.resolve), asker)
    await page.get_by_text("非常满意").last.click()
    await page.get_by_label("评价说明（选填）").last.fill("很快")
    await page.get_by_role("button", name="提交评价").last.click()

    await expect(page.locator(".rating").last).to_contain_text("您的评价：非常满意")
    await expect(ticket.first).to_contain_text("已关闭")
    await assert_fits(page)


async def test_an_old_conversation_is_there_after_a_reload(open_page: OpenPage) -> None:
    page = await open_page()
    await ask(page, KNOWN)
    await ask(page, UNKNOWN)
    await expect(page.locator(".ticket")).to_be_visible()
    before = await page.locator("#log").inner_text()

    await page.reload()

    await expect(page.locator(".ticket")).to_be_visible()
    assert await page.locator("#log").inner_text() == before
    await expect(page.locator("#welcome")).to_be_hidden()


async def fail(route: Route) -> None:
    await route.fulfill(status=503, json={"error": {"code": "unavailable", "message": "忙。"}})


async def lose_answer(route: Route) -> None:
    """The server gets the message, the page not its answer."""
    await route.fetch()
    await route.abort()


@pytest.mark.parametrize("trouble", [fail, lose_answer])
async def test_a_message_that_did_not_get_through_is_sent_again(
    page_office: Services, open_page: OpenPage, trouble: Any
) -> None:
    page = await open_page()
    await ask(page, KNOWN)
    await expect(theirs(page)).to_have_count(1)

    await page.route(SEND, trouble, times=1)
    async with page.expect_response(taken(UNKNOWN)):
        await ask(page, UNKNOWN)
        if trouble is fail:
            await page.get_by_role("button", name="重试").click()

    await expect(theirs(page)).to_have_count(2)
    await expect(mine(page)).to_have_count(2)
    await expect(page.locator(".state")).to_have_count(0)
    said = await transcript(page_office, page)
    assert [text for author, text in said if author == "asker"] == [KNOWN, UNKNOWN]


async def test_what_is_unsent_outlives_the_page(page_office: Services, open_page: OpenPage) -> None:
    page = await open_page()
    await ask(page, KNOWN)
    await expect(theirs(page)).to_have_count(1)
    await page.route(SEND, lambda route: route.abort())
    await ask(page, UNKNOWN)
    await expect(page.locator(".state")).to_contain_text("没有发出去")

    await page.unroute_all()
    await page.reload()

    await expect(page.locator(".ticket")).to_be_visible()
    said = await transcript(page_office, page)
    assert [text for author, text in said if author == "asker"] == [KNOWN, UNKNOWN]


async def test_without_a_network_messages_wait_their_turn(
    page_office: Services, open_page: OpenPage
) -> None:
    page = await open_page()
    await ask(page, KNOWN)
    await expect(theirs(page)).to_have_count(1)
    await page.context.set_offline(True)
    await expect(page.locator("#connection")).to_contain_text("网络已断开")
    await ask(page, UNKNOWN)
    await ask(page, "补充一句")
    await expect(mine(page)).to_have_count(3)

    async with page.expect_response(taken("补充一句")):
        await page.context.set_offline(False)

    await expect(page.locator("#connection")).to_be_hidden()
    await expect(page.locator(".state.failed")).to_have_count(0)
    await expect(page.locator(".ticket").first).to_be_visible()
    said = await transcript(page_office, page)
    assert [text for author, text in said if author == "asker"] == [KNOWN, UNKNOWN, "补充一句"]


async def test_what_the_server_will_not_take_can_be_mended(open_page: OpenPage) -> None:
    page = await open_page()
    await ask(page, KNOWN)
    await expect(theirs(page)).to_have_count(1)
    refusal = {"error": {"code": "invalid", "message": "这条消息不能发送。"}}
    await page.route(SEND, lambda route: route.fulfill(status=422, json=refusal), times=1)
    await ask(page, UNKNOWN)
    await expect(page.locator(".state")).to_contain_text("这条消息不能发送。")

    await page.get_by_role("button", name="修改").click()

    await expect(page.get_by_label("您的问题")).to_have_value(UNKNOWN)
    await page.get_by_label("您的问题").press("Enter")
    await expect(page.locator(".ticket")).to_be_visible()
    await expect(mine(page)).to_have_count(2)


async def test_a_conversation_the_server_lost_is_begun_anew(open_page: OpenPage) -> None:
    page = await open_page()
    await ask(page, KNOWN)
    await expect(theirs(page)).to_have_count(1)
    await page.evaluate(
        "localStorage.setItem('xiaohaima.conversations', JSON.stringify("
        "[{id: 'gone', token: 'gone', project: '', title: '旧', at: 1}]))"
    )

    await page.reload()

    await expect(page.locator("#problem")).to_contain_text("已为您开始新会话")
    await ask(page, KNOWN)
    await expect(theirs(page)).to_contain_text(ANSWER)


async def test_with_the_keyboard_alone(open_page: OpenPage) -> None:
    page = await open_page(viewport=DESKTOP)
    field = page.get_by_label("您的问题")
    await expect(field).to_be_focused()
    await page.keyboard.type("第一行")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("第二行")
    await expect(field).to_have_value("第一行\n第二行")
    await field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await expect(mine(page)).to_have_count(0)

    await field.fill(OF_A_PLACE)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="三元区")).to_be_visible()
    for _ in range(12):
        await page.keyboard.press("Shift+Tab")
        if await page.get_by_role("button", name="三元区").evaluate(
            "node => node === document.activeElement"
        ):
            break
    await page.keyboard.press("Enter")

    await expect(theirs(page).last).to_contain_text("三元区代办不收费。")


async def test_a_screen_reader_finds_its_way(open_page: OpenPage) -> None:
    page = await open_page()
    assert await page.locator("html").get_attribute("lang") == "zh-CN"
    await expect(page.get_by_role("heading", level=1)).to_have_text("小海马")
    await expect(page.get_by_role("log")).to_have_attribute("aria-live", "polite")
    unnamed = await page.evaluate(
        "[...document.querySelectorAll('button, input:not([hidden]), textarea')].filter(node =>"
        " !(node.textContent.trim() || node.ariaLabel || node.labels?.length)).length"
    )
    assert unnamed == 0


async def test_what_anybody_writes_stays_text(page_office: Services, open_page: OpenPage) -> None:
    page = await open_page()
    await ask(page, MARKUP)
    await expect(page.locator(".ticket")).to_be_visible()
    await page_office.database.write(answer(MARKUP), await conversation_id(page))

    await expect(theirs(page).last).to_contain_text(MARKUP)
    await expect(page.get_by_text(MARKUP)).to_have_count(2)
    assert await page.locator("#log .bubble img, #log b:text('粗')").count() == 0


async def test_a_photo_is_sent_and_shown(open_page: OpenPage) -> None:
    page = await open_page()
    photo = await page.screenshot()
    file = {"name": "现场.png", "mimeType": "image/png", "buffer": photo}
    await page.locator("#file").set_input_files([file])
    await expect(page.locator("#picked")).to_contain_text("现场.png")
    await page.get_by_role("button", name="发送", exact=True).click()

    image = page.get_by_role("img", name="现场.png")
    await expect(image).to_be_visible()
    await expect(image).to_have_js_property("naturalWidth", PHONE["width"])
    await expect(page.locator(".ticket")).to_be_in_viewport(ratio=1)
    await assert_fits(page)


async def test_two_conversations_and_the_way_back(open_page: OpenPage) -> None:
    page = await open_page()
    await ask(page, KNOWN)
    await expect(theirs(page)).to_have_count(1)
    await page.get_by_role("button", name="新会话").click()
    await expect(page.locator("#welcome")).to_be_visible()
    await ask(page, UNKNOWN)
    await expect(page.locator(".ticket")).to_be_visible()

    await page.get_by_role("button", name="会话记录").click()
    await page.get_by_role("button", name=re.compile(KNOWN[:6])).click()

    await expect(theirs(page)).to_contain_text(ANSWER)
    await expect(mine(page)).to_have_count(1)


async def test_reading_above_is_not_disturbed(page_office: Services, open_page: OpenPage) -> None:
    page = await open_page(viewport={"width": 360, "height": 480})
    await ask(page, KNOWN)
    await expect(theirs(page)).to_have_count(1)
    await ask(page, UNKNOWN)
    await expect(page.locator(".ticket")).to_be_visible()
    scroller = page.locator("#scroller")
    await scroller.evaluate("node => { node.scrollTop = 0; }")
    await expect(page.get_by_role("button", name="最新消息")).to_be_visible()

    await page_office.database.write(answer("好的。"), await conversation_id(page))
    newest = page.get_by_role("button", name="1 条新消息")
    await expect(newest).to_be_visible()
    assert await scroller.evaluate("node => node.scrollTop") == 0
    await newest.click()

    await expect(theirs(page).last).to_be_in_viewport()
    await expect(newest).to_be_hidden()


async def test_the_page_of_a_project(open_page: OpenPage) -> None:
    page = await open_page(f"/c/{PROJECT}")
    await expect(page.locator(".top")).to_contain_text("三元区标准厂房")

    await ask(page, OF_A_PLACE)

    await expect(theirs(page)).to_contain_text("三元区代办不收费。")
    await page.goto("/c/no-such-project")
    await expect(page.get_by_role("heading")).to_contain_text("没有找到这个项目")


async def test_an_example_is_asked_with_one_tap(open_page: OpenPage) -> None:
    page = await open_page()

    await page.get_by_role("button", name=EXAMPLES[0]).click()

    await expect(mine(page)).to_contain_text(EXAMPLES[0])
    await expect(theirs(page)).to_have_count(1)


async def test_a_fresh_install_answers_the_examples(tmp_path: Path) -> None:
    """Whoever presses one at first sight gets an answer with its source, wherever they are."""

    def ask_it(tx: Transaction, office: Services, question: str) -> Reply | None:
        conversation, _ = open_conversation(tx)
        return office.assistant.respond(tx, conversation.id, Incoming(question)).reply

    async with open_services(Settings(data_dir=tmp_path)) as office:
        for question in EXAMPLES:
            reply = await office.database.write(ask_it, office, question)
            assert reply is not None
            assert (reply.kind, bool(reply.sources)) == ("answer", True), question
    assert 3 <= len(EXAMPLES) <= 5


async def test_how_a_ticket_stands_is_shown_once(open_page: OpenPage) -> None:
    page = await open_page()
    await ask(page, UNKNOWN)
    await ask(page, "转人工")

    await expect(theirs(page)).to_have_count(2)
    await expect(page.locator(".ticket:visible")).to_have_count(1)
    await expect(theirs(page).last.locator(".ticket")).to_be_visible()


async def publish(office: Services, question: str, *sources: Source) -> None:
    def run(tx: Transaction) -> None:
        content = Content(question, "都不可以。", sources=sources)
        publish_entry(tx, add_entry(tx, content, "小许").id, "小许")

    await office.database.write(run)
    await office.live.refresh()


async def test_clauses_of_one_document_are_one_source(
    page_office: Services, open_page: OpenPage
) -> None:
    question = "渣土车白天可以进城吗"
    await publish(page_office, question, SOURCE, replace(SOURCE, clause="第四条"), SOURCE)
    page = await open_page()
    await ask(page, question)

    await expect(page.locator(".source")).to_have_count(1)
    await expect(page.locator(".source .clause")).to_contain_text("第三条；第四条")


async def test_sources_of_several_places_are_told_apart(
    page_office: Services, open_page: OpenPage
) -> None:
    question = "施工噪声夜里可以超标吗"
    places = (replace(SOURCE, region="350404"), replace(SOURCE, region="440704"))
    await publish(page_office, question, *places)
    page = await open_page()
    await ask(page, question)

    summary = page.locator(".sources summary")
    await expect(summary).to_have_text("依据 2 份文件：三元区、江海区")
    await summary.click()
    await expect(page.locator(".source").last).to_contain_text("2025年1月1日")
