#!/usr/bin/env python
"""The command line of the register. What a person can mend ends in one line, not a traceback."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kesajetti.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError

    from kesajetti import complaints

    try:
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, DatabaseError) as problem:
        if (words := complaints.sentence(problem)) is None:
            raise
        sys.exit(f"kesajetti: {words}")


if __name__ == "__main__":
    main()
