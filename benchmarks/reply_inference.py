"""How well the conversation rule finds who answers whom: `python benchmarks/reply_inference.py [SHARED_DATA] [--fit]`.

Runs `base/month/inferred_replies.sql`, as it ships, on the hand-made reply links of the Ubuntu IRC channel
(irc-disentangle: fitted on a third of train, measured on the rest and on dev), on the explicit replies of a Discord
server and on the sample's WhatsApp group, beside simpler rules and published scores. `--fit` prints the weights for the
SQL text. Results: REPLIES.md.
"""

import re
import sys
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment, minimize

import workbench
from workbench import metrics, settings, store
from workbench.engines.duckdb import named as values_of
from workbench.period import Month
from workbench.rollups import base_sql
from workbench.sample import WHATSAPP, truth
from workbench.sample.plan import decide
from workbench.sample.speech import with_signs
from workbench.sources import Reading, registry

ROOT = Path(__file__).parents[1]
DATA = Path(sys.argv[1] if len(sys.argv) > 1 and Path(sys.argv[1]).is_dir() else ROOT.parent / "shared" / "data")
GARDEN = ROOT / "data" / "sample" / "garden" / WHATSAPP
NAME = "replies 2"
RULE = base_sql("month/inferred_replies")
EVER = {"month_start_at": datetime(1990, 1, 1), "month_end_at": datetime(2090, 1, 1), "month_end": datetime(2090, 1, 1)}
LINE = re.compile(r"\[(\d\d):(\d\d)\] (?:<([^>]+)> |\* (\S+) ?)(.*)")


def annotated(
    split: str, *, fitted: bool | None = None, scrambled: bool = False, named: bool = True
) -> tuple[pd.DataFrame, dict[str, set[str]]]:
    """Messages of the channel, a file a room, and the gold antecedents of each annotated line (itself: it begins).

    With `fitted`, every third file: the weights are fitted on these; if false, the other two thirds. With `scrambled`,
    messages of one minute stand in no order, as in exports that tell minutes only. Without `named`, nobody is called by
    name, as in most chats: the name that a message begins with is taken away.
    """
    rows, gold = [], {}
    with zipfile.ZipFile(DATA / "irc-disentangle-train-dev.zip") as archive:
        names = sorted(n for n in archive.namelist() if n.startswith(f"{split}/") and n.endswith("annotation.txt"))
        for number, name in enumerate(names):
            if fitted is not None and fitted != (number % 3 == 0):
                continue
            room = name.split("/")[1].removesuffix(".annotation.txt")
            for line in archive.read(name).decode().splitlines():
                one, other = sorted(int(number) for number in line.split()[:2])
                gold.setdefault(f"{room}:{other:06}", set()).add(f"{room}:{one:06}")
            day = last = datetime.fromisoformat(room[:10])
            text = archive.read(name.replace("annotation", "ascii")).decode("utf-8", "replace")
            for place, line in enumerate(text.split("\n")):
                if found := LINE.match(line):
                    hour, minute, who, acts, said = found.groups()
                    at = day + timedelta(hours=int(hour), minutes=int(minute))
                    if at < last - timedelta(hours=12):
                        day, at = day + timedelta(days=1), at + timedelta(days=1)
                    last = max(at, last)
                    who = who or acts
                    if not named:
                        who, said = f"+{who}", re.sub(r"^\S+[:,] ?", "", said)
                    rows.append((f"{room}:{place:06}", room, who, last, said))
    messages = pd.DataFrame(rows, columns=["line", "room", "name", "at", "text"])
    digest = [blake2b(line.encode(), digest_size=8).hexdigest() for line in messages["line"]]
    return messages.assign(event_id=digest if scrambled else messages["line"]), gold


def discord() -> tuple[pd.DataFrame, dict[str, set[str]]]:
    """Messages of a hobby server and what each explicit reply answers; the mark of the reply itself is taken away."""
    rows = defaultdict(list)
    path = DATA / "discord-meshcore.zip"
    for table, row in registry.recognise(path).read(path, Reading(timezone="UTC")):
        rows[table].append(row)
    texts = {row["event_id"]: re.sub(r"<@[^>]*>", "", row["text"]) for row in rows["messages"]}
    names = {row["member_id"]: row["display_name"] for row in rows["members"]}
    said = [row for row in rows["events"] if row["kind"] in ("post", "reply") and row.get("member_id")]
    messages = pd.DataFrame(
        [
            (e["event_id"], e["group_id"], names[e["member_id"]], e["occurred_at"], texts.get(e["event_id"], ""))
            for e in said
        ],
        columns=["line", "room", "name", "at", "text"],
    )
    return messages.assign(event_id=messages["line"]), {
        e["event_id"]: {e["reply_to"]} for e in said if e.get("reply_to")
    }


