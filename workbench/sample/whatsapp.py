"""The plan's WhatsApp group as an Android phone set to French exports it."""

from pathlib import Path

from workbench.sample.calendar import HOUR, SECOND, local
from workbench.sample.elsewhere import Elsewhere
from workbench.sample.people import Person
from workbench.sample.speech import with_signs

SEALED = (
    "Les messages et les appels sont chiffrés de bout en bout. Personne en dehors de cette discussion, "
    "pas même WhatsApp, ne peut les lire ni les écouter."
)


def native_id(person: Person, seed: int) -> str:
    """WhatsApp knows people by the name in the phone's address book."""
    return person.name


def write(other: Elsewhere, path: Path, seed: int) -> None:
    """The export, a text file."""
    founder, title = other.people[0], other.home.title
    lines = [
        (founder.joined - 2 * SECOND, 0, SEALED),
        (founder.joined - SECOND, 1, f"{founder.name} a créé le groupe « {title} »"),
    ]
    for person in other.people:
        if person is not founder:
            founds = person.joined - founder.joined < HOUR
            how = (
                f"{founder.name} a ajouté {person.name}" if founds else f"{person.name} a rejoint le groupe via le lien"
            )
            lines.append((person.joined, 2, how))
        if person.left is not None:
            lines.append((person.left, 4, f"{person.name} a quitté le groupe"))
    lines += [(message.at, 3, f"{message.author.name}: {with_signs(message.text)}") for message in other.messages]
    lines.sort(key=lambda line: (line[0] // (60 * SECOND), line[1] if line[1] != 4 else 5))
    text = "".join(f"{local(at):%d/%m/%Y, %H:%M} - {said}\n" for at, _, said in lines)
    path.write_text(text, encoding="utf-8", newline="\n")
