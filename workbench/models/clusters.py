"""Groups of near vectors without being told their number: neighbour graph, Louvain, then merging."""

import numpy as np
from scipy import sparse

_BATCH = 1_024  # rows of the similarity matrix that are held at once


def neighbours(vectors, count):
    """The `count` nearest other rows by cosine: (indices, cosines), nearest first."""
    n = len(vectors)
    count = max(0, min(count, n - 1))
    indices = np.empty((n, count), np.int32)
    cosines = np.empty((n, count), np.float32)
    if count == 0:
        return indices, cosines
    for start in range(0, n, _BATCH):
        near = vectors[start : start + _BATCH] @ vectors.T
        rows = np.arange(len(near))
        near[rows, start + rows] = -2  # not its own neighbour
        best = np.argpartition(-near, count - 1, axis=1)[:, :count]
        best.sort(axis=1)
        order = np.argsort(-np.take_along_axis(near, best, 1), axis=1, kind="stable")
        best = np.take_along_axis(best, order, 1)
        indices[start : start + _BATCH] = best
        cosines[start : start + _BATCH] = np.take_along_axis(near, best, 1)
    return indices, cosines


def communities(indices, cosines, *, resolution, least_cosine) -> np.ndarray:
    """The group of each row in the graph of neighbours whose cosine is at least `least_cosine`.

    Louvain and not Leiden: scikit-network's Leiden refines with C's unseeded `rand`, so that no two runs of
    one process agree; on the labelled sets both are equally good (`benchmarks/THEMES.md`).

    Source: V. Blondel et al., "Fast unfolding of communities in large networks" (J. Stat. Mech. 2008).
    """
    from sknetwork.clustering import Louvain

    n, count = indices.shape
    kept = (cosines >= least_cosine).ravel()
    rows = np.repeat(np.arange(n), count)[kept]
    graph = sparse.csr_matrix((cosines.ravel()[kept], (rows, indices.ravel()[kept])), shape=(n, n))
    graph = (graph + graph.T).tocsr()
    groups = np.arange(n)
    linked = np.flatnonzero(np.diff(graph.indptr))  # rows without a neighbour stay alone
    if len(linked):
        louvain = Louvain(
            resolution=resolution,
            tol_optimization=1e-5,
            tol_aggregation=1e-5,
            random_state=0,
            return_probs=False,
            return_aggregate=False,
        )
        groups[linked] = n + louvain.fit_predict(graph[linked][:, linked])
    return np.unique(groups, return_inverse=True)[1]


def merge(vectors, groups, most) -> np.ndarray:
    """For each group its number after merging to at most `most`, the pair that costs least first.

    Source: J. Ward, "Hierarchical Grouping to Optimize an Objective Function" (JASA 1963).

    >>> merge(np.array([[0, 0], [0, 1], [9, 9], [9, 8], [8, 8]]), np.array([0, 0, 1, 1, 2]), 2)
    array([0, 1, 1])
    """
    number = int(groups.max()) + 1 if len(groups) else 0
    sizes = np.bincount(groups, minlength=number).astype(float)
    member = sparse.csr_matrix((np.ones(len(groups)), (groups, np.arange(len(groups)))))
    centres = np.asarray(member @ vectors.astype(float)) / np.maximum(sizes, 1)[:, None] if number else None
    parent = np.arange(number)
    if number > most:
        cost = _squares(centres) * sizes[:, None] * sizes[None] / (sizes[:, None] + sizes[None])
        np.fill_diagonal(cost, np.inf)
    for _ in range(number - most):
        kept, gone = sorted(divmod(int(cost.argmin()), number))
        total = sizes[kept] + sizes[gone]
        # Lance and Williams: the costs of the union follow from those of its parts
        union = ((sizes[kept] + sizes) * cost[kept] + (sizes[gone] + sizes) * cost[gone] - sizes * cost[kept, gone]) / (
            total + sizes
        )
        union[[kept, gone]] = np.inf
        cost[kept] = cost[:, kept] = union
        cost[gone] = cost[:, gone] = np.inf
        sizes[kept] = total
        parent[parent == gone] = kept
    return np.unique(parent, return_inverse=True)[1]


def _squares(centres):
    length = (centres**2).sum(axis=1)
    return np.maximum(length[:, None] + length[None] - 2 * centres @ centres.T, 0)
