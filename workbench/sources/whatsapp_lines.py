"""What WhatsApp itself writes into an exported chat, in seven languages: system lines, attachments, markers."""

import re
from dataclasses import dataclass
from functools import cache

LONGEST = 3_000
"""Characters of a system line."""
YOU = frozenset({"you", "vous", "tu", "toi", "te", "t'", "du", "sie", "dich", "dir", "tú", "usted", "ti", "você",
                 "voce", "je", "jij", "jou", "u"})  # fmt: skip
"""How a line calls the person who exported the chat."""

# {a}: who acted; {b}: to whom it happened, several people at times; {q}: a name in quotation marks. A line may call
# the person who exported the chat by a word of `YOU`, or by the verb's form alone: as the one who acted in a piece
# named "me", as the one to whom it happened in a piece named "you", or as the only one, where nobody is named.
_LINES = {
    "created": r"""
        en {a} created (?:the )?group {q} | {a} created this group
        fr {a} (?:a|avez|as) créé le groupe {q} | {a} (?:a|avez|as) créé ce groupe
        de {a} (?:hat|hast|haben) die Gruppe {q} erstellt | {a} (?:hat|hast|haben) diese Gruppe erstellt
        es Creaste el grupo {q} | {a} (?:creó|ha creado) el grupo {q} | {a} (?:creó|ha creado) este grupo
        it Hai creato il gruppo {q} | {a} ha creato il gruppo {q} | {a} ha creato questo gruppo
        pt {a} (?:criou|criaste) o grupo {q} | {a} (?:criou|criaste) este grupo
        nl {a} (?:heeft|hebt|hebben) (?:de )?groep {q} (?:aan)?gemaakt
        nl {a} (?:heeft|hebt) deze groep (?:aan)?gemaakt
    """,
    "joined by link": r"""
        en {b} joined using (?:this group's|an|the group's|a group) (?:invite )?link
        fr {b} (?:a|avez|as) rejoint (?:le groupe )?(?:via|en utilisant|à l'aide d[eu']) ?(?:le |un )?lien.*
        de {b} (?:ist|bist|sind) (?:der Gruppe )?(?:über|mit|per) de[nm] Einladungslink.*? ?beigetreten
        es Te uniste (?:usando|mediante|con) el enlace.* | {b} se unió (?:usando|mediante|con) el enlace.*
        it Sei entrat[oa] (?:usando|tramite|mediante) il link.* | {b} (?:è entrat[oa]|si è unit[oa]) .*link.*
        pt {b} (?:entrou|entraste) (?:no grupo )?(?:usando|através d[oe]|com|a partir d[oe]) (?:o )?link.*
        nl {b} (?:is|bent|neemt) (?:lid geworden|toegetreden|nu deel|deelgenomen)? ?(?:via|met) de uitnodigingslink.*
    """,
    "joined": r"""
        en {b} joined(?: the group)? | {b} joined from (?:the|your) community
        fr {b} (?:a|avez|as) rejoint(?: le groupe| ce groupe)?
        fr {b} (?:a|avez|as) rejoint (?:le groupe )?depuis la .*
        de {b} (?:ist|bist) (?:der Gruppe )?beigetreten
        es Te uniste | {b} se unió(?: al grupo)? | {b} se unió desde la comunidad
        it {b} è entrat[oa](?: nel gruppo)?
        pt {b} entrou(?: no grupo)? | {b} entrou (?:neste|no) grupo através da comunidade
        nl {b} (?:is|bent) (?:lid geworden|toegetreden)(?: van de groep)?
    """,
    "added": r"""
        en {b} (?:was|were) added | {a} added {b}
        fr {b} (?:a|ont|avez|as) été ajoutée?s? | {a} (?:vous|t') ?(?P<you>a) ajoutée?
        fr {a} (?:a|avez|as) ajouté {b}
        de {b} (?:wurde|wurden|wurdest) hinzugefügt | {a} (?:hat|hast|haben) {b} hinzugefügt
        es {a} te (?P<you>añadió|agregó) | (?P<me>Añadiste|Agregaste) a {b} | Se (?:añadió|agregó) a {b}
        es {a} (?:añadió|agregó) a {b}
        it {a} ti (?P<you>ha) aggiunto | (?P<me>Hai) aggiunto {b} | {b} è stat[oa] aggiunt[oa]
        it {a} ha aggiunto {b}
        pt {b} (?:foi|foram|foste) adicionad[oa]s? | {a} (?:adicionou|adicionaste) {b}
        nl {b} (?:is|zijn|bent) toegevoegd | {a} (?:heeft|hebt|hebben) {b} toegevoegd
    """,
    "removed": r"""
        en {b} (?:was|were) removed | {a} removed {b}
        fr {b} (?:a|ont|avez|as) été (?:retiré|exclu|supprimé)e?s?
        fr {a} (?:vous|t') ?(?P<you>a) (?:retiré|exclu|supprimé)e?
        fr {a} (?:a|avez|as) (?:retiré|exclu|supprimé) {b}
        de {b} (?:wurde|wurden|wurdest) entfernt | {a} (?:hat|hast|haben) {b} entfernt
        es {a} te (?P<you>eliminó|sacó|expulsó) | (?P<me>Eliminaste|Sacaste|Expulsaste) a {b}
        es Se (?:eliminó|expulsó) a {b} | {a} (?:eliminó|sacó|expulsó) a {b}
        it {a} ti (?P<you>ha) rimosso | (?P<me>Hai) rimosso {b} | {b} è stat[oa] rimoss[oa] | {a} ha rimosso {b}
        pt {b} (?:foi|foram|foste) removid[oa]s? | {a} (?:removeu|removeste) {b}
        nl {b} (?:is|zijn|bent) verwijderd | {a} (?:heeft|hebt|hebben) {b} verwijderd
    """,
    "left": r"""
        en {b} left(?: the group)?
        fr {b} (?:a|avez|as) quitté(?: le groupe| ce groupe)?
        de {b} (?:hat|hast|haben) die Gruppe verlassen
        es Saliste del grupo | {b} (?:salió|ha salido) del grupo | {b} (?:salió|se fue)
        it Hai abbandonato(?: il gruppo)? | {b} ha (?:abbandonato|lasciato)(?: il gruppo)?
        it {b} è uscit[oa](?: dal gruppo)?
        pt {b} (?:saiu|saíste)(?: do grupo)?
        nl {b} (?:heeft|hebt|hebben) de groep verlaten | {b} (?:is|bent) vertrokken
    """,
    "number changed": r"""
        en {a} changed their phone number.* | {a} changed (?:from .+ )?to (?P<new>\+[\d -]+).*
        fr {a} a changé de numéro.* | {a} est passée? (?:du .+ )?au (?P<new>\+[\d -]+).*
        de {a} hat (?:eine neue Telefonnummer|die Telefonnummer gewechselt).*
        de {a} hat (?:von .+ )?zu (?P<new>\+[\d -]+) gewechselt.*
        es {a} cambió su número.* | {a} cambió (?:de .+ )?a (?P<new>\+[\d -]+).*
        it {a} ha cambiato (?:il suo )?numero.* | {a} è passat[oa] (?:da .+ )?a (?P<new>\+[\d -]+).*
        pt {a} mudou (?:seu|o seu|de) número.* | {a} mudou (?:de .+ )?para (?P<new>\+[\d -]+).*
        nl {a} heeft een nieuw (?:telefoon)?nummer.* | {a} heeft (?:het|zijn|haar) (?:telefoon)?nummer gewijzigd.*
    """,
}

