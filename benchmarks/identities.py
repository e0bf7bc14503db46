"""What looking for people with several accounts costs: python benchmarks/identities.py 10000 100000 1000000

Makes accounts on three platforms, a tenth of the people on two of them under names that differ as they do in life, and
finds the candidates (`workbench identities --suggest` without opening the store). Each size in a process of its own.
"""

import multiprocessing
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

PLATFORMS = ("slack", "discord", "forum")
SYLLABLES = tuple(a + b for a in "bcdfgjklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "el", "in", "or", "ou"))


def rows(number: int, *, seed: int = 1) -> Iterator[tuple]:
    """Accounts as the store gives them: member_id, person_id, platform, display_name, attributes. First names are
    few and last names many, some frequent and most rare; a fifth show a handle alone."""
    chance = Random(seed)
    firsts = ["".join(chance.choices(SYLLABLES, k=2)).title() for _ in range(2_000)]
    lasts = ["".join(chance.choices(SYLLABLES, k=3)).title() for _ in range(max(number // 5, 100))]
    made = 0
    while made < number:
        first, last = firsts[int(2_000 * chance.random() ** 2)], lasts[int(len(lasts) * chance.random() ** 3)]
        handle = f"{first.lower()}{last.lower()[:4]}{chance.randrange(1000)}"
        names = (f"{first} {last}", f"{last} {first}", f"{first} {last[0]}.", f"{first} {last}n", handle)
        here = chance.sample(PLATFORMS, 2 if chance.random() < 0.1 else 1)
        for platform in here:
            name = handle if chance.random() < 0.2 else names[0] if platform == here[0] else chance.choice(names)
            member_id = f"{platform}:{made:08}"
            yield member_id, member_id, platform, name, {"username": handle} if platform == "forum" else None
            made += 1


def measured(number: int) -> tuple[float, float, int, int]:
    """Processor seconds, peak MB with and without the accounts themselves, and how many candidates."""
    import resource

    import pandas as pd

    from workbench.identities import _account, _candidates

    frame = pd.DataFrame(rows(number), columns=["member_id", "person_id", "platform", "display_name", "attributes"])
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    began = time.process_time()
    found = _candidates(lambda: (_account(*row) for row in frame.itertuples(index=False)))
    spent = time.process_time() - began
    return spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10, held, len(found)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    print(f"{'accounts':>10}{'CPU s':>10}{'peak MB':>10}{'accounts MB':>13}{'candidates':>12}")
    for size in map(int, sys.argv[1:] or ["10000", "100000"]):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            spent, peak, held, found = pool.apply(measured, (size,))
        print(f"{size:>10,}{spent:>10.1f}{peak:>10,}{held:>13,}{found:>12,}", flush=True)