def community(messages: pd.DataFrame) -> duckdb.DuckDBPyConnection:
    """The tables that the rule reads."""
    connection = duckdb.connect()
    connection.register("given", messages)
    connection.execute("""
        CREATE TABLE events AS SELECT event_id, 'irc' AS platform, room AS group_id, "at"::TIMESTAMP AS occurred_at,
            lower(name) AS member_id, 'post' AS kind, NULL::VARCHAR[] AS mentions, NULL::TIMESTAMP AS deleted_at
            FROM given;
        CREATE TABLE messages AS SELECT event_id, "at"::TIMESTAMP AS occurred_at, text FROM given;
        CREATE TABLE accounts AS SELECT lower(name) AS member_id, lower(name) AS person_id, min(name) AS display_name,
            'irc' AS platform FROM given GROUP BY ALL;
        CREATE TABLE people AS SELECT person_id, 'member' AS counted_as FROM accounts;
        CREATE TABLE imports AS SELECT 'irc' AS source, 'irc' AS platform;
        CREATE TABLE tells AS SELECT 'irc' AS platform;
        CREATE TABLE answering (platform VARCHAR, first_day DATE);
        CREATE TABLE groups (group_id VARCHAR, platform VARCHAR, kind VARCHAR)
    """)
    return connection


def answer(connection, text: str) -> pd.DataFrame:
    return connection.execute(text, values_of(text, EVER)).df()


# ------------------------------------------------------------------------------------------------ fitting


def candidates(connection) -> pd.DataFrame:
    """The rule's pairs with their features."""
    before, mark, _ = RULE.partition("scored AS (")
    assert mark, "the rule's text has no table `scored`: where do its features end?"
    return answer(
        connection,
        before.rstrip(" ,\n") + " SELECT m.event_id, b.event_id AS reply_to, c.* FROM candidates AS c "
        "JOIN in_order AS m ON m.place = c.place JOIN in_order AS b ON b.place = c.place - c.d "
        "ORDER BY m.event_id, c.d",
    )


def design(pairs: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, list[str], list[str]]:
    """A row a choice (pairs, then "none" of each message), its message's number; columns named like the weights."""
    own, other = pairs["is_own"].to_numpy(float), 1 - pairs["is_own"].to_numpy(float)
    far, adjacent = np.log(pairs["d"].to_numpy(float)), (pairs["d"] == 1).to_numpy(float)
    f = {
        name: pairs[name].to_numpy(float)
        for name in pairs
        if name not in ("event_id", "reply_to", "place", "d", "far", "named")
    }
    columns = {
        "other": other, "far": other * far, "asked": other * f["asked"],
        "calls": other * f["calls"], "called": other * f["called"], "called_last": other * f["called"] * f["is_last"],
        "seen": other * f["is_seen"], "later": other * f["later"],
        "calls_else": other * f["calls_any"] * (1 - f["calls"]),
        "called_else": other * f["called_any"] * (1 - f["called"]), "shared": other * f["shared"],
        "own": own, "own_far": own * far, "own_adjacent": own * adjacent, "own_last": own * f["is_last"],
        "own_calls": own * f["calls_any"], "own_both_call": own * f["calls_any"] * f["called_any"],
        "own_shared": own * f["shared"],
    }  # fmt: skip
    each = pairs.groupby("event_id", sort=True).first()
    nothing = {"none_asks": each["asks"], "none_calls": each["calls_any"], "none_newcomer": each["newcomer"]} | {
        f"none_{word}": each[word] for word in ("greets", "points", "takes_up")
    }
    x = np.zeros((len(pairs) + len(each), len(columns) + len(nothing)))
    x[: len(pairs), : len(columns)] = np.column_stack(list(columns.values()))
    x[len(pairs) :, len(columns) :] = np.column_stack([one.to_numpy(float) for one in nothing.values()])
    places = {event: number for number, event in enumerate(each.index)}
    message = np.r_[pairs["event_id"].map(places).to_numpy(), np.arange(len(each))]
    return x, message, [*columns, *nothing], list(each.index)