_OTHER = {
    "encryption notice": "end-to-end|bout en bout|ende-zu-ende|extremo a extremo|ponta a ponta",
    "call": "(?:missed|verpasster|gemiste?) .*(?:call|anruf|oproep)|appel (?:vocal|vidéo|audio).*(?:manqué|sans rép)|"
    "(?:video)?llamada.* perdida|(?:video)?chiamata.* persa|chamada.* perdida",
    "group settings": "changed|changé|modifié|geändert|cambi[oó]|ha cambiato|ha modificato|mudou|alterou|gewijzigd|"
    "settings|paramètres|einstellungen|ajustes|impostazioni|definições|configurações|instellingen|turned o[nf]|activé|"
    "aktiviert|activ[oó]|attivato|ativou|ingeschakeld|disappearing|éphémères|selbstlöschend|temporales|effimeri|"
    "temporárias|verdwijnende|deleted this group's|supprimé (?:l'icône|la photo)|gelöscht|rimosso l'immagine|icon|"
    "icône",
    "admin": "admin|beheerder",
    "pinned message": "pinned|épinglé|angepinnt|fixou|fijó|fissato|vastgemaakt",
    "code or contact": "security code|code de sécurité|sicherheitsnummer|código de segur|codice di sicurezza|"
    "beveiligingscode|is a contact|blocked this|bloqué ce contact",
}  # fmt: skip
"""Kinds of system lines that belong in no table, by words they hold."""

