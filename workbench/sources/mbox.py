"""Mailing list archives (mbox, packed by gzip or not): mails, threads, lists and who writes to them."""

import email
import email.utils
import quopri
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.header import decode_header
from email.message import Message
from hashlib import blake2b
from pathlib import Path

from workbench.errors import SourceError
from workbench.sources import Reading, Row, Source, problem
from workbench.sources.archive import decode
from workbench.sources.html import plain_text
from workbench.sources.known_ids import KnownIds, KnownTexts
from workbench.sources.mbox_file import Letter, first_letter, letters
from workbench.sources.mbox_text import own_words, subject_words
from workbench.sources.streams import open_files

LOOKED_AT = 20
SAME_SUBJECT_DAYS = 90
"""How long an answer without reference to another mail may belong to a thread by its subject."""
TRUSTED_DELAY = timedelta(days=1)

_FIRST, _LAST = datetime(1980, 1, 1), datetime(2100, 1, 1)
_NOBODY = -1
_DEEPEST = 10
_ID = re.compile(r"<\s*([^<>\s]{1,500})\s*>")
_HIDDEN_AT = re.compile(
    r"([^@<>()\"]{0,200}?)\b([\w.+=-]{1,100}) (?:at|AT|à|\(at\)|\[at\]) ([\w-]{1,100}(?:\.[\w-]{1,100}){1,8})\b"
)
_VIA = re.compile(r"\W*(.{1,200}?)\W*\b(?:via|par l.intermédiaire de)\s.{1,200}", re.DOTALL)
_MUNGED = re.compile(r"([\w.+-]{1,100})=([\w-]{1,100}(?:\.[\w-]{1,100}){1,8})@.{1,200}")
_PRIVATE = "private mail: it came through no list"
_PERSONAL = ("received", "delivered-to", "x-gmail-labels", "x-gm-thrid", "return-path")
_LISTS = ("list-id", "x-beenthere", "mailing-list", "x-mailing-list", "list-post")
# A parser of our own: the standard library's goes as deep as its comments do, and differs from release to release.
_HEAD = re.compile(rb"(?:[!-9;-~]++:[^\r\n]*+\n(?:[ \t][^\r\n]*+\n)*+)++\n")
_FIELD = re.compile(r"([^:]++):[ \t]*+([^\n]*+(?:\n[ \t][^\n]*+)*+)\n")  # of what `_HEAD` has found
_FLOW = r"(?:;\s*(?:format=flowed|delsp=(?:yes|no)))*"
_PLAIN = re.compile(rf'text/plain{_FLOW}(?:;\s*charset=("?)([\w-]+)\1)?{_FLOW}', re.ASCII | re.IGNORECASE)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(
    rf"[A-Z][a-z][a-z], +(\d\d?) ({'|'.join(_MONTHS)}) ([12]\d\d\d) (\d\d):(\d\d):(\d\d) "
    r"(?!-0000)([+-])(0\d|1[0-4])([0-5]\d)(?: \([A-Z]+\))?",
    re.ASCII,
)
_NAMED = re.compile(r"\s*(?:([^<>]*)<([^<>]*)>|([^\s()]+)\s*\((.*)\)\s*$)", re.DOTALL)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ADDRESS = re.compile(r"([\w.+=-]{1,100})@([\w-]{1,100}(?:\.[\w-]{1,100}){0,8})")


def recognises(path: Path) -> bool:
    """Whether a file, or one of the first files of a folder or archive, begins like an mbox: a line `From …` and
    behind it the header of a mail."""
    with open_files(path) as archive:
        return any(first_letter(archive, name) for name in archive.names[:LOOKED_AT])


