"""The first draft of a mapping, from the headers of a table and some of its rows."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from workbench.sources import table_number, table_score, table_time, table_words
from workbench.sources.mapping import MAPPED_TABLES, columns_of, required_of
from workbench.sources.table_file import as_text
from workbench.sources.table_words import HEADERS, TELLING, TELLS_LITTLE, plain
from workbench.tables import INSTANT, MONEY, NUMBER, WHOLE, YES_NO, Column

_MOST_WORDS = 40
_MANY_ROWS = 20
_CLOCK = re.compile(r"\s*\d{1,2}\s?[:h]")
_EXAMPLE = {"events": 'kind = "post"', "payments": 'currency = "EUR"', "social_posts": 'network = "LinkedIn"'}


@dataclass(frozen=True)
class Guess:
    """What headers and rows tell. `unsure` holds what a person must look at before anything is imported."""

    table: str = ""
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    unknown_words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unsure: tuple[str, ...] = ()


def known_headers(headers: tuple[str, ...]) -> int:
    """How many headers some table knows."""
    known = {word for columns in HEADERS.values() for words in columns.values() for word in words.split("|")}
    return sum(plain(header) in known for header in headers)


def guess(headers: tuple[str, ...], rows: list[list], *, name: str) -> Guess:
    """The table and its columns, as far as headers and rows tell. `name` is what a source of feedback is called
    when no column tells it.

    >>> guess(("Membre", "Date", "Message"), [["ana", "2024-03-01", "Bonjour"]], name="groupe").columns
    {'occurred_at': ('Date',), 'member_id': ('Membre',), 'text': ('Message',), 'display_name': ('Membre',)}
    """
    cells = {header: [row[at] for row in rows if at < len(row)] for at, header in enumerate(headers)}
    fits = []
    matched = {table: _matched(table, cells) for table in MAPPED_TABLES}
    for table, columns in matched.items():
        defaults = _defaults(table, columns, cells, name)
        complete = all(column in columns or column in defaults for column in required_of(table))
        telling = _telling(table, columns, rated="score" in matched["feedback"])
        used = len(_used(columns))
        fits.append((complete and telling, used, table, columns, defaults))
    fits.sort(key=lambda fit: fit[:2], reverse=True)
    (fitting, used, table, columns, defaults), second = fits[0], fits[1]
    if not used:
        return Guess(unsure=("no header is known: say which table this is and name its columns",))
    unsure = []
    left = [header for header in headers if header not in _used(columns)]
    if not fitting:
        unsure.append(f"this looks most like {table}, but that is not sure")
    elif used < len(headers) / 3:
        unsure.append(f"this looks like {table}, but only {used} of {len(headers)} headers are known")
    elif second[:2] == (True, used):
        unsure.append(f"this can be {table} or {second[2]}")
    elif table == "events" and "kind" not in columns and (strange := _with_cells(left, cells)):
        unsure.append(f"this looks like events, but no column tells their kind, and what is {_named(strange)}?")
    unsure += [
        f"no column is known to be {column}, which {table} needs"
        for column in required_of(table)
        if column not in columns and column not in defaults
    ]
    author = columns.get("member_id", ()) if table == "events" else ()
    if len(author) == 1 and len(rows) >= _MANY_ROWS and _all_differ(cells[author[0]]):
        unsure.append(f"{_quoted(author[0])} differs in every row: is it the author, or the row's own id (event_id)?")
    if "score" in columns and "scale" not in columns and "scale" not in defaults:
        unsure.append(
            f'the scale of "{columns["score"][0]}" is not known: nps (0 to 10), csat (1 to 5), or the highest value'
        )
    if "score" in columns and (others := [header for header in left if table_score.is_score(header, cells[header])]):
        unsure.append(f'is "{columns["score"][0]}" the score, or {_named(others)}? A row of feedback has one')
    if table in ("members", "memberships"):
        ends = "joined_at or left_at" if table == "members" else "start_at or end_at"
        unsure += [
            f"{_named([header])} looks like a date: is it {ends}? If it is neither, leave it out"
            for header in left
            if _dated(table, header, cells[header])
        ]
    values, unknown = _words(table, columns, cells)
    unsure += [
        f"{column}: what do {', '.join(json.dumps(word, ensure_ascii=False) for word in words[:5])} mean?"
        for column, words in unknown.items()
    ]
    return Guess(table, columns, values, defaults, unknown, tuple(unsure))


def _telling(table: str, columns: dict[str, tuple[str, ...]], *, rated: bool) -> bool:
    """Whether the columns prove the table. Where nothing tells a kind of event, a score speaks for a survey, and a
    column of comments for neither."""
    kindless = table in ("events", "messages") and not {"kind", "reply_to"} & set(columns)
    if kindless and (rated or plain(columns.get("text", ("",))[0]) in table_words.COMMENT):
        return False
    return all(any(column in columns for column in group) for group in TELLING[table]) and any(
        _tells(columns.get(column)) for group in TELLING[table] for column in group
    )


def _used(columns: dict[str, tuple[str, ...]]) -> set[str]:
    return {header for several in columns.values() for header in several}


def _named(headers: list[str]) -> str:
    return ", ".join(_quoted(header) for header in headers)


def _with_cells(headers: list[str], cells: dict[str, list]) -> list[str]:
    """The headers without the nameless columns that are empty: separators at the ends of lines make them."""
    return [
        header
        for header in headers
        if not re.fullmatch(r"column \d+", header) or any(as_text(cell).strip() for cell in cells[header])
    ]


def _dated(table: str, header: str, cells: list) -> bool:
    """Whether a column holds dates, or its header says so."""
    bare = plain(header)
    known = (words for column, words in HEADERS[table].items() if columns_of(table)[column].type == INSTANT)
    if table_words.SAYS_DATE.search(bare) or any(bare in words.split("|") for words in known):
        return True
    # A bare number may be a day as Excel counts it, but much else too.
    filled = [cell for cell in cells if as_text(cell).strip()][:200]
    dates = [
        cell
        for cell in filled
        if not isinstance(cell, (int, float)) and not re.fullmatch(r"\s*-?\d+(?:[.,]\d+)?\s*", as_text(cell))
        if _is_date(cell)
    ]
    return bool(dates) and len(dates) >= 0.8 * len(filled)


def _is_date(cell) -> bool:
    try:
        return _READERS[INSTANT](cell) is not None
    except ValueError:
        return table_time.has_two_readings(cell)


def _tells(headers: tuple[str, ...] | None) -> bool:
    return headers is not None and plain(headers[0]).removesuffix(" utc") not in TELLS_LITTLE


def _matched(table: str, cells: dict[str, list]) -> dict[str, tuple[str, ...]]:
    """For each column the header that tells it, if its cells can be read as such."""
    by_word: dict[str, str] = {}
    for header in cells:
        bare = plain(header)
        by_word.setdefault(bare, header)
        by_word.setdefault(bare.removesuffix(" utc"), header)
        # "Inscrit(e) le", "Parti·e le".
        by_word.setdefault(bare.replace(" e le", " le"), header)
    known = columns_of(table)
    columns: dict[str, tuple[str, ...]] = {}
    used: set[str] = set()
    for column, words in HEADERS[table].items():
        shared = columns.get("member_id", ()) if column == "display_name" else ()
        for word in words.split("|"):
            header = by_word.get(word)
            if header is None or (header in used and header not in shared):
                continue
            own = word == table_words.OWN and table != "members"
            if own and (column == "member_id") == _names_rows(header, by_word, cells):
                continue
            found = _with_clock(header, by_word, cells) if known[column].type == INSTANT else (header,)
            if column == "left_at" and word in table_words.CLOSED.split("|") and not any(map(_is_date, cells[header])):
                continue
            if _readable(known[column], found, cells):
                columns[column] = found
                used.update(found)
                break
    if table == "feedback" and "score" not in columns:
        scores = [header for header in cells if header not in used and table_score.is_score(header, cells[header])]
        columns |= {"score": (scores[0],)} if scores else {}
    both = [_first(by_word, words) for words in (table_words.FIRST_NAME, table_words.LAST_NAME)]
    if "display_name" in known and all(both):
        columns["display_name"] = tuple(both)
    return {column: columns[column] for column in known if column in columns}


def _names_rows(header: str, by_word: dict[str, str], cells: dict[str, list]) -> bool:
    """Whether no two rows share an id where another column of people has repeats: then it is the row's own."""
    others = {by_word[word] for word in table_words.MEMBER.split("|") if word in by_word} - {header}
    return _all_differ(cells[header]) and not all(_all_differ(cells[other]) for other in others)


