"""The few ways things go wrong; every message says what was given, where, what is allowed and what to do now."""

from collections.abc import Iterable
from difflib import get_close_matches


class WorkbenchError(Exception):
    """Something the user can put right. `exit_code` is what the `workbench` command ends with."""

    exit_code = 1


class SettingsError(WorkbenchError):
    """`community.toml` or a parameter holds something that is not allowed."""

    exit_code = 2


class SourceError(WorkbenchError):
    """A file given to `import` cannot be read as any export that is understood."""

    exit_code = 3


class StoreError(WorkbenchError):
    """The community's folder or store is missing, damaged or in use."""

    exit_code = 4


class NotebookError(WorkbenchError):
    """A notebook of the report failed; the message names the notebook and the cell."""

    exit_code = 5


class MissingExtraError(WorkbenchError):
    """An optional package is not installed; the message says what to install."""

    exit_code = 6


class WorkbenchWarning(UserWarning):
    """Doubt that a reader should know about: a small sample, an approximation, a fit that did not converge."""


def did_you_mean(given: str, allowed: Iterable[str]) -> str:
    """The allowed values, the nearest match first, as the end of a message.

    >>> did_you_mean("langage", ["name", "language"])
    'Did you mean "language"? Allowed: language, name.'
    """
    allowed = sorted(allowed)
    near = get_close_matches(given, allowed, n=1, cutoff=0.6)
    rest = ", ".join(near + [word for word in allowed if word not in near])
    return (f'Did you mean "{near[0]}"? ' if near else "") + f"Allowed: {rest}."