def read(path: Path, reading: Reading) -> Iterator[Row]:
    """One pass over the mails, files in the order of their first mail; memory grows by some 150 bytes a mail.

    A mail's id is its Message-ID; a mail told twice counts once. A mail that names no other opens a thread; a reply
    belongs to the thread of the mail that it answers, where the export holds that, else of the first of its
    `References`. An answer ("Re:") that names no other belongs to the latest thread of its subject within 90 days.

    `Date` is what the sender's clock said. Where it is missing, or more than a day from the mail's arrival
    (`Received`), the arrival counts, else the line that separates the mails; such times are marked as approximate, as
    are those without an offset, taken for UTC.

    A person is an address in small letters: the address of the author, also where the list wrote its own into `From`.
    Texts are the author's words: quotations become `[…]`, signatures and footers go, HTML becomes plain text, and the
    subject stands above what opens a thread. Automatic answers are counted, not kept; who sends generated mails only
    is a bot. In a mailbox of a person, mails that came through no list are private: they are counted, never kept.

    Nothing tells who subscribed or left. Coverage is one span for all lists, from the first to the last mail.
    """
    platform = reading.platform = reading.platform or "mbox"
    reading.time_zone = [{"how": "mails"}]
    with open_files(path) as archive:
        lists = _Lists(platform, reading)
        found = [(first, name) for name in archive.names if (first := first_letter(archive, name))]
        if others := len(archive.names) - len(found):
            reading.dropped["file of another kind"] = others
        for _, name in sorted((_posted(first) or _LAST, name) for first, name in found):
            number = 0
            try:
                for letter in letters(archive, name):
                    number = letter.number
                    for row in lists.letter(letter):
                        yield problem(name, f"mail {number}", row) if isinstance(row, str) else row
            except SourceError as error:
                yield problem(name, f"after mail {number}", f"the rest of the file cannot be read: {error}")
        if lists.first is None and reading.dropped[_PRIVATE]:
            reading.notes.append(
                "all mails look private: no header names a list. If they are a list's, take the list's own archive"
            )
        yield from lists.rest()


SOURCE = Source("mbox", "Mailing list archive (mbox, also .gz, folder or zip)", recognises, read)


@dataclass
class _Mail:
    """What is needed of one mail."""

    head: dict[str, str]
    """The first header of each name, in small letters."""
    text: str


