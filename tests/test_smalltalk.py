"""Small talk and the wish for a person; above all what is neither."""

import pytest

from retrieval.smalltalk import small_talk, strip_courtesy, tells_a_matter, wants_person

TALK = {
    "greeting": ["你好", "您好呀", "早鸭☀️", "在吗", "在吗在吗？", "早上好，小海马", "hello~",
    "喂 有人吗",
    "打扰一下"],
    "thanks": ["谢谢", "谢谢啊！！", "多谢您了", "辛苦了 帮大忙了👍", "好的，谢谢", "thx",
    "太感谢了🙏"],
    "praise": ["真棒", "讲得挺明白的", "你真聪明", "太厉害了", "回答很专业", "666", "服务真好",
    "给力！"],
    "farewell": ["再见", "拜拜~", "先这样吧", "没有别的问题了", "下次再来请教", "晚安"],
    "acknowledgement": ["好的", "嗯嗯", "知道了", "明白了", "ok", "收到", "哦哦好的"],
    "laughter": ["哈哈哈哈", "hhhh", "笑死我了", "😂😂😂", "👍", "🙏🙏"],
    "identity": ["你是谁", "你是机器人吗", "你叫什么名字", "你是真人还是机器人", "你能干什么"],
    "abuse": ["垃圾机器人啥都不懂", "垃圾", "什么破机器人", "你真笨", "一点用都没有", "傻逼"],
    "unsolved": ["没解决", "不对", "答非所问", "你答错了", "还是不懂", "不是这个意思"],
    "chat": [
        "今天天气怎么样", "明天威海下雨不", "讲个笑话", "今晚国足踢谁", "推荐只股票", "现在几点了",
        "1加1等于几", "吃了吗", "陪我聊天", "大盘涨了没", "写首关于春天的诗",
    ],
    "noise": ["", "？？？", "。。。", "  ", "\n", "!!!"],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "message"), [(k, m) for k, ms in TALK.items() for m in ms])
def test_small_talk(kind: str, message: str) -> None:
    assert small_talk(message) == kind


@pytest.mark.parametrize(
    "message",
    [
        "转人工", "转人工！！！", "人工", "人工客服", "人工人工人工", "找个活人", "接管家",
        "叫个人来",
        "我要找人工客服", "帮我转一下人工", "能不能转人工", "还是给我转人工吧",
        "帮我接一下管家，急急急",
        "我要跟负责我们项目的那个管家直接聊", "让管家给我回个电话", "打电话给我13800000000",
        "给我回电话吧，说不清楚", "不想跟机器人说话", "别跟我机器人了，换个真人", "有活人吗",
        "有没有人工客服", "找你们领导", "叫能拍板的人来", "砖人工", "转人公", "zhuan人工",
        "转rengong",
        "算了，找人工", "你这机器人不顶用，换个人来", "麻烦帮我接通人工服务，谢谢", "我要投诉你们",
        "代办收费吗 算了转人工", "想约个时间当面跟项目管家谈", "联系工作人员",
        "派个专员跟我对接一下",
        "人工客服在不在", "客服", "有活人没", "让你们管事的来回我",
        "能不能安排个工作人员给我回个话",
        "你说的我看不懂，换个真人讲给我听", "我不大会打字你叫个真人来跟我讲行不行我跟机器讲不清楚",
        "请将本次咨询转交项目管家本人处理。", "人工客服在哪", "叫你们值班的来",
        "我要直接找工改办的人反映情况", "zhuan ren gong", "能不能让真人给我回个话",
        "把我的问题转给管家", "俺要跟活人说话",
        "麻烦派个懂政策的人跟我联系一下", "我想直接打给管家，你给我接过去",
    ],
)  # fmt: skip
def test_the_wish_for_a_person(message: str) -> None:
    assert wants_person(message)
    assert small_talk(message) == "person"


