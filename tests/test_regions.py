"""Places that an operator adds to the shipped ones."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from knowledge.regions import (
    REGION_MIGRATIONS,
    add_region,
    load_added_regions,
    load_gazetteer,
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
        (Region("350404102", "某镇", "村", "350404"), "级别"),
    ],
)
async def test_a_place_that_does_not_fit_is_refused(
    regions: Database, region: Region, reason: str
) -> None:
    with pytest.raises(UnknownRegion, match=reason):
        await regions.write(add_region, load_gazetteer(), region, by="管理员")
    assert await regions.read(load_added_regions) == []
