"""What importing costs: python benchmarks/importers.py DIR --mb 1 100 2000 [--only telegram] [--others PYTHON]

Exports of a made-up community are generated below DIR, and kept for the next run up to --keep MB. Each is read by its
importer, every row taken and let go, in a process of its own: processor seconds, MB/s of them, and the peak of resident
memory. Up to --beside MB, for they hold the whole file, beside it `json.load` of the same bytes, the floor for JSON,
and on the same files chat-miner and whatstk, where --others names a Python that has them (pip install chat-miner
whatstk). What starting Python and loading modules costs is left out.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, cycle
from pathlib import Path

MB = 1_000_000
START = datetime(2020, 1, 1, 8, tzinfo=UTC)
WORDS = (
    "the", "search", "never", "finds", "old", "threads", "merci", "pour", "votre", "aide", "does", "anyone", "know",
    "why", "please", "add", "a", "dark", "mode", "réglages", "facture", "prix", "événement", "great", "thanks",
    "réponse",
)  # fmt: skip
PEOPLE = 2_000
OTHERS = {
    "whatsapp": {
        "chat-miner": ("from chatminer.chatparsers import WhatsAppParser as P", "P({!r}).parse_file()"),
        "whatstk": ("import whatstk", "whatstk.df_from_whatsapp({!r}, max_size=None)"),
    },
    "telegram": {"chat-miner": ("from chatminer.chatparsers import TelegramJsonParser as P", "P({!r}).parse_file()")},
}
"""Other programs that make a table of messages of the same file: what they import, what they are asked."""


def said() -> Iterator[tuple[int, datetime, int, str]]:
    """Number, time, author and text of message after message, the same each time."""
    chance, at = random.Random(1), START
    some = []
    for _ in range(100_000):  # said again and again, at other times: to make them up takes longer than to import them
        text = " ".join(chance.choices(WORDS, k=chance.choice((3, 8, 8, 15, 40))))
        some.append((timedelta(seconds=chance.randrange(1, 400)), int(PEOPLE * chance.random() ** 3), text))
    for number, (pause, who, text) in zip(count(1), cycle(some)):
        at += pause
        yield number, at, who, text


# One generator of a file's bytes a format; each message is a piece


def whatsapp(size: int) -> Iterator[bytes]:
    for _, at, who, text in said():
        yield f"{at:%d/%m/%Y, %H:%M} - Member {who}: {text}\n".encode()


def irc(size: int) -> Iterator[bytes]:
    for _, at, who, text in said():
        yield f"{at:%Y-%m-%d %H:%M:%S} <member{who}> {text}\n".encode()


def telegram(size: int) -> Iterator[bytes]:
    yield b'{"name": "Tea", "type": "private_supergroup", "id": 42, "messages": ['
    for number, at, who, text in said():
        message = {
            "id": number, "type": "message", "date": f"{at:%Y-%m-%dT%H:%M:%S}",
            "date_unixtime": f"{at.timestamp():.0f}", "from": f"Member {who}", "from_id": f"user{who}", "text": text,
            "text_entities": [{"type": "plain", "text": text}],
        }  # fmt: skip
        yield (b"," * (number > 1)) + json.dumps(message, ensure_ascii=False, indent=1).encode()
    # the end is written by `made`


def discord(size: int) -> Iterator[bytes]:
    yield b'{"guild": {"id": "7", "name": "Tea"}, "channel": {"id": "71", "type": "GuildTextChat", "name": "tea"}, '
    yield b'"messages": ['
    for number, at, who, text in said():
        message = {
            "id": str(10**15 + number), "type": "Default", "timestamp": at.isoformat(), "timestampEdited": None,
            "isPinned": False, "content": text, "attachments": [], "embeds": [], "reactions": [], "mentions": [],
            "author": {"id": str(10**14 + who), "name": f"m{who}", "nickname": f"M. {who}", "isBot": False},
        }  # fmt: skip
        yield (b"," * (number > 1)) + json.dumps(message, ensure_ascii=False, indent=2).encode()


def mattermost(size: int) -> Iterator[bytes]:
    yield b'{"type": "version", "version": 1}\n'
    yield b'{"type": "team", "team": {"name": "tea", "display_name": "Tea", "type": "O"}}\n'
    yield b'{"type": "channel", "channel": {"team": "tea", "name": "all", "display_name": "All", "type": "O"}}\n'
    for who in range(min(PEOPLE, size // 2000)):
        user = {"username": f"m{who}", "email": f"m{who}@example.org"}
        yield json.dumps({"type": "user", "user": user}).encode() + b"\n"
    for _, at, who, text in said():
        post = {
            "team": "tea", "channel": "all", "user": f"m{who}", "message": text,
            "create_at": int(at.timestamp() * 1000), "reactions": [], "replies": [],
        }  # fmt: skip
        yield json.dumps({"type": "post", "post": post}, ensure_ascii=False).encode() + b"\n"


def mbox(size: int) -> Iterator[bytes]:
    for number, at, who, text in said():
        yield (
            f"From m{who}@example.org {at:%a %b %d %H:%M:%S %Y}\nFrom: Member {who} <m{who}@example.org>\n"
            f"To: tea@lists.example.org\nList-Id: <tea.lists.example.org>\nSubject: {text[:30]}\n"
            f"Date: {at:%a, %d %b %Y %H:%M:%S} +0000\nMessage-ID: <{number}@example.org>\n"
            f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n\n"
        ).encode()


def table(size: int) -> Iterator[bytes]:
    yield b"event_id,member_id,occurred_at,kind,text\n"
    for number, at, who, text in said():
        yield f"e{number},m{who},{at:%Y-%m-%dT%H:%M:%SZ},post,{text}\n".encode()


def posts(size: int) -> Iterator[bytes]:
    """The Posts.xml of Stack Exchange."""
    yield b'<?xml version="1.0" encoding="utf-8"?>\n<posts>\n'
    for number, at, who, text in said():
        yield (
            f'  <row Id="{number}" PostTypeId="1" CreationDate="{at:%Y-%m-%dT%H:%M:%S}.000" Score="3" ViewCount="10" '
            f'Body="&lt;p&gt;{text}&lt;/p&gt;" OwnerUserId="{who + 1}" Title="{text[:30]}" AnswerCount="0" />\n'
        ).encode()


def days(size: int) -> Iterator[tuple[str, bytes]]:
    """Files of a Slack export."""
    users = [
        {"id": f"U{who:07}", "name": f"m{who}", "profile": {"real_name": f"Member {who}"}} for who in range(PEOPLE)
    ]
    yield "users.json", json.dumps(users[: max(size // 20_000, 1)]).encode()
    yield "channels.json", json.dumps([{"id": "C0000001", "name": "tea", "created": 1_500_000_000}]).encode()
    day: list[dict] = []
    today = START.date()
    for number, at, who, text in said():
        if len(day) == 2_000:  # as full as the days of a large community
            yield f"tea/{today}.json", json.dumps(day, indent=4).encode()
            day, today = [], today + timedelta(days=1)
        ts = f"{at.timestamp():.0f}.{number % 10**6:06}"
        day.append({"type": "message", "user": f"U{who:07}", "text": text, "ts": ts})


def shards(size: int) -> Iterator[tuple[str, bytes]]:
    """Files of a Zulip export."""
    people = [
        {"id": who + 1, "full_name": f"Member {who}", "delivery_email": f"m{who}@example.org", "is_active": True,
         "date_joined": START.timestamp(), "role": 400, "realm": 1, "is_bot": False}
        for who in range(PEOPLE)
    ]  # fmt: skip
    realm = {
        "zerver_realm": [{"id": 1, "name": "Tea", "string_id": "tea"}],
        "zerver_userprofile": people[: max(size // 20_000, 1)],
        "zerver_stream": [{"id": 1, "name": "tea", "realm": 1, "date_created": START.timestamp()}],
        "zerver_recipient": [{"id": 1, "type": 2, "type_id": 1}], "zerver_subscription": [], "zerver_realmauditlog": [],
    }  # fmt: skip
    yield "realm.json", json.dumps(realm).encode()
    some: list[dict] = []
    for number, at, who, text in said():
        some.append(
            {"id": number, "sender": who + 1, "recipient": 1, "subject": f"topic {number % 900}", "content": text,
             "rendered_content": f"<p>{text}</p>", "date_sent": at.timestamp(), "realm": 1, "last_edit_time": None}
        )  # fmt: skip
        if len(some) == 1_000:
            shard = {"zerver_message": some, "zerver_reaction": [], "zerver_usermessage": []}
            yield f"messages-{number // 1_000:06}.json", json.dumps(shard, indent=4).encode()
            some = []


def topics(size: int) -> Iterator[tuple[str, bytes]]:
    """Files of a Discourse forum, a post each."""
    for number, at, who, text in said():
        post = {
            "id": number, "topic_id": number // 8 + 1, "post_number": number % 8 + 1, "user_id": who + 1,
            "username": f"m{who}", "created_at": f"{at:%Y-%m-%dT%H:%M:%S}.000Z", "raw": text,
            "cooked": f"<p>{text}</p>", "reply_to_post_number": None, "reads": 3, "actions_summary": [],
        }  # fmt: skip
        yield f"posts/{number:09}.json", json.dumps(post).encode()


def whole_topics(size: int) -> Iterator[tuple[str, bytes]]:
    """Files of a Discourse forum, a topic of 50 posts each."""
    some: list[dict] = []
    for number, at, who, text in said():
        some.append(
            {"id": number, "post_number": len(some) + 1, "user_id": who + 1,
             "username": f"m{who}", "created_at": f"{at:%Y-%m-%dT%H:%M:%S}.000Z", "cooked": f"<p>{text}</p>",
             "reply_to_post_number": None, "reads": 3, "actions_summary": []}
        )  # fmt: skip
        if len(some) == 50:
            topic = {"id": number // 50, "title": "Tea", "category_id": 5, "archetype": "regular"}
            for post in some:
                post["topic_id"] = number // 50
            stream = {"posts": some, "stream": [post["id"] for post in some]}
            yield f"t/{number // 50:07}.json", json.dumps({**topic, "post_stream": stream}).encode()
            some = []


def chats(size: int) -> Iterator[tuple[str, bytes]]:
    """Files of Facebook's Messenger, newest message first, letters written as it writes them."""
    folder, some = "your_facebook_activity/messages/inbox/tea_700", []
    people = [{"name": f"Member {who}"} for who in range(50)]
    for number, at, who, text in said():
        message = {"sender_name": f"Member {who % 50}", "timestamp_ms": int(at.timestamp() * 1000)}
        some.insert(0, {**message, "content": text.encode().decode("latin-1")})
        if len(some) == 10_000:
            chat = {"participants": people, "messages": some, "title": "Tea", "thread_path": "inbox/tea_700"}
            yield f"{folder}/message_{number // 10_000}.json", json.dumps(chat, indent=2).encode()
            some = []


