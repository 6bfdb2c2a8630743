"""The command line: `xiaohaima …`. Says in Chinese what it did, or in one line why it cannot."""

import asyncio
import json
import secrets
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import structlog
import typer

from bot import backup, demo
from bot.console import fail, load_places, open_store, read_settings
from bot.doctor import examine
from bot.evaluation import Judged, render_fit
from bot.evaluation import evaluate as evaluate_questions
from bot.evaluation_report import render_report, write_report
from bot.labelled import read_questions, settle
from bot.logs import set_up_logs
from bot.plain_errors import render_error, render_os_error
from bot.policy_files import find_files
from bot.region_commands import regions_app
from bot.reply import Reply, render_reply
from bot.serve import serve as run_server
from bot.services import Services, open_services
from bot.trying import try_questions
from bot.wording import cite
from faq.calibration import save_calibrations, write_file
from faq.errors import FaqError
from faq.refitting import try_fit
from faq.transfer import export_entries, import_entries
from handoff.accounts import disable_staff
from handoff.errors import HandoffError
from handoff.staff import (
    ROLE_NAMES,
    ROLES,
    Staff,
    add_staff,
    hash_password,
    list_staff,
)
from knowledge.documents import import_document, read_document, render_tree
from knowledge.errors import KnowledgeError
from retrieval.places import UnknownRegion
from storage import StorageUnavailable