def _all_differ(cells: list) -> bool:
    filled = [text for cell in cells if (text := as_text(cell).strip())]
    return len(set(filled)) == len(filled)


def _first(by_word: dict[str, str], words: str) -> str | None:
    return next((by_word[word] for word in words.split("|") if word in by_word), None)


def _with_clock(header: str, by_word: dict[str, str], cells: dict[str, list]) -> tuple[str, ...]:
    """A day's column with the clock's column beside it, if there is one."""
    clock = _first(by_word, table_words.CLOCK)
    if (
        clock
        and clock != header
        and all(re.match(r"\s*\d{1,2}\s?[:h]", as_text(cell)) for cell in cells[clock] if cell)
    ):
        days = [cell for cell in cells[header] if as_text(cell).strip()]
        if days and all(table_time.only_a_day(as_text(cell)) for cell in days):
            return header, clock
    return (header,)


def _readable(column: Column, found: tuple[str, ...], cells: dict[str, list]) -> bool:
    if len(found) > 1:
        return True
    read = _READERS.get(column.type)
    filled = [cell for cell in cells[found[0]] if as_text(cell).strip()][:200]
    return not read or not filled or sum(_reads(read, cell) for cell in filled) >= 0.8 * len(filled)


def _reads(read: Callable[[object], object], cell) -> bool:
    try:
        read(cell)
    except ValueError:
        return table_time.has_two_readings(cell) or table_number.has_two_readings(cell)
    return True


