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


def test_any_folder_in_the_format(tmp_path: Path) -> None:
    """Numbers as ids, an id that occurs twice, a byte order mark, nothing where nothing is."""
    rows: list[dict[str, object]] = [
        {"id": 1, "question": "怎么退费", "similar": None},
        {"id": 1, "question": "钱怎么退"},
        {"id": 2, "question": "怎么改地址", "similar": []},
        {"id": 3, "question": "……"},
    ]
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / "faq.jsonl").write_text(f"{text}\n\n", "utf-8-sig")
    write(tmp_path / "queries.jsonl", [{"id": 7, "query": "钱怎么退"}, {"id": 8, "query": ""}])
    main(["bench", str(tmp_path), "--out", str(tmp_path / "out")])
    found, empty = predictions(tmp_path / "out")
    assert (found["id"], found["ranked"][0]) == (7, 1)  # type: ignore[index]  # a list, by the format
    assert found["ranked"].count(1) == 1  # type: ignore[attr-defined]  # a list
    assert (empty["id"], empty["ranked"]) == (8, [])


def test_documents_without_titles_and_passages_without_documents(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"id": 10, "doc": 1, "text": "办理施工许可证应当提交申请表。"},
        {"id": 11, "doc": 1, "title": None, "text": "本办法自公布起施行。"},
        {"id": 12, "text": "档案由城建档案馆保管。"},
        {"id": 13, "doc": None, "text": "档案保管三十年。"},
    ]
    write(tmp_path / "passages.jsonl", rows)
    write(tmp_path / "queries.jsonl", [{"id": "a", "query": "档案由谁保管"}])
    main(["bench", str(tmp_path), "--out", str(tmp_path / "out")])
    (found,) = predictions(tmp_path / "out")
    assert set(found["ranked"]) == {12, 13}  # type: ignore[call-overload]  # a list
    assert found["passages"] == [12, 13]


@pytest.mark.parametrize("content", [None, "no json", "[1]", '{"id": 1}'])
def test_what_is_no_bench_is_refused_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    if content is not None:
        (tmp_path / "passages.jsonl").write_text(content, "utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["bench", str(tmp_path), "--out", str(tmp_path / "out")])
    assert ended.value.code == 2
    assert "passages.jsonl" in capsys.readouterr().err


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


def test_slips_are_put_right_as_in_a_conversation(tmp_path: Path) -> None:
    write(
        tmp_path / "faq.jsonl",
        [
            {"id": 1, "question": "施工许可证去哪里办", "similar": ["施工许可证在哪个窗口办"]},
            {"id": 2, "question": "竣工验收去哪里办", "similar": ["竣工验收在哪个窗口办"]},
            {"id": 3, "question": "去哪里办", "similar": ["在哪个窗口办"]},
        ],
    )
    write(tmp_path / "queries.jsonl", [{"id": "q", "query": "xukezheng去哪里办", "intent": 1}])
    main(["bench", str(tmp_path), "--out", str(tmp_path / "out")])
    (found,) = predictions(tmp_path / "out")
    assert found["ranked"][:1] == [1]  # type: ignore[index]  # a list, by the format
