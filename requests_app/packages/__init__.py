"""The access package (GDPR 15) and the portability part (GDPR 20), derived from the policy."""

from requests_app.packages.making import make

__all__ = ["make"]
