"""What the author of a mail wrote: without quotes, signature and what a list puts under it."""

import re

MARK = "[…]"
"""Stands where something was quoted."""

_QUOTED = re.compile(r" {0,3}(?:>|[A-Z]{2,4}> )")
_WROTE = (
    "wrote", "writes", "said", "a écrit", "écrivait", "schrieb", "escribió", "ha scritto", "schreef", "escreveu",
    "skrev", "пишет",
)  # fmt: skip
_INTRODUCES = re.compile(r"\s*(?:On|Le|Am|El|Il|Op|Em|Den|At|In)\b", re.IGNORECASE)
_DATED = re.compile(r"@|\b(?:19|20)\d\d\b|\d:\d\d")
_REST = re.compile(
    r"\s*(?:-{2,} ?(?:Original Message|Original message|Message d.origine|Message original|Ursprüngliche Nachricht|"
    r"Mensaje original|Messaggio originale|Forwarded message|Message transféré|Weitergeleitete Nachricht) ?-*"
    r"|Begin forwarded message:|Début du message (?:réexpédié|transféré) ?:)\s*"
)
_RULE = re.compile(r"\s*(?:_{16,}|(?:-=){8,}-?|-{16,})\s*")
_FROM = re.compile(r"\*?(?:From|De|Von|Da)\*? ?: ?\*?\S")
_SENT = re.compile(r"\*?(?:Sent|Date|Envoyé|Gesendet|Datum|Enviado|Inviato|To|À|An)\b.{0,20}:")
_ODD = re.compile(r" {0,3}[A-Z]{2,4}> |\s*(?:[>_-]|Begin |Début )|\*?(?:From|De|Von|Da)\*? ?:")
"""How all lines begin that are not the author's own, and few that are."""
_FOOTER = re.compile(
    r"mailing list|liste de diffusion|Groups\.io Links|subscribed to (?:the Google|this) [Gg]roup|unsubscribe|"
    r"/mailman/listinfo|/mailman3?/lists",
    re.IGNORECASE,
)
_NEXT_PART = "-------------- next part --------------"
_REPLY = re.compile(r"\s*(?:re|aw|sv|antw|rép|ref|odp|回复)(?:\[\d{1,3}\])? ?: *", re.IGNORECASE)
_FORWARD = re.compile(r"\s*(?:fwd?|tr|wg) ?: *", re.IGNORECASE)
_TAG = re.compile(r"\[[^\[\]\n]{1,60}\]\s*")


def own_words(text: str) -> tuple[str, int]:
    """The text with `[…]` for each quotation and without signature and footers; and how many characters are its own.

    >>> own_words("On 14 Nov 2026 Ana wrote:\\n> Tea or coffee?\\n\\nTea!\\n-- \\nBob, Lyon")
    ('[…]\\nTea!', 4)
    """
    kept: list[str] = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        odd = _ODD.match(line)
        ahead = lines[number + 1 : number + 4] if odd else []
        if odd and _QUOTED.match(line):
            if kept[-1:] != [MARK]:
                _drop_introduction(kept)
                kept.append(MARK)
        elif odd and (line in ("-- ", "--") or line.strip() == _NEXT_PART or _is_footer(line, ahead)):
            if any(_QUOTED.match(rest) for rest in lines[number:]):
                kept.append(MARK)
            break
        elif odd and (_REST.fullmatch(line) or _is_headers(line, ahead)):
            _drop_introduction(kept)
            kept.append(MARK)
            break
        elif line.strip() or (kept and kept[-1] not in ("", MARK)):
            kept.append(line.rstrip())
    told = [line for line in kept if line != MARK]
    n_chars = len("\n".join(told).strip())
    marked = "\n".join(line for at, line in enumerate(kept) if line != MARK or kept[at - 1 : at] != [MARK])
    return (marked.strip(), n_chars) if n_chars else ("", 0)


def _is_footer(line: str, ahead: list[str]) -> bool:
    return bool(_RULE.fullmatch(line)) and any(_FOOTER.search(below[:300]) for below in ahead)


def _is_headers(line: str, ahead: list[str]) -> bool:
    """Whether the head of the mail that is answered begins here, as some programs put it under an answer."""
    if _RULE.fullmatch(line) and ahead:
        line, ahead = ahead[0], ahead[1:]
    return bool(_FROM.match(line)) and any(_SENT.match(below) for below in ahead[:2])


def _drop_introduction(kept: list[str]) -> None:
    """Take away "On … wrote:" above a quotation, of at most three lines."""
    end = len(kept)
    while end and not kept[end - 1]:
        end -= 1
    last = kept[end - 1][-300:] if end else ""
    said = last.endswith(":") and last[:-1].rstrip().endswith(_WROTE)
    if not said and not (last.endswith(":") and _DATED.search(last)):
        return
    del kept[end - 1 :]
    if said and not _INTRODUCES.match(last):
        for back in (1, 2):
            if len(kept) >= back and _INTRODUCES.match(kept[-back]) and _DATED.search(kept[-back]):
                del kept[-back:]
                break


def subject_words(subject: str) -> tuple[str, bool]:
    """The subject without the list's tag and without what says that it answers or forwards; and whether it answers.

    >>> subject_words("Re: [tea] AW: Which  kettle?"), subject_words("[tea] Which kettle?")
    (('Which kettle?', True), ('Which kettle?', False))
    """
    rest, answers = subject[:1000], False
    while True:
        if tag := _TAG.match(rest):
            if tag.end() == len(rest):
                break
            rest = rest[tag.end() :]
        elif reply := _REPLY.match(rest):
            rest, answers = rest[reply.end() :], True
        elif forward := _FORWARD.match(rest):
            rest = rest[forward.end() :]
        else:
            break
    return " ".join(rest.split()), answers
