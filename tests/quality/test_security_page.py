"""What docs/security.md names as a proof exists, and no requirement is told twice."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if re.match(r"\| \d", line)
]
PROOFS = sorted(set(re.findall(r"`(tests/[^`]+)`", PAGE)))
MAY_BE_TOLD_ONLY = {"7.1.1", "13.1.1", "15.3.7", "16.1.1"}
"""Requirements of a document, met by the page itself, or by what Django is."""


def ids(cell: str) -> list[str]:
    found = []
    for part in cell.split(", "):
        first, _dash, last = part.partition("–")
        found.append(first)
        if last:
            chapter, number = first.rsplit(".", 1)
            if last.rsplit(".", 1)[0] == chapter:
                end = int(last.rsplit(".", 1)[1])
                found += [f"{chapter}.{n}" for n in range(int(number) + 1, end + 1)]
            else:
                found.append(last)
    return found


def test_the_page_tells_of_every_chapter_that_applies() -> None:
    chapters = {one.split(".")[0] for row in ROWS for one in ids(row[0])}
    assert chapters == {*map(str, range(1, 10)), *map(str, range(11, 17))}
    assert len([one for row in ROWS for one in ids(row[0])]) > 150


def test_no_requirement_is_told_twice() -> None:
    told = Counter(one for row in ROWS for one in ids(row[0]))
    assert [one for one, times in told.items() if times > 1] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_is_met_has_a_proof_and_the_rest_says_what_is_missing(row: list[str]) -> None:
    told, state, how, proof = row
    assert state in ("met", "part", "not")
    assert how
    if state == "met" and not set(ids(told)) & MAY_BE_TOLD_ONLY:
        assert proof, f"{told} is called met without a proof"


@pytest.mark.parametrize("proof", PROOFS)
def test_every_proof_exists(proof: str) -> None:
    file, _colons, test = proof.partition("::")
    assert (ROOT / file).is_file(), file
    if test:
        assert re.search(rf"^def {test}\(", (ROOT / file).read_text(), re.MULTILINE), proof