@pytest.mark.parametrize(
    "message",
    [
        # about the people, not wishing for them
        "管家怎么联系我", "转人工要多久", "转人工，要多久", "人工收费吗", "管家什么时候联系我",
        "怎么联系管家",
        "管家电话多少", "客服电话", "客服 电话", "找管家要钱吗", "项目管家是谁", "管家是干什么的",
        "给我配个管家要什么条件", "能找人帮我跑手续吗", "找人代办收费吗", "人工审核要几天",
        "不用转人工了",
        "别转人工", "要单位负责人来吗", "需要法人本人到场吗", "要领导签字吗", "是不是必须找管家",
        "一个管家管几个项目", "换管家怎么换", "工作人员态度不好怎么投诉", "你们打电话我没接到",
        "找谁", "申请以后会安排专员跟我对接吗", "把材料交给工作人员就行了吗", "会硬派代办员来吗",
        "转给项目管家的问题会保密吗", "窗口工作人员给我回执吗", "让代办员帮我处理环评行吗",
        "代办员联系我说缺材料怎么办", "交给管家的财务数据保密不",
        # courtesy and a question
        "你好，三元区代办收费吗", "谢谢，那要多久", "辛苦了，还有个事，材料交哪",
        "在吗 问个事 怎么申请代办",
        "好的，那电话多少", "哈哈那收费吗", "你好请问专班是啥",
        # abuse or chat in form, a question in substance
        "你们什么破系统，怎么登录", "建筑垃圾怎么处置", "下雨天能施工吗", "下雨影响工期怎么办",
        "抗震设防几度", "天气原因停工怎么顺延", "公积金基金怎么交", "项目服务", "审批效率怎么样",
        "看不懂审批流程图", "什么系统", "不懂什么是容缺", "今天几点下班", "周六上班吗",
        # short, but questions or answers to a choice
        "收费吗", "可以吗", "多久", "行吗", "三元区", "江海的", "那个呢", "代办", "1", "有哪些",
        "可以代办",
    ],
)  # fmt: skip
def test_questions_are_no_small_talk(message: str) -> None:
    assert small_talk(message) is None


@pytest.mark.parametrize(
    ("message", "inner"),
    [
        ("你好，三元区代办收费吗", "三元区代办收费吗"),
        ("您好请问怎么申请代办", "怎么申请代办"),
        ("老师好，想咨询一下，材料交哪里，谢谢", "材料交哪里"),
        ("请问一下专班是啥", "专班是啥"),
        ("麻烦问下窗口几点下班？谢谢您了", "窗口几点下班"),
        ("在吗？问个问题 要钱吗", "要钱吗"),
        ("好的办件怎么查", "好的办件怎么查"),
        ("怎么申请", "怎么申请"),
        ("你好", "你好"),
        ("谢谢", "谢谢"),
        ("问题怎么上报", "问题怎么上报"),
    ],
)
def test_courtesy_comes_off(message: str, inner: str) -> None:
    assert strip_courtesy(message) == inner


@pytest.mark.parametrize(
    "piece",
    [
        "急", "一下", "找", "给我", "转人工要", "打电话给我", "我", "好", "我要", "帮我", "你好",
        "转接", "找转接", "跟我", "找人说说", "行吗", "人工客服", "项目管家", "叫管家",
        "找人行不行",
    ],
)  # fmt: skip
def test_patterns_do_not_run_away_on_repetition(piece: str) -> None:
    """Without end where a piece can be read in two ways."""
    for size in (39, 99, 2000):
        message = (piece * size)[:size] + "x"
        assert not wants_person(message)
        assert small_talk(message) is None
        assert tells_a_matter(message)


@pytest.mark.parametrize("message", ["叫人工打电话给我", "叫工改办的人打电话", "让人工给我回电话"])
def test_people_are_to_call(message: str) -> None:
    assert wants_person(message)


@pytest.mark.parametrize(
    ("message", "tells"),
    [
        ("转人工", False),
        ("那转吧", False),
        ("烦死了！给我转人工！！", False),
        ("你好，转人工，谢谢", False),
        ("我不大会打字你叫个真人来跟我讲行不行", False),
        ("转人工，我的件交上去三个月了", True),
        ("施工许可证批错名字了，找你们领导来", True),
    ],
)
def test_a_wish_for_a_person_may_tell_what_about(message: str, tells: bool) -> None:
    assert wants_person(message)
    assert tells_a_matter(message) == tells
