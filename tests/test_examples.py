"""The files that operators copy: what they set exists, and a division code leads to one city's log."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from bootstrap.places import ROOT
from web.settings import PREFIX, Settings, read_settings

EXAMPLES = ROOT / "docs" / "how-to" / "examples"
CATALOGUE = ROOT / "web" / "demo" / "catalogue.yaml"
CITIES = (EXAMPLES / "cities.conf").read_text(encoding="utf-8")
ONE_CENTRE = (EXAMPLES / "nginx.conf").read_text(encoding="utf-8")
SETTINGS = sorted(EXAMPLES.glob("settings*"))
OF_CITIES = sorted(EXAMPLES.glob("settings-*"))


def city_of(division: str) -> str:
    """The city whose log a code leads to, as nginx reads the map; empty if none."""
    for pattern, value in map_named("division"):
        if pattern.startswith("~") and (found := re.search(pattern[1:].replace("(?<", "(?P<"), division)):
            return re.sub(r"\$\{(\w+)\}", lambda name: found[name[1]], value)
    return dict(map_named("division"))["default"]


def map_named(source: str) -> list[tuple[str, str]]:
    """The lines of the map over a variable: patterns and values."""
    body = re.search(rf"^map \${source} \$\w+ {{\n(.*?)\n}}", CITIES, re.MULTILINE | re.DOTALL)
    assert body is not None
    lines = (line.strip().removesuffix(";").split() for line in body[1].splitlines())
    return [(pattern, value.strip('"')) for pattern, value in lines]


def settings_in(file: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines())


def directives(text: str) -> set[str]:
    """Everything that ends with a semicolon, without its remark."""
    return {" ".join(found.split()) for found in re.findall(r"^\s*([a-z_]+ [^;{}]*);", text, re.MULTILINE)}


@pytest.mark.parametrize(
    ("division", "city"),
    [
        ("420105", "420100"),  # a district
        ("420100", "420100"),  # the city itself
        ("420115", "420100"),
        ("429004", "429000"),  # a county-level city directly under a province
        ("653101", "653100"),  # a prefecture
        ("310115", "310000"),  # a municipality is one city
        ("500230", "500000"),
        ("110000", "110000"),
        ("990101", ""),
        ("42010", ""),
        ("4201055", ""),
        ("42010x", ""),
        ("", ""),
    ],
)
def test_every_division_code_leads_to_one_city_and_nothing_else_to_any(division: str, city: str) -> None:
    assert city_of(division) == city


def test_the_code_of_a_centres_catalogue_leads_to_a_city_that_is_served() -> None:
    division = yaml.safe_load(CATALOGUE.read_text(encoding="utf-8"))["meta"]["division_code"]

    assert city_of(division) in dict(map_named("city"))


def test_every_city_that_is_served_has_nodes_and_is_its_own_address() -> None:
    served = {city: nodes for city, nodes in map_named("city") if city != "default"}

    assert sorted(served.values()) == sorted(re.findall(r"^upstream (\w+) {", CITIES, re.MULTILINE))
    assert {city: city_of(city) for city in served} == {city: city for city in served}


def test_in_front_of_many_cities_holds_what_holds_in_front_of_one() -> None:
    of_one = {one for one in directives(ONE_CENTRE) if not one.startswith(("server ", "server_name ", "proxy_pass "))}

    assert "proxy_read_timeout 75s" in of_one
    assert of_one - directives(CITIES) == set()


@pytest.mark.parametrize("file", SETTINGS, ids=lambda file: file.name)
def test_every_setting_of_an_example_exists_and_can_be_used(file: Path) -> None:
    given = settings_in(file)

    assert set(given) <= {PREFIX + name.upper() for name in Settings.__struct_fields__}
    assert read_settings(given, {}) != Settings()


@pytest.mark.parametrize("file", OF_CITIES, ids=lambda file: file.name)
def test_the_settings_of_a_city_name_its_own_address_log_keys_and_files(file: Path) -> None:
    city = file.name.removeprefix("settings-")
    settings = read_settings(settings_in(file), {})

    assert urlsplit(settings.url).hostname == f"{city}.doorstep.example.cn"
    assert settings.origins == (settings.url,)
    assert f"server {settings.host}:{settings.port} max_fails=1 fail_timeout=5s" in directives(CITIES)
    assert city in dict(map_named("city"))
    assert settings.postgres_dbname != settings.postgres_keys_dbname
    assert all(city in name for name in (settings.postgres_dbname, settings.postgres_keys_dbname, settings.s3_bucket))
