"""What an operator can set: one frozen struct, read once at start from the command line and DOORSTEP_* variables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from web.notices.push import SERVICES

PREFIX = "DOORSTEP_"
STATIC = Path(__file__).parent / "static"
POSTGRES_LOG = "store.postgres:LogFactory"
POSTGRES = (
    "postgres_host",
    "postgres_port",
    "postgres_user",
    "postgres_password",
    "postgres_dbname",
    "postgres_keys_dbname",
)
"""Settings that the event-sourcing library knows under the same names."""

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class SettingsWrong(ValueError):
    """A setting cannot be used; the message is one sentence that names it."""


class Secret(str):
    """Text that must not be seen: its `repr`, and so that of every struct it stands in, does not show it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'...'" if self else "''"


class Settings(Struct, frozen=True, kw_only=True):
    """Every setting of the service. A field `name` is read from `DOORSTEP_NAME`; the command line goes first.

    Attributes:
        host: address to listen on; anything but a local one needs `origins`, and HTTPS in front.
        port: TCP port to listen on.
        data: folder in which everything is kept.
        empty: start without the demo centre.
        demo: make the demo centre in a log on PostgreSQL too, if the log is empty; files have it without.
        lan: serve phones in the same network by HTTPS with a local certificate.
        url: address under which people reach the service, as printed on papers; its own one by default.
        origins: further addresses from which the app is used, as `https://doorstep.example.cn`, separated by commas;
            requests that change something are taken from these and from the service's own address only.
        static: folder with the built app.
        proxies: addresses of reverse proxies whose `X-Forwarded-For` and `-Proto` are believed, separated by commas.
        resident_hours: how long a resident stays signed in.
        staff_hours: how long a member of staff stays signed in.
        staff_second_factor: `required` if a password alone lets nobody of the staff in, `optional` if it does for those
            who have not set up one-time codes; by default required, except in a demonstration.
        oidc_issuer: OpenID Connect provider with which residents can sign in too, as `https://login.example.cn`;
            empty for none. It must offer discovery, and this service's `/session/oidc/back` must be registered there.
        oidc_client_id: name of this service at the provider.
        oidc_client_secret: its secret there; empty for a public client.
        lease_hours: how long a staff device may be used without having been heard.
        min_app: oldest build of the app that is not asked to upgrade, as `0.3.0`; empty if any will do.
        upgrade_by: from when older builds are turned away, as `2026-12-01T00:00:00Z`; without it they are only asked.
        missing_hours: after how many hours announced work that has not arrived counts as missing, once its person comes
            from another device.
        metrics_from: addresses besides this machine that may read `/metrics`, separated by commas.
        limit_factor: multiplies the sign-in limits; above 1 only for load tests and training rooms.
        header_seconds: how long a client may take to send the head of a request.
        quiet_hours: local hours in which no text message is sent, as `21:00-08:00`; empty for none. What falls into
            them is sent when they are over.
        push_services: hosts of the push services of browsers that may be called, separated by commas; none for no web
            push.
        postgres_host: PostgreSQL server that keeps log and keys, or several, separated by commas, of which the one that
            takes writes is used; empty for files in `data`. The role's `synchronous_commit` must be on. How the line is
            encrypted is set by libpq's own variables, such as `PGSSLMODE=verify-full` and `PGSSLROOTCERT`.
        postgres_port: its TCP port.
        postgres_user: role of the service; it makes its tables on the first start and needs only to read and write
            afterwards.
        postgres_password: of that role; empty takes it from libpq's password file (`~/.pgpass` or `PGPASSFILE`).
        postgres_dbname: database of the log.
        postgres_keys_dbname: database of the keys; another one, so that no backup holds both.
        s3_endpoint: S3-compatible storage in which files are kept, as `https://s3.example.cn`; empty for a folder in
            `data`. Nodes on several machines need it.
        s3_bucket: bucket there; it must exist, and should keep no older versions of what is removed.
        s3_prefix: with which the names of this centre's files begin; centres that share a bucket need different ones.
        s3_access_key: account that may read, write, list and delete there.
        s3_secret_key: its secret.
        s3_region: of the bucket; empty lets the storage say.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65_535)] = 8000
    data: Path = Path("data")
    empty: bool = False
    demo: bool = False
    lan: bool = False
    url: str = ""
    origins: tuple[str, ...] = ()
    static: Path = STATIC
    proxies: tuple[str, ...] = ()
    resident_hours: Annotated[int, Meta(ge=1, le=8760)] = 720
    staff_hours: Annotated[int, Meta(ge=1, le=72)] = 12
    staff_second_factor: Literal["", "required", "optional"] = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: Secret = Secret()
    lease_hours: Annotated[int, Meta(ge=1, le=720)] = 72
    min_app: str = ""
    upgrade_by: Annotated[datetime, Meta(tz=True)] | None = None
    missing_hours: Annotated[int, Meta(ge=1, le=8760)] = 24
    metrics_from: tuple[str, ...] = ()
    limit_factor: Annotated[int, Meta(ge=1, le=1000)] = 1
    header_seconds: Annotated[int, Meta(ge=1, le=120)] = 10
    quiet_hours: Annotated[str, Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?\Z")] = "21:00-08:00"
    push_services: tuple[str, ...] = SERVICES
    postgres_host: str = ""
    postgres_port: Annotated[int, Meta(ge=1, le=65_535)] = 5432
    postgres_user: str = "doorstep"
    postgres_password: Secret = Secret()
    postgres_dbname: str = "doorstep"
    postgres_keys_dbname: str = "doorstep_keys"
    s3_endpoint: Annotated[str, Meta(pattern=r"^(https?://[^/?#]+)?\Z")] = ""
    s3_bucket: str = "doorstep"
    s3_prefix: str = ""
    s3_access_key: str = ""
    s3_secret_key: Secret = Secret()
    s3_region: str = ""

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
    def log_environment(self) -> dict[str, str]:
        """What the event-sourcing library is told of the log; empty for SQLite, which is its default here.

        The library prefers a name with the application's prefix, also where the process's environment has it; these
        names therefore carry it, so that the command line goes first here too.
        """
        if not self.postgres_host:
            return {}
        own = {field.upper(): str(getattr(self, field)) for field in POSTGRES}
        return {f"{PREFIX}{name}": value for name, value in own.items()} | {"PERSISTENCE_MODULE": POSTGRES_LOG}

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
    def followers_folder(self) -> Path:
        """Where followers of the log note how far they have come; it may be thrown away while the service stands."""
        return self.data / "followers"

    @property
    def practice_folder(self) -> Path:
        """Where the sandboxes of simulated practice are; none of them is part of a backup."""
        return self.data / "practice"

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
    if kind is Secret:
        return Secret(given)
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