def fit(pairs: pd.DataFrame, gold: dict[str, set[str]]) -> dict[str, float]:
    """The conditional logit's weights: each message chooses one of its candidates, or none."""
    pairs = pairs[pairs["event_id"].isin(gold)].reset_index(drop=True)
    x, message, names, events = design(pairs)
    right = np.r_[
        [before in gold[event] for event, before in zip(pairs["event_id"], pairs["reply_to"], strict=True)],
        [event in gold[event] for event in events],
    ]
    reachable = np.zeros(len(events), dtype=bool)
    np.logical_or.at(reachable, message, right)
    order = np.argsort(message, kind="stable")
    order = order[reachable[message[order]]]
    x, message, right = x[order], message[order], right[order]
    start = np.flatnonzero(np.r_[True, message[1:] != message[:-1]])
    number = np.cumsum(np.r_[False, message[1:] != message[:-1]])

    def loss(w):
        score = x @ w
        weight = np.exp(score - np.maximum.reduceat(score, start)[number])
        whole, good = np.add.reduceat(weight, start), np.add.reduceat(weight * right, start)
        slope = x.T @ (weight * right / good[number] - weight / whole[number])
        return (-np.log(good / whole).sum() + w @ w / 2) / len(start), (-slope + w) / len(start)

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    return dict(zip(names, found.x, strict=True))


# ------------------------------------------------------------------------------------------------ measuring


def chosen(connection, text: str = RULE) -> dict[str, str]:
    """What the rule links each message to; itself where it begins something."""
    links = answer(connection, text)
    return {e: e if pd.isna(to) else to for e, to in zip(links["event_id"], links["reply_to"], strict=True)}


def previous(messages: pd.DataFrame, *, by_another: bool) -> dict[str, str]:
    found = {}
    for _, room in messages.sort_values(["room", "at", "event_id"]).groupby("room"):
        last, last_other = None, {}  # the message before; for each person, the last one by somebody else
        for event, name in zip(room["event_id"], room["name"].str.lower(), strict=True):
            if last and last[1] != name:
                last_other[name] = last[0]
            linked = last_other.get(name) if by_another else last and last[0]
            found[event] = linked or event
            last = (event, name)
    return found


def links_score(guess: dict[str, str], gold: dict[str, set[str]]) -> str:
    """P / R / F over all annotated lines, "begins something" being a link to itself; then over true links alone."""
    guess = {line: guess.get(line, line) for line in gold}  # lines of the server answer nothing
    right, n = sum(guess[line] in gold[line] for line in gold), sum(map(len, gold.values()))
    linked = {line: to for line, to in guess.items() if to != line}
    true, n_true = sum(to in gold[line] for line, to in linked.items()), sum(len(g - {li}) for li, g in gold.items())
    p, r, q, s = right / len(guess), right / n, true / max(1, len(linked)), true / n_true
    return (
        f"{100 * p:.1f} | {100 * r:.1f} | {200 * p * r / (p + r):.1f} | "
        f"{100 * q:.1f} | {100 * s:.1f} | {200 * true / (len(linked) + n_true):.1f}"
    )


def clusters(links: dict[str, set[str]]) -> dict[str, str]:
    root: dict[str, str] = {}

    def find(line):
        while root.setdefault(line, line) != line:
            line = root[line]
        return line

    for line, others in links.items():
        for other in others:
            root[find(line)] = find(other)
    return {line: find(line) for line in links}


def clusters_score(guess: dict[str, str], gold: dict[str, set[str]]) -> str:
    """Scaled variation of information, one-to-one overlap, F of exact conversations (of two messages or more)."""
    ours, true = clusters({line: {guess.get(line, line)} for line in gold}), clusters(gold)
    n, both = len(gold), Counter((ours[line], true[line]) for line in gold)
    a, b = Counter(ours.values()), Counter(true.values())
    information = -sum(k / n * (np.log2(k / a[x]) + np.log2(k / b[y])) for (x, y), k in both.items())
    rows, columns = {x: i for i, x in enumerate(a)}, {y: i for i, y in enumerate(b)}
    table = np.zeros((len(a), len(b)))
    for (x, y), k in both.items():
        table[rows[x], columns[y]] = k
    best = table[linear_sum_assignment(-table)].sum() / n
    exact = sum(k == a[x] == b[y] and k > 1 for (x, y), k in both.items())
    f = 2 * exact / max(1, sum(k > 1 for k in a.values()) + sum(k > 1 for k in b.values()))
    return f"{100 * (1 - information / np.log2(n)):.1f} | {100 * best:.1f} | {100 * f:.1f}"


