"""A whole list leaves: what the role sees whole, for a reason, with two people, once."""

import csv
import io

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from register.models import AuditEvent, Booking, Customer, Identity
from register.services import approvals, exports
from register.services.refusals import Refused
from tests import cast

pytestmark = pytest.mark.django_db
WISH = {"model": Customer, "reason": "bookkeeping", "form": "csv"}


def approved(by, **more) -> None:
    asked = exports.ask(**(WISH | more), by=by, at=cast.NOW)
    other = cast.petra() if by == cast.leena() else cast.leena()
    approvals.decide(approval=asked, approve=True, by=other, at=cast.NOW)


def exported(by, **more) -> list[dict]:
    approved(by, **more)
    made = exports.make(**(WISH | more), by=by, at=cast.NOW)
    return [dict(zip(made.header, row, strict=True)) for row in made.rows]


def test_birgit_gets_what_she_sees_whole_and_nothing_else() -> None:
    aino = cast.aino()
    (row,) = exported(cast.birgit())
    assert row["Sukunimi"] == aino.last_name
    assert row["Sähköposti"] == aino.email
    assert "Puhelin" not in row  # the phone is not a bookkeeper's business
    labels = {model._meta.label for model in exports.tables(cast.birgit())}
    assert "register.Identity" not in labels
    assert "register.Message" not in labels


def test_a_sealed_value_is_no_column_for_anybody() -> None:
    names = {column.name for column in exports.columns(cast.leena(), Identity)}
    assert not names & {"personal_identity_code", "passport_number", "driving_licence_number"}


@pytest.mark.parametrize("who", [cast.kaisa, cast.olli, cast.mauri, cast.petra])
def test_a_role_without_the_verb_exports_nothing(who, signed_in) -> None:
    assert exports.tables(who()) == []
    with pytest.raises(exports.NotYours):
        exports.make(**WISH, by=who(), at=cast.NOW)
    assert signed_in(who()).get(reverse("admin:desk-export")).status_code == 403


def test_nothing_leaves_before_another_has_approved_it_and_then_once() -> None:
    cast.aino()
    with pytest.raises(approvals.NeedsAnother):
        exports.make(**WISH, by=cast.leena(), at=cast.NOW)
    approved(cast.leena())
    exports.make(**WISH, by=cast.leena(), at=cast.NOW)
    with pytest.raises(approvals.NeedsAnother):
        exports.make(**WISH, by=cast.leena(), at=cast.NOW)


@pytest.mark.parametrize("other", [{"model": Booking}, {"reason": "analysis"}, {"form": "xlsx"}])
def test_an_approval_of_one_list_does_not_open_another(other) -> None:
    approved(cast.leena())
    with pytest.raises(approvals.NeedsAnother):
        exports.make(**(WISH | other), by=cast.leena(), at=cast.NOW)


def test_a_made_up_reason_or_table_is_refused() -> None:
    for wrong in ({"reason": "because"}, {"model": AuditEvent}):
        with pytest.raises(exports.NotYours):
            exports.make(**(WISH | wrong), by=cast.leena(), at=cast.NOW)


def test_whoever_is_restricted_for_the_purpose_is_left_out() -> None:
    aino, eero = cast.aino(), cast.eero()
    cast.restriction(aino, purpose="analysis")
    left = exported(cast.leena(), reason="analysis")
    assert [row["Sukunimi"] for row in left] == [eero.last_name]
    assert len(exported(cast.leena())) == 2


def test_a_secrecy_order_empties_contact_details_for_who_does_not_need_them() -> None:
    cast.aino(secrecy_order=True)
    assert exported(cast.birgit())[0]["Sähköposti"] == ""


def test_the_export_leaves_one_line_with_its_columns_and_its_count() -> None:
    cast.aino(), cast.eero()
    exported(cast.leena())
    line = AuditEvent.objects.get(verb="export")
    assert (line.count, line.reason, line.object_label) == (2, "bookkeeping", "register.Customer")
    assert "last_name" in line.fields


HOSTILE = '=HYPERLINK("http://x.example","klikkaa")'


def test_no_name_becomes_a_formula_in_either_file(signed_in) -> None:
    cast.customer(first_name=HOSTILE, last_name="@SUM(1+1)")
    leena, now = signed_in(cast.leena()), timezone.now()
    for form in ("csv", "xlsx"):
        wish = {"table": "register.Customer", "reason": "move", "form": form}
        assert leena.post(reverse("admin:desk-export"), wish).status_code == 302
        (asked,) = approvals.waiting_for(cast.petra(), at=now)
        approvals.decide(approval=asked, approve=True, by=cast.petra(), at=timezone.now())
        response = leena.post(reverse("admin:desk-export"), wish)
        cells = _cells(response, form)
        if form == "csv":
            assert "'" + HOSTILE in cells
            assert not [cell for cell in cells if cell.startswith(("=", "@"))]
        else:
            assert HOSTILE in cells


def _cells(response, form: str) -> list[str]:
    if form == "csv":
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        return [cell for row in csv.reader(io.StringIO(text), delimiter=";") for cell in row]
    sheet = load_workbook(io.BytesIO(response.content)).active
    found = [cell for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in found)
    return [cell.value for cell in found]


def test_a_refusal_is_a_sentence() -> None:
    assert isinstance(exports.NotYours("x"), Refused)
