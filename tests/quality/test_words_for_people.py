"""What a person reads of her data, and of who used it, has words: no name of a column, no verb of
the program."""

import re
from pathlib import Path

from django.apps import apps
from django.utils import translation

from register import policy
from register.desk.audit_words import VERBS

ROOT = Path(__file__).resolve().parents[2]
BY_THE_SERVICE = ("approve",)
"""Verbs of roles that stand in a call as well."""


def test_every_verb_of_the_log_has_words() -> None:
    sources = [path for app in ("register", "requests_app", "kesajetti")
               for path in (ROOT / app).rglob("*.py")]  # fmt: skip
    verbs = {verb for path in sources for verb in re.findall(r'verb="([^"{}]+)"', path.read_text())}
    assert len(verbs) > 50
    assert verbs - set(BY_THE_SERVICE) <= set(VERBS)


def test_every_column_that_a_person_is_told_of_has_a_finnish_name() -> None:
    nameless = []
    for label, declared in policy.FIELDS.items():
        if not policy.CATEGORY_OF[label].of_customers or not policy.access(label).roles:
            continue
        name = label.rpartition(".")[2]
        column = apps.get_model(declared.table)._meta.get_field(name)
        with translation.override("fi"):
            if str(column.verbose_name) == name.replace("_", " "):
                nameless.append(label)
    assert not nameless
