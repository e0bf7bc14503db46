"""A vector per text: wordllama word vectors beside stemmed latent semantic analysis, French and English in one space.

How the two halves are made and why they are weighted so:

- Each word gets the sum of its wordllama token vectors. These were trained so that their length carries the
  word's weight; on top, very frequent words are damped (smooth inverse frequency). French words are glossed
  to English first; what the glossary lacks is looked up as it is written (many are cognates), with less weight.
- A text is also a bag of stems (French ones glossed too), tf-idf weighted, projected on its main components.
  In English the word vectors are the better half, in French the stems are as good: hence a weight per language.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from scipy import sparse

from workbench.models.words import fold, gloss, stem, stop_words

DIMENSIONS = 256
COMPONENTS = 100
_DAMPING = 0.3  # a of a/(a + p): a word that is every fourth word of the corpus weighs about half
_UNGLOSSED = 0.7
_STEMS_WEIGHT = {"fr": 1.0}  # of the stems' half against 1 for the word vectors
_STEMS_WEIGHT_OTHERS = 0.5
_STOP_STEM = {"fr": 0.0}  # weight of a stop word among the stems; English questions differ by how, why, can
_STOP_STEM_OTHERS = 0.5


@dataclass(frozen=True)
class Space:
    """What was learnt from the texts it was fitted on: how frequent words are, and the stems' components."""

    frequency: dict
    stems: dict
    inverse_frequency: np.ndarray
    components: np.ndarray


def fit_space(documents, languages, *, seed=0) -> Space:
    """Learn the space of these texts: `documents` are lists of words, `languages` one code each.

    Source: S. Arora, Y. Liang and T. Ma, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings"
    (ICLR 2017), for the damping; S. Deerwester et al., "Indexing by Latent Semantic Analysis" (JASIS 1990);
    N. Halko, P. Martinsson and J. Tropp (SIAM Review 2011) for the components.
    """
    counts, vocabulary = _count(documents, languages)
    spoken = np.asarray(counts.sum(axis=0)).ravel()
    total = max(float(spoken.sum()), 1.0)
    frequency = {key: float(n) / total for key, n in zip(vocabulary, spoken, strict=True)}
    stems_of, stems = _stems(vocabulary, None)
    bags = (counts @ stems_of).tocsr()
    used_in = np.bincount(bags.indices, minlength=len(stems))
    kept = np.flatnonzero(used_in >= 2)
    names = list(stems)
    stems = {names[old]: new for new, old in enumerate(kept)}
    inverse = np.log((1 + len(documents)) / (1 + used_in[kept])) + 1
    bags = _weigh(bags[:, kept], inverse)
    return Space(frequency, stems, inverse, _components(bags, seed))


def text_vectors(documents, languages, space) -> np.ndarray:
    """One unit vector (float32) per text; a text without a known word gets zeros.

    >>> documents = [["refund", "my", "order"], ["remboursement", "commande"], []]
    >>> vectors = text_vectors(documents, ["en", "fr", "en"], fit_space(documents, ["en", "fr", "en"]))
    >>> bool(vectors[0] @ vectors[1] > 0.5), float(abs(vectors[2]).sum())
    (True, 0.0)
    """
    counts, vocabulary = _count(documents, languages)
    damping = np.array([_DAMPING / (_DAMPING + space.frequency.get(key, 0.0)) for key in vocabulary])
    meaning = unit_rows(counts @ (_word_vectors(vocabulary) * damping[:, None]).astype(np.float32))
    stems_of, _ = _stems(vocabulary, space.stems)
    bags = _weigh((counts @ stems_of).tocsr(), space.inverse_frequency)
    by_stems = unit_rows(np.asarray(bags @ space.components))
    weight = np.array([_STEMS_WEIGHT.get(code, _STEMS_WEIGHT_OTHERS) for code in languages], np.float32)
    return unit_rows(np.hstack([meaning, by_stems * weight[:, None]]))


def unit_rows(matrix) -> np.ndarray:
    """Rows scaled to length 1; rows of zeros stay."""
    length = np.linalg.norm(matrix, axis=1, keepdims=True)
    return (matrix / np.where(length > 1e-9, length, 1)).astype(np.float32, copy=False)


