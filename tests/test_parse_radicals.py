import pytest

from retrieval.radicals import fold_radicals


@pytest.mark.parametrize(
    ("radical", "ideograph"),
    [
        ("\u2ed3", "长"),
        ("\u2ed4", "门"),
        ("\u2eda", "页"),
        ("\u2ecb", "车"),
        ("\u2e9f", "母"),
        ("\u2ea0", "民"),
        ("\u2ec5", "见"),
        ("\u2ee2", "马"),
        ("\u2ee9", "黄"),
        ("\u2eec", "齐"),
        ("\u2ef3", "龟"),
        ("\u2f2f", "工"),
    ],
)
def test_a_radical_becomes_its_character(radical: str, ideograph: str) -> None:
    assert fold_radicals(radical) == ideograph