_READERS = {
    INSTANT: table_time.instants(zone="UTC", order=table_time.Order(None)),
    WHOLE: table_number.whole,
    NUMBER: table_number.score,
    MONEY: table_number.money,
    YES_NO: table_number.yes_no,
}


def _defaults(table: str, columns: dict, cells: dict[str, list], name: str) -> dict[str, str]:
    defaults = {}
    if table == "events" and "kind" not in columns and "reply_to" not in columns and "text" in columns:
        defaults["kind"] = "post"
    if table == "feedback":
        if "source" not in columns:
            defaults["source"] = name
        scale = table_score.scale(columns["score"][0], cells[columns["score"][0]]) if "score" in columns else None
        if scale and "scale" not in columns:
            defaults["scale"] = scale
    if table == "payments" and "currency" not in columns and "amount" in columns:
        amounts = " ".join(as_text(cell) for cell in cells[columns["amount"][0]])
        signs = {code for sign, code in table_words.CURRENCIES.items() if sign in amounts}
        signs |= set(re.findall(r"\b[A-Z]{3}\b", amounts))
        if len(signs) == 1 and "$" not in amounts:
            defaults["currency"] = signs.pop()
    return defaults


def _words(table: str, columns: dict, cells: dict[str, list]) -> tuple[dict, dict]:
    """The meaning of the words of each column that allows only some, and the words nobody knows."""
    values, unknown = {}, {}
    for name, column in columns_of(table).items():
        if not column.allowed or name not in columns:
            continue
        words = dict.fromkeys(text for cell in cells[columns[name][0]] if (text := as_text(cell).strip()))
        meant = {
            word: table_words.meaning_of(word, table=table, column=name, allowed=column.allowed)
            for word in list(words)[:_MOST_WORDS]
        }
        values[name] = {word: meaning for word, meaning in meant.items() if meaning and meaning != word}
        strange = tuple(word for word, meaning in meant.items() if meaning is None)
        if strange:
            unknown[name] = strange
    return {name: words for name, words in values.items() if words}, unknown


def written(found: Guess, headers: tuple[str, ...], *, file: str, platform: str, doubts: tuple[str, ...] = ()) -> str:
    """The draft as TOML, with all that is unsure as comments."""
    unsure = (*found.unsure, *doubts)
    sure_table = found.table and not any(word.startswith("this ") for word in found.unsure)
    lines = [f"# How to read {_comment(file)}. Headers: {_comment(', '.join(headers))}"]
    if unsure:
        lines += ["# This is a draft. Look at these points, correct the lines below, then import again:"]
        lines += [f"#   - {_comment(line)}" for line in unsure]
    lines += [
        "",
        f"{'' if sure_table else '# '}table = {_quoted(found.table or 'events')}   # {', '.join(MAPPED_TABLES)}",
    ]
    other = '; for members of Slack, write "slack"' if platform == "csv" else ""
    lines += [f"platform = {_quoted(platform)}   # ids become {platform}:<id of the file>{other}"]
    lines += ['# timezone = "Europe/Paris"   # of times without offset, if it is not the one of --timezone']
    lines += ['# time_format = "%d/%m/%Y %H:%M"   # where the order of day and month is not proven']
    lines += ['# decimal = ","']
    unused = [header for header in headers if not any(header in several for several in found.columns.values())]
    if unused:
        label = "attributes = []   # left out:" if found.table == "members" else "# Left out:"
        lines += [f"{label} {_comment(', '.join(_quoted(header) for header in unused))}"]
    lines += ["", "[columns]"]
    if found.table:
        lines += _columns(found)
    for name in dict.fromkeys((*found.values, *found.unknown_words)):
        allowed = ", ".join(columns_of(found.table)[name].allowed)
        lines += ["", f'[values.{name}]   # {allowed}, or "" for none; "*" = all other words']
        lines += [f"{_quoted(word)} = {_quoted(meaning)}" for word, meaning in found.values.get(name, {}).items()]
        lines += [f'# {_comment(_quoted(word))} = ""' for word in found.unknown_words.get(name, ())]
    lines += ["", "[defaults]   # where a row tells nothing"]
    lines += [f"{name} = {_quoted(value)}" for name, value in found.defaults.items()]
    if not found.defaults and found.table in _EXAMPLE:
        lines += [f"# {_EXAMPLE[found.table]}"]
    return "\n".join(lines) + "\n"


def _columns(found: Guess) -> list[str]:
    required, lines = required_of(found.table), []
    for name in columns_of(found.table):
        headers = found.columns.get(name)
        if headers:
            shown = (
                _quoted(headers[0]) if len(headers) == 1 else f"[{', '.join(_quoted(header) for header in headers)}]"
            )
            lines.append(f"{name} = {shown}")
        elif name in required and name not in found.defaults:
            lines.append(f'# {name} = ""   # needed')
        elif name != "observed_at":
            lines.append(f'# {name} = ""')
    return lines


def _comment(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
