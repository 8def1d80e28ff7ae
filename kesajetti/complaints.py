"""Problems that whoever runs the program can mend, each as one sentence without a traceback."""

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, OperationalError


def sentence(problem: Exception) -> str | None:
    """What to tell the person at the command line; None for a fault of the program itself.

    Messages of a database may hold personal data (`Key (email)=(…)`), so only those of a failed
    connection or a missing table are put into words, and none is quoted.
    """
    if isinstance(problem, ImproperlyConfigured):
        return str(problem)
    if isinstance(problem, DatabaseError):
        return _of_the_database(problem)
    return None


def _of_the_database(problem: DatabaseError) -> str | None:
    from register import readiness

    try:
        readiness.require()
        readiness.require_migrated()
    except readiness.NotReady as reason:
        return str(reason)
    if isinstance(problem, OperationalError):
        return "The database gave up: it may be locked, full or out of reach. Try again shortly."
    return None
