"""Signed-in members of staff."""

from collections.abc import Callable

import pytest
from django.test import Client

from register.models import User
from tests import cast

SignedIn = Callable[[User], Client]


@pytest.fixture
def signed_in(db: None) -> SignedIn:
    """A browser in which that member of staff has signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def kaisas_desk(signed_in: SignedIn) -> Client:
    return signed_in(cast.kaisa())
