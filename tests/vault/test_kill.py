"""A rotation killed at any point leaves nothing broken, and is finished by running it again."""

import json
from pathlib import Path

import pytest

from tests.vault import world

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "vault"])


@pytest.fixture
def shared(tmp_path) -> world.World:
    made = world.build(tmp_path)
    made.run("seed")
    return made


def test_a_rotation_killed_again_and_again_is_finished_by_the_next(shared):
    """Six batches of data keys, twelve of tags, twelve of values; then the old keys go.

    Each start looks first whether everything reads and is found.
    """
    parts = ("master", "index", "values")
    assert shared.kill_after(3, "rotate", *parts)
    assert shared.kill_after(8, "rotate", *parts)
    assert shared.kill_after(20, "rotate", *parts)
    said = shared.run("finish")

    stored = json.loads(Path(shared.environment["MASTER_KEY_FILE"]).read_text())
    assert "1" not in stored["keys"]
    assert set(stored["index_root"]["keys"]) == {"2"}
    assert "Master key 1 is retired" in said
    assert "Index key 1 is retired" in said
    assert "\n60 replaced data keys deleted" in said
