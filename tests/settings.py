"""The settings of the tests: the real ones, on an environment of their own.

Nothing of a developer's `.env` reaches a test. DATABASE_URL and VAULT_DATABASE_URL still count,
so that the same tests run on SQLite (nothing given) and on PostgreSQL (`script/with-postgres`).
"""

import atexit
import base64
import json
import os
import shutil
import tempfile
from pathlib import Path


def keyring() -> str:
    """A keyring that lives as long as the process: no key stands in the repository."""
    one = {"current": 1, "keys": {"1": base64.b64encode(os.urandom(32)).decode()}}
    return json.dumps({**one, "index_root": one})


os.environ.update(
    ENV_FILE=os.devnull,
    SECRET_KEY="for-tests-only-" + "x" * 50,
    MASTER_KEY=keyring(),
    MASTER_KEY_FILE="",
    SEALED_FILES_DIR=tempfile.mkdtemp(prefix="kesajetti-sealed-"),
    IMPORT_DIR=tempfile.mkdtemp(prefix="kesajetti-imports-"),
    DEBUG="off",
    DEMO="on",
    HTTPS="off",
    ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
)

for made in ("SEALED_FILES_DIR", "IMPORT_DIR"):
    atexit.register(shutil.rmtree, os.environ[made], ignore_errors=True)

from kesajetti.settings import *  # noqa: E402, F403

# Journals of tests, one per register that a test makes; gone with the process.
_journals = tempfile.TemporaryDirectory(prefix="kesajetti-journals-")
ERASURE_JOURNAL_DIR = Path(_journals.name)

# Argon2 costs 50 ms a sign-in by design. The real hashers are tested where they matter.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# The tests of the scripts collect files into var/static while others run beside them: nobody else
# looks there.
STATIC_ROOT = None  # type: ignore[assignment]
