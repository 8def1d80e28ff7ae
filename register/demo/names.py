"""Names made of sea and shore words, and things such people say. Nobody is called so."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language's invented people and their words."""

    language: str
    first_names: tuple[str, ...]
    heads: tuple[str, ...]
    tails: tuple[str, ...]
    wishes: tuple[str, ...]
    questions: tuple[tuple[str, str], ...]
    praise: tuple[str, ...]
    blame: tuple[str, ...]
    objection: str
    answer: str
    consent: str
    confirmation: tuple[str, str]
    offer: tuple[str, str]

    def last_name(self, number: int) -> str:
        """The `number`-th last name: a head and a tail."""
        head = self.heads[number // len(self.tails) % len(self.heads)]
        return head + self.tails[number % len(self.tails)]

    @property
    def last_names(self) -> int:
        return len(self.heads) * len(self.tails)


FINNISH = Tongue(
    language="fi",
    first_names=(
        "Aallotar",
        "Ahti",
        "Airo",
        "Halla",
        "Hely",
        "Ilma",
        "Kaisla",
        "Kanerva",
        "Karri",
        "Kielo",
        "Kuura",
        "Kuutar",
        "Lainetar",
        "Lumme",
        "Lumikki",
        "Merituuli",
        "Myrsky",
        "Nuppu",
        "Otso",
        "Pihla",
        "Pilvi",
        "Poutari",
        "Pyry",
        "Ruoko",
        "Sade",
        "Sarastus",
        "Simpukka",
        "Sini",
        "Suvi",
        "Taimi",
        "Tuisku",
        "Tuulikki",
        "Tyrsky",
        "Tyyni",
        "Ulappa",
        "Usva",
        "Utu",
        "Vanamo",
        "Varpu",
        "Vellamo",
    ),
    heads=(
        "Ahven",
        "Airo",
        "Ankkuri",
        "Haahka",
        "Harmaja",
        "Hiekka",
        "Hylje",
        "Kaisla",
        "Kampela",
        "Kompassi",
        "Kuohu",
        "Loisto",
        "Lumme",
        "Majakka",
        "Merta",
        "Poiju",
        "Purje",
        "Ruorin",
        "Siika",
        "Simpukka",
        "Tiira",
        "Tyyni",
        "Vaahto",
        "Venho",
    ),
    tails=(
        "harju",
        "kallio",
        "kari",
        "koski",
        "lahti",
        "laituri",
        "luoto",
        "matala",
        "niemi",
        "poukama",
        "riutta",
        "salmi",
        "selkä",
        "valkama",
        "väylä",
    ),
    wishes=(
        "Toivoo liiviä kokoa L.",
        "Haluaisi opastuksen englanniksi.",
        "Aloitus mieluiten etelälaiturilta.",
        "Mukana märkäpuku, oma kypärä.",
        "Kysyy, saako koiran mukaan.",
        "Toivoo kuivapukua viileän sään takia.",
        "Soittakaa ennen noutoa.",
    ),
    questions=(
        ("Noutopaikka", "Hei, mistä laiturista lähdetään ja onko siellä pysäköintiä?"),
        ("Varusteet", "Pitääkö mukaan ottaa oma märkäpuku?"),
        ("Ajan siirto", "Voisiko varausta siirtää tunnilla eteenpäin?"),
        ("Kuitti", "Tarvitsisin kuitin yrityksen nimellä."),
        ("Sääkysymys", "Mitä tehdään, jos tuulee kovaa?"),
    ),
    praise=(
        "Opastus oli selkeä ja rauhallinen.",
        "Hieno päivä, tulemme uudestaan.",
        "Lapsetkin saivat hyvin neuvoja.",
        "Jetti oli siisti ja käynnistyi heti.",
    ),
    blame=(
        "Noutoa piti odottaa puoli tuntia.",
        "Tankki ei ollut täynnä lähtiessä.",
        "Liivi oli märkä ja väärän kokoinen.",
    ),
    objection="Naarmu oli keulassa jo lähtiessä, kuva liitteenä.",
    answer="Luovutuskuvissa naarmua ei näy. Puolitimme silti maksun.",
    consent="Saatte lähettää minulle tarjouksia ja uutisia. Voin perua luvan milloin vain.",
    confirmation=("Varausvahvistus", "Varauksesi on vahvistettu. Nähdään laiturilla!"),
    offer=(
        "Alkukesän arkiedut",
        "Arkiaamut ovat nyt edullisempia. Luvan voi perua tästä viestistä.",
    ),
)
SWEDISH = Tongue(
    language="sv",
    first_names=(
        "Alger",
        "Björka",
        "Blåsippa",
        "Dyning",
        "Fjäril",
        "Havsa",
        "Klippe",
        "Ljunga",
        "Lommen",
        "Malva",
        "Måna",
        "Norda",
        "Rönna",
        "Sanda",
        "Skarva",
        "Snäcka",
        "Stjärna",
        "Svala",
        "Tärna",
        "Viksa",
        "Vinda",
        "Åska",
    ),
    heads=(
        "Ankar",
        "Blåmussel",
        "Ejder",
        "Fyr",
        "Kompass",
        "Makrill",
        "Mås",
        "Segel",
        "Sik",
        "Skum",
        "Strömming",
        "Tärn",
        "Vass",
        "Vrak",
    ),
    tails=("bukt", "fjärd", "grund", "holm", "klobb", "lund", "skär", "strand", "sund", "vik"),
    wishes=(
        "Önskar flytväst storlek S.",
        "Vill ha genomgång på svenska.",
        "Kommer med båt till bryggan.",
        "Egen våtdräkt med.",
    ),
    questions=(
        ("Parkering", "Hej, finns det parkering vid bryggan?"),
        ("Väder", "Vad händer med bokningen om det blåser hårt?"),
        ("Kvitto", "Kan jag få kvittot per e-post?"),
    ),
    praise=("Tydlig genomgång och trevlig personal.", "En härlig dag till sjöss."),
    blame=("Vi fick vänta länge på bryggan.", "Bränslet var inte fullt vid start."),
    objection="Repan fanns där redan vid start.",
    answer="På bilderna från utlämningen syns ingen repa. Vi halverade ändå avgiften.",
    consent="Ni får skicka mig erbjudanden och nyheter. Jag kan ta tillbaka lovet när som helst.",
    confirmation=("Bokningsbekräftelse", "Din bokning är bekräftad. Vi ses på bryggan!"),
    offer=(
        "Vardagserbjudande",
        "Vardagsmorgnar är nu förmånligare. Avsluta genom detta meddelande.",
    ),
)
FOREIGN = Tongue(
    language="en",
    first_names=(
        "Anemone", "Brooke", "Coral", "Delta", "Drift", "Fern", "Harbor", "Isla", "Kelpie",
        "Lagoon", "Marisol", "Nereus", "Ondine", "Pearl", "Quill", "Reef", "Skye", "Tide", "Wave",
        "Zephyr",
    ),
    heads=(
        "Barnacle", "Beacon", "Bonde", "Cormo", "Driftwood", "Foam", "Gull", "Kelp", "Lainela",
        "Meeres", "Oyster", "Pebble", "Salt", "Strand",
    ),
    tails=("bay", "cove", "field", "glanz", "marsh", "mere", "rande", "vaht", "water", "wick"),
    wishes=(
        "Needs the briefing in English.", "Asks for a wetsuit, size M.",
        "Arrives by ferry, may be late.", "First time on a jet ski.",
    ),
    questions=(
        ("Deposit", "How long is the deposit held on my card?"),
        ("Licence", "Do I need a licence to rent?"),
        ("Weather", "What happens if it is too windy?"),
    ),
    praise=("Clear briefing, lovely archipelago.", "Great fun, friendly crew."),
    blame=("We had to wait for the craft.", "The life vest did not fit."),
    objection="The scratch was there when we set out.",
    answer="The pictures of the handover show no scratch. We halved the fee all the same.",
    consent="You may send me offers and news. I can withdraw this at any time.",
    confirmation=("Booking confirmed", "Your booking is confirmed. See you at the dock!"),
    offer=("Weekday offer", "Weekday mornings now cost less. Unsubscribe from this message."),
)  # fmt: skip
TONGUES = (FINNISH, SWEDISH, FOREIGN)
TONGUE_WEIGHTS = (74, 12, 14)
TONGUE_OF = {tongue.language: tongue for tongue in TONGUES}

COMPANY_NAMES = (
    "Saaristoretket", "Laiturikahvila", "Tyrskytapahtumat", "Poijupalvelut", "Majakkamatkat",
    "Lummemedia", "Vaahtopesula", "Airotehdas", "Kompassikoulut", "Ulappaurakointi",
    "Segelskolan", "Fyrgruppen", "Kelpworks", "Simpukkastudio", "Tiirateatteri",
)  # fmt: skip
ROLE_TITLES = ("toimitusjohtaja", "retkivastaava", "assistentti", "tapahtumatuottaja", "hallinto")
STREETS = ("Keksitty katu", "Satupolku", "Tarinakuja", "Leikkilaituri", "Kuvitelmantie")
CITIES = ("Kuvitelma", "Satulahti", "Tarinasaari")
DAMAGE = (
    "Keulassa noin 20 cm naarmu laituriin osumisesta.", "Impelleri kolahti kiveen matalikolla.",
    "Peili irti kaatumisen jälkeen.", "Istuimen päällinen revennyt.",
)  # fmt: skip
VIOLATION = (
    "Ajo uimarannan edustan rajoitusalueella.", "Nopeus ylitti väylän rajoituksen.",
    "Palautus ilman hätäkatkaisijan hihnaa.",
)  # fmt: skip
BANS = (
    "Ajoi toistuvasti uimarannalle varoituksesta huolimatta.", "Saapui palautukseen päihtyneenä.",
    "Luovutti jetin kuljettajalle, jota ei ollut opastettu.",
)  # fmt: skip
EXTRAS = (("Märkäpuku", 1_500), ("Vesitiivis kotelo", 500), ("Saaristokartta", 900), ("GPS", 1_200))
