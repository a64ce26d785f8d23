"""Parts as objects of a bucket in an S3-compatible store, through botocore.

An object is sent with the SHA-256 of its bytes, signed: the store refuses others. What is erased is deleted in every
version, so the bucket may keep versions; it must let us see and delete them.
"""

import contextlib
import functools
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.config  # type: ignore[import-untyped]
import botocore.session  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]
from msgspec import Struct

from vocu_server.store.attachments.place import PlaceError, Reading, Stored, is_key, unknown

SECONDS_TO_CONNECT = 3
SECONDS_TO_ANSWER = 8
TRIES = 2
CONNECTIONS = 16

UNUSABLE = {
    "NoSuchBucket": "there is no such bucket",
    "InvalidAccessKeyId": "it does not know this access key",
    "SignatureDoesNotMatch": "the secret key is not the one of this access key",
    "AccessDenied": "it does not allow this access key to do so",
    "AllAccessDisabled": "it does not allow this access key to do so",
    "AuthorizationHeaderMalformed": "the bucket is in another region",
    "PermanentRedirect": "the bucket is in another region",
    "IllegalLocationConstraintException": "the bucket is in another region",
    "RequestTimeTooSkewed": "the clocks of the hub and of the store differ too much",
    "InvalidBucketName": "no bucket can have this name",
    "403": "it does not allow this access key to do so",
}
WITHOUT_VERSIONS = ("NotImplemented", "MethodNotAllowed", "AccessDenied", "403", "405", "501")


class Credentials(Struct, frozen=True):
    access_key: str
    secret_key: str


class Bucket:
    """One hub's part of a bucket: everything whose name begins with the prefix, and is a part's."""

    def __init__(
        self,
        bucket: str,
        prefix: str,
        credentials: Credentials,
        *,
        endpoint: str | None,
        region: str,
        ca_file: Path | None,
        spool: Path,
    ) -> None:
        self.spool = spool
        spool.mkdir(mode=0o700, exist_ok=True)
        self._bucket, self._prefix = bucket, prefix
        self._where = f"s3://{bucket}" + (f" at {endpoint}" if endpoint else "")
        self._client = _session().create_client(
            "s3",
            endpoint_url=endpoint,
            region_name=region,
            aws_access_key_id=credentials.access_key,
            aws_secret_access_key=credentials.secret_key,
            verify=str(ca_file) if ca_file else None,
            config=botocore.config.Config(
                signature_version="s3v4",
                s3={"addressing_style": "path" if endpoint else "auto", "payload_signing_enabled": True},
                connect_timeout=SECONDS_TO_CONNECT,
                read_timeout=SECONDS_TO_ANSWER,
                retries={"total_max_attempts": TRIES, "mode": "standard"},
                max_pool_connections=CONNECTIONS,
                request_checksum_calculation="when_required",  # older stores do not know the newer checksums,
                response_checksum_validation="when_required",  # and ours is in the signature
            ),
        )

    def put(self, key: str, path: Path) -> None:
        with path.open("rb") as file:
            self._call("put_object", Key=self._prefix + key, Body=file)

    def open(self, key: str) -> Reading:
        return _Reading(self._call("get_object", Key=self._prefix + key)["Body"], self._where)

    def erase(self, key: str) -> None:
        name = self._prefix + key
        try:
            found = self._call("list_object_versions", Prefix=name)
        except PlaceError as error:
            if _code(error) not in WITHOUT_VERSIONS or self._call("get_bucket_versioning").get("Status"):
                raise
            self._call("delete_object", Key=name)
            return
        for version in [*found.get("Versions", ()), *found.get("DeleteMarkers", ())]:
            if version["Key"] == name:
                self._call("delete_object", Key=name, VersionId=version["VersionId"])
        if found["IsTruncated"]:
            self.erase(key)

    def stored(self) -> Iterator[Stored]:
        after: dict[str, str] = {}
        while True:
            page = self._call("list_objects_v2", Prefix=self._prefix, **after)
            for each in page.get("Contents", ()):
                key = each["Key"].removeprefix(self._prefix)
                if is_key(key):
                    yield Stored(key, each["Size"])
            if not page["IsTruncated"]:
                return
            after = {"ContinuationToken": page["NextContinuationToken"]}

    def check(self) -> None:
        key = f"check.{secrets.token_hex(8)}"
        path = self.spool / f"{key}.part"
        try:
            path.write_bytes(b"vocu")
            self.put(key, path)
        finally:
            path.unlink(missing_ok=True)
        with contextlib.closing(self.open(key)) as reading:
            same = reading.read(5) == b"vocu"
        self._call("list_objects_v2", Prefix=self._prefix, MaxKeys=1)
        self.erase(key)
        if not same:
            raise PlaceError("files-unusable", f"{self._where} gives back other bytes than it was given.")

    def _call(self, operation: str, **arguments: Any) -> Any:
        try:
            return getattr(self._client, operation)(Bucket=self._bucket, **arguments)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in ("NoSuchKey", "404") and operation == "get_object":
                raise unknown() from None
            if code in UNUSABLE:
                raise PlaceError(
                    "files-unusable",
                    f"{self._where} refuses {operation}: {UNUSABLE[code]}. Correct `files` and what goes with it in "
                    "hub.toml, or the store.",
                ) from error
            raise _unreachable(self._where, f"it answered {code or 'with an error'}") from error
        except (BotoCoreError, OSError) as error:
            raise _unreachable(self._where, type(error).__name__) from error


@functools.cache
def _session() -> Any:
    """It has read the description of the protocol, which is long."""
    return botocore.session.Session()


class _Reading:
    def __init__(self, body: Any, where: str) -> None:
        self._body, self._where = body, where

    def read(self, size: int, /) -> bytes:
        try:
            data: bytes = self._body.read(size)
        except (BotoCoreError, OSError) as error:
            raise _unreachable(self._where, type(error).__name__) from error
        return data

    def close(self) -> None:
        self._body.close()


def _unreachable(where: str, reason: str) -> PlaceError:
    return PlaceError(
        "files-unreachable", f"{where} does not serve us now ({reason}): does it run, and can this machine reach it?"
    )


def _code(error: PlaceError) -> str:
    cause = error.__cause__
    return str(cause.response.get("Error", {}).get("Code", "")) if isinstance(cause, ClientError) else ""