@dataclass
class _Lists:
    platform: str
    reading: Reading
    words: KnownTexts = field(default_factory=KnownTexts)
    """Of each author and each opener of a thread."""
    known: KnownIds = field(default_factory=lambda: KnownIds(2))
    """Author and opener of each mail, by the hash of its id, of 64 bits."""
    subjects: KnownIds = field(default_factory=lambda: KnownIds(2))
    """Opener and second of the latest mail, by the hash of list and subject."""
    names: dict[str, str | None] = field(default_factory=dict)
    mails: Counter = field(default_factory=Counter)
    generated: Counter = field(default_factory=Counter)
    groups: dict[str, str | None] = field(default_factory=dict)
    first: datetime | None = None
    last: datetime | None = None

    def letter(self, letter: Letter) -> Iterator[Row | str]:
        mail = _parsed(letter)
        head = mail.head if mail else {}
        author, name = _author(head)
        at, approximate = _when(head, letter.separator)
        native_id = _native_id(head, mail)
        if mail is None or author is None or at is None:
            self.reading.read["mail"] += 1
            missing = "an author" if author is None else "a date between the years 1980 and 2100"
            yield "a mail that cannot be parsed" if mail is None else f"a mail without {missing}"
            return
        key = hash(native_id)
        if self.known.get(key):
            self.reading.repeated["mail"] += 1
            return
        self.reading.read["mail"] += 1
        group = _list_of(head)
        if why := _left_out(head, group):
            self.known.add(key, _NOBODY, _NOBODY)
            self.reading.dropped[why] += 1
            return
        if letter.is_cut:
            self.reading.dropped["end of a long mail"] += 1
        self.first, self.last = min(self.first or at, at), max(self.last or at, at)
        yield from self.mail(mail, native_id, key, at, approximate, author, name, group)

    def mail(
        self, mail: _Mail, native_id: str, key: int, at: datetime, approximate: bool, author: str, name: str | None,
        group: str | None,
    ) -> Iterator[Row]:  # fmt: skip
        member_id, event_id = f"{self.platform}:{author}", f"{self.platform}:{native_id}"
        group_id = f"{self.platform}:{group}" if group else None
        subject, answers = subject_words(_words(mail.head.get("subject", "")))
        topic, second = hash((group_id, subject.casefold())), int((at - _FIRST).total_seconds())
        parent, opener = self.thread(mail.head, native_id, topic, second, answers)
        opens = parent is None and opener is None and not answers
        thread = native_id if opens else opener
        number = _NOBODY if thread is None else self.words.number(thread)
        self.known.add(key, self.words.number(author), number)
        if subject and thread is not None:
            self.subjects.add(topic, number, second)
        self.names[member_id] = name or self.names.get(member_id)
        self.mails[member_id] += 1
        self.generated[member_id] += mail.head.get("auto-submitted", "no").lower().startswith("auto-generated")
        if group_id:
            self.groups[group_id] = self.groups.get(group_id) or _list_name(mail.head)
        text, n_chars = own_words(mail.text)
        if opens and subject:
            text, n_chars = "\n\n".join(filter(None, (subject, text))), n_chars + len(subject)
        yield (
            "events",
            {
                "event_id": event_id,
                "occurred_at": at,
                "time_approximate": approximate,
                "member_id": member_id,
                "kind": "post" if opens else "reply",
                "group_id": group_id,
                "thread_id": None if thread is None else f"{self.platform}:{thread}",
                "reply_to": None if parent is None else f"{self.platform}:{parent}",
                "target_member_id": self.author_of(parent),
                "n_chars": n_chars,
                "platform": self.platform,
            },
        )
        if text:
            yield "messages", {"event_id": event_id, "occurred_at": at, "text": text}

    def thread(
        self, head: dict[str, str], native_id: str, topic: int, second: int, answers: bool
    ) -> tuple[str | None, str | None]:
        """The mail that this one answers, and the opener of its thread, as far as they are told."""
        told = [one for one in _ID.findall(head.get("references", "")[:50_000]) if one != native_id]
        answered = [one for one in _ID.findall(head.get("in-reply-to", "")[:5_000]) if one != native_id]
        candidates = [*answered[:1], *reversed(told)]
        for candidate in candidates:
            author, opener = self.known.get(hash(candidate)) or (_NOBODY, _NOBODY)
            if author != _NOBODY:
                return candidate, None if opener == _NOBODY else self.words.text(opener)
        if candidates:
            return candidates[0], told[0] if told else candidates[0]
        same = self.subjects.get(topic) if answers else None
        if same is None or abs(second - same[1]) > SAME_SUBJECT_DAYS * 86_400:
            return None, None
        return None, self.words.text(same[0])

    def author_of(self, native_id: str | None) -> str | None:
        author, _ = (self.known.get(hash(native_id)) if native_id else None) or (_NOBODY, _NOBODY)
        return None if author == _NOBODY else f"{self.platform}:{self.words.text(author)}"

    def rest(self) -> Iterator[Row]:
        for member_id, name in self.names.items():
            bot = self.generated[member_id] == self.mails[member_id]
            yield (
                "members",
                {
                    "member_id": member_id,
                    "platform": self.platform,
                    "display_name": name,
                    "role": "bot" if bot else None,
                },
            )
        for group_id, name in self.groups.items():
            yield "groups", {"group_id": group_id, "platform": self.platform, "name": name, "kind": "mailing list"}
        if self.first:
            yield (
                "coverage",
                {"platform": self.platform, "group_id": "", "from_at": self.first, "to_at": self.last},
            )


def _parsed(letter: Letter) -> _Mail | None:
    return _simple(letter.content) or _any(letter.content)


def _simple(content: bytes) -> _Mail | None:
    """A mail of one text without any oddity, as most are; the standard library needs ten times as long for it."""
    if not (found := _HEAD.match(content)):
        return None
    given: dict[str, str] = {}
    for name, value in _FIELD.findall(found[0].decode("ascii", "surrogateescape")):
        given.setdefault(name.lower(), value)
    kind = _PLAIN.fullmatch(given.get("content-type", "text/plain"))
    packing = given.get("content-transfer-encoding", "").lower()
    if kind is None or packing not in ("", "7bit", "8bit", "quoted-printable") or "content-disposition" in given:
        return None
    data = content[found.end() :]
    text = _decoded(quopri.decodestring(data) if packing == "quoted-printable" else data, (kind[2] or "").lower())
    return _Mail({name: _unescaped(value) for name, value in given.items()}, text if text.strip() else "")


