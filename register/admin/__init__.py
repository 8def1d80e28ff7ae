"""The staff's lists and forms, one module a subject. Django finds them through this package."""

from register.admin import contacts, dealings, firm, people

__all__ = ["contacts", "dealings", "firm", "people"]