def answers_score(messages: pd.DataFrame, guess: dict[str, set[str]], annotated_lines: set[str]) -> tuple:
    """What response metrics are made of: questions that begin something, and the first answer by another person."""
    who, at = (
        dict(zip(messages["line"], messages["name"].str.lower(), strict=True)),
        dict(zip(messages["line"], messages["at"], strict=True)),
    )
    asks = {line for line, text in zip(messages["line"], messages["text"], strict=True) if "?" in text}
    turn, first = {}, {}
    for line in sorted(guess):
        own = [to for to in guess[line] if to != line and who.get(to) == who.get(line)]
        turn[line] = turn.get(min(own), min(own)) if own else line
    begins = {t for t in set(turn.values()) if t in guess and all(to == t for to in guess[t])}
    openers = {turn[line] for line in sorted(guess) if line in asks & annotated_lines and turn[line] in begins}
    for line in sorted(guess):
        for to in guess[line]:
            opener = turn.get(to)
            if opener in openers and who.get(line) and who[line] != who[opener]:
                first.setdefault(opener, line)
    waits = [(at[line] - at[opener]) / timedelta(minutes=1) for opener, line in first.items()]
    return openers, first, float(np.median(waits)) if waits else float("nan")


def ubuntu(title: str, messages: pd.DataFrame, gold: dict[str, set[str]]) -> dict[str, str]:
    rule = chosen(community(messages))
    for name, guess in (
        ("the message before", previous(messages, by_another=False)),
        ("the message before by another person", previous(messages, by_another=True)),
        (f"**{NAME}**", rule),
    ):
        print(f"| {title}, {name} | {links_score(guess, gold)} | {clusters_score(guess, gold)} |")
    return rule


def whom(connection, text: str) -> dict[str, str]:
    """Which message of another person each one answers best, where it is known that it answers one."""
    before, mark, _ = text.partition("best AS (")
    assert mark, "the rule's text has no table `best`: where do its scores end?"
    found = answer(
        connection,
        before.rstrip(" ,\n") + " SELECT m.event_id, b.event_id AS reply_to FROM scored AS c "
        "JOIN in_order AS m ON m.place = c.place JOIN in_order AS b ON b.place = c.place - c.d "
        "WHERE m.person <> b.person ORDER BY c.place, round(c.score, 6) DESC, c.d",
    )
    return dict(found.drop_duplicates("event_id").itertuples(index=False))


def explicit(messages: pd.DataFrame, told: dict[str, set[str]]) -> None:
    """Explicit replies, by half of the days, which shows how steady the differences are."""
    connection, there = community(messages), set(messages["line"])
    began = time.process_time()
    rule = chosen(connection)
    print(f"\nDiscord: {len(messages)} messages in {time.process_time() - began:.1f} processor s")
    whole = len(told)
    told = {line: to for line, to in told.items() if line in rule and to <= there}
    print(f"{whole} explicit replies, {len(told)} to a message that the archive has")
    names = dict(zip(messages["line"], messages["name"].str.lower(), strict=True))
    odd = {line for line, at in zip(messages["line"], messages["at"], strict=True) if at.toordinal() % 2}
    others = {line for line, to in told.items() if names[line] not in {names[one] for one in to}}
    before, joined = previous(messages, by_another=True), RULE.replace("INTERVAL 3 MINUTE", "INTERVAL 0 MINUTE")
    print("| | even days | odd days | all |\n|---|---|---|---|")
    for name, guess, lines in (
        ("whom: before by another", before, others),
        (f"whom: {NAME}", whom(connection, RULE), others),
        ("all: before by another", before, set(told)),
        (f"all: {NAME}, going on left to the archive", chosen(connection, joined), set(told)),
        (f"all: {NAME} as it ships", rule, set(told)),
    ):
        right = {line for line in lines if guess.get(line) in told[line]}
        shares = [f"{len(right & part) / len(part):.3f} of {len(part)}" for part in (lines - odd, lines & odd, lines)]
        print(f"| {name} | {' | '.join(shares)} |")


def garden() -> tuple[pd.DataFrame, dict[str, set[str]]]:
    """The sample community's WhatsApp group as decided, to the minute, and the message that each one answers."""
    said = sorted(decide().others["whatsapp"].messages, key=lambda message: message.at)
    line = {id(message): f"{number:06}" for number, message in enumerate(said)}
    messages = pd.DataFrame(
        [
            (line[id(m)], "g", m.author.name, pd.Timestamp(m.at, unit="us").floor("min"), with_signs(m.text))
            for m in said
        ],
        columns=["line", "room", "name", "at", "text"],
    )
    gold = {line[id(m)]: {line[id(m if m.opener is None else m.opener)]} for m in said}
    return messages.assign(event_id=messages["line"]), gold


