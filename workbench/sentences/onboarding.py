"""Sentences on onboarding; each takes the frame of the metric of the same name."""

import pandas as pd

from workbench.sentences.rates import rate_sentence
from workbench.words import Sentence


def activation_rate(frame: pd.DataFrame, *, language: str) -> Sentence:
    """How many newcomers contributed within a week."""
    return rate_sentence(frame, "activation_rate", language=language)
