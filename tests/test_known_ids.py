"""What is known of many numbers and texts, held against a plain dictionary."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.sources.known_ids import KnownIds, KnownTexts


@pytest.fixture(autouse=True, scope="module")
def few_late():
    before, KnownIds.most_late = KnownIds.most_late, 3
    yield
    KnownIds.most_late = before


@given(st.lists(st.tuples(st.integers(-20, 20), st.integers(-(2**63), 2**63 - 1)), max_size=60))
def test_in_whatever_order_numbers_come_the_last_that_was_told_of_each_is_known(told):
    known, plain = KnownIds(1), {}
    for number, value in told:
        known.add(number, value)
        plain[number] = (value,)
        assert {one: known.get(one) for one in range(-21, 22)} == {one: plain.get(one) for one in range(-21, 22)}


@given(st.lists(st.text(max_size=3)))
def test_a_text_has_one_number_which_leads_back_to_it(given_texts):
    texts = KnownTexts()
    numbers = [texts.number(text) for text in given_texts]
    assert [texts.text(number) for number in numbers] == given_texts
    assert numbers == [list(dict.fromkeys(given_texts)).index(text) for text in given_texts]
