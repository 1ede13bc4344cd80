"""The secret that signs cookies: kept in a file of the server's own, so that a restart logs nobody out."""

import os
import secrets
from pathlib import Path

LENGTH = 32


def cookie_secret(folder: Path) -> bytes:
    """The secret in `folder`, made when it is missing; nobody but the account that serves can read it."""
    file = folder / "cookie_secret"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_bytes()
    with os.fdopen(handle, "wb") as stream:
        stream.write(secrets.token_bytes(LENGTH))
    return file.read_bytes()
