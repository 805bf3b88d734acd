"""Bring `docs/explanation/speed.md` up to date with the rows beside it: `python -m tests.bench.curves`.

The curves are drawn from a growth run, the table of ratios is written from a run of everything else.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from xml.etree import ElementTree as Xml

import msgspec
from msgspec import Struct

from bootstrap.places import ROOT
from tests.bench.figures import Figure

FOLDER = ROOT / "docs" / "explanation"
PAGE = FOLDER / "speed.md"
ROWS = FOLDER / "speed-growth.json"
RATIOS = FOLDER / "speed.json"
TABLE_BEGINS, TABLE_ENDS = "<!-- the table is written by tests.bench.curves -->\n", "<!-- end of the table -->"

WIDTH, HEIGHT = 760, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 570, 60, 310
"""Edges of the plot; the names of the curves stand to the right of it."""
LINE_HEIGHT = 15.0
LEAST_SPAN = 10.0
"""The upright axis shows at least a factor of ten, so that what is level looks level."""
INK, FAINT, GRID = "#222222", "#666666", "#dddddd"
SCALE_STEPS = (1, 2, 5)
ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
COLOURS = {"sqlite": "#12436d", "postgresql": "#d35f00"}
"""A dark and a lighter one, which stay apart in grey; the marks differ in shape as well."""
UNITS = {
    "events/s": "events a second",
    "commands/s": "commands a second",
    "cases/s": "cases a second",
    "ms": "milliseconds",
    "s": "seconds",
}

Point = tuple[float, float]


class Curve(Struct, frozen=True):
    """One line of a chart.

    Attributes:
        name: as it stands beside its end.
        engine: gives colour and shape of mark.
        is_limit: drawn thin and broken.
        points: events in the log, and the figure.
    """

    name: str
    engine: str
    is_limit: bool
    points: tuple[Point, ...]


class Axis(Struct, frozen=True):
    """A logarithmic axis: from the least to the greatest value, onto `start` to `end` of the picture."""

    least: float
    greatest: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Where `value` lies in the picture."""
        share = math.log(value / self.least) / math.log(self.greatest / self.least)
        return self.start + share * (self.end - self.start)

    def steps(self, multiples: Sequence[int]) -> Iterator[float]:
        """Round values on the axis, each a multiple of a power of ten."""
        for power in range(math.floor(math.log10(self.least)), math.ceil(math.log10(self.greatest)) + 1):
            for value in (multiple * 10.0**power for multiple in multiples):
                if self.least * 0.999 <= value <= self.greatest * 1.001:
                    yield value


def main() -> None:
    """Draw every job of the rows into a file of its own, and write the table into the page."""
    rows = rows_in(ROWS)
    for job in dict.fromkeys(row.job for row in rows):
        (FOLDER / file_name(job)).write_text(drawn([row for row in rows if row.job == job]), encoding="utf-8")

    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), tabled(rows_in(RATIOS))), encoding="utf-8")


def rows_in(path: Path) -> list[Figure]:
    """The rows of a run."""
    return msgspec.json.decode(path.read_bytes(), type=list[Figure])


def with_table(page: str, table: str) -> str:
    """The page with another table in its place."""
    before, _, rest = page.partition(TABLE_BEGINS)
    return f"{before}{TABLE_BEGINS}\n{table}\n{TABLE_ENDS}{rest.partition(TABLE_ENDS)[2]}"


def tabled(rows: Iterable[Figure]) -> str:
    """The rows with a promise, as Markdown."""
    lines = ["| job | engine | ratio | promised |", "|---|---|---:|---|"]
    for row in (row for row in rows if row.reach is not None):
        missed = "" if row.holds else ", missed"
        promised = f"{row.aim} {row.reach:.3g}{missed}"
        lines.append(f"| {row.job} | {ENGINES[row.engine]} | {row.ratio:.2f} | {promised} |")
    return "\n".join(lines) + "\n"


def file_name(job: str) -> str:
    """Name of the file that shows a job."""
    words = "".join(letter if letter.isalnum() else " " for letter in job).split()
    return f"speed-{'-'.join(words).lower()}.svg"


def drawn(rows: Sequence[Figure]) -> str:
    """The chart of one job, as text of an SVG file."""
    curves = list(_curves(rows))
    across, up = _axes([point for curve in curves for point in curve.points])
    svg = Xml.Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img")
    svg.set("font-family", "system-ui, 'Noto Sans', 'Segoe UI', Helvetica, Arial, sans-serif")
    Xml.SubElement(svg, "title").text = f"{rows[0].job}: {UNITS[rows[0].unit]} as the log grows"
    Xml.SubElement(svg, "rect", width=str(WIDTH), height=str(HEIGHT), fill="#ffffff")
    _frame(svg, rows[0], across, up)
    for curve in curves:
        _draw(svg, curve, across, up)
    _names(svg, curves, up)
    Xml.indent(svg)
    return Xml.tostring(svg, encoding="unicode") + "\n"


