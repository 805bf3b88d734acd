"""Doorstep among the others: the real service with rights and checks, and the app's own core of sync in Node."""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bootstrap import pwa
from bootstrap.places import PWA
from tests.bench import town
from tests.bench.peers.sync.programs import PLACE, SOURCE, NotThere, Program, Result
from tests.bench.service import Service, serving
from tests.cast import ZHOU

NAME = "peers"
FEW_CASES, FEWEST_CASES = 500, 50
ROLLDOWN = PWA / "node_modules" / ".bin" / "rolldown"


class Ours(Program, frozen=True):
    """Our service and a client in the same Node as the others' have."""

    def install(self) -> None:
        """As the others', with the app's core bundled into the client.

        Raises:
            NotThere: the app's packages are not there.
        """
        super().install()
        node = pwa.node()
        pwa.install_packages(node)
        source, bundle = SOURCE / self.folder / "client.ts", PLACE / self.folder / "client.mjs"
        command = [str(node.program), str(ROLLDOWN), str(source), "--file", str(bundle), "--platform", "node"]
        done = subprocess.run(
            [*command, "--format", "esm", "--external", "ws", "--external", "../job.mjs"],
            cwd=PWA,
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise NotThere(f"{self.name}: {done.stderr[-400:]}")

    @contextmanager
    def over(self, folder: Path, *, cases: int, devices: int) -> Generator[Service]:
        """The service over a centre with so many open cases, and sessions of a clerk for so many devices."""
        with town.opened(folder / "centre") as centre:
            town.give(centre, town.filed(NAME, range(cases), people=FEW_CASES))
            tokens = [town.signed_in(centre, ZHOU) for _ in range(devices)]
        ids = [town.case_id(NAME, n) for n in range(min(cases, FEW_CASES))]
        told = {"person": ZHOU.id, "tokens": tokens, "cases": ids}
        self.told(folder).write_bytes(msgspec.json.encode(told))
        with serving(folder) as service:
            yield service

    def told(self, folder: Path) -> Path:
        """The file in which the client finds who it is."""
        return folder / "told.json"

    def measured(self, job: str, folder: Path, service: Service, n: int) -> Result:
        """What our client measured; the read models have caught up before it begins."""
        service.caught_up()
        return self.asked(job, service.port, n, env={"TOLD": str(self.told(folder)), "NOTE": town.NOTE})
