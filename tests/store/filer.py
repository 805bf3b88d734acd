"""A process that files cases into a log that others write to: `python -m tests.store.filer SITE NAME N`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from uuid import uuid5

from tests.cast import CASE
from tests.premises import Site


def main(site: Site, name: str, cases: int) -> None:
    """File the cases one by one and print the verdicts."""
    ids = [uuid5(CASE, f"{name} {n}") for n in range(cases)]
    with site.opened(name=name) as premises:
        verdicts = Counter(premises.file(case=case).verdict for case in ids)
    sys.stdout.write(json.dumps({"verdicts": verdicts, "cases": [str(case) for case in ids]}))


if __name__ == "__main__":
    main(Site.from_text(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
