"""Axes of shares, with per cent signs as the language writes them (Plotly knows only "10%")."""

import re

from workbench.words import percent

STEPS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25)


def percent_ticks(top: float, language: str, *, most: int = 6) -> dict:
    """`tickvals` and `ticktext` from 0 to `top`, at most so many.

    >>> percent_ticks(0.4, "fr")["ticktext"]
    ['0\\xa0%', '10\\xa0%', '20\\xa0%', '30\\xa0%', '40\\xa0%']
    >>> percent_ticks(0.04, "en")["ticktext"]
    ['0%', '1%', '2%', '3%', '4%']
    """
    step = next((step for step in STEPS if top / step < most), 0.5)
    values = [round(place * step, 3) for place in range(int(top / step + 1e-9) + 1)]
    texts = [re.sub(r"[.,]0(?=\D*$)", "", percent(value, language)) for value in values]
    return {"tickmode": "array", "tickvals": values, "ticktext": texts}
