"""The kind of fact a question asks for, and what a text states."""

import pytest

from retrieval.facts import asked, find_stated, fit, lacks, number, states, tells, unusual


def kinds(question: str) -> list[str]:
    return [a.kind for a in asked(question)]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("全部批下来得多久", "duration"),
        ("小型项目几天能批", "duration"),
        ("要几个工作日", "duration"),
        ("施工证啥时候能下来", "duration"),
        ("什么时候给我答复", "duration"),
        ("材料要存几年", "duration"),
        ("能保证几天内办完吗", "duration"),
        ("这证有效期是多少", "duration"),
        ("多久开一次会", "frequency"),
        ("多长时间培训一次", "frequency"),
        ("每个月开几次会", "frequency"),
        ("一个月开几次", "frequency"),
        ("隔多久通报", "frequency"),
        ("检查的频次是多少", "frequency"),
        ("文件什么时候发的", "date"),
        ("这个办法啥时候开始施行", "date"),
        ("从哪天起算", "date"),
        ("几月几号截止", "date"),
        ("窗口几点下班", "hours"),
        ("周六窗口上班吗", "hours"),
        ("中午有人办理吗", "hours"),
        ("代办要钱吗", "fee"),
        ("代办收不收费", "fee"),
        ("是不是得塞红包", "fee"),
        ("请你们跑腿怎么收费", "fee"),
        ("邮费要我付钱吗", "fee"),
        ("环评报告多少钱", "amount"),
        ("补贴能拿多少", "amount"),
        ("没证先开工罚多少", "amount"),
        ("收费标准是啥", "amount"),
        ("窗口电话是多少", "phone"),
        ("给个咨询电话", "phone"),
        ("有没有邮箱", "email"),
        ("怎么跟管家联系", "contact"),
        ("方案的文号是多少", "document_number"),
        ("这是几号文", "document_number"),
        ("谁负责答复", "who"),
        ("归哪个部门管", "who"),
        ("组长是哪位", "who"),
        ("去哪个窗口交", "where"),
        ("在哪下载表格", "where"),
        ("专班办公室设在哪里", "where"),
        ("要带什么材料", "materials"),
        ("需要准备哪些资料", "materials"),
        ("政策包有哪几种", "list"),
        ("哪些项目能享受", "list"),
        ("四级联动是哪四级", "list"),
        ("政策包收了多少条政策", "count"),
        ("一共有几个阶段", "count"),
        ("专班有几名成员", "count"),
        ("帮办和代办有啥区别", "comparison"),
        ("两边一样吗", "comparison"),
        ("为什么不给办", "reason"),
        ("咋不受理呢", "reason"),
        ("拖着不办有什么处分", "consequence"),
        ("过期会作废吗", "consequence"),
        ("一码通办是什么意思", "definition"),
        ("啥叫容缺", "definition"),
        ("怎么申请代办", "steps"),
        ("材料不齐咋整", "steps"),
        ("流程是啥样的", "steps"),
        ("能不能代签", "permission"),
        ("个人项目可以申请吗", "permission"),
        ("要不要本人到场", "permission"),
        ("是不是必须到大厅", "permission"),
    ],
)
def test_the_kind_that_is_asked_for(question: str, kind: str) -> None:
    assert kinds(question)[0] == kind


@pytest.mark.parametrize(
    ("question", "not_asked"),
    [
        ("多久一次", "duration"),
        ("隔几天开一次会", "duration"),
        ("分几级", "duration"),
        ("收了多少条", "amount"),
        ("评价分几档", "amount"),
        ("换了手机号怎么改绑定", "phone"),
        ("让管家给我回个电话", "phone"),
        ("哪些材料", "where"),
        ("到哪步算完", "where"),
        ("这几天窗口人多吗", "duration"),
        ("好几个局一起批吗", "duration"),
        ("收到什么通知", "permission"),
        ("几点要求是什么", "hours"),
        ("消防没过多久能再约一次", "frequency"),
        ("赶过去怎么也要七点", "steps"),
        ("你好", "permission"),
    ],
)
def test_the_kind_that_only_seems_asked_for(question: str, not_asked: str) -> None:
    assert not_asked not in kinds(question)


def test_a_noun_alone_implies_a_kind() -> None:
    (implied,) = asked("房建类项目审批时限")
    assert (implied.kind, implied.text, implied.explicit) == ("duration", "时限", False)
    assert [a.explicit for a in asked("审批时限是多久")] == [True, False] or kinds(
        "审批时限是多久"
    ) == ["duration"]


