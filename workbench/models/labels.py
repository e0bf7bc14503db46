"""Names for themes: the word sequences that a theme's texts share and other texts do not."""

from collections import Counter, defaultdict
from math import log

from workbench.models.words import fold, gloss, stem, stop_words

LONGEST = 3  # words of a term
_READ = 1_500  # texts of one theme that are read for its terms; more change no label
_BONUS = {1: 1.0, 2: 1.8, 3: 2.2}  # of two terms that tell as much, the longer is the clearer label
_TRIED = 60
_LEAST_SHARE = 0.05  # of a theme's texts; a term for fewer is a detail


def class_terms(documents, languages, themes, authors, *, count=8, minimum_authors=3, avoid=()) -> dict:
    """Which words does each theme have for itself?

    Returns {theme: list of terms, best first}. A term is 1 to 3 words, none of them a stop word at its ends,
    written as it is most often written, and said by at least `minimum_authors` people: a phrase that
    only one person uses is no common concern and might give that person away. `avoid` are folded words
    (names) that no term may hold. Texts whose theme is None count as background.

    A term scores √p · log(p ÷ q), p its share of the theme's texts and q of all texts, longer terms more: after
    the class-based tf-idf of M. Grootendorst, "BERTopic" (2022), frequency in the class times rarity elsewhere.

    >>> documents = [["late", "refund"], ["refund", "my", "order"], ["dark", "mode"], ["a", "dark", "mode"]]
    >>> class_terms(documents, ["en"] * 4, ["a", "a", "b", "b"], [{"1"}, {"2"}, {"3"}, {"4"}],
    ...             minimum_authors=2)
    {'a': ['refund'], 'b': ['dark mode']}
    """
    avoid = frozenset(avoid)
    used, written, total = Counter(), defaultdict(Counter), 0
    found_in = {theme: defaultdict(list) for theme in sorted({theme for theme in themes if theme is not None})}
    sizes = Counter()
    for index, (document, code, theme) in enumerate(zip(documents, languages, themes, strict=True)):
        if sizes[theme] >= _READ:
            continue
        sizes[theme] += 1
        total += 1
        for term, surface in _terms(document, code, avoid).items():
            used[term] += 1
            if theme is not None:
                written[theme, term][surface] += 1
                found_in[theme][term].append(index)
    chosen, taken = {}, set()
    for theme in sorted(found_in, key=lambda theme: (-sizes[theme], theme)):
        chosen[theme] = _best(found_in[theme], sizes[theme], used, total, authors, minimum_authors, count, taken)
        taken.update(chosen[theme][:1])
    return {theme: [_written(written[theme, term]) for term in chosen[theme]] for theme in found_in}


def _terms(document, code, avoid):
    """{stems of the term: how it is written here} of one text."""
    folded = [fold(word) for word in document]
    stop = stop_words(code)
    edge = [not (word in stop or word in avoid or word.isdigit() or len(word) < 2) for word in folded]
    stems = [_meant(word, code) for word in document]
    terms = {}
    for start in range(len(document)):
        if not edge[start]:
            continue
        for end in range(start + 1, min(start + LONGEST, len(document)) + 1):
            if folded[end - 1] in avoid:
                break
            if edge[end - 1]:
                terms.setdefault(tuple(stems[start:end]), tuple(word.lower() for word in document[start:end]))
    return terms


def _meant(word, code):
    """The stem, the same for a French word and the English one it is glossed with: one term in two languages."""
    english = gloss(word) if code == "fr" else None
    return "_".join(stem(part, "en") for part in english.split()) if english else stem(word, code)


def _best(found_in, size, used, total, authors, minimum_authors, count, taken):
    scored = []
    for term, texts in found_in.items():
        share, everywhere = len(texts) / size, used[term] / total
        repeats = len(set(term)) < len(term)
        if share < _LEAST_SHARE or repeats or (len(texts) == 1 and len(authors[texts[0]]) < minimum_authors):
            continue
        # 1.05: a theme that holds all texts still gets its terms
        scored.append((-_BONUS[len(term)] * share**0.5 * log(1.05 + share / everywhere), term))
    scored.sort()
    best = []
    for _, term in scored[:_TRIED]:
        people = set().union(*(authors[index] for index in found_in[term]))
        if len(people) < minimum_authors or (not best and term in taken):
            continue
        if any(_within(term, other) or _within(other, term) for other in best):
            continue
        best.append(term)
        if len(best) == count:
            break
    return best


def _within(short, long):
    return set(short) <= set(long)


def _written(surfaces):
    commonest = min(surfaces, key=lambda surface: (-surfaces[surface], surface))
    text = ""
    for word in commonest:
        # the word pattern splits at apostrophes: l'abonnement, can't
        joined = text.endswith((" l", " d", " qu", "'")) or (text and word in {"t", "s"})
        text += ("'" if joined and not text.endswith("'") else " ") + word
    return text.strip()
