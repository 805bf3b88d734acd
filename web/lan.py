"""Serving phones in the same network: HTTPS under a certificate authority of this machine, and how to trust it."""

from __future__ import annotations

import io
import ipaddress
import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

import segno
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from web.pages import html_page
from web.settings import origin_of

CA_PATH = "/lan/ca.crt"
PAGE_PATH = "/lan"
AUTHORITY = "Doorstep 家门口"
CERTIFICATE_DAYS = 397
"""iPhones take no server certificate that is valid for longer than 398 days."""

CA_TYPE = "application/x-x509-ca-cert"
"""The type at which phones offer to install a certificate."""

HOW = """
<h1>让手机信任这台电脑 <span class="en" lang="en">Let your phone trust this computer</span></h1>
<p>做一次就够。之后没有信号也能填、能拍、能交。
<span class="en" lang="en">Once is enough. After that you can fill in, photograph and file without a signal.</span></p>
<p class="note">不做也能用，但只能联网时用，手机上什么都不会存。
<span lang="en">Without it you can go on, but online only: the phone keeps nothing.</span></p>
<p><a class="button" href="{ca}">下载证书 <span lang="en">Get the certificate</span></a></p>
<h2>iPhone, iPad</h2>
<ol>
<li>用 Safari 打开本页，点上面的按钮，选“允许”。
<span class="en" lang="en">Open this page in Safari, press the button, choose Allow.</span></li>
<li>设置 → 通用 → VPN与设备管理 → 已下载的描述文件 → 安装。
<span class="en" lang="en">Settings → General → VPN &amp; Device Management → the profile → Install.</span></li>
<li>设置 → 通用 → 关于本机 → 证书信任设置 → 打开“{authority}”。
<span class="en" lang="en">Settings → General → About → Certificate Trust Settings → “{authority}” on.</span></li>
</ol>
<h2>Android, HarmonyOS</h2>
<ol>
<li>点上面的按钮，把文件存下来。<span class="en" lang="en">Press the button and save the file.</span></li>
<li>设置 → 安全 → 加密与凭据 → 安装证书 → CA 证书，选这个文件。
<span class="en" lang="en">Settings → Security → Encryption &amp; credentials → Install a certificate →
CA certificate, choose the file.</span></li>
</ol>
<h2>核对 <span class="en" lang="en">Compare</span></h2>
<p>手机上显示的 SHA-256 指纹应当和电脑终端里的一样。
<span class="en" lang="en">The SHA-256 fingerprint on the phone must be the one in the computer's terminal.</span></p>
<p><code>{fingerprint}</code></p>
<p>然后打开 <span lang="en">Then open</span> <a href="{base}/">{base}</a></p>
"""


class LanIdentity(Struct, frozen=True, kw_only=True):
    """Under which names this machine serves phones, and with which certificate.

    Attributes:
        address: the IPv4 address in the local network; 127.0.0.1 if the machine is in none.
        ca: the authority's certificate, for phones.
        certificate: this machine's certificate chain.
        key: its private key.
    """

    address: str
    ca: Path
    certificate: Path
    key: Path


def prepare(folder: Path, *, now: datetime) -> LanIdentity:
    """Make, or take up again, the authority kept in `folder`, and issue a certificate for today's addresses.

    The authority stays the same as long as the folder does, so that a phone has to be told once.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ca_file, ca_key = folder / "ca.crt", folder / "ca.key"
    if ca_file.is_file() and ca_key.is_file():
        authority = trustme.CA.from_pem(ca_file.read_bytes(), ca_key.read_bytes())
    else:
        authority = trustme.CA(organization_name=AUTHORITY, organization_unit_name=socket.gethostname()[:60])
        _write_private(ca_key, authority.private_key_pem.bytes())
        ca_file.write_bytes(authority.cert_pem.bytes())
    address = lan_address()
    server, key = certificate_in(folder), folder / "server.key"
    issued = authority.issue_cert(
        address,
        "localhost",
        "127.0.0.1",
        organization_name=AUTHORITY,
        not_before=now - timedelta(days=1),
        not_after=now + timedelta(days=CERTIFICATE_DAYS),
    )
    server.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    _write_private(key, issued.private_key_pem.bytes())
    return LanIdentity(address=address, ca=ca_file, certificate=server, key=key)


def certificate_in(folder: Path) -> Path:
    """Where this machine's own certificate is."""
    return folder / "server.crt"


def lan_address() -> str:
    """The IPv4 address by which others in the network reach this machine; 127.0.0.1 if it is in none.

    No packet is sent: the system only says which of its addresses it would send from.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1 (RFC 5737): routed like any other, reached by nobody
        except OSError:
            return "127.0.0.1"
        return str(ipaddress.IPv4Address(probe.getsockname()[0]))


def fingerprint(certificate: Path) -> str:
    """The SHA-256 fingerprint, in pairs, as a phone shows it before it trusts the certificate."""
    digest = x509.load_pem_x509_certificate(certificate.read_bytes()).fingerprint(SHA256()).hex().upper()
    return ":".join(digest[i : i + 2] for i in range(0, len(digest), 2))


def qr_for_terminal(address: str) -> str:
    """A QR code of `address` made of half blocks, dark on light."""
    out = io.StringIO()
    segno.make(address, error="m", micro=False).terminal(out=out, compact=True, border=2)
    return out.getvalue()


def routes(identity: LanIdentity, *, port: int) -> list[BaseRoute]:
    """The authority's certificate, and the page that says what to do with it."""
    base, mark = origin_of("https", identity.address, port), fingerprint(identity.ca)
    body = HOW.format(base=base, ca=CA_PATH, authority=AUTHORITY, fingerprint=mark)

    async def certificate(_: Request) -> Response:
        return FileResponse(identity.ca, media_type=CA_TYPE, filename="doorstep-ca.crt")

    async def page(_: Request) -> Response:
        return html_page("让手机信任这台电脑 · 家门口 Doorstep", body)

    return [Route(CA_PATH, certificate), Route(PAGE_PATH, page)]


def _write_private(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
