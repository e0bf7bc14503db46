"""French and English words of exports: the headers that tell a column, the cells that tell a canonical word."""

import re
import unicodedata

MEMBER = (
    "member id|user id|userid|id membre|id utilisateur|identifiant|identifiant membre|id du membre|id de l utilisateur|"
    "author id|id auteur|membership id|customer id|id client|username|nom d utilisateur|pseudo|pseudonyme|handle|"
    "email|e mail|email address|e mail address|mail|courriel|adresse e mail|adresse email|adresse mail|"
    "adresse electronique|adresse courriel|member|membre|user|utilisateur|auteur|author|profil|from|expediteur|"
    "posted by|"
    "participant|client|customer|par"
)
OWN = "identifiant"
"""A header of the person as well as of the row: the cells decide, see `table_draft`."""
NAME = (
    "display name|full name|fullname|name|nom|nom complet|nom affiche|nom et prenom|prenom et nom|prenom nom|"
    "nom prenom|"
    "real name|nom du membre|member name|username|nom d utilisateur|pseudo|pseudonyme|member|membre|user|"
    "utilisateur|auteur|"
    "author|participant|expediteur"
)
WHEN = (
    "date|datetime|date time|date heure|date et heure|timestamp|horodatage|horodateur|time|heure|created at|created|"
    "date de creation|cree le|sent at|date d envoi|envoye le|submitted at"
)
ROLE = "role|statut du membre|type de compte|account type"
GROUP = "group|groupe|channel|canal|salon|espace|space|categorie|category|forum|rubrique|group id|channel id|community"
TEXT = "message|text|texte|contenu|content|body|corps|publication|commentaire|comment|post"
LANGUAGE = "language|langue|lang"
REASON = "reason|raison|motif|pourquoi|cause"
SOURCE = "source|origine|provenance|canal d acquisition|join source|utm source"
CLOSED = "deactivated|desactive|compte desactive|disabled|compte ferme|closed"
"""Headers of a date as well as of a yes or no: the cells decide."""
COMMENT = frozenset({"commentaire", "commentaires", "comment", "comments"})
"""Headers of texts that a survey has as well as a forum."""
SAYS_DATE = re.compile(r"\b(?:date|datetime|timestamp|horodat\w*)\b|.\b(?:le|at|on|since|depuis)(?: utc)?$")
"""What a plain header of dates says."""

