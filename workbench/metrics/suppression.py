"""Which cells of a table of counts to hide, so that no small one can be worked out from its margins."""

import numpy as np

LEAST = 5
"""A count under this is never shown."""


def folded(counts: list[int], *, least: int = LEAST) -> list[int]:
    """Places of the counts to put together in one "other", so that none under `least` can be had from the total.

    At least two, together at least `least`; small ones first, then as many of the next as that takes.

    >>> folded([40, 12, 9, 3]), folded([40, 3, 2]), folded([40, 7])
    ([3, 2], [2, 1], [])
    """
    ascending = sorted(range(len(counts)), key=lambda place: (counts[place], -place))
    small = [place for place in ascending if counts[place] < least]
    others = ascending[len(small) :]
    while small and others and (len(small) < 2 or sum(counts[place] for place in small) < least):
        small.append(others.pop(0))
    return small


def hidden(table: np.ndarray, *, least: int = LEAST) -> np.ndarray:
    """Cells to hide in a table of counts of which the sums of rows and columns are known.

    Hidden are all cells under `least`, noughts too, and of the others the smallest that it takes until no hidden count
    of 1 to `least` − 1 follows from what is shown, and none adds up to so few with its hidden neighbours in a line.

    A hidden cell is known when no other table of whole numbers has the same sums and shown cells: when it can grow by
    one only by itself, and shrink only by itself. It can grow when a way leads from its column back to its row over
    other hidden cells, in turn shrinking one that is not nought and growing one (the residual graph of a transport
    network). Source: Gusfield 1988, SIAM Journal on Computing 17, 552–571.

    >>> hidden(np.array([[20, 3], [9, 30]])).tolist()
    [[True, True], [True, True]]
    """
    table = np.asarray(table)
    away = table < least
    while further := _beside_few(table, away, least) or _beside_known(table, away, least):
        away[min(further, key=lambda cell: (table[cell], cell))] = True
    return away


def _beside_few(table: np.ndarray, away: np.ndarray, least: int) -> list[tuple[int, int]]:
    """The shown cells of a line whose hidden ones add up to fewer than `least`, but not to nought."""
    for place in range(table.shape[0]):
        if 0 < table[place][away[place]].sum() < least and not away[place].all():
            return [(place, int(one)) for one in np.flatnonzero(~away[place])]
    for place in range(table.shape[1]):
        if 0 < table[:, place][away[:, place]].sum() < least and not away[:, place].all():
            return [(int(one), place) for one in np.flatnonzero(~away[:, place])]
    return []


def _beside_known(table: np.ndarray, away: np.ndarray, least: int) -> list[tuple[int, int]]:
    """The shown cells in the lines of a hidden count of 1 to `least` − 1 that follows from what is shown; where its
    lines are hidden already, all shown ones."""
    for row, column in np.argwhere(away & (table > 0) & (table < least)):
        if not (_way(table, away, row, column, growing=True) or _way(table, away, row, column, growing=False)):
            shown = [(int(one), int(other)) for one, other in np.argwhere(~away)]
            return [(one, other) for one, other in shown if one == row or other == column] or shown
    return []


def _way(table: np.ndarray, away: np.ndarray, row: int, column: int, *, growing: bool) -> bool:
    """Whether the cell can change by one, other hidden cells making up for it."""
    shrinks, grows = away & (table > 0), away.copy()
    shrinks[row, column] = grows[row, column] = False
    # Growing: the column must lose one elsewhere, that row gain one, and so on, until the cell's own row loses one.
    from_column, from_row = (shrinks, grows) if growing else (grows, shrinks)
    columns, rows = {column}, set()
    fresh = {column}
    while fresh:
        reached = {int(r) for c in fresh for r in np.flatnonzero(from_column[:, c])} - rows
        if row in reached:
            return True
        rows |= reached
        fresh = {int(c) for r in reached for c in np.flatnonzero(from_row[r])} - columns
        columns |= fresh
    return False
