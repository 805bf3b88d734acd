"""Hold what a city asks against what a node was measured to bear: `python -m tests.bench.scale`.

Writes the tables of `docs/explanation/scale.md` and its Chinese twin from the rows of `./run bench --only knee` beside
them. What is assumed stands here as constants, and nowhere else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from bootstrap.places import ROOT
from tests.bench.curves import rows_in
from tests.bench.figures import Figure
from tests.bench.knee import FOLLOWING, JOBS, KNEE, ONE_DATABASE, TWO_DATABASES

FOLDER = ROOT / "docs" / "explanation"
ROWS = FOLDER / "scale.json"
PAGES = {"en": FOLDER / "scale.md", "zh": ROOT / "docs" / "zh" / "explanation" / "scale.md"}
BEGINS, ENDS = "<!-- {} is written by tests.bench.scale -->\n", "<!-- end of {} -->"

CASES_A_YEAR = 1.04
"""Of each inhabitant: 50,000 a working day in a city of 12 million, the figure that the design was made for."""
WORKING_DAYS = 250
EVENTS, ACTS, PHOTOGRAPHS, LOOKS, OWN_LOOKS = 15, 9, 5, 6, 8
"""Of a case: events in the log; acts of people beside the filing; photographs; looks by staff and by the applicant."""
PHOTOGRAPH_MB = 0.6
EVENT_KB = 0.7
BUSIEST_HOUR, BURST = 0.2, 2.4
"""Share of a day's work in its busiest hour; how much a burst within it exceeds its mean."""
INHABITANTS_A_CLERK, CLERKS_TOLD = 1_500, 50
"""Every clerk has a device on all day; a change is told to those of the office."""
VISITS, VISIT_MINUTES = 4, 10
"""Of a case: how often somebody has the app open, and for how long."""
FULL = 0.6
"""How much of its one core a node may be asked for in a burst, so that answers stay quick."""

FOLLOWED = ("filing", "note", "look")
"""What writes facts that every node folds. What the second node did beside the others is noise, save for photographs:
when the last one is in, any node may press the receipt, whichever is first, so that all of it is asked of one."""
TAKEN_OVER = ("photograph",)

PLACES = {
    "subdistrict": 80_000,
    "district": 1_200_000,
    "city": 12_000_000,
    "largest": 32_000_000,
}
COUNTRY, CITIES = 1_410_000_000, 337


ROUNDING = 1e-9


class Load(Struct, frozen=True):
    """What a place asks for in a burst, each a second.

    Attributes:
        filings: forms handed in.
        acts: other commands.
        photographs: uploads.
        looks: by staff, each recorded.
        own_looks: by applicants.
        openings: connections.
        deliveries: changes told to a device.
        sockets: connected, not each second.
    """

    filings: float
    acts: float
    photographs: float
    looks: float
    own_looks: float
    openings: float
    deliveries: float
    sockets: float

    @property
    def arrivals(self) -> float:
        """Commands of both kinds."""
        return self.filings + self.acts

    @property
    def megabytes(self) -> float:
        """Of photographs."""
        return self.photographs * PHOTOGRAPH_MB


class Price(Struct, frozen=True):
    """Seconds of processor time of one piece of work.

    Attributes:
        judging: of the node that is asked.
        following: of every node.
        database: of PostgreSQL, for the asking and for each node that follows.
    """

    judging: float
    following: float
    database: tuple[float, float]


class Node(Struct, frozen=True):
    """What a node was measured to take.

    Attributes:
        prices: by the names of `Load`.
        kib: memory of a socket.
    """

    prices: Mapping[str, Price]
    kib: float

    def cores(self, load: Load, nodes: int) -> float:
        """How much of its core each of so many nodes needs."""
        return self.asked(load) / nodes + self.following(load)

    def asked(self, load: Load) -> float:
        """How many cores are needed for what is asked, all nodes together."""
        return math.fsum(price.judging * _of(load, name) for name, price in self.prices.items())

    def following(self, load: Load) -> float:
        """How much of its core every node needs to follow, however many there are."""
        return math.fsum(price.following * _of(load, name) for name, price in self.prices.items())

    def database(self, load: Load, nodes: int) -> float:
        """How many cores PostgreSQL needs."""
        parts = ((price.database, _of(load, name)) for name, price in self.prices.items())
        return math.fsum((asking + following * nodes) * each for (asking, following), each in parts)

    def nodes(self, load: Load) -> int:
        """How many are needed, one of them spare; 0 if no number of them is enough."""
        room = FULL - self.following(load)
        return 0 if room <= 0 else max(1, math.ceil(self.asked(load) / room - ROUNDING)) + 1

    def most(self, load: Load, nodes: int) -> float:
        """How many times `load` so many nodes bear."""
        return FULL / self.cores(load, nodes)