FORMATS: dict[str, tuple[str, str, Callable]] = {
    "whatsapp": ("whatsapp", "chat.txt", whatsapp), "telegram": ("telegram", "result.json", telegram),
    "discord": ("discord", "tea.json", discord), "mattermost": ("mattermost", "export.jsonl", mattermost),
    "mbox": ("mbox", "tea.mbox", mbox), "table": ("table", "posts.csv", table),
    "stackexchange": ("stackexchange", "dump", posts), "slack": ("slack", "slack.zip", days),
    "zulip": ("zulip", "zulip.zip", shards), "discourse": ("discourse", "forum.zip", topics),
    "facebook": ("facebook", "facebook.zip", chats), "topics": ("discourse", "topics.zip", whole_topics),
    "irc": ("irc", "#tea.log", irc),
}  # fmt: skip
"""Importer, file and what generates it. Of a zip, MB are those of its files."""
JSON_ZIPS = {"slack", "zulip", "discourse", "topics", "facebook"}
_ENDS = {"telegram": b"]}", "discord": b"]}", "stackexchange": b"</posts>\n"}


def made(folder: Path, name: str, size: int) -> Path:
    """The export of about `size` bytes."""
    _, file, generate = FORMATS[name]
    place = folder / f"{size // MB}" / file
    if place.exists():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    new, done = place.with_name(f"{file}.new"), 0
    if file.endswith(".zip"):
        with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for inner, data in generate(size):
                if done > 0 and done + len(data) > size * 1.2:
                    break
                archive.writestr(inner, data)
                done += len(data)
                if done >= size:
                    break
    else:
        target = new
        if name == "stackexchange":
            new.mkdir(exist_ok=True)
            target = new / "Posts.xml"
            (new / "Users.xml").write_text('<?xml version="1.0" encoding="utf-8"?>\n<users>\n</users>\n')
        with target.open("wb") as stream:
            for piece in generate(size):
                stream.write(piece)
                done += len(piece)
                if done >= size:
                    break
            stream.write(_ENDS.get(name, b""))
    new.rename(place)
    return place