_DELETED = """
    this message was deleted | you deleted this message | this message was deleted by admin
    ce message a été supprimé | vous avez supprimé ce message | ce message a été supprimé par un admin
    diese nachricht wurde gelöscht | du hast diese nachricht gelöscht
    se eliminó este mensaje | eliminaste este mensaje | este mensaje fue eliminado
    questo messaggio è stato eliminato | hai eliminato questo messaggio
    mensagem apagada | esta mensagem foi apagada | essa mensagem foi apagada | você apagou esta mensagem
    esta mensagem foi eliminada | eliminou esta mensagem | eliminaste esta mensagem | você apagou essa mensagem
    dit bericht is verwijderd | u hebt dit bericht verwijderd | je hebt dit bericht verwijderd
"""
DELETED = frozenset(filter(None, map(str.strip, _DELETED.replace("\n", "|").split("|"))))
"""What stands in place of a deleted message, in small letters and without its full stop."""
DELETED_BY_YOU = frozenset(
    {
        "you deleted this message", "vous avez supprimé ce message", "du hast diese nachricht gelöscht",
        "eliminaste este mensaje", "hai eliminato questo messaggio", "você apagou esta mensagem",
        "você apagou essa mensagem", "eliminou esta mensagem", "eliminaste esta mensagem",
        "u hebt dit bericht verwijderd", "je hebt dit bericht verwijderd",
    }
)  # fmt: skip

EDITED = re.compile(
    r"<(?:This message was edited|Ce message a été modifié|Diese Nachricht wurde bearbeitet|Se editó este mensaje|"
    r"Questo messaggio è stato modificato|(?:Mensagem editada|Esta mensagem foi editada)|Dit bericht is bewerkt)\.?>",
    re.IGNORECASE,
)

_KINDS = (
    "media", "image", "video", "video note", "gif", "audio", "sticker", "document", "contact card", "media", "médias",
    "vidéo", "autocollant", "fiche contact", "medien", "bild", "dokument", "kontaktkarte", "multimedia", "imagen",
    "vídeo", "documento", "tarjeta de contacto", "immagine", "adesivo", "scheda contatto", "mídia",
    "ficheiro multimédia", "imagem", "áudio", "figurinha", "cartão do contato", "afbeelding", "contactkaart",
)  # fmt: skip
_AWAY = (
    "omitted", "excluded", "omis", "omise", "absent", "absente", "manquant", "manquante", "retiré", "retirée",
    "weggelassen", "ausgeschlossen", "omitido", "omitida", "omesso", "omessa", "omessi", "oculto", "oculta",
    "ocultado", "ocultada", "não incluído", "não incluída", "weggelaten",
)  # fmt: skip
OMITTED = frozenset(form for kind in _KINDS for away in _AWAY for form in (f"{kind} {away}", f"<{kind} {away}>"))
"""What stands in place of a file that was left out of the export, in small letters."""
ATTACHED = re.compile(
    r"<(?:attached|pièce jointe|joint|angehängt|adjunto|allegato|anexado|anexo|bijgevoegd|bijlage) ?: [^\n>]+>"
    r"|[^\n]{1,200}\.\w{1,5} \((?:file attached|fichier joint|Datei angehängt|archivo adjunto|file allegato|"
    r"arquivo anexado|ficheiro anexado|bestand bijgevoegd)\)",
    re.IGNORECASE,
)
"""What stands for a file that is in the export."""

POLL = re.compile(r"(?:POLL|SONDAGE|UMFRAGE|ENCUESTA|SONDAGGIO|ENQUETE|SONDAGEM|PEILING|POLL) ?:\s?\n", re.IGNORECASE)
VOTES = re.compile(r" ?\(\d+ [^()\n]{1,30}\)(?=\s*(?:\n|$))")
"""The state of a poll, which changes from one export to the next."""

