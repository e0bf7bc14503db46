"""Masking of people in texts, and pseudonyms."""

import re

from hypothesis import assume, given
from hypothesis import strategies as st

from workbench.privacy import mask, pseudonym


def test_addresses_numbers_and_mentions_are_replaced():
    text = "Mail a.b+c@mail.example.org, see https://x.org/p?q=1, call +33 (0)6 12 34 56 78 or 06.12.34.56.78, @lea"
    assert mask(text) == "Mail [email], see [link], call [phone] or [phone], [name]"


def test_slack_and_discord_marks_are_replaced():
    assert mask("<@U02AB|lea> in <#C1|general>: <https://x.org|here> <@!123> <!here>") == (
        "[name] in [channel]: [link] [name] [channel]"
    )


def test_dates_prices_and_order_numbers_are_not_phone_numbers():
    text = "order 4471190 of 2022-10-12 cost 1 200,50 € at 14:05"
    assert mask(text) == text


def test_a_name_is_masked_in_any_case_but_not_inside_a_word():
    assert mask("LEA and Lea's leap, Léa", names=["lea"]) == "[name] and [name]'s leap, Léa"


def test_the_longest_name_wins_and_other_separators_are_found():
    assert mask("jean-luc Picard, Jean Luc", names=["Jean", "Jean Luc Picard", "Jean-Luc"]) == "[name], [name]"


def test_names_under_three_letters_are_left():
    assert mask("Al is at 42", names=["Al", "42", "-", ""]) == "Al is at 42"


def test_a_name_made_of_regular_expression_signs_masks_nothing_else():
    assert mask("a.b (c+ d", names=[".*", "(c+", "[a-z]+", "\\w+", None]) == "a.b (c+ d"


def test_a_member_called_like_a_token_does_not_break_tokens():
    assert mask("write to x@y.org, name", names=["Email", "name"]) == "write to [email], [name]"


def test_ten_thousand_names_are_looked_up_not_tried_one_by_one():
    names = tuple(f"member{number} family{number}" for number in range(10_000))
    assert mask("hello " * 2_000 + "member9999 family9999", names=names).endswith("[name]")


def test_a_missing_text_is_empty():
    assert mask(None) == "" and mask(float("nan")) == ""


@given(st.text(), st.lists(st.text(min_size=1, max_size=8), max_size=5))
def test_any_text_and_any_names_are_survived(text, names):
    masked = mask(text, names=names)
    assert mask(masked, names=names).count("\n") == masked.count("\n")


@given(st.from_regex(r"[a-z]{3,8}", fullmatch=True), st.text(alphabet="abc .,!?\n", max_size=30))
def test_no_given_name_is_left_as_a_word(name, around):
    assume(mask(name, names=[name]) != name)  # a very common word is left: see the test of "The"
    masked = mask(f"{around} {name} {around}", names=[name])
    assert name not in re.findall(r"\w+", masked.replace("[name]", ""))


@given(st.text(), st.text())
def test_a_pseudonym_is_short_and_stable(member_id, salt):
    assert re.fullmatch(r"M-[0-9A-F]{6}", pseudonym(member_id, salt=salt))
    assert pseudonym(member_id, salt=salt) == pseudonym(member_id, salt=salt)


def test_another_salt_gives_another_pseudonym():
    assert pseudonym("U1", salt="a") != pseudonym("U1", salt="b")


def test_a_member_called_the_does_not_blot_out_every_text():
    assert mask("At the time, The Rock spoke", names=["The", "The Rock"]) == "At the time, [name] spoke"
