"""The mapping file: what is refused and how it says so; what the first draft recognises."""

import pytest

from workbench.errors import SourceError
from workbench.sources import mapping as mappings
from workbench.sources.table_draft import guess, written
from workbench.sources.table_score import scale
from workbench.sources.table_words import HEADERS, WORDS, plain
from workbench.tables import TABLES

EVENTS = 'table = "events"\n[columns]\noccurred_at = "Date"\nmember_id = "Membre"\n[defaults]\nkind = "post"\n'


def refusal(text: str) -> str:
    with pytest.raises(SourceError) as caught:
        mappings.parse(text, where="m.toml")
    return str(caught.value)


def test_a_mapping_holds_what_the_file_says():
    mapping = mappings.parse(EVENTS + '[values.kind]\n"Ma  Publication" = "post"\n', where="m.toml")
    assert mapping.columns == {"occurred_at": ("Date",), "member_id": ("Membre",)}
    assert mapping.values == {"kind": {"ma publication": "post"}}
    assert mapping.headers == {"Date", "Membre"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tabel = 1", 'm.toml: "tabel" is not a key. Did you mean "table"?'),
        ('table = "evnts"', 'table = "evnts" is no table. Did you mean "events"?'),
        ("platform = 'x'", 'the key "table" is missing'),
        ("table = ", "m.toml is not valid TOML"),
        (EVENTS.replace("member_id", "membre_id"), '"membre_id" is no column of events. Did you mean "member_id"?'),
        (EVENTS.replace('kind = "post"', 'kind = "poste"'), '"poste" is no kind. Did you mean "post"?'),
        (EVENTS + '[values.kind]\nx = "pots"\n', '[values.kind]: "pots" is no kind. Did you mean "post"?'),
        (EVENTS.replace('kind = "post"', ""), "events needs kind"),
        (EVENTS.replace("[columns]", '[columns]\nreply_to = "Parent"'), "event_id is not mapped"),
        ('timezone = "Europe/Pari"\n' + EVENTS, 'Did you mean "Europe/Paris"?'),
        ('decimal = ";"\n' + EVENTS, 'Write decimal = "," or "."'),
        ('delimiter = ";;"\n' + EVENTS, 'Write one sign, or "tab"'),
        ('platform = "a:b"\n' + EVENTS, "letters, digits, - and _ only"),
        ('attributes = ["Ville"]\n' + EVENTS, "only members have attributes"),
        ('sheet = 3\n' + EVENTS, "Expected `str`, got `int` - at `$.sheet`"),
        ('table = "groups"\n', "groups needs group_id, or name to make it from"),
        ('table = "imports"\n', 'table = "imports" is no table'),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_refused_with_the_key_and_what_is_allowed(text, said):
    assert said in refusal(text)


def test_a_header_that_the_file_does_not_have_is_refused_with_the_nearest_one():
    with pytest.raises(SourceError, match=r'occurred_at = "Date", but f.csv has no such column. Did you mean "Dates"'):
        mappings.check_headers(mappings.parse(EVENTS), ["Dates", "Membre"], "f.csv")


def test_a_mapping_that_does_not_exist_says_how_to_get_one(tmp_path):
    with pytest.raises(SourceError, match="Leave --mapping out"):
        mappings.load(tmp_path / "none.toml")


def test_every_table_a_person_can_have_can_be_mapped():
    assert set(TABLES) - set(mappings.MAPPED_TABLES) == {"imports", "coverage", "problems"}
    assert set(HEADERS) == set(mappings.MAPPED_TABLES)


def test_the_known_headers_and_words_belong_to_real_columns():
    for table, columns in HEADERS.items():
        assert set(columns) <= set(mappings.columns_of(table)), table
        for words in columns.values():
            assert all(word == plain(word) for word in words.split("|"))
    for name, words in WORDS.items():
        table, _, column = name.rpartition(".")
        tables = [table] if table else [t for t in mappings.MAPPED_TABLES if column in mappings.columns_of(t)]
        for known in tables:
            allowed = mappings.columns_of(known)[column].allowed
            assert set(words) <= set(allowed), name


KNOWN_TABLES = [
    ("members", "Membre;Adresse e-mail;Inscrit le;Date de départ", ["Ana", "a@b.fr", "2026-01-05", ""]),
    ("members", "FirstName;LastName;Email;JoinedDate;Invited By", ["A", "B", "a@b.fr", "2026-01-05", ""]),
    ("events", "Auteur;Date;Heure;Message", ["ana", "13/03/2026", "9:12", "Bonjour"]),
    ("events", "Author;Timestamp;Type;Text", ["ana", "2026-03-13T09:12:00Z", "comment", "Hello"]),
    ("payments", "Date;Client;Montant;Devise", ["2026-03-13", "ana", "12,50", "EUR"]),
    ("feedback", "Horodateur;NPS;Commentaire;E-mail", ["2026-03-13", "9", "Bien", "a@b.fr"]),
    ("moderation", "Date;Membre;Modérateur;Action;Motif", ["2026-03-13", "ana", "bob", "Avertissement", "spam"]),
    ("visits", "Visitor ID;Date;Source", ["v1", "2026-03-13", "newsletter"]),
    ("log", "Jour;Type;Membre;Note", ["2026-03-13", "Récompense", "ana", "Badge remis"]),
    ("social_posts", "Date;Réseau;Impressions;Portée", ["2026-03-13", "LinkedIn", "1 204", "980"]),
    ("reaction_counts", "Post ID;Emoji;Nombre", ["p1", "👍", "3"]),
    ("memberships", "Membre;Salon;Entrée;Sortie", ["ana", "Couture", "2026-03-13", ""]),
    ("resources", "Titre;Lien;Modifié le;Vues", ["Charte", "https://example.org", "2026-03-13", "3"]),
    ("groups", "Salon;Créé le;Responsables;Lecture seule", ["Couture", "2026-03-13", "ana", "non"]),
    ("messages", "Message ID;Date;Contenu", ["p1", "2026-03-13", "Bonjour"]),
    ("feedback", "Date;Identifiant;Recommanderiez-vous (0-10);Commentaire", ["2026-03-13", "U03", "9", "Bien"]),
    ("feedback", "Date;Name;User ID;How likely are you to recommend us?;Comment", ["2026-03-13", "A", "1", "9", "x"]),
    ("feedback", "Date;Membre;Satisfaction (1-5);Ville", ["2026-03-13", "ana", "4", "Lyon"]),
    ("members", "Identifiant;Inscrit(e) le;Parti·e le;Ville", ["1", "2026-01-05", "2026-02-05", "Lyon"]),
]


@pytest.mark.parametrize(("table", "headers", "row"), KNOWN_TABLES)
def test_clear_headers_in_french_or_english_give_a_sure_draft(table, headers, row):
    headers = tuple(headers.split(";"))
    found = guess(headers, [row], name="f")
    assert (found.table, found.unsure) == (table, ())
    mapping = mappings.parse(written(found, headers, file="f.csv", platform="csv"))
    assert mapping.columns == found.columns


@pytest.mark.parametrize(
    ("headers", "row", "why"),
    [
        # An id and a creation date: posts as well as members.
        ("Id;CreationDate;Views", ["1", "2026-01-05", "7"], "looks most like members"),
        ("Auteur;Date;Type;Message", ["ana", "2026-01-05", "bidule", "x"], 'what do "bidule" mean'),
        ("Date;Note;Commentaire;E-mail", ["2026-01-05", "4", "x", "a@b.fr"], 'scale of "Note" is not known'),
        ("Date;Client;Montant", ["2026-01-05", "ana", "$12.50"], "no column is known to be currency"),
        ("Rouge;Vert", ["1", "2"], "no header is known"),
        ("Auteur;Date;Message;Humeur", ["ana", "2026-01-05", "x", "gai"], 'what is "Humeur"?'),
        ("Auteur;Date;Commentaire", ["ana", "2026-01-05", "x"], "looks most like events, but that is not sure"),
        ("Id;Date;Commentaire", ["1", "2026-01-05", "x"], "but that is not sure"),
        ("Date;NPS;Satisfaction", ["2026-01-05", "9", "4"], 'is "NPS" the score, or "Satisfaction"?'),
        ("Date;Satisfaction (0-10)", ["2026-01-05", "4"], 'scale of "Satisfaction (0-10)" is not known'),
        ("Date;Would you recommend us?;Comment", ["2026-01-05", "4", "x"], "scale of"),
        ("Identifiant;Inscrit le;Vu pour la dernière fois le", ["1", "2026-01-05", ""], "looks like a date"),
        ("Identifiant;Inscrit le;Adieu", ["1", "2026-01-05", "2026-02-01"], '"Adieu" looks like a date'),
        ("Identifiant;Inscrit le;Parti", ["1", "2026-01-05", "13/02/2026"], '"Parti" looks like a date'),
        ("Identifiant;Inscrit le;Départ", ["1", "2026-01-05", "oui"], '"Départ" looks like a date'),
    ],
)
def test_what_only_a_person_knows_is_unsure(headers, row, why):
    assert any(why in line for line in guess(tuple(headers.split(";")), [row], name="f").unsure)


@pytest.mark.parametrize(
    ("ids", "event_id", "member_id"),
    [("1 2 3", ("Identifiant",), ("Auteur",)), ("7 8 7", None, ("Identifiant",))],
)
def test_an_id_that_differs_in_every_row_is_the_posts_own_where_authors_repeat(ids, event_id, member_id):
    rows = [[one, who, "2026-01-05", "x"] for one, who in zip(ids.split(), ("ana", "bob", "ana"), strict=True)]
    found = guess(("Identifiant", "Auteur", "Date", "Message"), rows, name="f")
    assert (found.columns.get("event_id"), found.columns["member_id"], found.unsure) == (event_id, member_id, ())


def test_many_posts_of_which_no_two_have_an_author_in_common_are_asked_about():
    rows = [[str(one), "2026-01-05", "x"] for one in range(20)]
    found = guess(("Identifiant", "Date", "Message"), rows, name="f")
    assert any('"Identifiant" differs in every row' in line for line in found.unsure)


@pytest.mark.parametrize(
    "header",
    ["Parti le", "Départ", "Date de départ", "Date de sortie", "Sorti le", "Parti(e) le", "Désactivé le", "Left",
     "Left at", "Leave date", "Deactivated", "Deactivated date (UTC)", "Deactivated on", "Exit date"],
)  # fmt: skip
def test_a_date_of_departure_is_recognised_under_the_headers_people_use(header):
    rows = [["U03", "2026-01-05", ""], ["U04", "2026-01-05", "2026-02-05"]]
    found = guess(("Identifiant", "Inscrit le", header), rows, name="f")
    assert (found.table, found.columns.get("left_at"), found.unsure) == ("members", (header,), ())


@pytest.mark.parametrize("cells", [["oui", "non"], ["", ""], ["0", "0"]])
def test_a_closed_account_without_a_date_is_no_date_of_departure(cells):
    rows = [["U03", "2026-01-05", cells[0]], ["U04", "2026-01-05", cells[1]]]
    found = guess(("Identifiant", "Inscrit le", "Deactivated"), rows, name="f")
    assert "left_at" not in found.columns and found.columns["deactivated"] == ("Deactivated",)


@pytest.mark.parametrize(
    ("header", "scores", "expected"),
    [
        ("Recommanderiez-vous (0-10)", "9 4", "nps"), ("NPS", "3 4", "nps"), ("Recommandation", "9 4", "nps"),
        ("Note de 0 à 10", "7", "10"), ("Note sur 10", "7", "10"), ("Note sur 10", "11", None),
        ("Recommendation", "5 4", None), ("Recommanderiez-vous (1-5)", "4", None),
        ("NPS", "11", None), ("NPS", "-1", None), ("Satisfaction", "5 1", "csat"), ("Note /5", "4", "csat"),
        ("Satisfaction (1-5)", "7", None), ("Satisfaction (1-5)", "0", None), ("Satisfaction sur 10", "4", None),
        ("How satisfied are you (1 to 5)?", "4", "csat"), ("Étoiles", "5", "csat"), ("Note", "4", None),
    ],
)  # fmt: skip
def test_the_scale_of_a_score_is_taken_only_where_header_and_scores_agree(header, scores, expected):
    assert scale(header, scores.split()) == expected


def test_posts_with_a_known_kind_may_have_other_columns_and_an_empty_nameless_one_is_no_doubt():
    kind = guess(("Auteur", "Date", "Type", "Message", "Humeur"), [["a", "2026-01-05", "post", "x", "gai"]], name="f")
    nameless = guess(("Auteur", "Date", "Message", "column 4"), [["a", "2026-01-05", "x", ""]], name="f")
    assert (kind.table, kind.unsure) == (nameless.table, nameless.unsure) == ("events", ())


def test_an_unsure_draft_cannot_be_imported_as_it_is():
    headers = ("Id", "CreationDate", "Views")
    found = guess(headers, [["1", "2026-01-05", "7"]], name="f")
    with pytest.raises(SourceError, match='the key "table" is missing'):
        mappings.parse(written(found, headers, file="f.csv", platform="csv"))


def test_hostile_headers_cannot_break_out_of_the_draft():
    headers = ('Auteur"\n[columns]\nx = "', "Date", "Message\x7f")
    found = guess(headers, [["ana", "2026-01-05", "x"]], name="f")
    text = written(found, headers, file='f\n".csv', platform="csv", doubts=("one\ntable = 3",))
    assert all(line.startswith("#") for line in text.splitlines() if "one table" in line)
    import tomllib

    tomllib.loads(text)