FILE_NAME = re.compile(
    r"^(?:WhatsApp[ -]Chat(?: with| mit| met| -)|Discussion WhatsApp avec|Chat de WhatsApp con|Chat di WhatsApp con|"
    r"Chat WhatsApp con|Conversa do WhatsApp com|Chat do WhatsApp com|WhatsApp-chat met) (?P<name>.+)$",
    re.IGNORECASE,
)

_NO_THING = (
    r"(?!(?:this|the) group|ce groupe|l'(?:ic[ôo]n|imm|image|ogg)|la (?:photo|descri|foto)|das (?:Gruppen)?bild"
    r"|die Gruppen|diese Gruppe|est[ea] grup|quest[oa] grup|la grup|a (?:imagem|descri|foto)|o [íi]cone|de groeps"
    r"|het groeps|deze groep)"
)
_NAME, _NAMES = r"(?:(?!: ).){1,100}?", _NO_THING + r"(?:(?!: ).){1,2000}?"
_QUOTED = r"[\"“”„«»']\s?(?P<q>.{1,200}?)\s?[\"“”„«»']"


@dataclass(frozen=True)
class Line:
    """A system line: what happened, who acted, to whom; None = the person who exported the chat, "" = not told."""

    kind: str
    who: str | None = ""
    whom: str | None = ""
    name: str = ""
    """Of the group, as created; or the number somebody changed to."""


@cache
def _patterns(colon: bool) -> list[tuple[str, str, str]]:
    """Of each kind of line, of those that may hold a colon and a space, which names do not: words that it must hold,
    so that it is quick to see that most lines are none, and the pattern."""
    patterns = []
    for kind, lines in _LINES.items():
        for line in filter(None, map(str.strip, lines.splitlines())):
            for pattern in line[3:].split(" | "):
                filled = pattern.replace("{a}", f"(?P<a>{_NAME})").replace("{b}", f"(?P<b>{_NAMES})")
                filled = filled.replace("{q}", _QUOTED).strip()
                if not colon or any(loose in pattern for loose in ("{q}", ".*", ".+")):
                    patterns.append((kind, _fixed(pattern), filled + r"\.?"))
    return patterns


@cache  # when first needed: most chats need few of a hundred
def _compiled(pattern: str) -> re.Pattern:
    return re.compile(pattern, re.DOTALL)


def _fixed(pattern: str) -> str:
    """The longest run of letters that stands in all lines of a pattern.

    >>> _fixed("{a} (?:hat|hast|haben) die Gruppe {q} erstellt"), _fixed("{b} was added(?: by (?:an )?admin)?.*")
    (' die Gruppe ', ' was added')
    """
    while (outer := re.sub(r"\([^()]*\)\??", "\0", pattern)) != pattern:
        pattern = outer
    return max(re.split(r"\{.\}|\[[^]]*\]|.[?*]+|[.*+?\0]", pattern), key=len)


def system_line(text: str) -> Line | None:
    """What a line without author means, if it is one about who belongs to the group.

    >>> system_line("Ana added Bob and Zoe")
    Line(kind='added', who='Ana', whom='Bob and Zoe', name='')
    >>> system_line("Vous avez créé le groupe « Thé du jeudi »")
    Line(kind='created', who=None, whom='', name='Thé du jeudi')
    """
    for kind, words, pattern in _patterns(": " in text) if len(text) <= LONGEST else ():
        found = _compiled(pattern).fullmatch(text) if words in text else None
        if found is None:
            continue
        pieces = found.groupdict()
        me, you = "me" in pieces, "you" in pieces
        unnamed = "a" not in pieces and "b" not in pieces
        who = _person(pieces["a"]) if "a" in pieces else None if me or (unnamed and kind == "created") else ""
        whom = _person(pieces["b"]) if "b" in pieces else None if you or (unnamed and kind != "created") else ""
        return Line(kind, who, whom, (pieces.get("q") or pieces.get("new") or "").strip())
    return None


def other_line(text: str) -> str | None:
    """The kind of a system line that belongs in no table.

    >>> other_line('Ana changed the subject to "Coffee"'), other_line("Well, hello")
    ('group settings', None)
    """
    return next((kind for kind, words in _OTHER.items() if re.search(words, text, re.IGNORECASE)), None)


def _person(name: str) -> str | None:
    return None if name.strip().casefold() in YOU else name.strip()
