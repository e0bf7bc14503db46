"""A made-up club in which nearly every kind of row happens once: three months, two languages, a change of clock."""

from datetime import datetime, timedelta

from workbench.tables import LOG_KINDS

HOSTILE = 'it\'s \\ a "test"; -- $x %s {0} \u202e é'
"""A text that hurts whoever pastes it into a query."""


def club():
    """Canonical rows, for `community_of_rows`."""
    zone_change, march = datetime(2026, 3, 28, 23, 30), datetime(2026, 3, 1)
    people = "abcdefghi"
    members = [
        {
            "member_id": f"chat:{one}",
            "platform": "chat",
            "display_name": f"Élise {one}" if number % 2 else f"Zoé {one}",
            "role": {"a": "staff", "b": "bot", "c": "moderator"}.get(one, "member"),
            "joined_at": march + timedelta(days=9 * number - 40) if number % 4 else None,
            "invited_by": "chat:a" if one in "dh" else None,
            "join_source": "link" if one in "eg" else None,
            "person_id": "person-1" if one in "fg" else None,
            "plan": "free" if number % 2 else "paid",
        }
        for number, one in enumerate(people)
    ]
    texts = [
        "Comment faire ?",
        "OÙ EST LE LIEN",
        "How do I prune roses",
        "merci !",
        "does anybody know",
        "ça marche",
        "",
    ]
    events, messages = [], []
    for number in range(180):
        at = datetime(2026, 1, 2, 7) + timedelta(hours=11.3 * number) + timedelta(minutes=number * 7 % 60)
        if number == 170:
            at = zone_change
        one = people[(number * number + number // 7) % 9]
        kind = ("post", "reply", "reaction", "post", "reply", "poll_vote", "visit")[number % 7]
        opener = f"chat:{number - number % 7}"
        events.append(
            {
                "event_id": f"chat:{number}",
                "platform": "chat",
                "occurred_at": at,
                "kind": kind,
                "member_id": None if number == 99 else "chat:unlisted" if number == 98 else f"chat:{one}",
                "group_id": f"chat:{('general', 'aide')[number // 20 % 2]}",
                "thread_id": opener if kind in ("post", "reply") and number % 7 != 3 else None,
                "reply_to": opener if kind in ("reply", "reaction") else None,
                "deleted_at": at + timedelta(days=20) if number % 41 == 0 else None,
                "target_member_id": None,
            }
        )
        if kind in ("post", "reply"):
            text = texts[number % 7] or HOSTILE
            messages.append(
                {"event_id": f"chat:{number}", "occurred_at": at, "text": f"{text} ({number}) https://a.b/?c"}
            )
    # A chat whose export links no answers: who answers whom is guessed from names, words and silence.
    for number in range(60):
        at = datetime(2026, 3, 5, 18) + timedelta(hours=5 * (number // 12), seconds=40 * number * (number % 3))
        one = people[3 + number * number % 5]
        called = f"{'Zoé' if number % 3 else 'élise'}, " if number % 4 == 0 else ""
        words = ("tu viens samedi au jardin ?", "oui, avec le sécateur", "le sécateur est chez moi", "à samedi")[
            number % 4
        ]
        event = {
            "event_id": f"whatsapp:{number}",
            "platform": "whatsapp",
            "occurred_at": at,
            "kind": "post",
            "member_id": f"whatsapp:{one}",
            "group_id": "whatsapp:jardin",
            "mentions": ["whatsapp:d", "whatsapp:e"] if number % 11 == 0 else None,
        }
        events.append(event)
        messages.append({"event_id": event["event_id"], "occurred_at": at, "text": f"{called}{words}"})
    members += [
        {
            "member_id": f"whatsapp:{one}",
            "platform": "whatsapp",
            "display_name": f"{'Zoé' if one in 'df' else 'Élise'} {one}",
            "person_id": "person-1" if one == "f" else None,
        }
        for one in people[3:8]
    ]
    stays = [
        ("chat:d", "2026-01-10", "2026-03-12", "left"),
        ("chat:d", "2026-03-15", None, None),
        ("chat:e", None, "2026-03-20", "removed"),
        ("chat:h", "2026-02-01", "2026-02-05", "left"),
        ("chat:h", "2026-03-03", None, None),
        ("chat:i", "2026-03-04", "2026-03-09", "banned"),
    ]
    return {
        "imports": [
            {
                "import_id": "i",
                "source": "slack",
                "platform": "chat",
                "file_name": "b.zip",
                "sha256": "x",
                "tells_joins": True,
                "tells_leaves": True,
                "tells_visits": True,
            },
            {
                "import_id": "w",
                "source": "whatsapp",
                "platform": "whatsapp",
                "file_name": "w.txt",
                "sha256": "y",
                "tells_joins": True,
                "tells_leaves": True,
                "tells_visits": False,
            },
        ],
        "coverage": [
            {"import_id": "w", "platform": "whatsapp", "from_at": "2026-03-01", "to_at": "2026-03-31 23:59"},
            {"import_id": "i", "platform": "chat", "from_at": "2025-12-20", "to_at": "2026-02-10"},
            {"import_id": "i", "platform": "chat", "from_at": "2026-02-14", "to_at": "2026-04-02"},
        ],
        "problems": [{"problem_id": "p", "import_id": "i", "file": "f", "place": "line 3", "why": HOSTILE}],
        "members": members,
        "memberships": [
            {"membership_id": str(n), "member_id": who, "start_at": start, "end_at": end, "end_reason": why}
            for n, (who, start, end, why) in enumerate(stays)
        ],
        "groups": [
            {"group_id": "chat:general", "platform": "chat", "name": "général", "created_at": "2025-12-20"},
            {"group_id": "chat:aide", "platform": "chat", "name": "Aide", "kind": "forum", "owner_ids": ["chat:c"]},
        ],
        "events": events,
        "messages": messages,
        "moderation": [
            {
                "action_id": str(n),
                "member_id": f"chat:{who}",
                "action": action,
                "acted_at": at,
                "moderator_id": "chat:c",
                "rule": "1",
                "event_id": f"chat:{n}",
            }
            for n, (who, action, at) in enumerate(
                [
                    ("e", "warn", "2026-03-02"),
                    ("e", "mute", "2026-03-05"),
                    ("e", "remove", "2026-03-19"),
                    ("i", "ban", "2026-03-09 12:00"),
                    ("f", "flag", "2026-03-10"),
                    ("h", "ban", "2026-02-05"),
                    ("h", "unban", "2026-03-01"),
                ]
            )
        ],
        "feedback": [
            {
                "feedback_id": str(n),
                "given_at": f"2026-03-{n + 1:02d}",
                "member_id": f"chat:{people[n % 9]}" if n % 3 else None,
                "source": "sondage",
                "score": n % 11,
                "scale": "nps" if n % 2 else "csat",
                "text": f"Le prix est trop haut {n}",
            }
            for n in range(24)
        ],
        "payments": [
            {
                "payment_id": str(n),
                "paid_at": f"2026-0{1 + n % 3}-1{n % 9}",
                "member_id": f"chat:{people[n % 9]}",
                "amount": (-1 if n == 7 else 1) * 9.9,
                "currency": "EUR" if n % 4 else "CHF",
                "plan": "paid",
            }
            for n in range(15)
        ],
        "visits": [
            {
                "visit_id": str(n),
                "visited_at": f"2026-03-{n % 28 + 1:02d} 23:30",
                "visitor_id": f"v{n % 6}",
                "member_id": f"chat:{people[n % 9]}" if n % 2 else None,
            }
            for n in range(20)
        ],
        "log": [
            {
                "entry_id": str(n),
                "noted_at": f"2026-03-{2 * n + 1:02d} 08:00",
                "kind": kind,
                "member_id": f"chat:{people[n % 9]}",
                "group_id": "chat:aide",
                "status": ("open", "closed", None)[n % 3],
                "note": "note",
                "acknowledged_at": f"2026-03-{2 * n + 2:02d}" if n % 2 else None,
            }
            for n, kind in enumerate(LOG_KINDS)
        ],
        "social_posts": [
            {
                "post_id": str(n),
                "posted_at": f"2026-03-{n + 1:02d} 18:00",
                "network": ("x", "y")[n % 2],
                "post_type": "photo",
                "impressions": 100 * n,
                "reach": 50 * n,
                "reactions": n,
                "comments": 1,
                "shares": 0,
                "clicks": n,
            }
            for n in range(12)
        ],
    }
