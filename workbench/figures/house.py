"""How every figure looks: colours that colour-blind people tell apart, quiet axes, the finding in the title."""

from html import escape

import plotly.graph_objects as go

# Okabe & Ito (2008), ordered so that neighbours differ in lightness too: they hold in grey print.
BLUE, ORANGE, GREEN, PINK, SKY, VERMILION, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#6B7280",
)  # fmt: skip
COLOURS = (BLUE, ORANGE, GREEN, PINK, SKY, VERMILION, GREY)
INK, QUIET_INK, LINE, PAPER = "#1F2933", "#52606D", "#E4E7EB", "#FFFFFF"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def figure(
    *traces,
    title: str,
    language: str,
    x: str = "",
    y: str = "",
    height: int = 340,
    legend: bool | None = None,
) -> go.Figure:
    """A figure in the house style. `title` is the finding; `x` and `y` name the axes with their units."""
    drawn = go.Figure(data=list(traces))
    heading = wrapped(title)
    further = 20 * heading.count("<br>")  # pixels that a title of several lines needs above the plot
    drawn.update_layout(
        template="none",
        title={"text": heading, "x": 0, "xref": "paper", "xanchor": "left", "yref": "container", "y": 1,
               "yanchor": "top", "pad": {"t": 12}, "font": {"size": 16, "color": INK}},
        font={"family": FONT, "size": 13, "color": QUIET_INK},
        colorway=list(COLOURS),
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        height=height + further,
        margin={"l": 56, "r": 30, "t": 68 + further, "b": 48},  # r: half of the last label
        separators=",\u202f" if language == "fr" else ".,",
        hovermode="x unified" if any(trace.type in ("scatter", "bar") for trace in traces) else "closest",
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
        showlegend=len(traces) > 1 if legend is None else legend,
        bargap=0.25,
    )  # fmt: skip
    axis = {"gridcolor": LINE, "linecolor": LINE, "zerolinecolor": LINE, "ticks": "", "automargin": True}
    axis["separatethousands"] = True
    drawn.update_xaxes(**axis, title={"text": escape(x)}, showgrid=False)
    drawn.update_yaxes(
        **axis, title={"text": wrapped(y, round((height - 116) / 9)), "standoff": 10}, rangemode="tozero"
    )
    return drawn


def whole_ticks(counts, *, most: int = 5) -> dict:
    """Ticks for an axis of counts, so that of a handful no half ones are marked.

    >>> whole_ticks([0, 1]), whole_ticks([40, 52])
    ({'dtick': 1}, {})
    """
    highest = max((float(count) for count in counts), default=0)
    return {"dtick": -(-int(highest) // most) or 1} if highest <= 2 * most else {}


def shortened(name: str, most: int = 26) -> str:
    """A name for one line beside an axis, escaped; a longer one is cut and ends with an ellipsis.

    >>> shortened("Companion configuration setting")
    'Companion configuration s…'
    """
    name = " ".join(str(name).split())
    return escape(name if len(name) <= most else name[: most - 1].rstrip() + "…", quote=False)


def wrapped(title: str, width: int = 78) -> str:
    """A title escaped and broken into lines that fit a page column."""
    lines, line = [], ""
    for word in escape(str(title), quote=False).split(" "):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "<br>".join([*lines, line])