def size_of(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.iterdir())
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return sum(info.file_size for info in archive.infolist())
    return path.stat().st_size


# One way in a process of its own


def imported(name: str, path: Path) -> int:
    """How many events the importer makes of the file."""
    from workbench.sources import Reading, registry

    source = registry.source(FORMATS[name][0])
    return sum(table == "events" for table, _ in source.read(path, Reading(timezone="Europe/Paris")))


def loaded(path: Path) -> None:
    """The floor: the JSON of the export decoded whole by the standard library."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            for inner in archive.namelist():
                json.loads(archive.read(inner))
        return
    with path.open(encoding="utf-8") as stream:
        if path.suffix == ".jsonl":
            for line in stream:
                json.loads(line)
        else:
            json.load(stream)


def measured(first: str, then: str, *, python: str = sys.executable) -> dict:
    """Processor seconds of `then`, after `first`, and the peak of resident megabytes."""
    program = (
        f"import json, re, resource, time, pathlib\n{first}\nspent = time.process_time()\nfound = {then}\n"
        "spent = time.process_time() - spent\n"
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "peak = int(re.search(r'VmHWM:\\s+(\\d+) kB', status)[1]) >> 10\n"
        "found = found if isinstance(found, int) else None\n"
        "print('\\n' + json.dumps({'cpu_s': spent, 'peak_mb': peak, 'found': found}))"
    )
    run = subprocess.run([python, "-c", program], capture_output=True, text=True)
    if run.returncode:
        return {"failed": (run.stderr.strip().splitlines() or [f"ended by signal {-run.returncode}"])[-1][:100]}
    return json.loads(run.stdout.splitlines()[-1])


def ways(name: str, path: Path, others: str | None, *, beside: bool) -> Iterator[tuple[str, dict]]:
    """Each way to read the file, with what it costs; `beside` ours the floor and the others."""
    first = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import importers; from pathlib import Path"
    )
    load = f"from workbench.sources import registry; registry.source({FORMATS[name][0]!r})"
    yield "workbench", measured(f"{first}; {load}", f"importers.imported({name!r}, Path({str(path)!r}))")
    if not beside:
        return
    if path.suffix in (".json", ".jsonl") or (path.suffix == ".zip" and name in JSON_ZIPS):
        yield "json.load", measured(first, f"importers.loaded(Path({str(path)!r}))")
    for title, (module, asked) in OTHERS.get(name, {}).items() if others else ():
        yield title, measured(module, asked.format(str(path)), python=others)


def main(given: argparse.Namespace) -> None:
    print("| format | size MB | way | CPU s | MB/s | peak MB | messages |\n|---|---:|---|---:|---:|---:|---:|")
    for name in given.only or FORMATS:
        for mb in given.mb:
            path = made(given.folder, name, mb * MB)
            size = size_of(path) / MB
            for way, cost in ways(name, path, given.others, beside=mb <= given.beside):
                if "failed" in cost:
                    print(f"| {name} | {size:,.0f} | {way} | failed: {cost['failed']} | | | |", flush=True)
                    continue
                speed = size / max(cost["cpu_s"], 0.001)
                found = "" if cost["found"] is None else f"{cost['found']:,}"
                told = f"{cost['cpu_s']:,.2f} | {speed:,.1f} | {cost['peak_mb']:,} | {found}"
                print(f"| {name} | {size:,.0f} | {way} | {told} |", flush=True)
            if mb > given.keep:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mb", type=int, nargs="+", default=[1, 100])
    parser.add_argument("--only", choices=FORMATS, nargs="+")
    parser.add_argument("--beside", type=int, default=100, metavar="MB")
    parser.add_argument("--keep", type=int, default=100, metavar="MB")
    parser.add_argument("--others", help="a Python with chat-miner and whatstk")
    main(parser.parse_args())
