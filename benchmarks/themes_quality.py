"""Quality and cost of the feedback themes, beside TF-IDF + NMF: `python benchmarks/themes_quality.py [SHARED_DATA]`.

Prints, on hand-labelled texts: V-measure and adjusted Rand index (texts without a theme put to the nearest
theme's centre, and over the texts with a theme), share with a theme, share of labels that share a stem with the
hand label; the AUROC of "no theme"; processor seconds and peak memory. scikit-learn is needed for NMF and scores.
"""

import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score, roc_auc_score, v_measure_score

from workbench.models.cleaning import clean, words
from workbench.models.clusters import neighbours
from workbench.models.grouping import LONELY_NEIGHBOURS, NEIGHBOURS
from workbench.models.language import language
from workbench.models.themes import find_themes
from workbench.models.vectors import fit_space, text_vectors, unit_rows
from workbench.models.words import stem

ROOT = Path(__file__).parents[1]
DATA = Path(sys.argv[1] if len(sys.argv) > 1 and Path(sys.argv[1]).is_dir() else ROOT.parent / "shared" / "data")
FEEDBACK = DATA / "feedback"
# most_themes is raised above the usual 20 where the hand labels have more classes
SETS = {
    "banking77": ("SELECT text, category FROM read_csv_auto('{}/banking77-*.csv')", 80, "en"),
    "bitext": ("SELECT text, label FROM '{}/bitext.parquet'", 30, "en"),
    "stackoverflow": ("SELECT text, label FROM '{}/stackoverflow.parquet'", 20, "en"),
    "wikit_fr": ("SELECT text, label FROM '{}/wikit_fr.parquet'", 25, "fr"),
}
TAGS = [
    *("wordpress", "oracle", "svn", "apache", "excel", "matlab", "visual-studio", "cocoa", "osx", "bash", "spring"),
    *("hibernate", "scala", "sharepoint", "ajax", "qt", "drupal", "linq", "haskell", "magento"),
]


def labelled(name):
    texts, labels = zip(*duckdb.sql(SETS[name][0].format(FEEDBACK)).fetchall(), strict=True)
    if name == "stackoverflow":
        labels = [TAGS[int(label) - 1] for label in labels]
    return list(texts), np.array(labels, dtype=object)


def frame(texts):
    ids = [f"{index:07d}" for index in range(len(texts))]
    at = pd.Timestamp("2026-10-01")
    return pd.DataFrame({"text_id": ids, "member_id": ids, "at": at, "source": "benchmark", "text": texts})


def everywhere(texts, theme):
    """Each text without a theme goes to the nearest centre, to compare with methods that leave none out."""
    documents = [words(clean(text)) for text in texts]
    codes = language(texts)
    vectors = text_vectors(documents, codes, fit_space(documents, codes))
    names = sorted(set(theme) - {None})
    centres = unit_rows(np.array([vectors[theme == name].sum(axis=0) for name in names]))
    nearest = (vectors @ centres.T).argmax(axis=1)
    return np.array([name or names[place] for name, place in zip(theme, nearest, strict=True)])


def label_hits(themes, theme, labels, code):
    """(share of labels, share of first terms) that share a stem with the commonest hand label of the theme."""
    hits = np.zeros(2)
    for row in themes.itertuples():
        values, counts = np.unique(labels[theme == row.theme_id].astype(str), return_counts=True)
        wanted = {stem(word, code) for word in re.split(r"[\W_]+", values[counts.argmax()]) if len(word) > 3}
        wanted |= {
            word for word in re.split(r"[\W_]+", values[counts.argmax()]) if word in TAGS or word in ("pin", "top")
        }
        for place, text in enumerate((row.label, row.terms[0])):
            hits[place] += bool(
                wanted & {stem(word, code) for word in re.split(r"\W+", text)} | wanted & set(text.split())
            )
    return hits / max(len(themes), 1)