def planted(messages: pd.DataFrame, gold: dict[str, set[str]]) -> None:
    rule, before = chosen(community(messages)), previous(messages, by_another=True)
    asks = {line for line, text in zip(messages["line"], messages["text"], strict=True) if "?" in text}
    begin = [line for line in asks if line in gold[line]]
    replies = [line for line in gold if line not in gold[line]]
    print(f"\nGarden: {sum(rule[line] == line for line in begin)} of {len(begin)} questions found to begin something")
    for name, guess in (("before by another", before), (NAME, rule)):
        print(
            f"{name}: {sum(guess[line] in gold[line] for line in replies) / len(replies):.3f} of {len(replies)} answers"
        )


def months() -> None:
    """The sample's WhatsApp export through the whole program, beside what was decided, month by month."""
    plan = decide()
    other = plan.others["whatsapp"]
    ids = {person.number: person.name for person in other.people}
    print(
        "\n| planted / found | openers | answered_24h | unanswered_7d | first_response_hours |\n|---|---|---|---|---|"
    )
    sums = Counter()
    with tempfile.TemporaryDirectory() as folder:
        store.add(folder, registry.recognise(GARDEN), GARDEN, timezone="Europe/Paris")
        settings.create(Path(folder) / "community.toml", name="Balcons", timezone="Europe/Paris")
        with workbench.open(folder) as community:
            for month in (one for one in plan.months if one >= Month.parse(other.place.begins)):
                true = truth.numbers(truth.Decided(other.people, other.messages, (month,), ids), month, whole=False)
                count, ask = f"{true['openers']} / {len(community.run('SELECT 1 FROM openers', month=month))}", []
                for one in ("answered_24h", "unanswered_7d"):
                    found = getattr(metrics, one)(community, month=month).iloc[0]
                    pair = [(true[one] or {}).get(part) or 0 for part in ("numerator", "denominator")]
                    pair += [found["numerator"], found["denominator"]]
                    sums.update({(one, place): int(number) for place, number in enumerate(pair)})
                    ask.append("{}/{} / {}/{}".format(*map(int, pair)))
                hours = metrics.first_response_hours(community, month=month)["first_response_hours"].iloc[0]
                print(f"| {month} | {count} | {' | '.join(ask)} | {true['first_response_hours']} / {hours} |")
    for one in ("answered_24h", "unanswered_7d"):
        a, b, c, d = (sums[one, place] for place in range(4))
        print(f"{one}: planted {a}/{b} = {a / b:.2f}, found {c}/{d} = {c / d:.2f}")


def main() -> None:
    if "--fit" in sys.argv:
        for named in (True, False):
            train, gold = annotated("train", fitted=True, named=named)
            found = fit(candidates(community(train)), gold)
            print("names" if named else "no names", {name: round(float(value), 2) for name, value in found.items()})
        return
    print("| | P | R | F | links alone P | R | F | VI | 1-1 | exact F |\n|---|---|---|---|---|---|---|---|---|---|")
    dev, gold = annotated("dev")
    rule = ubuntu("dev", dev, gold)
    ubuntu("train, fitted on", *annotated("train", fitted=True))
    ubuntu("train, not fitted on", *annotated("train", fitted=False))
    for how, given in (("names taken away", {"named": False}), ("order within a minute lost", {"scrambled": True})):
        changed, _ = annotated("dev", **given)
        line_of = dict(zip(changed["event_id"], changed["line"], strict=True))
        for name, guess in (
            ("before by another person", previous(changed, by_another=True)),
            (NAME, chosen(community(changed))),
        ):
            guess = {line_of[event]: line_of[to] for event, to in guess.items()}
            print(f"| {name}, {how} | {links_score(guess, gold)} | {clusters_score(guess, gold)} |")

    people = dev[dev["line"].isin(gold)]
    true = {line: gold[line] for line in people["line"]}
    print("\n| dev, questions that begin something | openers | answered | median minutes |\n|---|---|---|---|")
    for name, guess in (("by hand", true), (NAME, {line: {rule[line]} for line in true})):
        openers, first, median = answers_score(dev, guess, set(true))
        print(f"| {name} | {len(openers)} | {len(first) / len(openers):.2f} | {median:.1f} |")
        if name == "by hand":
            hand, hand_first = openers, first
    both = hand & openers
    agree = sum((opener in first) == (opener in hand_first) for opener in both)
    same = sum(first.get(opener) == hand_first[opener] for opener in both & hand_first.keys())
    known = both & hand_first.keys()
    print(f"\nFound by both: {len(both)}; answered or not alike: {agree}; same first answer: {same} of {len(known)}")

    explicit(*discord())
    planted(*garden())
    months()


if __name__ == "__main__":
    main()