def test_what_is_counted() -> None:
    (count,) = asked("分几个阶段")
    assert count.unit == "阶段"
    assert asked("收了多少条")[0].unit == "条"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("duration", "自受理之日起30个工作日内办结"),
        ("duration", "审批时限为二十个工作日"),
        ("duration", "保存期限3年"),
        ("duration", "材料齐全的当场办理"),
        ("duration", "半年内有效"),
        ("frequency", "每月召开一次例会"),
        ("frequency", "按季度通报"),
        ("frequency", "一年两次"),
        ("hours", "工作日上午9:00至12:00"),
        ("hours", "周一至周五上午九点"),
        ("date", "自2023年7月1日起施行"),
        ("date", "从发布之日起实施"),
        ("amount", "每件收取200元"),
        ("amount", "按造价的1.5%缴存"),
        ("fee", "本服务不收取任何费用"),
        ("fee", "一律免费"),
        ("phone", "咨询电话：0591-12345678"),
        ("phone", "可拨打12345热线"),
        ("email", "请发至abc.de@example.cn"),
        ("document_number", "某政办〔2020〕15号"),
        ("who", "由市住建局牵头负责"),
        ("who", "组长：分管副市长"),
        ("where", "到政务服务大厅三楼综合窗口办理"),
        ("materials", "提交申请表、身份证复印件等材料"),
        ("list", "包括立项、用地、施工三个阶段"),
        ("count", "分为四个阶段"),
        ("reason", "为了方便企业，设立专窗"),
        ("consequence", "逾期未补的，不予受理"),
        ("steps", "登录系统填写表单后提交"),
        ("definition", "本办法所称代办，是指由专人代为办理"),
        ("permission", "企业可以委托他人办理"),
    ],
)
def test_a_text_states_a_kind(kind: str, text: str) -> None:
    assert states(kind, text) >= 0.8  # type: ignore[arg-type]  # plain strings in the table


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("duration", "每月召开一次例会"),
        ("duration", "2024年5月3日印发"),
        ("duration", "在规定的时限内提高效率"),
        ("duration", "第二年起执行"),
        ("duration", "三十二个项目"),
        ("frequency", "30个工作日内办结"),
        ("frequency", "每个项目配一名专员"),
        ("amount", "按规定缴纳费用"),
        ("amount", "2个窗口"),
        ("phone", "请联系窗口工作人员"),
        ("email", "电话0591-12345678"),
        ("document_number", "本方案自印发之日起施行"),
        ("hours", "5个工作日内办结"),
        ("date", "及时办理"),
        ("count", "梳理有关政策，汇编成册"),
    ],
)
def test_a_text_does_not_state_a_kind(kind: str, text: str) -> None:
    assert states(kind, text) < 0.5  # type: ignore[arg-type]  # plain strings in the table


def test_the_unit_that_is_counted_matters() -> None:
    text = "分为四个阶段，由2名专员跟进"
    assert states("count", text, "阶段") == 1
    assert states("count", text, "人") == 1
    assert states("count", text, "条") < 0.5


def test_spans_of_what_is_stated() -> None:
    text = "一般项目20个工作日，小型项目7个工作日"
    assert [s.text for s in find_stated("duration", text)] == ["20个工作日", "7个工作日"]
    assert [text[s.start : s.end] for s in find_stated("duration", text)] == [
        "20个工作日",
        "7个工作日",
    ]


def test_a_clause_without_the_fact_does_not_answer() -> None:
    clause = "涉及两个以上部门的，由中心启动会商，开设绿色通道"
    assert [a.kind for a in lacks("绿色通道保证几天办完", clause)] == ["duration"]
    assert lacks("绿色通道谁来启动", clause) == ()
    assert lacks("为什么要会商", clause) == ()
    assert fit("绿色通道保证几天办完", clause) == 0
    assert fit("绿色通道谁来启动", clause) == 1
    assert fit("绿色通道", clause) == 0.5


def test_all_facts_that_are_asked_for_must_be_stated() -> None:
    question = "由谁负责，要几天"
    assert fit(question, "由审批科负责") == 0
    assert fit(question, "由审批科负责，5个工作日办结") == 1


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("70", 70),
        ("1.5", 1.5),
        ("七十", 70),
        ("十五", 15),
        ("二十", 20),
        ("一百二十", 120),
        ("三万", 30000),
        ("半", 0.5),
        ("二〇二四", 2024),
        ("工", None),
        ("", None),
    ],
)
def test_number(numeral: str, value: float | None) -> None:
    assert number(numeral) == value


@pytest.mark.parametrize(
    ("question", "text", "lacking"),
    [
        ("几天有结果", "受理后及时办理", True),
        ("多久有结果", "受理后及时办理", False),
        ("分几种", "包括市级、区级和专项政策包", False),
        ("收了多少条", "包括国家、省、市政策", True),
        ("在几楼", "到政务中心综合窗口办理", True),
        ("去哪办", "到政务中心综合窗口办理", False),
        ("哪天起算", "之日起算", True),
        ("配几个联络员", "明确1名业务骨干为联络员", False),
        ("补正期限是几日", "须一次性告知，不清楚的当场问明白", True),
        ("几天能拿到", "材料齐全的当场发证", False),
        ("最晚能到几点", "可以申请延时服务", True),
        ("周末有人办理吗", "可以申请延时服务", False),
    ],
)
def test_a_number_that_is_asked_for_is_needed(question: str, text: str, lacking: bool) -> None:
    assert bool(lacks(question, text)) == lacking


def test_a_passage_is_seldom_asked_for_another_kind_of_fact() -> None:
    asked_for_a_place = ("办公室设在哪里", "到哪找专班办公室", "专班办公室在哪")
    assert unusual("专班办公室在几楼", asked_for_a_place) > 2  # no address was ever asked for
    assert unusual("专班办公室挂在哪儿", asked_for_a_place) == 0
    assert unusual("专班办公室", asked_for_a_place) == 0  # asks for no kind
    mixed = ("办公室设在哪里", "办公室几点上班")
    assert 0 < unusual("办公室几点开门", mixed) < unusual("办公室电话多少", mixed)


def test_a_text_tells_a_fact_that_has_a_form_of_its_own() -> None:
    told = "联系人老周，电话0598-1234567，邮箱a@example.cn，三天内回复。"
    assert tells("邮箱呢", told)
    assert tells("几天回复", told)
    assert not tells("文号是多少", told)
    assert not tells("怎么投诉", told)
