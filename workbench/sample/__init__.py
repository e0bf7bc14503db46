"""The made-up community and its known truth: exports in the platforms' own formats, and the right answers."""

from importlib.resources import files
from pathlib import Path

from workbench.errors import SettingsError

MEMBERS, MONTHS, SEED = 600, 24, 1
WHATSAPP = "Discussion WhatsApp avec Balcons de Lyon.txt"


def make(folder: str | Path, *, members: int = MEMBERS, months: int = MONTHS, seed: int = SEED) -> list[Path]:
    """Write a sample community into `folder`, and return the files of its Slack to import, in a good order.

    About `members` accounts over `months` months that end with October 2026, in Europe/Paris. `slack.zip` is a Slack
    export; `tables/` holds CSV files, each with its mapping: roster, channels, earlier stays, payments, surveys,
    moderation, visits, managers' log, social posts. Part of the community is elsewhere too: in a French WhatsApp group,
    on a Discord server, in a Discourse forum; `identities.csv` says who is the same person. `truth.json` has the right
    answers, `STORY.md` and `HISTOIRE.md` tell what happened, and `community.toml` holds what its team
    decided: with it, the folder itself can become the community. The same arguments give the same bytes, on every
    machine and in every locale.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [file.name for file in make(folder, members=40, months=3)][:3]
    ['slack.zip', 'roster.csv', 'channels.csv']
    """
    from workbench.sample import discord, discourse, slack, tables, telling, whatsapp
    from workbench.sample.packing import as_json
    from workbench.sample.plan import decide
    from workbench.sample.truth import truth

    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SettingsError(f"{folder} is not empty, and a sample is never written over something. Give a new folder.")
    plan = decide(members=members, months=months, seed=seed)
    answers = truth(plan)
    folder.mkdir(parents=True, exist_ok=True)
    slack.write(plan, folder / "slack.zip")
    whatsapp.write(plan.others["whatsapp"], folder / WHATSAPP, seed)
    discord.write(plan.others["discord"], folder / "discord.zip", seed)
    discourse.write(plan.others["discourse"], folder / "discourse.zip", seed)
    tables.write(plan, folder / "tables")
    (folder / "identities.csv").write_bytes(tables.identities(plan))
    (folder / "community.toml").write_bytes(files("workbench").joinpath("sample", "community.toml").read_bytes())
    (folder / "truth.json").write_bytes(as_json(answers, indent=1))
    for language, name in telling.NAMES.items():
        (folder / name).write_text(telling.story(plan, answers, language=language), encoding="utf-8", newline="\n")
    return [folder / "slack.zip", *(folder / "tables" / f"{name}.csv" for name in tables.TABLES)]
