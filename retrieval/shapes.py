"""Characters that are taken for each other by eye, on a keyboard of strokes or by a scanner."""

_GROUPS = """
己已巳 末未 栗粟票 土士 干千于 日曰目 天夭 人入 折拆析 侯候 徒徙
拔拨 辩辨辫 即既 治冶 准淮 贷货 建健键 证征 审宙 批抵 许诈
项顶 规现 施旋 验检 收牧 消捎 防妨 竣峻 并井开 受爱 理埋
政攻 策荣 材村 料科 申由甲 报振 表衣 单早 企全 计讣 纸低
查杳 纪记 电屯 话活 址扯 费贾 期斯 限很 延廷 换挽 补朴
块决 评坪 环坏 境镜 保堡 持特 竞竟 问间 师帅 住往 侍待
晴睛 清请情 提堤 线钱 码玛 络洛 输轮 论沦 场扬 广厂
"""


def _pairs() -> dict[str, str]:
    found: dict[str, str] = {}
    for group in _GROUPS.split():
        for char in group:
            others = "".join(other for other in group if other != char)
            found[char] = "".join(dict.fromkeys(found.get(char, "") + others))
    return found


# By what was typed: what may have been meant.
SHAPES = _pairs()