HEADERS: dict[str, dict[str, str]] = {
    "members": {
        "member_id": "id|" + MEMBER,
        "display_name": NAME,
        "joined_at": "joined at|joined|joined date|joineddate|join date|date joined|date d inscription|"
        "inscrit le|inscription|"
        "date inscription|date d adhesion|adhesion|membre depuis|member since|arrivee|date d arrivee|"
        "a rejoint le|rejoint le|"
        "signup date|sign up date|registered at|registered|registration date|date d entree|account created|created at|"
        "date de creation|creation date|creationdate|cree le",
        "left_at": "left at|left|left on|leave date|date left|departure|departure date|date de depart|depart|parti le|"
        "quitte le|a quitte le|date de sortie|sortie|desinscrit le|date de desinscription|desinscription|churned at|"
        "cancelled at|canceled at|date de resiliation|resilie le|date de fin|sorti le|depart le|"
        "exit date|date of departure|leaving date|date of leaving|unsubscribed at|unsubscribed on|deactivated at|"
        "deactivated on|deactivated date|deactivation date|date deactivated|desactive le|date de desactivation|"
        "desactivation|" + CLOSED,
        "end_reason": "end reason|leave reason|motif de depart|raison du depart|raison de depart|motif du depart|"
        "motif de sortie",
        "deactivated": CLOSED,
        "role": ROLE,
        "invited_by": "invited by|invite par|parrain|parraine par|referrer|referred by",
        "join_source": SOURCE,
        "plan": "plan|tier|offre|abonnement|formule|subscription|forfait",
        "country": "country|pays",
        "language": LANGUAGE,
        "time_zone": "time zone|timezone|fuseau horaire|fuseau",
    },
    "memberships": {
        "member_id": MEMBER,
        "group_id": GROUP,
        "start_at": "start at|start|start date|debut|date de debut|joined at|joined|join date|date d entree|"
        "entree|arrivee|"
        "date d inscription|inscrit le",
        "end_at": "end at|end|end date|fin|date de fin|left at|left|date de sortie|sortie|depart|date de depart|"
        "parti le|sorti le|a quitte le|quitte le|left on|leave date",
        "end_reason": REASON + "|end reason|motif de depart|motif de sortie",
    },
    "groups": {
        "group_id": "group id|channel id|id groupe|id du groupe|id canal|id salon|space id|id",
        "name": "name|nom|group name|nom du groupe|channel|canal|salon|groupe|group|espace|space|group|groupe|"
        "nom du salon|"
        "nom du canal",
        "kind": "kind|type|genre",
        "owner_ids": "owner|owners|proprietaire|proprietaires|responsable|responsables|administrateurs|admin|admins",
        "created_at": "created at|created|cree le|date de creation|creation|creation date",
        "archived_at": "archived at|archived|archive le|date d archivage",
        "read_only": "read only|readonly|lecture seule",
    },
    "events": {
        "event_id": "event id|message id|post id|comment id|id message|id du message|id publication|"
        "id de la publication|id|" + OWN,
        "occurred_at": WHEN + "|occurred at|publie le|posted at|date de publication|posted",
        "member_id": MEMBER,
        "kind": "kind|type|nature|action|evenement|event|event type|activity type|type d activite|activite",
        "group_id": GROUP,
        "thread_id": "thread id|thread|fil|id du fil|conversation|conversation id|discussion id",
        "reply_to": "reply to|in reply to|reponse a|en reponse a|parent id|parent|parent message id|reply to id",
        "target_member_id": "target member id|recipient|destinataire|reply to user|auteur d origine",
        "mentions": "mentions",
        "is_answer": "is answer|accepted|accepted answer|solution|meilleure reponse",
        "deleted_at": "deleted at|supprime le|date de suppression",
        "display_name": NAME,
        "role": ROLE,
        "text": TEXT,
        "language": LANGUAGE,
    },
    "reaction_counts": {
        "event_id": "event id|message id|post id|id message|id du message|id publication|id de la publication",
        "emoji": "emoji|reaction|emoticone",
        "count": "count|nombre|number|total|combien|nombre de reactions|quantite",
    },
    "messages": {
        "event_id": "event id|message id|post id|id message|id du message|id publication|id de la publication|id",
        "occurred_at": WHEN + "|occurred at|publie le|posted at|date de publication",
        "text": TEXT,
        "language": LANGUAGE,
    },
    "feedback": {
        "feedback_id": "feedback id|response id|id reponse|id de la reponse|review id|id avis|id|" + OWN,
        "given_at": WHEN
        + "|given at|date de reponse|date de la reponse|response date|review date|repondu le|date de l avis",
        "member_id": MEMBER,
        "source": "source|survey|enquete|sondage|questionnaire|formulaire|form|store|boutique",
        "text": "feedback|avis|review|verbatim|reponse libre|suggestion|remarque|" + TEXT,
        "score": "score|note|rating|nps|csat|score nps|nps score|score csat|csat score|etoiles|stars|satisfaction|"
        "note sur 5|note sur 10|note globale|evaluation",
        "scale": "scale|echelle|bareme",
    },
    "payments": {
        "payment_id": "payment id|transaction id|invoice id|id paiement|id transaction|numero de facture|"
        "facture|invoice|"
        "charge id|id|" + OWN,
        "paid_at": WHEN + "|paid at|paid on|payment date|date de paiement|date du paiement|paye le|regle le|"
        "date de transaction|transaction date",
        "member_id": MEMBER,
        "amount": "amount|montant|somme|price|prix|total|montant ttc|montant paye|gross amount",
        "currency": "currency|devise|monnaie",
        "plan": "plan|tier|offre|abonnement|formule|produit|product|forfait",
    },
    "moderation": {
        "action_id": "action id|id action|id|" + OWN,
        "acted_at": WHEN + "|acted at|date de l action",
        "member_id": "target|cible|membre vise|membre concerne|target user|membre sanctionne|" + MEMBER,
        "moderator_id": "moderator id|moderator|moderateur|moderatrice|modere par|moderated by|acting user|par",
        "action": "action|mesure|sanction|decision|moderation action",
        "rule": "rule|regle|article",
        "reason": REASON,
        "event_id": "event id|message id|post id|id message|id du message",
    },
    "visits": {
        "visit_id": "visit id|id visite|session id|id session",
        "visited_at": WHEN + "|visited at|date de visite|visite le|visit date",
        "visitor_id": "visitor id|visitor|visiteur|id visiteur|client id|cookie",
        "source": SOURCE + "|referrer|referer|utm medium|medium",
        "member_id": "member id|user id|membre|utilisateur|id membre",
    },
    "log": {
        "entry_id": "entry id|id|" + OWN,
        "noted_at": WHEN + "|noted at|note le|jour",
        "kind": "kind|type|nature|action|categorie|category",
        "member_id": MEMBER,
        "group_id": GROUP,
        "theme_id": "theme|theme id|sujet|topic",
        "status": "status|statut|etat",
        "acknowledged_at": "acknowledged at|pris en compte le|accuse de reception",
        "closed_at": "closed at|clos le|ferme le|cloture|date de cloture",
        "note": "note|notes|remarque|remarques|description|detail|details|commentaire|comment|memo",
    },
    "social_posts": {
        "post_id": "post id|id publication|id de la publication|id du post|tweet id|id",
        "posted_at": WHEN + "|posted at|publie le|date de publication|publish date|published at|publication date",
        "network": "network|reseau|reseau social|platform|plateforme|social network|channel",
        "post_type": "post type|type de publication|type de contenu|content type|format|type",
        "impressions": "impressions|vues|views|affichages",
        "reach": "reach|portee|couverture|personnes touchees|personnes atteintes",
        "reactions": "reactions|likes|j aime|mentions j aime",
        "comments": "comments|commentaires",
        "shares": "shares|partages|reposts|retweets",
        "clicks": "clicks|clics|link clicks|post link clicks|clics sur le lien",
        "text": "post|text|texte|message|contenu|content|publication|legende|caption",
    },
    "resources": {
        "resource_id": "resource id|id ressource|document id|id document|id",
        "group_id": GROUP,
        "title": "title|titre|ressource|resource|document|nom du document|article",
        "url": "url|lien|link|adresse|permalink",
        "created_at": "created at|created|cree le|date de creation|date",
        "edited_at": "edited at|updated at|modifie le|date de modification|mis a jour le|derniere modification",
        "views": "views|vues|consultations|lectures",
        "pinned": "pinned|epingle|epinglee",
    },
}
"""For each table and column the headers that tell it, surest first, as `plain` gives them."""

