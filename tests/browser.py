"""Fixtures of the browser tests: Chromium, and the office on a port of its own."""

import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from bot.services import Services
from tests.web_office import PHONE, OpenPage, open_office, serve

_SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("没有 Chromium：apt-get install chromium 后再运行页面测试")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=_SWITCHES)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def page_office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Services]:
    async with open_office(tmp_path_factory.mktemp("pages")) as services:
        yield services


@pytest.fixture(scope="session")
async def page_address(page_office: Services) -> AsyncIterator[str]:
    async with serve(page_office) as address:
        yield address


@pytest.fixture
async def open_page(browser: Browser, page_address: str) -> AsyncIterator[OpenPage]:
    """Opens a path in a fresh browser. Errors in it, and requests to elsewhere, fail the test."""
    problems: list[str] = []
    contexts = []

    async def open_page(path: str = "/", **options: Any) -> Page:
        context = await browser.new_context(
            **{"viewport": PHONE, "locale": "zh-CN", "base_url": page_address, **options}
        )
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("console", lambda line: _note_policy(problems, line.text))
        page.on("request", lambda request: _note_elsewhere(problems, request.url, page_address))
        await page.goto(path)
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert problems == []


def _note_policy(problems: list[str], text: str) -> None:
    if "Content Security Policy" in text:
        problems.append(text)


def _note_elsewhere(problems: list[str], url: str, address: str) -> None:
    if not url.startswith((address, "blob:")):
        problems.append(f"asked elsewhere: {url}")