def _count(documents, languages):
    """Texts × (language, word) counts. Only English words keep their case: names of products carry it."""
    vocabulary, columns, ends = {}, [], [0]
    for document, code in zip(documents, languages, strict=True):
        for word in document:
            key = (code, word.lower() if code == "fr" else word)
            columns.append(vocabulary.setdefault(key, len(vocabulary)))
        ends.append(len(columns))
    counts = sparse.csr_matrix(
        (np.ones(len(columns), np.float32), columns, ends), shape=(len(ends) - 1, len(vocabulary))
    )
    counts.sum_duplicates()
    return counts, list(vocabulary)


def _word_vectors(vocabulary):
    table, tokenizer = _wordllama()
    written, weights = [], np.ones(len(vocabulary), np.float32)
    for index, (code, word) in enumerate(vocabulary):
        if code != "fr":
            written.append(word)
            continue
        folded = fold(word)
        english = None if folded in stop_words("fr") else gloss(word)
        written.append(english or folded)
        if folded in stop_words("fr"):
            weights[index] = 0.0
        elif english is None:
            weights[index] = -_UNGLOSSED  # the sign marks it until its tokens are counted
    vectors = np.zeros((len(vocabulary), DIMENSIONS), np.float32)
    for index, encoding in enumerate(tokenizer.encode_batch(written, add_special_tokens=False)):
        if encoding.ids and weights[index]:
            summed = table[encoding.ids].sum(axis=0, dtype=np.float32)
            # an unknown French word falls into many English tokens: do not let it shout
            share = weights[index] if weights[index] > 0 else -weights[index] / len(encoding.ids) ** 0.5
            vectors[index] = summed * share
    return vectors


def _stems(vocabulary, known):
    """Words × stems with the weight of each; `known` limits the stems to those of a fitted space."""
    stems = {} if known is None else known
    rows, columns, values = [], [], []
    for row, (code, word) in enumerate(vocabulary):
        weight = _STOP_STEM.get(code, _STOP_STEM_OTHERS) if fold(word) in stop_words(code) else 1.0
        if not weight:
            continue
        english = gloss(word) if code == "fr" else None
        parts = [stem(part, "en") for part in english.split()] if english else [stem(word, code)]
        for part in parts:
            column = stems.setdefault(part, len(stems)) if known is None else stems.get(part)
            if column is not None:
                rows.append(row)
                columns.append(column)
                values.append(weight)
    shape = (len(vocabulary), len(stems))
    return sparse.csr_matrix((np.array(values, np.float32), (rows, columns)), shape=shape), stems


def _weigh(bags, inverse_frequency):
    bags = bags.astype(np.float32)
    bags.data = np.log1p(bags.data)
    bags = (bags @ sparse.diags(inverse_frequency.astype(np.float32), shape=(bags.shape[1],) * 2)).tocsr()
    length = np.sqrt(np.asarray(bags.multiply(bags).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.where(length > 0, length, 1)) @ bags).astype(np.float32).tocsr()


def _components(bags, seed):
    """Right singular vectors times the root of the singular values: the main topics weigh more."""
    rank = min(COMPONENTS, *bags.shape)
    if rank == 0:
        return np.zeros((bags.shape[1], 1), np.float32)
    chance = np.random.default_rng(seed)
    basis = bags.T @ (bags @ chance.standard_normal((bags.shape[1], min(rank + 20, bags.shape[1]))))
    for _ in range(3):
        basis = bags.T @ (bags @ np.linalg.qr(basis)[0])
    basis = np.linalg.qr(basis)[0]
    projected = np.asarray(bags @ basis)
    squares, turn = np.linalg.eigh(projected.T @ projected)
    order = np.argsort(-squares, kind="stable")[:rank]
    values = np.sqrt(np.maximum(squares[order], 0))
    return (basis @ turn[:, order] * np.sqrt(values)).astype(np.float32)


@lru_cache(maxsize=1)
def _wordllama():
    # Read from the package's files: importing wordllama sets up logging for the whole process and takes half
    # a second, and its own loader looks for a network.
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    folder = Path(find_spec("wordllama").submodule_search_locations[0])
    table = load_file(str(folder / "weights" / "l2_supercat_256.safetensors"))["embedding.weight"]
    tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return table, tokenizer
