"""The command that measures a library on a folder of questions."""

import json
from pathlib import Path

import pytest

from retrieval.evaluate import main

SHARED = Path(__file__).parent.parent.parent / "shared" / "bench"


def write(path: Path, rows: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def predictions(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_faq_folder(tmp_path: Path) -> None:
    write(
        tmp_path / "faq.jsonl",
        [
            {
                "id": "a",
                "question": "怎么退费",
                "similar": ["钱怎么退"],
                "more_similar": ["退我钱"],
            },
            {"id": "b", "question": "怎么改地址"},
        ],
    )
    write(
        tmp_path / "queries.jsonl",
        [
            {"id": "1", "query": "怎么退费", "intent": "a", "kind": "in"},
            {"id": "2", "query": "天气", "intent": None, "kind": "far_oos"},
        ],
    )
    main(["bench", str(tmp_path), "--similar", "10", "--out", str(tmp_path / "out")])
    known, unknown = predictions(tmp_path / "out")
    assert known["id"] == "1"
    assert known["ranked"][0] == "a"  # type: ignore[index]  # a list, by the format
    assert known["action"] == "answer"
    assert unknown == {
        "id": "2",
        "ranked": [],
        "passages": [],
        "confidence": 0.0,
        "action": "handoff",
        "shown": [],
    }


def test_policy_folder_ranks_documents(tmp_path: Path) -> None:
    text = "办理施工许可证应当提交申请表、用地批准手续和规划许可证。"
    write(
        tmp_path / "passages.jsonl",
        [
            {"id": "d1-0", "doc": "d1", "title": "施工许可办法", "text": text},
            {
                "id": "d1-1",
                "doc": "d1",
                "title": "施工许可办法",
                "text": "本办法自公布起施行。",
            },
            {"id": "d2-0", "doc": "d2", "title": "档案管理办法", "text": "档案由城建档案馆保管。"},
        ],
    )
    rows = [{"id": "1", "query": "施工许可证要提交什么", "doc": "d1", "kind": "in"}]
    write(tmp_path / "queries.jsonl", rows)
    main(["bench", str(tmp_path), "--out", str(tmp_path / "out")])
    (found,) = predictions(tmp_path / "out")
    assert found["ranked"][0] == "d1"  # type: ignore[index]  # a list, by the format
    assert len(set(found["ranked"])) == len(found["ranked"])  # type: ignore[arg-type]
    assert found["passages"][0] == "d1-0"  # type: ignore[index]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the public development sets are not at hand")
def test_development_set_keeps_its_level(tmp_path: Path) -> None:
    folder = SHARED / "faq_broker"
    main(["bench", str(folder), "--similar", "5", "--out", str(tmp_path / "out")])
    found = {row["id"]: row for row in predictions(tmp_path / "out")}
    asked = [
        json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines()
    ]
    inside = [row for row in asked if row["kind"] == "in"]
    right = [row for row in inside if found[row["id"]]["ranked"][:1] == [row["intent"]]]
    answered = [row for row in asked if found[row["id"]]["action"] == "answer"]
    wrong = [row for row in answered if found[row["id"]]["ranked"][0] != row["intent"]]
    assert len(right) / len(inside) >= 0.89
    assert len(answered) / len(asked) >= 0.25
    assert len(wrong) / len(answered) <= 0.06
