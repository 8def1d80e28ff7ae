"""WSGI entry point: a setting that is missing, or a restored register whose journal of erasures has
not been replayed, ends in one line, not in a traceback."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kesajetti.settings")

try:
    application = get_wsgi_application()
except ImproperlyConfigured as problem:
    sys.exit(f"kesajetti: {problem}")

from register.services import journal

try:
    journal.require_replayed()
except journal.JournalRefused as refused:
    sys.exit(f"kesajetti: {refused}")
