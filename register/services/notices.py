"""Which notice was shown: consents and requests remember it by this label."""

from register import policy
from register.models import NoticeVersion


def label() -> str:
    """The number of the notice that is shown now, such as "3"; the declaration's own version as
    long as none has been published."""
    newest = NoticeVersion.objects.order_by("-number").values_list("number", flat=True).first()
    return str(newest) if newest else policy.VERSION


def shown(claimed: str) -> str:
    """The label that a form says it was shown with, if there is such a notice; else today's."""
    return claimed if claimed in labels() else label()


def labels() -> frozenset[str]:
    """Every label that can be proved: numbers of published notices, and the versions of the
    declaration that they, or today's page, were made from."""
    rows = NoticeVersion.objects.values_list("number", "policy_version")
    found = {label for number, version in rows for label in (str(number), version)}
    return frozenset(found or {policy.VERSION})