def _any(content: bytes) -> _Mail | None:
    # What the standard library raises on made-up mails is not told in its documentation and grows with each release.
    try:
        message = email.message_from_bytes(content)
        head: dict[str, str] = {}
        for name, value in message.raw_items():
            head.setdefault(name.lower(), _unescaped(str(value)))
        return _Mail(head, _text(message))
    except Exception:
        return None


def _text(message: Message) -> str:
    """The plain parts, else the HTML parts as plain text."""
    plain, rich = [], []
    for part in _parts(message, 0):
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
            data = part.get_payload(decode=True) or b""
            (plain if kind == "text/plain" else rich).append(_decoded(data, part.get_content_charset()))
    return "\n".join(plain) if any(text.strip() for text in plain) else "\n".join(map(plain_text, rich))


def _parts(message: Message, depth: int) -> Iterator[Message]:
    """The parts that hold no others; a mail inside a mail is an attachment."""
    if not message.is_multipart():
        yield message
    elif message.get_content_maintype() == "multipart" and depth < _DEEPEST:
        for part in message.get_payload():
            yield from _parts(part, depth + 1)


def _decoded(data: bytes, charset: str | None) -> str:
    if charset and charset not in ("us-ascii", "utf-8", "unknown-8bit"):
        try:
            return data.decode(charset, "replace")
        except (LookupError, ValueError, UnicodeError):
            pass
    return decode(data)


def _unescaped(value: str) -> str:
    """A header with its 8-bit letters, in one line."""
    if not value.isascii():
        value = decode(value.encode("utf-8", "surrogateescape"))
    return " ".join(value.split()) if "\n" in value or "\r" in value else value.strip()


def _words(value: str) -> str:
    """A header whose encoded words are decoded.

    >>> _words("=?iso-8859-1?Q?Caf=E9?= =?x-unknown?Q?_cr=C3=A8me?=")
    'Café crème'
    """
    if "=?" not in value:
        return value
    try:
        parts = [text if isinstance(text, str) else _decoded(text, kind) for text, kind in decode_header(value[:5000])]
    except (ValueError, LookupError, email.errors.MessageError):
        return value
    return " ".join("".join(parts).split())


def _author(head: dict[str, str]) -> tuple[str | None, str | None]:
    """Address and name. Where a list wrote its own address into `From`, the author's is told beside.

    >>> _author({"from": "andy at example.org (Andy G.)"})
    ('andy@example.org', 'Andy G.')
    >>> _author({"from": '"Zoé via Tea" <tea@example.org>', "reply-to": "Zoe@example.net, tea@example.org"})
    ('zoe@example.net', 'Zoé')
    """
    address, name = _address(head.get("from", ""))
    via = _VIA.fullmatch(name or "")
    if munged := _MUNGED.fullmatch(address or "") if via or (address or "").endswith("@groups.io") else None:
        address, name = f"{munged[1]}@{munged[2]}", via[1] if via else name
    elif via:
        of_list = {address, _address(head.get("list-post", ""))[0], _address(head.get("x-beenthere", ""))[0]}
        told = (head.get(key, "") for key in ("x-original-from", "x-original-sender", "reply-to", "cc"))
        others = (_address(one)[0] for value in told for one in value[:2000].split(","))
        name = via[1]
        address = next((one for one in others if one and one not in of_list), None)
    return address or (f"name:{name.casefold()[:200]}" if name else None), name


def _address(value: str) -> tuple[str | None, str | None]:
    value = value[:2000]
    if "@" not in value and (hidden := _HIDDEN_AT.match(value)):
        value = f"{hidden[1]}{hidden[2]}@{hidden[3]}{value[hidden.end() :]}"
    if told := _NAMED.match(value):
        name, address = told[1] or told[4] or "", told[2] or told[3] or ""
    else:
        name, address = "", value
    found = _ADDRESS.search(address)
    name = " ".join(_words(name.replace("\\", "")).strip(" '\"\t").split())[:300]
    if not found and not name:
        name = _words(value).strip(" '\"<>\t")[:300]
    return (found[0].lower()[:300] if found else None), (name if name and "@" not in name else None)


