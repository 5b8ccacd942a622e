"""The user's key for the hashes of the cache.

A cache decides what is in a graph without a look at the records, and a job may restore one that a stranger wrote. So kgbuild uses only caches
whose files carry a hash with this key. The key lies in the user's folder for data, not in the folder of the cache.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from kgbuild.pipeline.files import create
from kgbuild.pipeline.user_folders import data_folder

#: The environment variable with the path of another key, for jobs that restore a cache of an earlier job.
PATH = "KGBUILD_CACHE_KEY"
#: The size of a keyed hash.
TAG_BYTES = 32
_KEY_BYTES = 32


def user_key() -> bytes | None:
    """Return the user's key, which is made on its first use. None if it cannot be made or read, or has the wrong size: then no cache is used."""
    path = key_path()
    try:
        return _read(path) if path.exists() else _make(path)
    except OSError:
        return None


def key_path() -> Path:
    """Return the path of the user's key."""
    given = os.environ.get(PATH)
    return Path(given) if given else data_folder() / "cache.key"


def tag(key: bytes, name: str, content: bytes) -> bytes:
    """Return the keyed hash (BLAKE2b, RFC 7693) of a file of the cache with a name and a content."""
    hashed = hashlib.blake2b(key=key, digest_size=TAG_BYTES)
    hashed.update(name.encode() + b"\0")
    hashed.update(content)
    return hashed.digest()


def _make(path: Path) -> bytes | None:
    """Make the key. It appears complete, so that a killed run leaves no part of it. If two runs make one, both read the last one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        with create(beside, 0o600) as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        os.replace(beside, path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    return _read(path)


def _read(path: Path) -> bytes | None:
    with path.open("rb") as file:
        key = file.read(_KEY_BYTES + 1)
    return key if len(key) == _KEY_BYTES else None