def _of(load: Load, name: str) -> float:
    value: float = getattr(load, name)
    return value


def day(inhabitants: int) -> float:
    """Cases of a working day."""
    return inhabitants * CASES_A_YEAR / WORKING_DAYS


def burst(inhabitants: int) -> Load:
    """What so many people and their clerks ask for at the worst moment of a working day."""
    cases = day(inhabitants) * BUSIEST_HOUR / 3_600 * BURST
    visits = cases * VISITS
    return Load(
        filings=cases,
        acts=cases * ACTS,
        photographs=cases * PHOTOGRAPHS,
        looks=cases * LOOKS,
        own_looks=cases * OWN_LOOKS,
        openings=visits,
        deliveries=cases * (1 + ACTS) * min(CLERKS_TOLD, max(1, inhabitants // INHABITANTS_A_CLERK)),
        sockets=inhabitants / INHABITANTS_A_CLERK + visits * VISIT_MINUTES * 60,
    )


def measured(rows: Iterable[Figure]) -> Node:
    """What a node takes, from the rows of a run."""
    by_job = {row.job: row for row in rows}

    def price(name: str) -> Price:
        job, factor, _ = JOBS[name]
        row = by_job[job]
        second = row.peers[FOLLOWING] / factor
        following = second if name in FOLLOWED else 0.0
        judging = row.ours / factor - (0.0 if name in TAKEN_OVER else second) - following
        one, two = (row.peers[which] / factor for which in (ONE_DATABASE, TWO_DATABASES))
        more = max(0.0, two - one) if name in FOLLOWED else 0.0
        return Price(judging, following, (max(0.0, one - more), more))

    names = {
        "filings": "filing",
        "acts": "note",
        "photographs": "photograph",
        "looks": "look",
        "own_looks": "own look",
        "openings": "opening",
        "deliveries": "delivery",
        "sockets": "socket second",
    }
    memory = next(row for row in rows if row.job.startswith("memory"))
    return Node({ours: price(theirs) for ours, theirs in names.items()}, memory.limit)


def tables(rows: list[Figure], language: str) -> dict[str, str]:
    """Every table of the page, by its name."""
    node = measured(rows)
    return {
        "the load": _load(language),
        "the prices": _prices(rows, language),
        "the ceiling": _ceiling(node, language),
        "the nodes": _nodes(node, language),
    }


_WORDS = {
    "en": {
        "subdistrict": "a subdistrict",
        "district": "a district",
        "city": "a city of 12 million",
        "largest": "the largest, 32 million",
        "country": f"the country, {CITIES} logs",
        "load": "| | people | cases a day | commands/s | looks/s | photographs/s | MB/s | sockets | events a year |",
        "prices": "| work | unit | one node | two nodes | the one that only follows | PostgreSQL, one node | two |",
        "knee": "commands a second before answers took half a second",
        "ceiling": "| nodes | commands/s | that is a city of | each node follows for |",
        "nodes": "| | nodes, one spare | PostgreSQL's cores | sockets each | memory | log a year | files a year |",
        "million": "{:.0f} million",
    },
    "zh": {
        "subdistrict": "一个街道",
        "district": "一个区",
        "city": "1200 万人的城市",
        "largest": "最大的城市，3200 万人",
        "country": f"全国，{CITIES} 份日志",
        "load": "| | 人口 | 每天办件 | 每秒指令 | 每秒查看 | 每秒照片 | 每秒 MB | 连接 | 每年事件 |",
        "prices": "| 工作 | 单位 | 一个节点 | 两个节点 | 其中只跟随的那个 | PostgreSQL，一个节点 | 两个 |",
        "knee": "每秒多少条指令以后，答复要半秒以上",
        "ceiling": "| 节点 | 每秒指令 | 相当于多大的城市 | 每个节点用于跟随 |",
        "nodes": "| | 节点，含一个备用 | PostgreSQL 的核 | 每节点连接 | 连接的内存 | 每年日志 | 每年文件 |",
        "million": "{:.0f}00 万人",
    },
}
_JOBS_ZH = {
    "note": "一条备注：判断并跟随",
    "filing": "交一份完整的申请",
    "photograph": "一张照片：检查、加密、存好",
    "page": "办件队列的第一页",
    "look": "工作人员看一件，看过要记下来",
    "own look": "申请人看自己的一件",
    "opening": "一个连接，从票据到第一页",
    "delivery": "把一处变化告诉一台设备",
    "socket second": "一个空闲连接，每秒",
    "rest": "没有人来的节点，每秒",
}


def _load(language: str) -> str:
    words = _WORDS[language]
    lines = [
        _line(words[name], _count(people), _count(day(people)), *_asked(burst(people)), _count(_events(people)))
        for name, people in PLACES.items()
    ]
    whole = burst(COUNTRY)
    told = _asked(whole)
    lines.append(_line(words["country"], _count(COUNTRY), _count(day(COUNTRY)), *told, _count(_events(COUNTRY))))
    return _table(words["load"], lines)


def _asked(load: Load) -> tuple[str, ...]:
    looks = load.looks + load.own_looks
    return tuple(map(_count, (load.arrivals, looks, load.photographs, load.megabytes, load.sockets)))


def _prices(rows: list[Figure], language: str) -> str:
    by_job = {row.job: row for row in rows}
    lines: list[str] = []
    for name, (job, _, unit) in JOBS.items():
        row = by_job[job]
        said = _JOBS_ZH[name] if language == "zh" else job.strip()
        peers = (row.peers[which] for which in (FOLLOWING, ONE_DATABASE, TWO_DATABASES))
        lines.append(_line(said, unit.replace("us", "µs"), *map(_short, (row.limit, row.ours, *peers))))
    knee = by_job[KNEE]
    lines.append(_line(_WORDS[language]["knee"], "", _count(knee.limit), _count(knee.ours), "", "", ""))
    return _table(_WORDS[language]["prices"], lines)


def _ceiling(node: Node, language: str) -> str:
    words, city = _WORDS[language], burst(PLACES["city"])
    lines: list[str] = []
    for number in (1, 2, 3, 4, 6, 8, 16):
        times = node.most(city, number)
        share = node.following(city) * times
        size = words["million"].format(12 * times)
        lines.append(_line(str(number), _count(city.arrivals * times), size, f"{share:.0%}"))
    return _table(words["ceiling"], lines)


def _nodes(node: Node, language: str) -> str:
    words = _WORDS[language]
    lines = [_line(words[name], *_machines(node, people, 1), *_kept(people)) for name, people in PLACES.items()]
    lines.append(_line(words["country"], *_machines(node, COUNTRY // CITIES, CITIES), *_kept(COUNTRY)))
    return _table(words["nodes"], lines)


def _machines(node: Node, people: int, logs: int) -> tuple[str, ...]:
    """Of so many logs of so many people each; dashes where no number of nodes is enough for one log."""
    load = burst(people)
    if (number := node.nodes(load)) == 0:
        return ("–",) * 4
    sockets = load.sockets / number
    cores = node.database(load, number) * logs
    return _count(number * logs), _count(cores), _count(sockets), f"{_count(sockets * node.kib / 1024)} MB"


def _kept(people: int) -> tuple[str, str]:
    files = day(people) * WORKING_DAYS * PHOTOGRAPHS * PHOTOGRAPH_MB / 1e6
    return f"{_short(_events(people) * EVENT_KB / 1e6)} GB", f"{_short(files)} TB"


def _events(people: int) -> float:
    return day(people) * WORKING_DAYS * EVENTS


def _table(head: str, lines: Iterable[str]) -> str:
    columns = head.count("|") - 1
    return "\n".join([head, "|---" + "|---:" * (columns - 1) + "|", *lines]) + "\n"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _count(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def written(page: str, name: str, table: str) -> str:
    """The page with another table of that name in its place."""
    begins, ends = BEGINS.format(name), ENDS.format(name)
    before, found, rest = page.partition(begins)
    assert found, f"no place for {name}"
    return f"{before}{begins}\n{table}\n{ends}{rest.partition(ends)[2]}"


def brought_up_to_date(page: str, rows: list[Figure], language: str) -> str:
    """The page with all its tables as they follow from the rows."""
    for name, table in tables(rows, language).items():
        page = written(page, name, table)
    return page


def main(write: Callable[[Path, str], object] = lambda path, text: path.write_text(text, encoding="utf-8")) -> None:
    """Write the tables into both pages."""
    rows = rows_in(ROWS)
    for language, path in PAGES.items():
        write(path, brought_up_to_date(path.read_text(encoding="utf-8"), rows, language))


if __name__ == "__main__":
    main()