def _curves(rows: Sequence[Figure]) -> Iterator[Curve]:
    for engine, name in ENGINES.items():
        mine = sorted((row for row in rows if row.engine == engine), key=lambda row: row.events or 0)
        for whose, is_limit in ((f"Doorstep, {name}", False), (f"limit, {name}", True)):
            found = [(row.events or 0.0, row.limit if is_limit else row.ours) for row in mine]
            if points := tuple((float(events), value) for events, value in found if value):
                yield Curve(whose, engine, is_limit, points)


def _axes(points: Iterable[Point]) -> tuple[Axis, Axis]:
    events, values = zip(*points, strict=True)
    least, greatest = min(values), max(values)
    widened = max(1.0, math.sqrt(LEAST_SPAN / (greatest / least))) * 1.15
    across = Axis(min(events) / 1.1, max(events) * 1.1, LEFT, RIGHT)
    return across, Axis(least / widened, greatest * widened, BOTTOM, TOP)


def _frame(svg: Xml.Element, row: Figure, across: Axis, up: Axis) -> None:
    better = "more is better" if row.aim == "at least" else "less is better"
    _text(svg, LEFT, 22, row.job[0].upper() + row.job[1:], size=16, weight="600")
    _text(svg, LEFT, 42, f"{UNITS[row.unit]}, {better}", colour=FAINT)
    for value in up.steps(SCALE_STEPS):
        y = up.place(value)
        _line(svg, (LEFT, y), (RIGHT, y), GRID)
        _text(svg, LEFT - 8, y + 4, _number(value), anchor="end")
    for value in across.steps((1, 3)):
        x = across.place(value)
        _line(svg, (x, BOTTOM), (x, BOTTOM + 5), FAINT)
        _text(svg, x, BOTTOM + 20, _number(value), anchor="middle")
    _line(svg, (LEFT, BOTTOM), (RIGHT, BOTTOM), FAINT)
    _text(svg, (LEFT + RIGHT) / 2, BOTTOM + 40, "events in the log", colour=FAINT, anchor="middle")


def _draw(svg: Xml.Element, curve: Curve, across: Axis, up: Axis) -> None:
    colour = COLOURS[curve.engine]
    places = [(across.place(events), up.place(value)) for events, value in curve.points]
    line = Xml.SubElement(svg, "polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places), fill="none")
    line.set("stroke", colour)
    line.set("stroke-width", "1.2" if curve.is_limit else "2.5")
    if curve.is_limit:
        line.set("stroke-dasharray", "5 4")
    for x, y in places:
        _mark(svg, curve, x, y)


def _mark(svg: Xml.Element, curve: Curve, x: float, y: float) -> None:
    """A disc for SQLite, a square for PostgreSQL; hollow for a limit."""
    size = 3.0 if curve.is_limit else 4.0
    if curve.engine == "sqlite":
        mark = Xml.SubElement(svg, "circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=f"{size}")
    else:
        mark = Xml.SubElement(svg, "rect", x=f"{x - size:.1f}", y=f"{y - size:.1f}", width=f"{2 * size}")
        mark.set("height", f"{2 * size}")
    mark.set("fill", "#ffffff" if curve.is_limit else COLOURS[curve.engine])
    mark.set("stroke", COLOURS[curve.engine])


def _names(svg: Xml.Element, curves: Sequence[Curve], up: Axis) -> None:
    """The names at the height where their curves end, moved down where they would stand on one another."""
    free = TOP - LINE_HEIGHT
    for curve in sorted(curves, key=lambda curve: up.place(curve.points[-1][1])):
        y = max(up.place(curve.points[-1][1]) + 4, free + LINE_HEIGHT)
        _text(svg, RIGHT + 14, y, curve.name, colour=COLOURS[curve.engine], weight="400" if curve.is_limit else "600")
        free = y


def _line(svg: Xml.Element, start: Point, end: Point, colour: str) -> None:
    line = Xml.SubElement(svg, "line", x1=f"{start[0]:.1f}", y1=f"{start[1]:.1f}")
    line.attrib |= {"x2": f"{end[0]:.1f}", "y2": f"{end[1]:.1f}", "stroke": colour}


def _text(
    svg: Xml.Element,
    x: float,
    y: float,
    words: str,
    *,
    colour: str = INK,
    size: int = 13,
    weight: str = "400",
    anchor: str = "start",
) -> None:
    text = Xml.SubElement(svg, "text", x=f"{x:.1f}", y=f"{y:.1f}", fill=colour)
    text.attrib |= {"font-size": str(size), "font-weight": weight, "text-anchor": anchor}
    text.text = words


def _number(value: float) -> str:
    """A round value in words of a scale: 300 thousand is 300k, a million 1M."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


if __name__ == "__main__":
    main()
