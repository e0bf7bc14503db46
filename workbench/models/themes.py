"""Recurring themes in feedback texts: French, English or mixed, without being told how many."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from workbench.errors import WorkbenchError
from workbench.models.cleaning import clean, words
from workbench.models.language import language
from workbench.models.words import fold
from workbench.privacy import mask

COLUMNS = ("text_id", "member_id", "at", "source", "text")
_SENTIMENT_TEXTS = 1_000  # texts of one theme that are read for its sentiment
_LABEL_TERMS = 2
_QUOTE_LENGTH = (25, 400)  # characters; shorter says little, longer is not read


@dataclass(frozen=True)
class Themes:
    """What people keep asking for, as `find_themes` found it; its docstring lists the columns."""

    themes: pd.DataFrame
    assignments: pd.DataFrame
    quotes: pd.DataFrame
    n_texts: int
    n_sampled: int | None
    coverage_share: float | None


def find_themes(
    texts,
    *,
    languages=("fr", "en"),
    seed=0,
    sample=20_000,
    minimum_authors=3,
    most_themes=20,
    quotes=3,
    names=(),
) -> Themes:
    """What do members keep telling us, in how many texts, by how many people, and in what mood?

    `texts` holds one row per text: text_id (unique), member_id (null: anonymous), at (naive UTC), source,
    text. The order of its rows does not matter. Returns `Themes`:

    - `themes`, a row per theme, the one with most items first: theme_id ("t01"…), label (its two best terms), terms
      (list of str, best first), items (texts), authors (distinct), share (0 to 1, of all texts), sentiment
      (mean, -1 to 1), negative_share (0 to 1), language (the one most of its texts are in).
    - `assignments`, a row per text, by text_id: text_id, theme_id (null: no theme), similarity (cosine to
      the theme's centre; null without a theme).
    - `quotes`, up to `quotes` per theme, the most typical first, each by another author: theme_id, text
      (masked by `workbench.privacy.mask` with `names`), at, source.
    - `n_texts`; `n_sampled`, the distinct texts the themes were learnt on when there were more than
      `sample` of them, else None; `coverage_share`, texts in a theme ÷ texts, None without texts.

    A theme has at least `minimum_authors` distinct authors, who share at least one term, else its texts
    count as having none; so do texts with no near neighbours and texts without words. Texts that say the
    same in the same words are one voice in finding themes, and all of them are counted. Anonymous texts:
    each counts as its own author, as a survey takes one answer a person, but equal anonymous texts count
    as one author, so that one person cannot make a theme by repeating a sentence.

    How it can mislead: a text has one theme, even when it speaks of two; a theme is what texts share in
    words and meaning, which can be a way of speaking; labels come from the texts and are to be read with
    the quotes; small numbers of texts give coarse themes (at most the root of the number of texts);
    sentiment is rough (see `sentiment`) and is read from at most 1,000 texts a theme.
    theme_id numbers the themes of one call: it means nothing in another call.

    Sources: word vectors and components, see `workbench.models.vectors`; V. Blondel et al. (2008) for
    the groups; J. Ward (1963) for merging; M. Grootendorst (2022) for class-based terms.

    >>> rows = [(f"{i}", f"m{i}", pd.Timestamp("2026-10-01"), "survey", text) for i, text in enumerate([
    ...     "The refund has not arrived", "Waiting for my refund", "Refund still missing", "refund please",
    ...     "Please add a dark mode", "A dark mode would be nice", "Dark mode!", "I want dark mode"])]
    >>> found = find_themes(pd.DataFrame(rows, columns=COLUMNS))
    >>> found.themes[["theme_id", "label", "items", "authors"]].values.tolist()
    [['t01', 'refund', 4, 4], ['t02', 'dark mode', 4, 4]]
    """
    table = _checked(texts, quotes=quotes, most_themes=most_themes, sample=sample)
    said = [words(clean(text)) for text in table["text"]]
    table["key"] = [" ".join(document).lower() for document in said]
    table["author"] = [
        ("text", key) if member is None else ("member", member)
        for key, member in zip(table["key"], table["member_id"], strict=True)
    ]
    first = table.reset_index(names="row").groupby("key", sort=True)["row"].first()
    voice = first.index.get_indexer(table["key"])  # which distinct text each row says
    documents = [said[row] for row in first]
    spoken = language([table["text"].iloc[row] for row in first], languages=languages)

    authors = [set() for _ in documents]
    for index, author in zip(voice, table["author"], strict=True):
        authors[index].add(author)

    fitted = _sample(documents, sample, seed)
    with threadpool_limits(1):  # sums of several threads differ in their last digits, and groups with them
        theme, similarity = _group(
            documents, spoken, authors, fitted, most=most_themes, minimum_authors=minimum_authors, seed=seed
        )
    theme = _with_authors(theme, authors, minimum_authors)
    terms = _terms(documents, spoken, theme, authors, minimum_authors, names)
    table["voice"] = voice
    table["language"] = np.array(spoken, dtype=object)[voice]
    table["similarity"] = np.round(similarity.astype(float), 6)[voice]
    table["theme_id"], ids = _numbered(theme[voice], terms, table["text_id"])
    terms = {ids[number]: words_of for number, words_of in terms.items() if number in ids}
    return Themes(
        themes=_summary(table, terms, languages),
        assignments=_assignments(table),
        quotes=_quotes(table, quotes, names),
        n_texts=len(table),
        n_sampled=len(fitted) if len(fitted) < sum(map(bool, documents)) else None,
        coverage_share=float(table["theme_id"].notna().mean()) if len(table) else None,
    )


def _checked(texts, **counts):
    missing = [column for column in COLUMNS if column not in texts.columns]
    if missing:
        raise WorkbenchError(
            f"find_themes was given texts without the column {missing[0]!r} "
            f"(it has: {', '.join(map(str, texts.columns)) or 'none'}). "
            f"Needed are {', '.join(COLUMNS)}; add or rename the column."
        )
    for name, value in counts.items():
        if not isinstance(value, (int, np.integer)) or value < (name != "quotes"):
            raise WorkbenchError(
                f"find_themes was given {name}={value!r}. Allowed are whole numbers from "
                f"{int(name != 'quotes')}; leave {name} out for the usual value."
            )
    ids = texts["text_id"]
    wrong = ids[ids.isna() | ids.duplicated()]
    if len(wrong):
        raise WorkbenchError(
            f"find_themes was given {len(wrong)} rows whose text_id is empty or used twice, such as "
            f"{wrong.iloc[0]!r}. Each text needs an id of its own; remove the repeated rows."
        )
    table = texts.loc[:, list(COLUMNS)].astype({"text_id": "str", "text": "object"})
    table["member_id"] = [None if pd.isna(member) else str(member) for member in table["member_id"]]
    return table.sort_values("text_id", ignore_index=True)


def _sample(documents, sample, seed):
    heard = np.flatnonzero([bool(document) for document in documents])
    if len(heard) <= sample:
        return heard
    return np.sort(np.random.default_rng(seed).choice(heard, sample, replace=False))


def _group(documents, spoken, authors, fitted, **options):
    if not len(fitted):  # nothing to load the word vectors for
        return np.full(len(documents), -1), np.zeros(len(documents))
    from workbench.models.grouping import group_texts

    return group_texts(documents, spoken, [len(people) for people in authors], fitted, **options)


def _with_authors(theme, authors, minimum_authors):
    """Themes with too few distinct authors become none."""
    people = {}
    for number, some in zip(theme.tolist(), authors, strict=True):
        people.setdefault(number, set()).update(some)
    return np.array([number if len(people[number]) >= minimum_authors else -1 for number in theme.tolist()])


def _terms(documents, spoken, theme, authors, minimum_authors, names):
    if not (theme >= 0).any():
        return {}
    from workbench.models.labels import class_terms

    avoid = {fold(part) for name in names if isinstance(name, str) for part in words(name)}
    themes = [number if number >= 0 else None for number in theme.tolist()]
    return class_terms(documents, spoken, themes, authors, minimum_authors=minimum_authors, avoid=avoid)


def _numbered(theme, terms, text_ids):
    """(theme_id per text, {number: theme_id}), most texts first, ties by the first text_id.

    A theme without a term that enough people share is none: nobody could say what it is about.
    """
    first, items = {}, {}
    for number, text_id in zip(theme.tolist(), text_ids, strict=True):
        first.setdefault(number, text_id)
        items[number] = items.get(number, 0) + 1
    ordered = sorted((number for number in terms if terms[number]), key=lambda n: (-items[n], first[n]))
    width = max(2, len(str(len(ordered))))
    ids = {number: f"t{place:0{width}d}" for place, number in enumerate(ordered, start=1)}
    return np.array([ids.get(number) for number in theme.tolist()], dtype=object), ids


def _summary(table, terms, languages):
    columns = {
        "theme_id": "str", "label": "str", "terms": "object", "items": "int64", "authors": "int64",
        "share": "float64", "sentiment": "float64", "negative_share": "float64", "language": "str",
    }  # fmt: skip
    rows = []
    for theme_id, texts in table[table["theme_id"].notna()].groupby("theme_id", sort=True):
        mood, negative = _mood(texts)
        counted = texts["language"].value_counts()
        common = min(counted.index, key=lambda code: (-counted[code], list(languages).index(code)))
        label = " · ".join(terms[theme_id][:_LABEL_TERMS])
        rows.append(
            (theme_id, label, terms[theme_id], len(texts), texts["author"].nunique(),
             len(texts) / len(table), mood, negative, common)
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def _mood(texts):
    from workbench.models.sentiment import sentiment, sentiment_shares

    # every n-th text by id: no chance needed, and no stretch of time or source is preferred
    read = texts.iloc[:: -(-len(texts) // _SENTIMENT_TEXTS)]
    polarity = sentiment([clean(text) for text in read["text"]], list(read["language"]))
    return float(polarity.mean()), sentiment_shares(polarity)["negative_share"]


def _assignments(table):
    similarity = table["similarity"].where(table["theme_id"].notna())
    return pd.DataFrame(
        {"text_id": table["text_id"], "theme_id": table["theme_id"].astype("str"), "similarity": similarity}
    )


def _quotes(table, count, names):
    shortest, longest = _QUOTE_LENGTH
    typical = table[table["theme_id"].notna()].copy()
    typical["odd_length"] = ~typical["text"].str.len().between(shortest, longest)
    typical = typical.sort_values(
        ["theme_id", "odd_length", "similarity", "text_id"], ascending=[True, True, False, True]
    )
    typical = typical.drop_duplicates(["theme_id", "author"]).drop_duplicates(["theme_id", "voice"])
    typical = typical.groupby("theme_id", sort=True).head(count)
    typical["text"] = [mask(text, names=names) for text in typical["text"]]
    quoted = typical[["theme_id", "text", "at", "source"]].reset_index(drop=True)
    return quoted.astype({"theme_id": "str", "text": "str"})
