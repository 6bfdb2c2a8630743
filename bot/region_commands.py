"""`xiaohaima regions …`: places that the shipped list does not know."""

import asyncio
from typing import Annotated

import typer

from bot.console import load_places, open_store
from knowledge.regions import add_region, load_added_regions, load_gazetteer, next_code
from retrieval.places import LEVELS, Region

regions_app = typer.Typer(help="地区：添加随附的省、市、区县之外的。", no_args_is_help=True)


@regions_app.command("add")
def regions_add(
    name: Annotated[str, typer.Argument(help="名称，例如 某某镇、经济技术开发区")],
    under: Annotated[str, typer.Option(help="上级地区，例如 三元区")],
    level: Annotated[str, typer.Option(help="级别：区县、镇街；不写为上级的下一级")] = "",
    code: Annotated[str, typer.Option(help="代码；不写自动编一个")] = "",
) -> None:
    """添加一个开发区或镇街，之后账号、项目、文件和条目都可以用它。"""

    async def run() -> str:
        async with open_store() as database:
            gazetteer = await load_places(database)
            above = gazetteer.find(under)
            below = LEVELS[min(LEVELS.index(above.level) + 1, len(LEVELS) - 1)]
            region = Region(
                code or next_code(gazetteer, above.code), name.strip(), level or below, above.code
            )
            await database.write(add_region, gazetteer, region, by="命令行")
            return f"已添加{gazetteer.path(above.code)}{region.name}，代码 {region.code}。"

    typer.echo(asyncio.run(run()))
    typer.echo("正在运行的服务重启后认得它。")


@regions_app.command("list")
def regions_list() -> None:
    """列出添加过的地区。"""

    async def run() -> None:
        async with open_store() as database:
            added = await database.read(load_added_regions)
        gazetteer = load_gazetteer(added=added)
        for each in added:
            typer.echo(f"{each.code}\t{each.level}\t{gazetteer.path(each.code)}")
        if not added:
            typer.echo("没有添加过。随附的省、市、区县都可以直接用。")

    asyncio.run(run())