app = typer.Typer(
    help="小海马：工程建设项目审批问答助手。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
staff_app = typer.Typer(help="工作人员账号。", no_args_is_help=True)
app.add_typer(staff_app, name="staff")
app.add_typer(regions_app, name="regions")

_REFUSALS = (
    backup.BackupError,
    FaqError,
    HandoffError,
    KnowledgeError,
    OSError,
    StorageUnavailable,
    UnknownRegion,
)


def main() -> None:
    """The entry point: every refusal is one clear line and a non-zero exit."""
    set_up_logs()
    try:
        status = app(standalone_mode=False)
    except typer.TyperException as error:
        _refuse_usage(error)
    except typer.Abort:
        fail("已取消。")
    except _REFUSALS as error:
        fail(render_error(error))
    except Exception as error:  # a fault of ours: one line for the reader, the rest for the log
        structlog.get_logger().exception("command failed")
        fail(f"程序内部出错（{type(error).__name__}），请把上面的记录交给维护人员。")
    raise SystemExit(status)


@app.command()
def serve(
    with_demo: Annotated[bool, typer.Option("--demo", help="另建演示账号，并打印登录信息")] = False,
) -> None:
    """启动服务：问答网页、工作台、接口和（已配置时）Telegram。"""
    settings = read_settings()

    def tell(services: Services, address: str) -> None:
        print(f"小海马已启动。\n  问答页面：{address}/\n  工作台：  {address}/desk/", flush=True)
        if with_demo:
            asyncio.get_running_loop().create_task(demo.announce(services, print))

    try:
        asyncio.run(run_server(settings, tell))
    except KeyboardInterrupt:
        print("已停止。")
    except OSError as error:
        if error.filename:  # a file or folder of the data, not the address
            raise
        fail(f"无法监听 {settings.host}:{settings.port}：{render_os_error(error)}")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="要问的问题")],
    region: Annotated[str, typer.Option(help="项目所在地，例如 三元区")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """在终端问一个问题；不留记录，也不会生成工单。"""

    async def run() -> Reply:
        async with open_services(read_settings()) as services:
            place = services.live.gazetteer.find(region).code if region else None
            return await _try_question(services, question, place)

    reply = asyncio.run(run())
    if as_json:
        print(json.dumps(render_reply(reply.as_stored()), ensure_ascii=False, indent=2))
        return
    print(reply.text)
    for option in reply.options:
        print(f"  · {option.text}")
    if reply.sources:
        print(cite(reply.sources))


@app.command("import-policy")
def import_policy(
    paths: Annotated[list[Path], typer.Argument(help="文件或文件夹：docx、pdf、html、md、txt")],
    title: Annotated[str, typer.Option(help="标题（识别不准时给出）")] = "",
    number: Annotated[str, typer.Option(help="文号")] = "",
    region: Annotated[str, typer.Option(help="适用地区，例如 三元区")] = "",
    date: Annotated[str, typer.Option(help="施行日期，例如 2024-04-30")] = "",
    show: Annotated[bool, typer.Option("--show", help="显示条款结构")] = False,
) -> None:
    """导入政策文件，识别标题、文号、地区、日期和条款。"""
    files, left_out = find_files(paths)
    if left_out:
        names = "、".join(left_out)
        print(f"没有导入 {len(left_out)} 项（不是 docx、pdf、html、md、txt）：{names}")
    if not files:
        fail("没有找到可以导入的文件。")
    given = {"title": title, "number": number, "region": region, "effective_from": date}
    failed = asyncio.run(_import_policies(files, {k: v for k, v in given.items() if v}, show))
    if failed:
        fail(f"{failed} 个文件没有导入。")


@app.command("import-faq")
def import_faq(path: Annotated[Path, typer.Argument(help="xlsx、csv 或 json 文件")]) -> None:
    """导入常见问题（存为草稿或更新已有条目）。"""

    async def run() -> str:
        async with open_store() as database:
            places = await load_places(database)
            outcome = await database.write(
                import_entries, path.read_bytes(), path.name, places, by="命令行"
            )
            return outcome.summary()

    print(asyncio.run(run()))


@app.command("export-faq")
def export_faq(path: Annotated[Path, typer.Argument(help="xlsx、csv 或 json 文件")]) -> None:
    """导出全部常见问题。"""

    async def run() -> tuple[bytes, int]:
        async with open_store() as database:
            places = await load_places(database)
            return await database.read(export_entries, path.suffix.lstrip("."), places)

    content, count = asyncio.run(run())
    path.write_bytes(content)
    print(f"已导出 {count} 个条目到 {path}。")


@app.command()
def evaluate(
    path: Annotated[Path, typer.Argument(help="带标注的问题：csv、xlsx 或 JSON 行")],
    out: Annotated[Path | None, typer.Option(help="把报告和曲线图写到这个文件夹")] = None,
) -> None:
    """用带标注的问题检验回答，给出准确率、覆盖率和每个错误的原因。"""

    questions = read_questions(path)

    async def run() -> tuple[list[Judged], str]:
        async with open_services(read_settings()) as services:
            judged = await evaluate_questions(services, questions)
            return judged, render_report(services, judged)

    judged, report = asyncio.run(run())
    print(report)
    if out is not None:
        write_report(out, judged, report)
        print(f"\n报告和准确率—覆盖率曲线已写到 {out}。")


@app.command()
def refit(
    path: Annotated[Path | None, typer.Argument(help="另外用来检验的带标注的问题")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="不再询问，直接采用；变差的金标问题太多时仍会询问")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="只写到这个文件，不采用")] = None,
) -> None:
    """重新校准把握和门槛：先试算，列出前后对比，确认后所有进程一起采用。"""
    questions = read_questions(path) if path else []
    settings = read_settings()

    async def run() -> None:
        async with open_services(settings) as services:
            today = datetime.now(settings.zone).date().isoformat()
            live = services.live
            more = settle(questions, live.passages(), live.gazetteer)
            fitted = await try_fit(services.database, live, today, more)
            print(render_fit(fitted))
            if out is not None:
                write_file(out, fitted.calibrations, fitted.figures)
                print(f"已写到 {out}。")
            elif (yes and not fitted.warning) or typer.confirm("采用新的校准吗？"):
                await services.database.write(
                    save_calibrations, fitted.calibrations, "命令行", fitted.figures
                )
                print("已采用，正在运行的进程会立即改用它。")
            else:
                print("没有采用。")

    asyncio.run(run())


