"""What a question stresses, and what a text leaves uncovered."""

import pytest

from retrieval.stress import contradictions, contrasts, stressed, uncovered, uncovered_weight


@pytest.mark.parametrize(
    ("question", "kind", "text"),
    [
        ("配套费多交了怎么退款", "matter", "退款"),
        ("能不能加急", "matter", "加急"),
        ("公司停业了还办吗", "matter", "停业"),
        ("规划许可证过期了会怎样", "matter", "过期"),
        ("证弄丢了咋办", "matter", "弄丢"),
        ("换手机号了怎么登录", "matter", "换手机"),
        ("想撤回申请", "matter", "撤回"),
        ("电子证拿到外省能用吗", "setting", "外省"),
        ("政府投资的项目几天", "setting", "政府投资"),
        ("农村自己建房能代办吗", "setting", "农村"),
        ("材料不齐咋整", "negation", "不齐"),
        ("没有施工许可证能开工吗", "negation", "没有施工许"),
        ("《安全生产法》里怎么说", "name", "《安全生产法》"),
        ("bim模型要交吗", "name", "bim"),
        ("那个标准第五条规定了什么", "name", "第五条"),
        ("找王科长有用吗", "name", "王科长"),
        ("3000平方的厂房算小型吗", "number", "3000平方"),
        ("七十个工作日包括公示吗", "number", "七十个工作日"),
    ],
)
def test_what_is_stressed(question: str, kind: str, text: str) -> None:
    assert (kind, text) in [(s.kind, s.text) for s in stressed(question)]


@pytest.mark.parametrize(
    "question",
    [
        "怎么申请代办",
        "能不能代签",
        "有没有电话",
        "要不要钱",
        "收费不",
        "不好意思请问怎么办",
        "我不知道找谁",
        "不动产登记在哪办",
        "是不是免费的",
        "材料齐了没",
        "办了没有",
        "这两个有什么不同",
        "无人机怎么用",
        "第一步做什么",
        "三元区几天能批",
    ],
)
def test_what_is_not_stressed(question: str) -> None:
    assert stressed(question) == ()


@pytest.mark.parametrize(
    ("question", "text", "left"),
    [
        ("多交了怎么退款", "多缴的由窗口退还", []),
        ("多交了怎么退款", "一律免费", ["退款"]),
        ("证丢了怎么补", "可凭身份证补办", []),
        ("材料不齐咋整", "资料不全的一次性告知补齐", []),
        ("材料不齐咋整", "由专员上门服务", ["不齐"]),
        ("七十个工作日怎么算", "审批时限70个工作日", []),
        ("三十个工作日怎么算", "审批时限70个工作日", ["三十个工作日"]),
        ("“三项机制”是哪三项", "建立三项机制", []),
        ("bim模型要交吗", "提交施工图", ["bim"]),
    ],
)
def test_what_a_text_leaves_uncovered(question: str, text: str, left: list[str]) -> None:
    assert [s.text for s in uncovered(question, text)] == left


def test_evidence_adds_up() -> None:
    question = "外省公司丢了证怎么退款"
    assert uncovered_weight(question, "一律免费") > uncovered_weight(question, "可以退款") > 0
    assert uncovered_weight(question, "外省企业遗失证件的，费用退还") == 0


@pytest.mark.parametrize(
    ("question", "text", "pairs"),
    [
        ("政府投资的几天", "社会投资项目20个工作日", [("政府投资", "社会投资")]),
        ("政府投资的几天", "政府投资和社会投资项目均为20个工作日", []),
        ("怎么注销", "怎么开通", [("注销", "开通")]),
        ("怎么解绑手机", "绑定手机的方法", [("解绑", "绑定")]),
        ("可以在网上交吗", "须到现场提交", [("网上", "现场")]),
        ("怎么申请", "由窗口受理", []),
    ],
)
def test_contradictions(question: str, text: str, pairs: list[tuple[str, str]]) -> None:
    assert list(contradictions(question, text)) == pairs


def test_curators_can_name_their_own_contrasts() -> None:
    groups = contrasts([["房建", "工业"]])
    assert contradictions("房建的呢", "工业类项目", groups) == (("房建", "工业"),)