TELLING: dict[str, tuple[tuple[str, ...], ...]] = {
    "members": (("joined_at", "left_at", "deactivated"),),
    "memberships": (("start_at", "end_at"), ("group_id",)),
    "groups": (("name", "group_id"), ("created_at", "archived_at", "owner_ids", "read_only", "kind")),
    "events": (("member_id",), ("text", "kind")),
    "reaction_counts": (("emoji",),),
    "messages": (("text",),),
    "feedback": (("score", "text"), ("score", "source", "scale")),
    "payments": (("amount",),),
    "moderation": (("action",), ("member_id",)),
    "visits": (("visitor_id",),),
    "log": (("kind",), ("note", "status", "member_id")),
    "social_posts": (("impressions", "reach", "clicks", "shares", "reactions"), ("network", "impressions", "reach")),
    "resources": (("title", "url"), ("pinned", "views", "edited_at")),
}
"""Of each group at least one column must be in a file for it to be taken for that table, one of them by a header that
tells something."""

_LITTLE = (
    "id|name|nom|date|time|heure|type|kind|created|created at|creation date|creationdate|date de creation|cree le|"
    "title|titre|url|lien|source|total|status|statut|role|group|groupe|category|categorie"
)
TELLS_LITTLE = frozenset(_LITTLE.split("|"))
"""Headers found in tables of every kind: they name a column, but tell no table."""