@app.command("backup")
def make_backup(path: Annotated[Path, typer.Argument(help="备份文件")]) -> None:
    """备份数据（服务运行时也可以）。"""
    size = backup.back_up(read_settings(), path)
    print(f"已备份到 {path}（{size / 1024 / 1024:.1f} MB）。")


@app.command("restore")
def restore_backup(path: Annotated[Path, typer.Argument(help="备份文件")]) -> None:
    """从备份恢复；请先停止服务。原有数据会改名保留。"""
    kept = backup.restore(read_settings(), path)
    print("已恢复。" + (f"原有数据保留在 {kept}。" if kept else ""))


@app.command()
def doctor() -> None:
    """检查环境和设置，逐项说明。"""
    settings = read_settings()
    if not asyncio.run(examine(settings, print)):
        raise typer.Exit(1)


@staff_app.command("add")
def staff_add(
    name: Annotated[str, typer.Argument(help="姓名，用来登录")],
    role: Annotated[str, typer.Option(help="角色：" + "、".join(ROLES))],
    region: Annotated[str, typer.Option(help="负责的地区，例如 三元区；全部地区写 全国")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="从标准输入读取密码")
    ] = False,
) -> None:
    """建一个账号；密码自动生成，只显示这一次。"""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(12)
    password_hash = hash_password(password)

    async def run() -> Staff:
        async with open_store() as database:
            code = (await load_places(database)).find(region).code
            return await database.write(add_staff, name, role, code, password_hash)

    staff = asyncio.run(run())
    print(f"已建立账号“{staff.name}”（{ROLE_NAMES[staff.role]}，{region}）。")
    if not password_stdin:
        print(f"密码：{password}\n请交给本人，不会再次显示。")


@staff_app.command("list")
def staff_list() -> None:
    """列出账号。"""

    async def run() -> None:
        async with open_store() as database:
            people = await database.read(list_staff)
            gazetteer = await load_places(database)
        for each in people:
            place = gazetteer[each.region].name if each.region in gazetteer else each.region
            state = "已停用" if each.disabled else ("在岗" if each.on_duty else "离岗")
            print(f"{each.name}\t{ROLE_NAMES[each.role]}\t{place}\t{state}")
        if not people:
            print("还没有账号。用 xiaohaima staff add 姓名 --role … --region … 建立。")

    asyncio.run(run())


@staff_app.command("disable")
def staff_disable(name: Annotated[str, typer.Argument(help="姓名")]) -> None:
    """停用账号；他手上的工单回到待受理。"""

    async def run() -> None:
        async with open_store() as database:
            await database.write(disable_staff, name)

    asyncio.run(run())
    print(f"已停用“{name}”。")


def _refuse_usage(error: typer.TyperException) -> NoReturn:
    """A command that was not understood; without any, the help has been shown already."""
    if message := error.format_message().strip():
        print(f"错误：命令写得不对：{message} 用 --help 查看用法。", file=sys.stderr)
    raise SystemExit(2)


async def _try_question(services: Services, question: str, region: str | None) -> Reply:
    reply = await try_questions(services.database, services.assistant, [question], region)
    if reply.kind == "handoff":
        return replace(reply, text="（没有把握，会转人工，由项目管家答复。）", ticket=None)
    return reply


async def _import_policies(files: list[Path], given: dict[str, str], show: bool) -> int:
    """Import each file and say what came of it; how many were refused.

    A file is read before the transaction: a long one would keep the askers of a running server
    waiting.
    """
    failed = 0
    async with open_store() as database:
        gazetteer = await load_places(database)
        for path in files:
            try:
                parsed = read_document(path.read_bytes(), path.name, gazetteer, given)
                outcome = await database.write(import_document, parsed, by="命令行")
            except (KnowledgeError, UnknownRegion, OSError) as error:
                print(f"{path.name}：{render_error(error)}", file=sys.stderr)
                failed += 1
                continue
            print(f"{path.name}：{outcome.summary()}")
            if show:
                print(await database.read(render_tree, outcome.document.id))
    return failed