def quality():
    print(
        "data set | V/ARI, all texts | V/ARI, with a theme | share | hit label, first term | CPU s | NMF V/ARI, CPU s"
    )
    for name, (_, most, code) in SETS.items():
        texts, labels = labelled(name)
        start = time.process_time()
        found = find_themes(frame(texts), most_themes=most)
        spent = time.process_time() - start
        theme = (
            found.assignments["theme_id"].astype(object).where(found.assignments["theme_id"].notna(), None).to_numpy()
        )
        kept = np.array([one is not None for one in theme])
        placed = everywhere(texts, theme)
        hits = label_hits(found.themes, theme, labels, code)
        start = time.process_time()
        counted = TfidfVectorizer(stop_words="english" if code == "en" else None, min_df=2).fit_transform(texts)
        told = NMF(len(set(labels)), init="nndsvda", random_state=0, max_iter=200).fit_transform(counted).argmax(axis=1)
        nmf = time.process_time() - start
        print(
            f"{name} | {scores(labels, placed)} | {scores(labels[kept], theme[kept])} | {kept.mean():.3f} | "
            f"{hits[0]:.2f}, {hits[1]:.2f} | {spent:.1f} | {scores(labels, told)}, {nmf:.1f}",
            flush=True,
        )


def scores(labels, groups):
    labels, groups = labels.astype(str), np.asarray(groups).astype(str)
    return f"{v_measure_score(labels, groups):.3f}/{adjusted_rand_score(labels, groups):.3f}"


def no_theme():
    """3,000 texts of a set among 200 that belong to none of it (chat messages and tweets of all kinds)."""
    chance = np.random.default_rng(0)
    lines = (FEEDBACK / "sms.tsv").read_text(encoding="utf-8").splitlines()
    strange = [line.split("\t", 1)[1] for line in lines if line.startswith("ham")]
    strange += [
        row[0] for row in duckdb.sql(f"SELECT text FROM '{FEEDBACK}/umsab.parquet' WHERE lang='english'").fetchall()
    ]
    for name in ("banking77", "bitext", "stackoverflow"):
        known, _ = labelled(name)
        texts = [known[i] for i in chance.permutation(len(known))[:3_000]]
        texts += [strange[i] for i in chance.permutation(len(strange))[:200]]
        documents, codes = [words(clean(text)) for text in texts], ["en"] * len(texts)
        _, cosines = neighbours(text_vectors(documents, codes, fit_space(documents, codes)), NEIGHBOURS)
        company = cosines[:, :LONELY_NEIGHBOURS].mean(axis=1)
        theme = find_themes(frame(texts)).assignments["theme_id"].isna().to_numpy()
        print(
            f"no theme, {name}: AUROC {roc_auc_score(np.arange(len(texts)) >= 3_000, -company):.3f}, "
            f"strange texts left out {theme[3_000:].mean():.2f}, good ones lost {theme[:3_000].mean():.3f}",
            flush=True,
        )


def cost(count):
    texts = [text for name in SETS for text in labelled(name)[0]]
    chance = np.random.default_rng(0)
    texts = [texts[i] for i in chance.permutation(len(texts))]
    while len(texts) < count:  # further distinct texts: one with the beginning of another
        first, second = chance.integers(0, 40_000, 2)
        texts.append(f"{texts[first]} {' '.join(texts[second].split()[:4])}")
    start = time.process_time()
    found = find_themes(frame(texts[:count]))
    print(
        f"{count} texts: {time.process_time() - start:.1f} CPU s, peak "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000:.0f} MB with the data sets, "
        f"{len(found.themes)} themes, learnt on {found.n_sampled or 'all'}",
        flush=True,
    )


if __name__ == "__main__":
    if sys.argv[-1].isdigit():
        cost(int(sys.argv[-1]))
    else:
        quality()
        no_theme()
        for size in ("500", "3000", "10000", "100000"):  # a process each: memory is a peak of the process
            subprocess.run([sys.executable, __file__, str(DATA), size], check=True)