WORDS: dict[str, dict[str, str]] = {
    "events.kind": {
        "post": "post|posts|publication|message|sujet|topic|discussion|question|article|annonce",
        "reply": "reply|replies|comment|comments|commentaire|reponse|answer|reponses|commentaires",
        "reaction": "reaction|like|j aime|mention j aime|emoji",
        "poll_vote": "poll vote|vote|sondage|vote au sondage|poll",
        "visit": "visit|visite|connexion|login|vue|view",
        "attend": "attend|attended|participation|presence|present|presente",
        "share": "share|partage|repost",
    },
    "role": {
        "member": "member|membre|user|utilisateur|regular|participant|adherent|adherente",
        "ambassador": "ambassador|ambassadeur|ambassadrice",
        "moderator": "moderator|moderateur|moderatrice|mod",
        "staff": "staff|admin|administrator|administrateur|administratrice|equipe|employee|employe|employee|"
        "salarie|salariee",
        "owner": "owner|proprietaire|fondateur|fondatrice|founder|primary owner|workspace owner",
        "bot": "bot|robot|app|application",
    },
    "end_reason": {
        "left": "left|parti|partie|depart|a quitte|demission|desinscription|volontaire|cancelled|canceled|resiliation",
        "removed": "removed|exclu|exclue|retire|retiree|expulse|expulsee|kicked|radie|radiee",
        "banned": "banned|banni|bannie|ban",
        "deactivated": "deactivated|desactive|desactivee|inactivite|suspended|suspendu|suspendue",
        "deleted": "deleted|supprime|supprimee|compte supprime",
        "unknown": "unknown|inconnu|inconnue|autre|other",
    },
    "action": {
        "warn": "warn|warning|avertissement|averti|rappel a l ordre",
        "remove": "remove|removed|delete|deleted|suppression|supprime|message supprime|retrait",
        "flag": "flag|flagged|report|reported|signalement|signale",
        "mute": "mute|muted|silence|sourdine|suspension|suspended|timeout",
        "ban": "ban|banned|bannissement|banni|exclusion|exclu",
        "unban": "unban|unbanned|debannissement|debanni|reintegration",
    },
    "log.kind": {
        "reward": "reward|recompense|badge|cadeau",
        "event": "event|evenement|rencontre|atelier|webinaire|meetup",
        "prompt": "prompt|relance|question du jour|animation|amorce",
        "poll": "poll|sondage|vote",
        "contest": "contest|concours|jeu concours|defi|challenge",
        "outreach": "outreach|prise de contact|contact|message prive|appel|accueil",
        "rule_change": "rule change|changement de regle|changement de regles|regle|regles|reglement",
        "incident": "incident|crise|panne|crisis",
        "training": "training|formation",
        "routing": "routing|transmission|transmis|escalade|escalation",
    },
}
"""The words of a file for each canonical word, by column, or by table and column where the table matters."""

FIRST_NAME = "first name|firstname|prenom|given name"
LAST_NAME = "last name|lastname|nom|nom de famille|surname|family name"
CLOCK = "heure|time|hour"

LANGUAGES = {"francais": "fr", "french": "fr", "anglais": "en", "english": "en", "espagnol": "es", "spanish": "es",
             "allemand": "de", "german": "de", "italien": "it", "italian": "it", "portugais": "pt", "portuguese": "pt",
             "neerlandais": "nl", "dutch": "nl"}  # fmt: skip
CURRENCIES = {"€": "EUR", "euro": "EUR", "euros": "EUR", "£": "GBP"}


def plain(header: str) -> str:
    """A header or word without accents, capitals and signs.

    >>> plain("Date d’inscription (UTC)"), plain("Prénom & nom")
    ('date d inscription utc', 'prenom nom')
    """
    apart = unicodedata.normalize("NFKD", header)
    letters = "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold()
    return " ".join("".join(sign if sign.isalnum() else " " for sign in letters).split())


def meaning_of(word: str, *, table: str, column: str, allowed: tuple[str, ...]) -> str | None:
    """The canonical word that `word` is known to mean, if any.

    >>> meaning_of("Commentaire", table="events", column="kind", allowed=("post", "reply"))
    'reply'
    """
    bare = plain(word)
    for canonical in allowed:
        if bare == canonical.replace("_", " "):
            return canonical
    known = WORDS.get(f"{table}.{column}") or WORDS.get(column) or {}
    return next((canonical for canonical, words in known.items() if bare in words.split("|")), None)