def _when(head: dict[str, str], separator: bytes) -> tuple[datetime | None, bool]:
    """When a mail was written, and whether only approximately."""
    written, offset = _instant(head.get("date", ""))
    arrived, _ = _instant(head.get("received", "")[-200:].rpartition(";")[2])
    if written and (arrived is None or abs(arrived - written) <= TRUSTED_DELAY):
        return written, not offset
    return arrived or _separated(separator), True


def _instant(value: str) -> tuple[datetime | None, bool]:
    """A date of a mail as naive UTC, and whether its offset is told.

    >>> _instant("Sat, 14 Nov 2015 21:29:28 +0100"), _instant("soon")
    ((datetime.datetime(2015, 11, 14, 20, 29, 28), True), (None, False))
    """
    value = value[:200].strip()
    if not value:
        return None, False
    try:
        if found := _DATE.fullmatch(value):
            day, month, year, hour, minute, second, sign, hours, minutes = found.groups()
            at = datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second))
            ahead = timedelta(hours=int(hours), minutes=int(minutes))
            at = at - ahead if sign == "+" else at + ahead
            return (at, True) if _FIRST <= at < _LAST else (None, False)
        told = email.utils.parsedate_to_datetime(value)
        at = told.astimezone(UTC).replace(tzinfo=None) if told.tzinfo else told
    except (ValueError, TypeError, OverflowError, IndexError):
        return None, False
    return (at, told.tzinfo is not None) if _FIRST <= at < _LAST else (None, False)


def _separated(separator: bytes) -> datetime | None:
    """The date in the line between two mails.

    >>> _separated(b"From andy at example.org  Sat Nov 14 21:29:28 2015")
    datetime.datetime(2015, 11, 14, 21, 29, 28)
    """
    words = separator[:400].decode("ascii", "replace").split()
    days = (at for at, word in enumerate(words) if at and word.rstrip(",") in _DAYS)
    return next((at for day in days if (at := _instant(" ".join(words[day : day + 6]))[0])), None)


def _posted(letter: Letter) -> datetime | None:
    """When the first mail of a file was written."""
    mail = _parsed(letter)
    return _when(mail.head, letter.separator)[0] if mail else None


def _native_id(head: dict[str, str], mail: _Mail | None) -> str:
    """The Message-ID, else a digest of what the mail says."""
    told = _ID.search(head.get("message-id", ""))
    if told:
        return told[1]
    parts = repr([head.get(key) for key in ("from", "date", "subject")] + [mail.text[:5000] if mail else ""])
    return blake2b(parts.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _list_of(head: dict[str, str]) -> str | None:
    """The list, by its List-Id or by its address written the same way.

    >>> _list_of({"list-id": "Tea <tea.lists.example.org>"}), _list_of({"x-beenthere": "Tea@lists.example.org"})
    ('tea.lists.example.org', 'tea.lists.example.org')
    """
    told = re.search(r"<([^<>\s]{1,200})>", head.get("list-id", "")[:1000]) or re.fullmatch(
        r"\s*([\w.-]{1,200})\s*", head.get("list-id", "")
    )
    if told:
        return told[1].lower()
    for key in _LISTS[1:]:
        if found := _ADDRESS.search(head.get(key, "")[:1000]):
            return f"{found[1]}.{found[2]}".lower()
    return None


def _list_name(head: dict[str, str]) -> str | None:
    given = head.get("list-id", "")
    shown = _words(given.partition("<")[0]).strip(" \"'")
    return shown or (_list_of(head) or "").partition(".")[0] or None


def _left_out(head: dict[str, str], group: str | None) -> str | None:
    """Why a mail belongs in no table, if so."""
    if head.get("auto-submitted", "").lower().startswith("auto-replied") or "x-autoreply" in head:
        return "automatic answer"
    if group is None and any(key in head for key in _PERSONAL) and "mailing list" not in head.get("delivered-to", ""):
        return _PRIVATE
    return None
