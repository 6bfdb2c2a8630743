"""The precision–coverage curve as a picture."""

from collections.abc import Sequence
from math import floor

_WIDTH, _HEIGHT = 720, 440
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 24, 56, 56
_LINE, _POINT, _WISHED = "#0b6e99", "#b03a2e", "#6b7280"


def render_curve(
    points: Sequence[tuple[float, float]], chosen: tuple[float, float], wished: float = 0.95
) -> str:
    """Coverage and precision (0 to 1) as an SVG picture, with the point at which the library
    stands and a line at the precision that is wished for."""
    least = min([up for _, up in points] + [chosen[1], wished])
    low = max(0.0, floor(least * 5 - 0.01) / 5)
    scale = _Scale(low)
    title = f"覆盖率 {chosen[0]:.1%}，准确率 {chosen[1]:.1%}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}"'
        f' viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="准确率—覆盖率曲线：{title}"'
        ' font-family="Noto Sans CJK SC, Microsoft YaHei, PingFang SC, sans-serif" font-size="13"'
        f' fill="#1f2937"><rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
        f'<text x="{_LEFT}" y="26" font-size="16" font-weight="600">准确率—覆盖率曲线</text>'
        f"{scale.grid()}{_wished(scale, wished)}{_curve(scale, points)}"
        f"{_here(scale, chosen, title)}"
        f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2:.0f}" y="{_HEIGHT - 12}" text-anchor="middle">'
        "覆盖率：有答案的问题里答了多少</text>"
        f'<text transform="translate(18 {(_TOP + _HEIGHT - _BOTTOM) / 2:.0f}) rotate(-90)"'
        ' text-anchor="middle">准确率：答出的里面答对多少</text></svg>\n'
    )


class _Scale:
    """Where shares stand in the picture; precision begins at `low`."""

    def __init__(self, low: float) -> None:
        self._low = low

    def place(self, across: float, up: float) -> tuple[float, float]:
        height = (up - self._low) / (1 - self._low)
        return (
            _LEFT + across * (_WIDTH - _LEFT - _RIGHT),
            _HEIGHT - _BOTTOM - height * (_HEIGHT - _TOP - _BOTTOM),
        )

    def grid(self) -> str:
        lines = [self._line(place / 5) for place in range(6)]
        step = 0.05 if self._low > 0.7 else 0.1 if self._low > 0.3 else 0.2
        steps = round((1 - self._low) / step)
        lines += [self._level(self._low + step * place) for place in range(steps + 1)]
        return "".join(lines)

    def _line(self, share: float) -> str:
        x, bottom = self.place(share, self._low)
        return (
            f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{bottom:.1f}" stroke="#eef0f3"/>'
            f'<text x="{x:.1f}" y="{bottom + 18:.1f}" text-anchor="middle">{share:.0%}</text>'
        )

    def _level(self, share: float) -> str:
        left, y = self.place(0.0, share)
        return (
            f'<line x1="{left:.1f}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}"'
            f' stroke="#d9dde3"/><text x="{left - 8:.1f}" y="{y + 4:.1f}" text-anchor="end">'
            f"{share:.0%}</text>"
        )


def _wished(scale: _Scale, wished: float) -> str:
    left, y = scale.place(0.0, wished)
    return (
        f'<line x1="{left:.1f}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}"'
        f' stroke="{_WISHED}" stroke-dasharray="5 4"/>'
        f'<text x="{left + 6:.1f}" y="{y + 16:.1f}" fill="{_WISHED}">要求 {wished:.0%}</text>'
    )


def _curve(scale: _Scale, points: Sequence[tuple[float, float]]) -> str:
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (scale.place(*point) for point in points))
    return (
        f'<polyline points="{line}" fill="none" stroke="{_LINE}" stroke-width="2.5"'
        ' stroke-linejoin="round"/>'
    )


def _here(scale: _Scale, chosen: tuple[float, float], title: str) -> str:
    x, y = scale.place(*chosen)
    # To the right and above it is empty, since the curve falls; at the edge there is no room.
    anchor, beside = ("end", 0) if chosen[0] > 0.6 else ("start", 4)
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{_POINT}" stroke="#fff" stroke-width="2"/>'
        f'<text x="{x + beside:.1f}" y="{y - 14:.1f}" text-anchor="{anchor}" fill="{_POINT}"'
        f' font-weight="600" stroke="#fff" stroke-width="3" paint-order="stroke">现在：{title}'
        "</text>"
    )
