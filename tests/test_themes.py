"""Feedback themes: hand cases, laws, and floors on hand-labelled texts where they are at hand."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import WorkbenchError
from workbench.models.themes import find_themes

DATA = Path(__file__).parents[1].parent / "shared" / "data" / "feedback"

REFUND = [
    "I am still waiting for my refund", "When will the refund arrive?", "Refund not received", "my refund is late",
    "J'attends toujours mon remboursement", "Quand arrive le remboursement ?", "Remboursement non reçu",
    "le remboursement est en retard",
]  # fmt: skip
INVOICE = [
    "Where can I download my invoice?", "I cannot find the invoice", "The invoice shows a wrong address",
    "Please send me the invoice", "Où télécharger ma facture ?", "Je ne trouve pas la facture",
    "La facture montre une mauvaise adresse", "Merci de m'envoyer la facture",
]  # fmt: skip


def _frame(texts, members=None, ids=None):
    n = len(texts)
    return pd.DataFrame(
        {
            "text_id": ids if ids is not None else [f"{index:06d}" for index in range(n)],
            "member_id": pd.Series(members if members is not None else [f"m{i}" for i in range(n)], dtype=object),
            "at": pd.Timestamp("2026-10-05 09:00"),
            "source": "survey",
            "text": pd.Series(list(texts), dtype=object),
        }
    )


def _same(left, right):
    for name in ("themes", "assignments", "quotes"):
        pd.testing.assert_frame_equal(getattr(left, name), getattr(right, name), check_exact=True)
    assert (left.n_texts, left.n_sampled, left.coverage_share) == (right.n_texts, right.n_sampled, right.coverage_share)


def test_one_theme_holds_both_languages():
    found = find_themes(_frame(REFUND + INVOICE))
    theme = found.assignments["theme_id"].tolist()
    assert len(found.themes) == 2
    assert len(set(theme[:8])) == 1 and len(set(theme[8:])) == 1 and theme[0] != theme[8]


def test_a_theme_of_two_people_is_none():
    found = find_themes(_frame(REFUND[:4] + INVOICE[:4], members=list("abcd") + list("xyxy")))
    assert found.themes["items"].tolist() == [4]
    assert found.assignments["theme_id"].isna().sum() == 4 and found.coverage_share == 0.5


def test_anonymous_answers_are_authors_but_a_repeated_sentence_is_one():
    assert len(find_themes(_frame(REFUND[:4], members=[None] * 4)).themes) == 1
    assert len(find_themes(_frame(["my refund is late"] * 9, members=[None] * 9)).themes) == 0
    assert find_themes(_frame(["my refund is late"] * 9)).themes["authors"].tolist() == [9]


def test_themes_are_numbered_by_size_and_add_up():
    found = find_themes(_frame(REFUND + INVOICE[:5]))
    assert found.themes["theme_id"].tolist() == ["t01", "t02"]
    assert found.themes["items"].is_monotonic_decreasing
    assert found.themes["items"].sum() == found.assignments["theme_id"].notna().sum()
    assert found.themes["share"].sum() == pytest.approx(found.coverage_share)
    assert set(found.assignments["text_id"]) == set(_frame(REFUND + INVOICE[:5])["text_id"])


def test_a_label_is_said_by_enough_people_and_never_a_name():
    texts = [f"Durand lost my refund {word}" for word in ("yesterday", "again", "today", "twice", "somehow")]
    found = find_themes(_frame(texts), names=["Durand"])
    assert "refund" in found.themes["label"][0]
    assert not any("durand" in term for term in found.themes["terms"][0])
    assert not found.quotes["text"].str.contains("Durand").any()


def test_quotes_are_masked_and_by_different_authors():
    texts = [f"{text} mail me at a{i}@b.org" for i, text in enumerate(REFUND[:4])]
    found = find_themes(_frame(texts), quotes=3)
    assert len(found.quotes) == 3 and found.quotes["text"].str.contains(r"\[email\]").all()
    assert len(find_themes(_frame(texts), quotes=0).quotes) == 0


def test_markup_makes_no_theme():
    texts = [f"<@U{i}> ```refund = {i}``` https://x.org/{i} :smile: &nbsp;" for i in range(20)]
    assert len(find_themes(_frame(texts)).themes) == 0


@pytest.mark.parametrize(
    "texts",
    [[], ["hello"], ["refund", "dark mode", "logo", "ça plante", "à bientôt"], [""] * 5, [None] * 3,
     ["👍", "🎉", "😀"], ["le la les", "the of and"] * 3, list("abcdefgh") * 3, ["x" * 50_000] * 3],
)  # fmt: skip
def test_texts_that_hold_no_theme_give_an_empty_valid_result(texts):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = find_themes(_frame(texts))
    assert found.n_texts == len(found.assignments) == len(texts)
    assert len(found.themes) == len(found.quotes) == 0
    assert found.coverage_share == (0 if texts else None)
    assert found.themes.columns.tolist() == find_themes(_frame(REFUND)).themes.columns.tolist()


def test_boilerplate_does_not_hide_what_people_say():
    found = find_themes(_frame(["Welcome, read the rules"] * 300 + REFUND))
    assert any("refund" in label or "remboursement" in label for label in found.themes["label"])


def test_beyond_the_sample_every_text_is_still_placed():
    texts = [f"{text} {word}" for text in REFUND + INVOICE for word in ("please", "soon", "ok", "now", "2", "3")]
    whole, part = find_themes(_frame(texts)), find_themes(_frame(texts), sample=48)
    assert whole.n_sampled is None and part.n_sampled == 48
    assert len(part.assignments) == len(texts) and part.coverage_share > 0.8


def test_wrong_input_is_refused_with_what_to_do():
    with pytest.raises(WorkbenchError, match="without the column 'source'"):
        find_themes(_frame(REFUND).drop(columns="source"))
    with pytest.raises(WorkbenchError, match="used twice"):
        find_themes(_frame(REFUND[:2], ids=["a", "a"]))
    with pytest.raises(WorkbenchError, match="most_themes=0"):
        find_themes(_frame(REFUND), most_themes=0)


def test_the_argument_is_not_changed():
    given_texts = _frame(REFUND[::-1])
    before = given_texts.copy(deep=True)
    find_themes(given_texts)
    pd.testing.assert_frame_equal(given_texts, before)


@settings(max_examples=15, deadline=None)
@given(st.permutations(range(16)), st.integers(0, 3))
def test_the_order_of_rows_does_not_matter(order, seed):
    texts = _frame(REFUND + INVOICE)
    _same(find_themes(texts, seed=seed), find_themes(texts.iloc[list(order)], seed=seed))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=40), st.sampled_from(REFUND + INVOICE)), max_size=25))
def test_any_texts_are_survived_and_parts_add_up(texts):
    found = find_themes(_frame(texts))
    assert found.themes["items"].sum() == found.assignments["theme_id"].notna().sum()
    assert (found.themes["authors"] >= 3).all() and found.themes["share"].between(0, 1).all()
    assert len(found.assignments) == len(texts)


def test_another_process_with_another_hash_seed_finds_the_same():
    script = (
        "import sys; sys.path[:0] = sys.argv[1:]; import test_themes as t; "
        "texts = [said + more for said in t.REFUND + t.INVOICE for more in ('', ' ok', ' now', ' 2')]; "
        "f = t.find_themes(t._frame(texts)); "
        "print(f.themes.to_json(), f.assignments.to_json(), f.quotes.to_json())"
    )
    root = str(Path(__file__).parents[1])
    printed = {
        subprocess.run(
            [sys.executable, "-c", script, root, str(Path(__file__).parent)],
            capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(printed) == 1


def test_naming_the_models_loads_no_heavy_package():
    script = "import sys, workbench.models; print({'sklearn', 'wordllama', 'numpy', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def _labelled(file, label, count):
    if not (DATA / file).exists():
        pytest.skip(f"the labelled data set {file} is not on this machine")
    read = f"read_csv_auto('{DATA / file}')" if file.endswith("csv") else f"'{DATA / file}'"
    rows = duckdb.sql(f"SELECT text, {label} FROM {read}").fetchall()
    chosen = np.random.default_rng(0).permutation(len(rows))[:count]
    return [rows[i][0] for i in chosen], np.array([str(rows[i][1]) for i in chosen])


@pytest.mark.parametrize(
    ("file", "label", "count", "most", "floor_v", "floor_ari"),
    [
        ("banking77-train.csv", "category", 3_000, 80, 0.74, 0.35),
        ("bitext.parquet", "label", 2_500, 30, 0.80, 0.60),
        ("stackoverflow.parquet", "label", 3_000, 20, 0.74, 0.70),
        ("wikit_fr.parquet", "label", 2_000, 25, 0.66, 0.45),
    ],
)
def test_themes_agree_with_hand_labels(file, label, count, most, floor_v, floor_ari):
    metrics = pytest.importorskip("sklearn.metrics")
    texts, labels = _labelled(file, label, count)
    found = find_themes(_frame(texts), most_themes=most)
    theme = found.assignments["theme_id"].astype(object).fillna("none")
    kept = (theme != "none").to_numpy()
    assert found.coverage_share >= 0.9
    assert metrics.v_measure_score(labels[kept], theme[kept]) >= floor_v
    assert metrics.adjusted_rand_score(labels[kept], theme[kept]) >= floor_ari
