"""What an operator can set: one frozen struct, read once at start from the command line and DOORSTEP_* variables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

PREFIX = "DOORSTEP_"
STATIC = Path(__file__).parent / "static"
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class SettingsWrong(ValueError):
    """A setting cannot be used; the message is one sentence that names it."""


class Settings(Struct, frozen=True, kw_only=True):
    """Every setting of the service. A field `name` is read from `DOORSTEP_NAME`; the command line goes first.

    Attributes:
        host: address to listen on; anything but a local one needs `origins`, and HTTPS in front.
        port: TCP port to listen on.
        data: folder in which everything is kept.
        empty: start without the demo centre.
        lan: serve phones in the same network by HTTPS with a local certificate.
        url: address under which people reach the service, as printed on papers; its own one by default.
        origins: further addresses from which the app is used, as `https://doorstep.example.cn`, separated by commas;
            requests that change something are taken from these and from the service's own address only.
        static: folder with the built app.
        proxies: addresses of reverse proxies whose `X-Forwarded-For` and `-Proto` are believed, separated by commas.
        resident_hours: how long a resident stays signed in.
        staff_hours: how long a member of staff stays signed in.
        limit_factor: multiplies the sign-in limits; above 1 only for load tests and training rooms.
        header_seconds: how long a client may take to send the head of a request.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65_535)] = 8000
    data: Path = Path("data")
    empty: bool = False
    lan: bool = False
    url: str = ""
    origins: tuple[str, ...] = ()
    static: Path = STATIC
    proxies: tuple[str, ...] = ()
    resident_hours: Annotated[int, Meta(ge=1, le=8760)] = 720
    staff_hours: Annotated[int, Meta(ge=1, le=72)] = 12
    limit_factor: Annotated[int, Meta(ge=1, le=1000)] = 1
    header_seconds: Annotated[int, Meta(ge=1, le=120)] = 10

    @property
    def listen_host(self) -> str:
        """The address that is listened on: every one of the machine when phones are served."""
        return "0.0.0.0" if self.lan else self.host

    @property
    def scheme(self) -> str:
        """The scheme that the service itself speaks."""
        return "https" if self.lan else "http"

    @property
    def public_url(self) -> str:
        """The address under which people reach the service, without a slash at the end."""
        return self.url.rstrip("/") or origin_of(self.scheme, "localhost", self.port)

    @property
    def allowed_origins(self) -> frozenset[str]:
        """The exact list of origins from which the app is used."""
        own = (origin_of(self.scheme, host, self.port) for host in LOCAL_HOSTS)
        return frozenset({self.public_url, *self.origins, *own})

    @property
    def centre_folder(self) -> Path:
        """Where the log, the keys and the files are; complete or absent."""
        return self.data / "centre"

    @property
    def views_folder(self) -> Path:
        """Where the read models are; it may be thrown away while the service is stopped."""
        return self.data / "views"

    @property
    def uploads_folder(self) -> Path:
        """Where uploads under way are kept."""
        return self.data / "uploads"

    @property
    def lan_folder(self) -> Path:
        """Where the local certificate authority is kept."""
        return self.data / "lan"

    @property
    def journal(self) -> Path:
        """The service's own log."""
        return self.data / "doorstep.log"


def origin_of(scheme: str, host: str, port: int) -> str:
    """The origin as a browser writes it (RFC 6454 section 6.2): without the scheme's own port."""
    is_default = port == {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{host}" if is_default else f"{scheme}://{host}:{port}"


def read_settings(environ: Mapping[str, str], arguments: Mapping[str, Any]) -> Settings:
    """Read the settings.

    Args:
        environ: the process's environment.
        arguments: what the command line said; None where it said nothing.

    Raises:
        SettingsWrong: a value cannot be used.
    """
    values: dict[str, Any] = {}
    for name in Settings.__struct_fields__:
        given = arguments.get(name)
        if given is None:
            given = environ.get(PREFIX + name.upper())
        if given is not None:
            values[name] = _convert(name, given)
    return Settings(**values)


def _convert(name: str, given: Any) -> Any:
    kind = next(field.type for field in msgspec.structs.fields(Settings) if field.name == name)
    if kind == tuple[str, ...] and isinstance(given, str):
        given = tuple(part.strip().rstrip("/") for part in given.split(",") if part.strip())
    try:
        return msgspec.convert(given, kind, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as fault:
        flag = f"{PREFIX}{name.upper()} (or --{name})"
        raise SettingsWrong(f"The setting {flag} cannot be {given!r}: {str(fault).lower()}.") from fault


def _decode(kind: type[Any], value: Any) -> Any:
    if kind is Path and isinstance(value, str | Path):
        return Path(value).expanduser()
    raise NotImplementedError(kind)
