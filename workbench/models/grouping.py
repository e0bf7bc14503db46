"""From words of texts to a theme number per text: learnt on a sample, given to all, −1 where none fits."""

import numpy as np

from workbench.models.clusters import communities, merge, neighbours
from workbench.models.vectors import fit_space, text_vectors, unit_rows

NEIGHBOURS = 15
LONELY_NEIGHBOURS = 10
LONELY_SPREADS = 3.0  # median absolute deviations under the median: loses 1-4 % of good texts
_LEAST_COSINE = 0.3  # texts less alike are not linked, however few texts there are
_JOINING_COSINE = 0.6
_RESOLUTIONS = (1.0, 2.0, 3.0)  # the first that gives as many groups as there may be themes
_TEXTS_PER_GROUP = 10  # but few texts are not cut finer for that
_FEW = 20  # texts of a language, under which nothing can be said about their usual company
_BATCH = 5_000


def group_texts(documents, languages, authors, fitted, *, most, minimum_authors, seed):
    """Which theme is each text in? (theme numbers, cosine to the theme's centre), both per text.

    `documents` are lists of words, `authors` the number of people who said each, `fitted` the indices of
    the texts to learn on. The number of themes comes from the texts, up to `most` and to the root of the
    number of texts.
    """
    themes = np.full(len(documents), -1)
    similarity = np.zeros(len(documents), np.float32)
    if not len(fitted):
        return themes, similarity
    learnt = [documents[index] for index in fitted]
    spoken = [languages[index] for index in fitted]
    space = fit_space(learnt, spoken, seed=seed)
    vectors = text_vectors(learnt, spoken, space)
    heard_from = np.asarray(authors)[fitted]
    found, parts = _learn(vectors, np.array(spoken), heard_from, most, minimum_authors)
    if found.max(initial=-1) < 0:
        return themes, similarity
    centres = _centres(vectors, found)
    themes[fitted] = found
    similarity[fitted] = (vectors * centres[found]).sum(axis=1) * (found >= 0)
    rest = np.setdiff1d(np.arange(len(documents)), fitted)
    if len(rest):
        prototypes = _centres(vectors, parts)
        theme_of = np.zeros(len(prototypes), int)
        theme_of[parts[parts >= 0]] = found[parts >= 0]
        near = (vectors * prototypes[parts]).sum(axis=1)[parts >= 0]
        # as many of the rest stay without a theme as of the sample
        least = np.quantile(near, (found < 0).mean())
        for start in range(0, len(rest), _BATCH):
            some = rest[start : start + _BATCH]
            batch = text_vectors([documents[i] for i in some], [languages[i] for i in some], space)
            cosines = batch @ prototypes.T
            best = cosines.argmax(axis=1)
            fits = cosines[np.arange(len(some)), best] >= least
            themes[some] = np.where(fits, theme_of[best], -1)
            similarity[some] = np.where(fits, (batch * centres[theme_of[best]]).sum(axis=1), 0)
    return themes, similarity


def _learn(vectors, languages, authors, most, minimum_authors):
    """(theme, part of theme) per text; parts are the groups before merging."""
    themes = np.full(len(vectors), -1)
    heard = np.flatnonzero(np.abs(vectors).sum(axis=1) > 0)
    if not len(heard):
        return themes, themes.copy()
    count = int(min(NEIGHBOURS, max(2, round(len(heard) ** 0.5))))
    indices, cosines = neighbours(vectors[heard], count)
    alone = lonely(cosines, languages[heard]) & (authors[heard] < minimum_authors)
    most = min(most, max(3, round(len(heard) ** 0.5)))
    wanted = min(most, len(heard) // _TEXTS_PER_GROUP)
    for resolution in _RESOLUTIONS:
        groups = communities(indices, cosines, resolution=resolution, least_cosine=_LEAST_COSINE)
        if (np.bincount(groups) > 1).sum() >= wanted:
            break
    parts = np.full(len(vectors), -1)
    parts[heard] = np.where(alone, -1, groups)
    parts = _join_small(vectors, parts, authors, minimum_authors)
    linked = parts >= 0
    if linked.any():
        parts[linked] = np.unique(parts[linked], return_inverse=True)[1]
        themes[linked] = merge(vectors[linked], parts[linked], most)[parts[linked]]
    return themes, parts


def _join_small(vectors, parts, authors, minimum_authors):
    """Groups with too few authors join the nearest group that is near enough, the smallest first, or are none.

    Among few texts the graph is so thin that it falls into pairs.
    """
    parts = parts.copy()
    while True:
        linked = parts >= 0
        if not linked.any():
            return parts
        people = np.bincount(parts[linked], weights=authors[linked])
        small = np.flatnonzero((people > 0) & (people < minimum_authors))
        if not len(small):
            return parts
        smallest = small[people[small].argmin()]
        centres = _centres(vectors, parts)
        cosines = centres @ centres[smallest]
        cosines[smallest] = -1
        nearest = int(cosines.argmax())
        parts[parts == smallest] = nearest if cosines[nearest] >= _JOINING_COSINE else -1


def lonely(cosines, languages) -> np.ndarray:
    """Which texts have little in common with any other? True for those.

    The mean cosine to the nearest neighbours, compared within a language, since texts of the language
    with more texts or a fuller glossary have nearer neighbours.
    """
    mean = cosines[:, :LONELY_NEIGHBOURS].mean(axis=1) if cosines.shape[1] else np.zeros(len(cosines))
    alone = np.zeros(len(mean), bool)
    for code in sorted(set(languages)):
        own = languages == code
        if own.sum() < _FEW:
            continue
        middle = np.median(mean[own])
        alone[own] = mean[own] < middle - LONELY_SPREADS * np.median(np.abs(mean[own] - middle))
    return alone


def _centres(vectors, groups):
    total = np.zeros((int(groups.max()) + 1, vectors.shape[1]))
    np.add.at(total, groups[groups >= 0], vectors[groups >= 0])
    return unit_rows(total)
