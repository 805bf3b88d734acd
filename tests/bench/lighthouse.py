"""What Lighthouse says of a resident's first screen and case page on a slow telephone."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

from bootstrap import browsers, pwa
from tests.bench.figures import Figure
from tests.browser import family
from tests.browser.centre import Centre
from tests.browser.engines import Browser
from tests.browser.households import Households

PACKAGE = Path(__file__).parent / "audit"
"""Lighthouse itself, from npm; installed when this is first asked for."""
ROUNDS = 3
PERFECT = 100.0
REACH = {"performance": 0.95, "accessibility": 1.0, "best-practices": 0.95}
SECONDS = 180
TRIES = 2
"""A load of which the browser recorded nothing (`NO_NAVSTART`) is made once more."""
BLOCKING = "total-blocking-time"
GOOD_MS, MIDDLING_MS, INVERSE_ERFC_ONE_FIFTH = 200.0, 600.0, 0.9061938024368232
"""Lighthouse's own curve for that time: 90 of 100 for the one, 50 for the other."""
SLOWER, LONG_MS, WATCHED_US = 4, 50.0, 2_500_000
"""How much slower Lighthouse takes the processor to be, what of a task blocks, and for how long a load is looked at."""
ALONE = "performance, with tasks by the processor's time"
Scores = dict[str, float]


def measure(folder: Path) -> Iterator[Figure]:
    """Every category of both pages, the median of some loads with nothing kept from before."""
    pwa.build()
    browsers.prepare()
    node = pwa.node()
    pwa.install_packages(node, PACKAGE)
    centre = Centre(folder / "data")
    try:
        centre.start()
        centre.settle()
        for name, (path, device) in _pages(centre, folder).items():
            rounds = [_scores(node, f"{centre.url}{path}", folder, device=device) for _ in range(ROUNDS)]
            yield from _figures(name, rounds)
    finally:
        centre.close()


def _figures(page: str, rounds: list[Scores]) -> Iterator[Figure]:
    for category in (*REACH, ALONE):
        score = median(scores[category] for scores in rounds)
        yield Figure(
            job=f"Lighthouse on a slow telephone: {page}, {category}",
            ours=score,
            limit=PERFECT,
            ratio=score / PERFECT,
            unit="of 100",
            reach=REACH.get(category),
        )


def _pages(centre: Centre, folder: Path) -> dict[str, tuple[str, Path | None]]:
    """Where each page is, and the profile of the device on which it is opened, if that is not a new one.

    A sign-in holds on its device only, so that the case page needs a profile with the device's own store. What the
    browser itself kept, pages and worker, Lighthouse removes.
    """
    found = Households(centre.data).case(lambda body: body["status"] == "correction")
    path, signed_in = f"/case/{found.id}", folder / "signed-in"
    with sync_playwright() as playwright, Browser(playwright) as browser:
        phone = browser.lasting("phone", centre.url, folder=signed_in)
        phone.open("/sign-in")
        family.sign_in(phone, centre.code_for, phone=found.phone)
        phone.open(path)
        phone.sees(found.body["filing_number"])
        phone.close()
    return {"first screen": ("/", None), "case page": (path, signed_in)}


def _scores(node: pwa.Node, address: str, folder: Path, *, device: Path | None) -> Scores:
    """One load of `address` by Lighthouse as it comes: a middling telephone on a slow network.

    Raises:
        CalledProcessError: Lighthouse could not load it.
    """
    chromium = browsers.find()
    assert chromium is not None
    report, profile = folder / "report.json", folder / "profile"
    shutil.rmtree(profile, ignore_errors=True)
    if device:
        shutil.copytree(device, profile, symlinks=True)
    flags = ("--headless=new", "--no-sandbox", "--disable-gpu", "--lang=zh-CN", f"--user-data-dir={profile}")
    command = [
        *(node.program, PACKAGE / "node_modules" / "lighthouse" / "cli" / "index.js", address, "--quiet"),
        *("--output=json", "--save-assets", f"--output-path={report}", f"--only-categories={','.join(REACH)}"),
        *(f"--chrome-flags={' '.join(flags)}", "--no-enable-error-reporting"),
    ]
    env = {**os.environ, **chromium.env, "CHROME_PATH": str(chromium.program)}
    for left in reversed(range(TRIES)):
        done = subprocess.run(
            list(map(str, command)), check=not left, env=env, timeout=SECONDS, stdout=subprocess.DEVNULL
        )
        if done.returncode == 0:
            break
    told = json.loads(report.read_text(encoding="utf-8"))
    scores = {name: PERFECT * (told["categories"][name]["score"] or 0.0) for name in REACH}
    (trace,) = folder.glob("*.trace.json")
    events = json.loads(trace.read_text(encoding="utf-8"))["traceEvents"]
    return scores | {ALONE: PERFECT * _alone(told, _blocked_ms(events))}


def _alone(told: dict[str, Any], blocked_ms: float) -> float:
    """The score for performance with another time of blocking, from 0 to 1."""
    weighed = [
        (one["weight"], _score_of(blocked_ms) if one["id"] == BLOCKING else told["audits"][one["id"]]["score"] or 0.0)
        for one in told["categories"]["performance"]["auditRefs"]
        if one["weight"]
    ]
    return float(sum(weight * score for weight, score in weighed) / sum(weight for weight, _ in weighed))


def _blocked_ms(events: list[dict[str, Any]]) -> float:
    """For how long the page's tasks block, by the processor's time that they took.

    By the clock, on two cores, they also wait for the service, the browser, its drawing in software and Lighthouse
    itself, and a telephone that is taken to be slower is said to wait for these four times as long.

    Raises:
        ValueError: the trace does not say it.
    """
    starts = [one for one in events if one["name"] == "navigationStart" and _is_page(one)]
    began = max(starts, key=lambda one: one["ts"])
    mine = [one for one in events if one["pid"] == began["pid"] and one["ts"] >= began["ts"]]
    drawn = min(one["ts"] for one in mine if one["name"] == "firstContentfulPaint")
    tasks: list[float] = [
        one["tdur"]
        for one in mine
        if one["tid"] == began["tid"] and one["name"].endswith("RunTask") and "tdur" in one
        if drawn < one["ts"] + one["dur"] and one["ts"] < drawn + WATCHED_US
    ]
    if not tasks:
        raise ValueError("the trace does not say how long the page's tasks took")
    return sum(max(0.0, SLOWER * task / 1_000 - LONG_MS) for task in tasks)


def _is_page(began: dict[str, Any]) -> bool:
    return bool(began["args"].get("data", {}).get("documentLoaderURL", "").startswith("http://localhost"))


def _score_of(blocked_ms: float) -> float:
    """Lighthouse's score for a time of blocking: log-normal, as its own `getLogNormalScore` has it."""
    if blocked_ms <= 0:
        return 1.0
    spread = math.log(MIDDLING_MS / GOOD_MS) / INVERSE_ERFC_ONE_FIFTH
    return (1 - math.erf(math.log(blocked_ms / MIDDLING_MS) / spread)) / 2
