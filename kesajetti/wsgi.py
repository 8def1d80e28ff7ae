"""WSGI entry point: a setting that is missing ends in one line, not in a traceback."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kesajetti.settings")

try:
    application = get_wsgi_application()
except ImproperlyConfigured as problem:
    sys.exit(f"kesajetti: {problem}")
