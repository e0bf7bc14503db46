"""Draws what counts.py wrote: python benchmarks/growth.py RESULTS.jsonl growth.svg (processor seconds by size).

The communities' folders tell their size: 10k, 1M, 100M (events), or 6mo, 36mo (months of history).
"""

import json
import math
import re
import sys
from pathlib import Path

LINES = {
    "rollups": ("roll-ups of all months, once", "#0b6e8a"),
    "counts_made": ("all counts of a month, after an import", "#b5541c"),
    "counts_kept": ("all counts of a month, again", "#5b7f2b"),
}
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 360, 60, 20, 20, 46
LEAST, MOST = 0.1, 1000


def size(name: str) -> float:
    """The number of events, or of months, that a folder's name tells: 10k, 100M, 12mo."""
    number, unit = re.match(r"(\d+)(k|mo|M)", name).groups()
    return int(number) * {"k": 1e3, "M": 1e6, "mo": 1}[unit]


def drawn(rows: list[dict]) -> str:
    first, last = (math.log10(edge(size(row["name"]) for row in rows)) for edge in (min, max))

    def x(events: float) -> float:
        return LEFT + (math.log10(events) - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(seconds: float) -> float:
        share = (math.log10(seconds) - math.log10(LEAST)) / (math.log10(MOST) - math.log10(LEAST))
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    by_month = all(row["name"].endswith("mo") for row in rows)
    axis = "months of history, 278,000 events each (log)" if by_month else "events in 36 months (log)"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"',
        ' font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for power in range(-1, 4):
        at = y(10**power)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10**power:g}</text>')
    for row in rows:
        at = x(size(row["name"]))
        parts.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{row["name"]}</text>')
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 8}" text-anchor="middle">{axis}</text>')
    parts.append(f'<text x="{LEFT}" y="{TOP - 6}">processor seconds (log)</text>')
    for place, (key, (title, colour)) in enumerate(LINES.items()):
        points = [(x(size(row["name"])), y(max(row[key], LEAST))) for row in rows]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>' for a, b in points]
        parts.append(f'<text x="{LEFT + 14}" y="{TOP + 20 + 18 * place}" fill="{colour}">{title}</text>')
    return "\n".join([*parts, "</svg>\n"])


if __name__ == "__main__":
    given = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    Path(sys.argv[2]).write_text(drawn(sorted(given, key=lambda row: size(row["name"]))), encoding="utf-8")
