"""Calibrations kept in the database: every process decides alike, and a start fits nothing."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.schema import MIGRATIONS
from faq.calibration import (
    decode_calibration,
    encode_calibration,
    load_calibrations,
    load_last_fit,
    read_file,
    save_calibrations,
    write_file,
)
from faq.live_library import LiveLibrary
from faq.proposals import list_open
from faq.refitting import propose_refit
from faq.starter import FOLDER, load_starter
from knowledge.regions import load_gazetteer
from retrieval.calibrate import Calibration
from retrieval.decide import Thresholds
from retrieval.passages import Scope
from retrieval.priors import load_priors
from storage import Database, open_database
from tests.conftest import StoreAddress
from tests.dialog import LIBRARY, content, start_dialog

TODAY = Scope("2026-11-21")
MORE = content("公章刻制找谁？", "找窗口。", "350404", "在哪刻章", "刻章的窗口")


def fitted(answer: float = 0.515) -> Calibration:
    return replace(load_priors()["entry"], thresholds=Thresholds(answer, 0.02))


@pytest.fixture
async def other_process(address: StoreAddress, database: Database) -> AsyncIterator[Database]:
    """The same store, opened as another process does."""
    opened = await open_database(address.url, address.path, MIGRATIONS)
    yield opened
    await opened.close()


async def test_what_one_process_saves_another_one_uses(
    database: Database, other_process: Database
) -> None:
    dialog = await start_dialog(database)
    other = LiveLibrary(other_process)
    await other.load()
    question = "三元代办"
    assert other.library.decide(question, TODAY) == dialog.live.library.decide(question, TODAY)

    with other_process.changes.subscribe("calibration") as news:
        await database.write(save_calibrations, {"entry": fitted()}, "周编", {"phrasings": 28})
        assert await news.wait(10)
    await other.refresh()
    await dialog.live.refresh()
    assert other.library.calibrations["entry"] == fitted()
    assert dialog.live.library.calibrations == other.library.calibrations
    assert other.library.decide(question, TODAY) == dialog.live.library.decide(question, TODAY)


async def test_a_start_takes_what_is_there_and_fits_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await start_dialog(database, (*LIBRARY, MORE))
    version = await database.write(save_calibrations, {"entry": fitted()}, "周编", {})
    monkeypatch.setattr("retrieval.library.calibrate", lambda *_: pytest.fail("fitted again"))
    live = LiveLibrary(database)
    await live.load()
    assert live.library.calibrations["entry"] == fitted()
    assert (await database.read(load_calibrations))[1] == version


async def test_the_first_process_fits_for_all(database: Database) -> None:
    dialog = await start_dialog(database, (*LIBRARY, MORE))
    kept, version = await database.read(load_calibrations)
    assert version == 1
    assert dialog.live.library.calibrations == {**dialog.live.library.calibrations, **kept}
    last = await database.read(load_last_fit)
    assert last is not None
    assert last["figures"] == {"phrasings": 31}
    await dialog.live.load()
    assert (await database.read(load_calibrations))[1] == 1


async def test_an_empty_library_has_nothing_to_keep(database: Database) -> None:
    await start_dialog(database, ())
    assert await database.read(load_calibrations) == ({}, 0)


async def test_a_calibration_of_other_features_is_not_used(database: Database) -> None:
    kept = encode_calibration(fitted())
    assert decode_calibration("entry", json.loads(json.dumps(kept))) == fitted()
    del kept["candidate"]["exact"]
    assert decode_calibration("entry", kept) is None
    await database.write(save_calibrations, {"entry": fitted()}, "周编", {})
    await database.write(
        lambda tx: tx.execute("UPDATE calibration SET content = :kept", kept=json.dumps(kept))
    )
    assert (await database.read(load_calibrations)) == ({}, 1)
    dialog = await start_dialog(database, (*LIBRARY, MORE))  # so the next start fits once more
    assert (await database.read(load_calibrations))[1] == 2
    assert dialog.live.library.calibrations["entry"] != load_priors()["entry"]


def test_a_file_gives_back_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    write_file(path, {"entry": fitted()}, {"phrasings": 3})
    assert read_file(path) == ({"entry": fitted()}, {"phrasings": 3})


def test_the_starter_pack_ships_a_calibration_of_this_release() -> None:
    calibrations, figures = read_file(FOLDER / "calibration.json")
    assert set(calibrations) == {"entry", "clause"}, (
        "its features have changed: XIAOHAIMA_DATA_DIR=$(mktemp -d) xiaohaima refit"
        " --out knowledge/starter/calibration.json"
    )
    before, after = figures["held"]["before"], figures["held"]["after"]
    assert after["wrong"] <= before["wrong"]
    assert after["questions"] > 100


async def test_a_fresh_install_starts_with_the_shipped_one(database: Database) -> None:
    await database.write(load_starter, load_gazetteer())
    shipped, _ = read_file(FOLDER / "calibration.json")
    kept, version = await database.read(load_calibrations)
    assert kept == shipped
    assert version == bool(shipped)


async def test_fitting_anew_is_proposed_when_the_library_has_grown(database: Database) -> None:
    async def texts(phrasings: int) -> list[str]:
        await database.write(propose_refit, phrasings)
        return [each.kind for each in (await database.read(list_open))[0]]

    assert await texts(40) == []  # still too small to say anything of itself
    await database.write(save_calibrations, {"entry": fitted()}, "周编", {"phrasings": 1000})
    assert await texts(1200) == []
    assert await texts(1400) == ["refit"]
    assert await texts(1500) == ["refit"]
