"""The head of the audit's chain, signed, to be kept where this machine's owner cannot reach it.

A head says: by then the chain had so many seals over so many events, and ended in this digest. A
chain whose end was cut off, or made anew, does not lead to it. It holds nothing personal. Whoever
knows the public key checks the signature (Ed25519, over the JSON of the other members with sorted
keys and without blanks) without any secret.
"""

import json
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from register.models import AuditSeal
from register.services import audit_chain
from register.services.audit_chain import Chain, Check
from register.vault import keyring

PURPOSE = b"register audit head"
NAMES = frozenset(
    ("what", "made_at", "key", "seals", "events", "last_id", "digest", "public_key", "signature")
)


class BadHead(Exception):
    """The text is not a head, or not one of this register's."""


class NothingSealed(Exception):
    """There is no seal yet."""


def export(*, at: datetime) -> dict[str, Any]:
    """The head of the newest chain as a JSON object. Raises NothingSealed."""
    last = newest_seal()
    if last is None:
        raise NothingSealed
    signing = _signing_key(last.key_version)
    if signing is None:
        raise NothingSealed
    head = {
        "what": "head of the audit's chain",
        "made_at": at.isoformat(timespec="seconds"),
        "key": last.key_version,
        "seals": last.number,
        "events": last.total,
        "last_id": last.last_id,
        "digest": bytes(last.mac).hex(),
        "public_key": _public(signing),
    }
    return {**head, "signature": signing.sign(_text(head)).hex()}


def newest_seal() -> AuditSeal | None:
    return AuditSeal.objects.order_by("key_version", "number").last()


def read(text: str) -> dict[str, Any]:
    """The head in the text. Raises BadHead."""
    try:
        head = json.loads(text)
    except ValueError:
        raise BadHead("This file is not a head: it is no JSON.") from None
    if not isinstance(head, dict) or set(head) != NAMES:
        raise BadHead("This file is not a head of an audit: members are missing or strange.")
    signing = _signing_key(head["key"]) if isinstance(head["key"], int) else None
    if signing is None:
        raise BadHead(
            "This head was signed with a key that is no longer here: "
            "export a new head after every rotation of the index key."
        )
    if head["public_key"] != _public(signing) or not _is_signed(signing, head):
        raise BadHead("This head was not signed by this register, or has been changed.")
    return head


def compare(found: Check, head: dict[str, Any]) -> None:
    """Add to the check what does not lead to the head."""
    seal = AuditSeal.objects.filter(key_version=head["key"], number=head["seals"]).first()
    if seal is None:
        last = AuditSeal.objects.filter(key_version=head["key"]).order_by("number").last()
        end = last.last_id if last else 0
        found.found("truncated", end + 1, f"the chain went on to event {head['last_id']}")
    elif bytes(seal.mac).hex() != head["digest"]:
        found.found("head", head["last_id"], "the chain led elsewhere when the head was made")


def chain_of(head: dict[str, Any] | None) -> Chain:
    """The chain that the head is about; without one, the newest."""
    last = newest_seal()
    version = head["key"] if head else last.key_version if last else keyring.index_versions()[0]
    found = audit_chain.chain(version)
    if found is None:
        raise BadHead(f"Index key {version}, which sealed the audit, is not in the key file.")
    return found


def _signing_key(version: int) -> Ed25519PrivateKey | None:
    try:
        root = keyring.active().index_root(version)
    except KeyError:
        return None
    return Ed25519PrivateKey.from_private_bytes(keyring.derive(root, PURPOSE))


def _public(signing: Ed25519PrivateKey) -> str:
    return signing.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def _text(head: dict[str, Any]) -> bytes:
    signed = {name: value for name, value in head.items() if name != "signature"}
    return json.dumps(signed, sort_keys=True, separators=(",", ":")).encode()


def _is_signed(signing: Ed25519PrivateKey, head: dict[str, Any]) -> bool:
    try:
        signing.public_key().verify(bytes.fromhex(head["signature"]), _text(head))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
