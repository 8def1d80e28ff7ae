"""The audit says who did what, why and when, and nothing of what it was about."""

import pytest
from django.db import IntegrityError, transaction

from register.models import AuditEvent
from register.services import audit
from tests import cast

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def test_a_line_names_the_person_the_role_and_the_record() -> None:
    aino, kaisa = cast.aino(), cast.kaisa()
    line = audit.record(verb="customer.viewed", by=kaisa, at=cast.NOW, object=aino)
    assert (line.actor_id, line.actor_roles, line.customer_id) == (kaisa.pk, "desk", aino.pk)
    assert line.object_label == "register.Customer"


def test_a_line_about_a_record_of_hers_leads_to_her() -> None:
    booking = cast.booking(cast.aino())
    line = audit.record(verb="booking.made", by=cast.kaisa(), at=cast.NOW, object=booking)
    assert line.customer_id == booking.customer_id


def test_the_job_at_night_has_no_user() -> None:
    assert audit.record(verb="retention.ran", at=cast.NOW).actor_id is None


def test_a_search_is_kept_as_a_hash_that_is_the_same_for_the_same_question() -> None:
    asked = ["Aallokko", " aallokko ", "Eteläranta"]
    tags = [audit.record(verb="search", at=cast.NOW, query=query).query_tag for query in asked]
    assert tags[0] == tags[1] != tags[2]
    assert "allokko" not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize("act", ["update", "delete"])
def test_a_line_can_be_neither_changed_nor_removed(act: str) -> None:
    line = audit.record(verb="customer.viewed", at=cast.NOW)
    rows = AuditEvent.objects.filter(pk=line.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(verb="nothing") if act == "update" else rows.delete()
    assert rows.get().verb == "customer.viewed"


def test_a_reveal_leaves_a_line_with_its_reason_and_without_the_value() -> None:
    aino, kaisa = cast.aino(), cast.kaisa()
    secret = aino.identity.personal_identity_code
    assert secret is not None
    assert secret.reveal(reason="identify", by=kaisa, at=cast.NOW) == cast.AINOS_CODE
    line = AuditEvent.objects.get(verb="reveal")
    assert (line.actor_id, line.customer_id, line.reason) == (kaisa.pk, aino.pk, "identify")
    assert line.fields == ["identity.personal_identity_code"]
    assert cast.AINOS_CODE not in str(vars(line))


def test_nothing_is_revealed_for_a_reason_that_nobody_declared() -> None:
    secret = cast.aino().identity.personal_identity_code
    assert secret is not None
    with pytest.raises(ValueError, match="declared"):
        secret.reveal(reason="curious", by=cast.kaisa(), at=cast.NOW)
    assert not AuditEvent.objects.filter(verb="reveal").exists()
