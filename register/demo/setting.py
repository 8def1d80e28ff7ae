"""Where the season is played: the staff and their sign-ins, the fleet, the paper folders."""

from datetime import date, timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.db.models import prefetch_related_objects

from register.demo.diary import moment
from register.models import (
    Craft,
    CraftClass,
    Extra,
    MaintenanceBlock,
    PaperFolder,
    Processor,
    RoleGrant,
    User,
)

PASSWORD = "kesajetti-demo"  # noqa: S105 -- printed by the command, demonstrations only
SIGN_INS = {
    "desk": ("kaisa", "Kaisa", "Kaislikko"),
    "dock": ("olli", "Olli", "Laituri"),
    "bookkeeper": ("birgit", "Birgit", "Hamn"),
    "marketing": ("mauri", "Mauri", "Merituuli"),
    "privacy": ("petra", "Petra", "Poukama"),
    "owner": ("leena", "Leena", "Luoto"),
}
"""One account per role: user name and an invented name."""

CLASSES = (
    # name, seats, hour, day, deposit, deductible (cents)
    ("Retki 90", 2, 8_900, 34_900, 40_000, 150_000),
    ("Saaristo 130", 3, 9_900, 39_900, 50_000, 200_000),
    ("Vauhti 170", 2, 12_900, 49_900, 80_000, 200_000),
)
EXTRAS = (
    ("Märkäpuku", "Våtdräkt", "Wetsuit", 1_500),
    ("Kuivasäkki", "Torrsäck", "Dry bag", 500),
    ("Vedettävä rengas", "Släpring", "Tow tube", 3_500),
    ("Merikartta ja kompassi", "Sjökort och kompass", "Chart and compass", 800),
)
CRAFT_NAMES = (
    "Tiira", "Lokki", "Haahka", "Kuikka", "Telkkä", "Kihu", "Luhtakana", "Riskilä", "Tylli",
    "Meriharakka", "Ruokki", "Alli", "Pilkkasiipi", "Isokoskelo", "Tukkasotka", "Uikku",
)  # fmt: skip
LEAST_CRAFT = 14


def staff() -> dict[str, User]:
    """The demo's accounts by role, made where missing; their password is set anew."""
    return {role: _account(role, *names) for role, names in SIGN_INS.items()}


def _account(role: str, username: str, first_name: str, last_name: str) -> User:
    user, _made = User.objects.get_or_create(
        username=username,
        defaults={"first_name": first_name, "last_name": last_name, "is_staff": True},
    )
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    RoleGrant.objects.get_or_create(
        user=user, role=role, taken_at=None, defaults={"granted_at": user.date_joined}
    )
    return user


def fleet(*, size: int, staff: dict[str, User]) -> list[Craft]:
    """Craft classes and so many craft, the registration numbers running from T90001."""
    classes = [_craft_class(*row, by=staff["owner"]) for row in CLASSES]
    for finnish, swedish, english, cents in EXTRAS:
        names = {"name_sv": swedish, "name_en": english, "price_cents": cents}
        Extra.objects.get_or_create(name_fi=finnish, defaults={**names, "saved_by": staff["owner"]})
    crafts = [
        Craft(
            id=uuid5(NAMESPACE_OID, f"demo craft {number}"),
            registration=f"T{90_001 + number}",
            name=_craft_name(number),
            model=f"Kuvitelma {classes[number % 3].name.split()[1]}",
            craft_class=classes[number % 3],
            saved_by=staff["owner"],
        )
        for number in range(size)
    ]
    made = Craft.objects.bulk_create(crafts)
    prefetch_related_objects(made, "craft_class__season_prices")  # asked for every price
    return made


def _craft_name(number: int) -> str:
    rounds, place = divmod(number, len(CRAFT_NAMES))
    return CRAFT_NAMES[place] + (f" {rounds + 1}" if rounds else "")


def _craft_class(
    name: str, seats: int, hour: int, day: int, deposit: int, deductible: int, *, by: User
) -> CraftClass:
    row, _made = CraftClass.objects.get_or_create(
        name=name,
        defaults={
            "seats": seats,
            "hour_price_cents": hour,
            "day_price_cents": day,
            "deposit_cents": deposit,
            "deductible_cents": deductible,
            "saved_by": by,
        },
    )
    return row


def service(craft: Craft, *, first: date, by: User) -> MaintenanceBlock:
    """The craft is out of use for two days."""
    return MaintenanceBlock.objects.create(
        craft=craft,
        starts_at=moment(first, 8),
        ends_at=moment(first + timedelta(days=1), 16),
        reason="Impellerin vaihto",
        saved_by=by,
    )


def folders(*, today: date, staff: dict[str, User]) -> None:
    """Paper folders: one long due, one due today, one for later, one destroyed."""
    year = today.year
    plan = (
        (f"Sopimukset {year - 8}", "Allekirjoitetut vuokrasopimukset", date(year - 1, 12, 31)),
        ("Tietosuojapyynnöt, paperiset", "Käsin täytetyt pyynnöt", today),
        (f"Sopimukset {year - 1}", "Allekirjoitetut vuokrasopimukset", date(year + 5, 12, 31)),
        (f"Sopimukset {year - 9}", "Allekirjoitetut vuokrasopimukset", date(year - 2, 12, 31)),
    )
    rows = [_folder(label, contents, until, staff=staff) for label, contents, until in plan]
    rows[-1].destroyed_on = date(year - 1, 1, 15)
    rows[-1].destroyed_by = staff["privacy"]
    rows[-1].save()


def _folder(label: str, contents: str, until: date, *, staff: dict[str, User]) -> PaperFolder:
    row = PaperFolder.objects.create(
        label=label,
        contents=contents,
        place="Toimisto, lukittu kaappi 2",
        destroy_by=until,
        saved_by=staff["privacy"],
    )
    row.entry_list.set([staff["privacy"], staff["owner"]])
    return row


def processors(*, today: date, staff: dict[str, User]) -> None:
    """Who acts for the firm: the bookkeeper's agreement soon runs out, one firm has ended."""
    year = timedelta(days=365)
    signed, through = today - 2 * year, today + 2 * year
    own = {"acts_as": Processor.ActsAs.CONTROLLER}
    deal = {"signed_on": signed, "valid_through": through, "review_on": today + year // 2}
    plan: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("Kuvitteellinen Palvelin Oy", "it_provider", "Palvelimet ja varmuuskopiot: koko rekisteri",
         {**deal, "place": "Konesali, Hamina"}),
        ("Postimalli AB", "it_provider", "Sähköposti ja tekstiviestit: nimi, osoite, viesti",
         {**deal, "country": "SE", "place": "Luleå", "valid_through": None}),
        ("Tilitoimisto Esimerkki Oy", "accountant", "Kirjanpito: sopimukset ja maksut",
         {**deal, "valid_through": today + timedelta(days=45)}),
        ("Kuviteltu Maksu Oy", "payment_service", "Korttimaksut ja katevaraukset", own),
        ("Vakuutusyhtiö Malli", "insurer", "Vauriotapausten korvaukset", own),
        ("Vanha Varaus Oy", "it_provider", "Entinen varausjärjestelmä",
         {**deal, "signed_on": today - 5 * year, "valid_through": signed, "ended_on": signed}),
    )  # fmt: skip
    for name, recipient, does, more in plan:
        fields = {"recipient": recipient, "processes": does, "saved_by": staff["privacy"], **more}
        Processor.objects.get_or_create(name=name, defaults=fields)
