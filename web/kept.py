"""Where files and begun forms are kept: in the centre's own folder, or in the bucket that the settings name."""

from __future__ import annotations

from pathlib import Path

from store.bucket import Bucket, BucketPlaces
from store.drafts import DRAFTS
from store.files import FileStore, PersonKeys
from store.places import BEGUN, FILES, Kept, kept_in
from web.settings import Settings
from web.starting import CannotStart

WHOSE, LOGS = "whose", "log"
"""Where it is noted in a bucket whose files lie there."""


def kept_by(settings: Settings, folder: Path | None = None) -> Kept:
    """The places that the settings name.

    Args:
        settings: of the service.
        folder: of the centre, where it is not in its own place yet.

    Raises:
        FilesAway: the storage does not answer, or has no such bucket for this account.
    """
    folder = folder or settings.centre_folder
    if not settings.s3_endpoint:
        return kept_in(folder)
    return Kept(*(BucketPlaces(_bucket(settings, part), folder / part / DRAFTS) for part in (FILES, BEGUN)))


def claim(settings: Settings, origin: str) -> None:
    """Note that the files in the bucket are those of one log; each would sweep away what the other keeps there.

    Args:
        settings: of the service.
        origin: id of the log.

    Raises:
        CannotStart: they are those of another log.
        FilesAway: as `kept_by`.
    """
    if not settings.s3_endpoint:
        return
    places = BucketPlaces(_bucket(settings, WHOSE), settings.centre_folder / FILES / DRAFTS)
    others = [name for name, _ in places.everything() if name != f"{LOGS}/{origin}"]
    if others:
        raise CannotStart(
            f"Another centre keeps its files in the bucket {settings.s3_bucket} under the prefix "
            f"{settings.s3_prefix!r}: choose a prefix of its own with DOORSTEP_S3_PREFIX."
        )
    places.mark(f"{LOGS}/{origin}")


def files_of(settings: Settings, keys: PersonKeys) -> FileStore:
    """The file store of the settings' centre.

    Raises:
        FilesAway: as `kept_by`.
    """
    return FileStore(kept_by(settings).files, keys)


def _bucket(settings: Settings, part: str) -> Bucket:
    return Bucket(
        endpoint=settings.s3_endpoint,
        name=settings.s3_bucket,
        prefix="/".join(filter(None, (settings.s3_prefix.strip("/"), part))),
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        region=settings.s3_region,
    )
