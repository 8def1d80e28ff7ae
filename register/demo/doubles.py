"""What a desk meets now and then: somebody who came into the register twice, a record that was
merged long ago, and a booking that the owner let through a ban."""

from datetime import timedelta

from register import policy
from register.demo import deals, invented, people
from register.demo.diary import Slot, moment
from register.demo.stage import Stage
from register.models import Ban, BanOverride, Booking, Merge, QuoteRequest

DAY = timedelta(days=1)
OLD_NUMBER = 9_001
"""Below the numbers that the register gives."""


def play(stage: Stage) -> None:
    _aino_again(stage)
    _merged(stage)
    _let_through(stage)


def _aino_again(stage: Stage) -> None:
    """Asked by phone in another desk's hurry: a letter is missing from her name."""
    at = stage.now - 2 * DAY
    double = people.person(
        stage, at, first_name="Aino", last_name="Aalokko", language="fi", email="",
        phone=invented.finnish_phone(10_001), secrecy_order=False,
        wishes="Toivoo rauhallista vesijettiä.",
    )  # fmt: skip
    deals.quote(stage, double, at, stage.diary.crafts[0], QuoteRequest.State.OPEN)


def _merged(stage: Stage) -> None:
    at = stage.now - 200 * DAY
    of = people.person(stage, at - 100 * DAY)
    stage.add(
        Merge, at, customer=of, former_id=stage.uuid(), former_number=OLD_NUMBER, merged_at=at,
        undo_through=(at + policy.MERGE_UNDO_DAYS * DAY).date(), source=policy.FIRM.key,
    )  # fmt: skip


def _let_through(stage: Stage) -> None:
    at, day = stage.now - 3 * DAY, stage.today + 20 * DAY
    craft = stage.diary.crafts[0]
    stage.diary.close(day, craft)
    of = people.person(stage, at - 60 * DAY)
    ban = stage.add(
        Ban, at - 30 * DAY, customer=of, starts_on=(at - 30 * DAY).date(),
        reason="Ajoi kielletyllä alueella kaksi kertaa.",
    )  # fmt: skip
    slot = Slot(craft, moment(day, 10), moment(day, 13))
    row = deals.booking(stage, of, slot, Booking.State.RESERVED)
    deals.price(stage, row)
    deals.drivers(stage, row, (), done=False)
    stage.add(
        BanOverride, at, by="owner", customer=of, ban=ban, booking=row, given_at=at,
        reason="Sovittu puhelimessa: ajaa vain merkityllä reitillä.",
    )  # fmt: skip
