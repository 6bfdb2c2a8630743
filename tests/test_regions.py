"""Places that an operator adds to the shipped ones."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from knowledge.regions import (
    REGION_MIGRATIONS,
    add_region,
    load_added_regions,
    load_gazetteer,
    next_code,
    region_prefix,
)
from retrieval.places import Region, UnknownRegion
from storage import Database, open_database

TOWN = Region("350404101", "莘口镇", "镇街", "350404")


@pytest.fixture
async def regions(tmp_path: Path) -> AsyncIterator[Database]:
    database = await open_database("", tmp_path / "regions.db", REGION_MIGRATIONS)
    yield database
    await database.close()


async def test_an_added_place_is_there_after_a_restart(regions: Database) -> None:
    await regions.write(add_region, load_gazetteer(), TOWN, by="管理员")
    added = await regions.read(load_added_regions)
    assert added == [TOWN]
    gazetteer = load_gazetteer(added=added)
    assert gazetteer.path(TOWN.code) == "福建省三明市三元区莘口镇"
    assert gazetteer.places("莘口镇的项目归谁管") == (TOWN.code,)


@pytest.mark.parametrize(
    ("region", "reason"),
    [
        (Region("350404", "三元区", "区县", "350400"), "已是福建省三明市三元区"),
        (Region("abc", "某镇", "镇街", "350404"), "数字代码"),
        (Region("350404102", " ", "镇街", "350404"), "名称"),
        (Region("350404102", "某镇", "镇街", "999999"), "上级"),
        (Region("350404102", "某镇", "镇街", None), "上级"),
        (Region("350404102", "某市", "市", "350404"), "级别"),
        (Region("350403102", "某镇", "镇街", "350404"), "350404 开头"),
        (Region("３５０４０４１０２", "某镇", "镇街", "350404"), "数字代码"),
        (Region("35040410", "某镇", "镇街", "350404"), "九位"),
        (Region("350490", "三元区", "区县", "350400"), "已经有三元区"),
        (Region("350404102", "某镇", "村", "350404"), "级别"),
    ],
)
async def test_a_place_that_does_not_fit_is_refused(
    regions: Database, region: Region, reason: str
) -> None:
    with pytest.raises(UnknownRegion, match=reason):
        await regions.write(add_region, load_gazetteer(), region, by="管理员")
    assert await regions.read(load_added_regions) == []


def test_a_place_without_an_official_code_gets_a_free_one() -> None:
    gazetteer = load_gazetteer(added=[Region("350404900", "某镇", "镇街", "350404")])
    assert next_code(gazetteer, "350404") == "350404901"
    assert next_code(gazetteer, "371000") == "371090"


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("100000", ""),
        ("370000", "37"),
        ("371000", "3710"),
        ("371083", "371083"),
        ("371083100", "371083100"),
    ],
)
def test_what_lies_within_a_place_begins_with_its_digits(code: str, prefix: str) -> None:
    assert region_prefix(code) == prefix
