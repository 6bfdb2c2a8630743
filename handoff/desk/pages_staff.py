"""Accounts: the admin's list, and each member's own page."""

import asyncio
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from handoff.accounts import disable_staff
from handoff.desk.auth import COOKIE, staff_guard
from handoff.desk.context import Desk
from handoff.desk.entry_form import region_code
from handoff.desk.forms import Form, read_form
from handoff.desk.rendering import REFUSALS, Pages, done, page_route, status_of
from handoff.errors import Invalid
from handoff.staff import (
    ROLE_NAMES,
    ROLES,
    Staff,
    add_staff,
    check_role,
    find_staff,
    hash_password,
    is_password,
    list_staff,
    load_credentials,
    make_link_code,
    record_failure,
    set_duty,
    set_password,
)
from storage import Transaction

_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that look alike
_LENGTH = 14


def router(desk: Desk, pages: Pages) -> APIRouter:
    """`/desk/staff` for admins and `/desk/me` for everyone."""
    routes = APIRouter(route_class=page_route(pages), include_in_schema=False)
    _add_accounts(routes, desk, pages)
    _add_own_page(routes, desk, pages)
    return routes


def _add_accounts(routes: APIRouter, desk: Desk, pages: Pages) -> None:
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]

    async def show(request: Request, me: Staff, code: int = 200, **values: Any) -> Response:
        shown = {"name": "", "role": "manager", "region": "", "error": "", "made": None, **values}
        return pages.render(
            request,
            me,
            "staff.html",
            code=code,
            people=await desk.database.read(list_staff),
            roles=ROLE_NAMES,
            known=desk.known_places(),
            **shown,
        )

    @routes.get("/desk/staff")
    async def accounts(request: Request, me: Me) -> Response:
        check_role(me, "admin")
        return await show(request, me)

    @routes.post("/desk/staff")
    async def change(request: Request, me: Me) -> Response:
        check_role(me, "admin")
        form = await read_form(request)
        action, _, name = form.line("action").partition(":")
        try:
            if action in ("add", "password"):
                made = await _make(desk, form, action, name)
                return await show(request, me, made=made)
            return done("/desk/staff", await desk.database.write(_change, me, action, name))
        except REFUSALS as error:
            typed = {field: form.line(field) for field in ("name", "role", "region")}
            return await show(request, me, status_of(error), error=str(error), **typed)


async def _make(desk: Desk, form: Form, action: str, name: str) -> dict[str, str]:
    """A new account, or a new password for one: what is shown once."""
    password = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    password_hash = await asyncio.to_thread(hash_password, password)
    if action == "add":
        region = region_code(desk.live.gazetteer, form.line("region"))
        role = form.line("role")
        if role not in ROLES:
            raise Invalid("请选择角色。")
        staff = await desk.database.write(add_staff, form.line("name"), role, region, password_hash)
    else:
        staff = await desk.database.write(_reset, name, password_hash)
    return {"name": staff.name, "password": password}


def _reset(tx: Transaction, name: str, password_hash: str) -> Staff:
    staff = find_staff(tx, name)
    set_password(tx, staff, password_hash)
    return staff


def _change(tx: Transaction, me: Staff, action: str, name: str) -> str:
    staff = find_staff(tx, name)
    match action:
        case "disable":
            if staff.id == me.id:
                raise Invalid("不能停用自己的账号，请让另一位管理员来做。")
            disable_staff(tx, name)
            return "disabled"
        case "duty-on" | "duty-off":
            set_duty(tx, staff, action == "duty-on")
            return action
        case _:
            raise Invalid("没有这项操作，请刷新页面后再试。")


def _add_own_page(routes: APIRouter, desk: Desk, pages: Pages) -> None:
    Me = Annotated[Staff, Depends(staff_guard(desk.database))]

    def show(request: Request, me: Staff, code: int = 200, **values: Any) -> Response:
        shown = {"error": "", "link_code": "", **values}
        bot = desk.telegram_bot()
        link = f"https://t.me/{bot}?start={shown['link_code']}" if bot else ""
        return pages.render(request, me, "me.html", code=code, telegram_link=link, **shown)

    @routes.get("/desk/me")
    async def own(request: Request, me: Me) -> Response:
        return show(request, me)

    @routes.post("/desk/me")
    async def change(request: Request, me: Me) -> Response:
        form = await read_form(request)
        action = form.line("action")
        try:
            if action == "link":
                code = await desk.database.write(make_link_code, me)
                return show(request, me, link_code=code)
            if action in ("duty-on", "duty-off"):
                await desk.database.write(set_duty, me, action == "duty-on")
                return done("/desk/me", action)
            await _change_password(desk, me, form)
        except REFUSALS as error:
            return show(request, me, status_of(error), error=str(error))
        response = done("/desk/login", "password")
        response.delete_cookie(COOKIE, path="/")
        return response


async def _change_password(desk: Desk, me: Staff, form: Form) -> None:
    """Raises Invalid, or TooManyTries after several wrong ones."""
    found = await desk.database.read(load_credentials, me.name)
    now = found["password_hash"] if found else None
    if not await asyncio.to_thread(is_password, form.text("current"), now):
        await desk.database.write(record_failure, me.name)
        raise Invalid("现在的密码不对，请重新输入。")
    if form.text("new") != form.text("again"):
        raise Invalid("两次输入的新密码不一样，请重新输入。")
    password_hash = await asyncio.to_thread(hash_password, form.text("new"))
    await desk.database.write(set_password, me, password_hash)
