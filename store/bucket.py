"""Places in a bucket of S3-compatible storage, for centres whose nodes share no disk.

What is put there is complete or not there at all, and is seen by every node from the moment the call returns; S3 and
the stores that are compatible with it promise both. Keep no older versions in the bucket: what was erased would stay
there, though only as noise, since the key is gone.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error
from msgspec import Struct

from store.drafts import Draft
from store.files import FilesAway

ABSENT = frozenset({"NoSuchKey", "NoSuchObject", "NotFound"})
NOT_FOUND = "Response code: 404"
ANSWERS_WITHIN = urllib3.Timeout(connect=5, read=30)
TRIES = urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=(500, 502, 503, 504), allowed_methods=None)
IN_MEMORY_BYTES = 4 << 20
"""What is fetched stands in memory up to this size, and in a temporary file beyond it."""


class Bucket(Struct, frozen=True, kw_only=True):
    """Which bucket, and as whom.

    Attributes:
        endpoint: address of the storage, as `https://s3.example.cn`.
        name: of the bucket, which is there.
        prefix: with which the names of this centre's places begin; several centres may share a bucket.
        access_key: name of the account.
        secret_key: its secret.
        region: of the bucket; empty lets the storage say.
    """

    endpoint: str
    name: str
    prefix: str
    access_key: str
    secret_key: str
    region: str = ""


class BucketPlaces:
    """Places in a bucket.

    Args:
        bucket: where.
        drafts: folder of this machine for files that are being written; made if it is missing.

    Raises:
        FilesAway: the storage does not answer, or has no such bucket for this account.
    """

    def __init__(self, bucket: Bucket, drafts: Path) -> None:
        self._bucket = bucket.name
        self._prefix = f"{bucket.prefix}/" if bucket.prefix else ""
        self._client = _client(bucket)
        self.drafts = drafts
        drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self._is_there():
            raise FilesAway(f"There is no bucket {self._bucket} at {bucket.endpoint}, or this account may not see it.")

    def put(self, draft: Draft, name: str) -> None:
        """Send it."""
        with draft.written() as written, _said():
            size = written.seek(0, 2)
            written.seek(0)
            self._client.put_object(bucket_name=self._bucket, object_name=self._key(name), data=written, length=size)

    def mark(self, name: str) -> None:
        """Send nothing under a name."""
        with _said():
            self._client.put_object(bucket_name=self._bucket, object_name=self._key(name), data=BytesIO(), length=0)

    def exists(self, name: str) -> bool:
        """Ask for what is said of it."""
        try:
            with _said():
                self._client.stat_object(bucket_name=self._bucket, object_name=self._key(name))
        except FileNotFoundError:
            return False
        return True

    def start(self, name: str, size: int) -> bytes:
        """Fetch a part."""
        with self._fetched(name, length=size) as answer:
            return answer.read(size)

    @contextmanager
    def open(self, name: str) -> Generator[BinaryIO]:
        """Fetch it whole first: what is given away is checked before its first byte."""
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES, dir=str(self.drafts)) as whole:
            with self._fetched(name) as answer:
                shutil.copyfileobj(answer, whole)
            whole.seek(0)
            yield cast("BinaryIO", whole)

    def remove(self, names: Collection[str]) -> None:
        """Have them deleted."""
        for name in names:
            with contextlib.suppress(FileNotFoundError), _said():
                self._client.remove_object(bucket_name=self._bucket, object_name=self._key(name))

    def names(self, folder: str) -> Iterator[tuple[str, float]]:
        """List them."""
        return self._listed(f"{folder}/")

    def everything(self) -> Iterator[tuple[str, float]]:
        """List all."""
        return self._listed("")

    def _is_there(self) -> bool:
        try:
            with _said():
                return self._client.bucket_exists(bucket_name=self._bucket)
        except FileNotFoundError:
            return False

    def _listed(self, start: str) -> Iterator[tuple[str, float]]:
        with _said():
            for found in self._client.list_objects(
                bucket_name=self._bucket, prefix=self._prefix + start, recursive=True
            ):
                if found.object_name and found.last_modified:
                    yield found.object_name.removeprefix(self._prefix), found.last_modified.timestamp()

    @contextmanager
    def _fetched(self, name: str, *, length: int = 0) -> Generator[urllib3.BaseHTTPResponse]:
        with _said():
            answer = self._client.get_object(bucket_name=self._bucket, object_name=self._key(name), length=length)
            try:
                yield answer
            finally:
                answer.close()
                answer.release_conn()

    def _key(self, name: str) -> str:
        return self._prefix + name


def _client(bucket: Bucket) -> Minio:
    address = urlsplit(bucket.endpoint)
    return Minio(
        endpoint=address.netloc,
        access_key=bucket.access_key,
        secret_key=bucket.secret_key,
        secure=address.scheme == "https",
        region=bucket.region or None,
        http_client=urllib3.PoolManager(timeout=ANSWERS_WITHIN, retries=TRIES, maxsize=16),
    )


@contextmanager
def _said() -> Generator[None]:
    """What goes wrong at the storage, in the words of the file store."""
    try:
        yield
    except S3Error as error:
        if error.code in ABSENT:
            raise FileNotFoundError(error.code) from error
        raise FilesAway(_sentence(str(error.code))) from error
    except InvalidResponseError as error:  # some stores say nothing beside the status
        if NOT_FOUND in str(error):
            raise FileNotFoundError from error
        raise FilesAway(_sentence(type(error).__name__)) from error
    except (MinioException, urllib3.exceptions.HTTPError) as error:
        raise FilesAway(_sentence(type(error).__name__)) from error


def _sentence(what: str) -> str:
    return f"The storage of files cannot be reached, or does not do what it is asked ({what})."
