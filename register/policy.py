"""THE declaration: what is held, why, from where, how long and who may see it.

Read it from top to bottom: purposes and their lawful bases, whose data, from where, to whom, how
long, which roles, and then every category of data with its columns. The notice page, the record
of processing (GDPR 30), roles and masks, exports, portability, erasure, the retention job and the
tests are derived from it. A personal column that is not named here stops the system checks.

Vocabulary: `register/declare.py`. Arithmetic of the periods: `register/clock.py`.
"""

from collections.abc import Mapping

from register.declare import (
    Access,
    Basis,
    Category,
    Clock,
    DisclosureBasis,
    Erase,
    Event,
    ExportReason,
    Field,
    Ground,
    Named,
    Purpose,
    ReasonToOpen,
    Recipient,
    Retain,
    Retention,
    Role,
    Sight,
    Source,
    Subject,
    Text,
    TwoPeople,
    held,
)

VERSION = "2026-11"
"""Version of this declaration; consents and requests remember the one they were shown."""

# == Why: purposes and lawful bases (P3, P4; GDPR 6(1)) ==========================================

SERVICE = Purpose(
    key="service",
    name=Text(
        "Vuokraus ja asiakassuhde",
        "Uthyrning och kundrelation",
        "Rental and customer relationship",
    ),
    basis=Basis.CONTRACT,
    describes=Text(
        "Vastaamme tarjouspyyntöihin, varaamme ja vuokraamme vesijettejä, laskutamme ja hoidamme vauriot.",
        "Vi besvarar offertförfrågningar, bokar och hyr ut vattenskotrar, fakturerar och reder ut skador.",
        "We answer quote requests, book and rent out jet skis, take payment and settle damage.",
    ),
)
COMMUNICATION = Purpose(
    key="communication",
    name=Text(
        "Asiakaspalvelu ja viestintä",
        "Kundtjänst och kommunikation",
        "Customer service and communication",
    ),
    basis=Basis.CONTRACT,
    describes=Text(
        "Lähetämme vahvistukset ja muistutukset, vastaamme yhteydenottoihin ja pidämme niistä kirjaa.",
        "Vi skickar bekräftelser och påminnelser, svarar när du kontaktar oss och för bok över kontakterna.",
        "We send confirmations and reminders, answer when you contact us and keep a log of it.",
    ),
)
MARKETING = Purpose(
    key="marketing",
    name=Text("Markkinointi", "Marknadsföring", "Marketing"),
    basis=Basis.CONSENT,
    describes=Text(
        "Kerromme tarjouksista ja uutuuksista niissä kanavissa, joihin olet antanut luvan.",
        "Vi berättar om erbjudanden och nyheter i de kanaler som du har gett lov till.",
        "We tell you about offers and news in the channels you have agreed to.",
    ),
)
ANALYSIS = Purpose(
    key="analysis",
    name=Text(
        "Analysointi, ryhmittely ja raportointi",
        "Analys, gruppering och rapportering",
        "Analysis, grouping and reporting",
    ),
    basis=Basis.CONSENT,
    describes=Text(
        "Ryhmittelemme asiakkuuksia ja teemme raportteja, joista yksittäistä ihmistä ei tunnista.",
        "Vi grupperar kundrelationer och gör rapporter där enskilda människor inte kan kännas igen.",
        "We group customer relationships and make reports in which no single person can be recognised.",
    ),
)
LOYALTY = Purpose(
    key="loyalty",
    name=Text("Kanta-asiakasohjelma", "Stamkundsprogram", "Loyalty programme"),
    basis=Basis.CONTRACT,
    describes=Text(
        "Laskemme kanta-asiakasedut, jos olet liittynyt ohjelmaan.",
        "Vi räknar stamkundsförmåner, om du har gått med i programmet.",
        "We work out your benefits if you have joined the programme.",
    ),
)
DEVELOPMENT = Purpose(
    key="development",
    name=Text("Palvelun kehittäminen", "Utveckling av tjänsten", "Developing the service"),
    basis=Basis.CONSENT,
    describes=Text(
        "Käytämme palautetta ja toiveita palvelun parantamiseen ja uusien palvelujen suunnitteluun.",
        "Vi använder respons och önskemål för att förbättra tjänsten och planera nya tjänster.",
        "We use feedback and wishes to improve the service and to plan new ones.",
    ),
)
QUALITY = Purpose(
    key="quality",
    name=Text(
        "Palvelun laadun seuranta",
        "Uppföljning av servicekvaliteten",
        "Following service quality",
    ),
    basis=Basis.CONSENT,
    describes=Text(
        "Seuraamme, miten asiakaspalvelu onnistui, ja korjaamme sen, mikä ei toiminut.",
        "Vi följer hur kundtjänsten lyckades och rättar till det som inte fungerade.",
        "We follow how our service went and put right what did not work.",
    ),
)
AUTHORITIES = Purpose(
    key="authorities",
    name=Text(
        "Tiedot viranomaisille",
        "Uppgifter till myndigheter",
        "Information to authorities",
    ),
    basis=Basis.LEGAL_OBLIGATION,
    statute=Text(
        "Esimerkiksi poliisilaki 872/2011, 4 luku 3 § ja laki verotusmenettelystä 1558/1995",
        "Till exempel polislagen 872/2011, 4 kap. 3 § och lagen om beskattningsförfarande 1558/1995",
        "Such as the Police Act 872/2011, chapter 4, section 3, and the Act on Assessment Procedure 1558/1995",
    ),
    describes=Text(
        "Annamme viranomaiselle tietoja vain, kun laki siihen velvoittaa.",
        "Vi lämnar uppgifter till en myndighet bara när lagen kräver det.",
        "We give data to an authority only when the law obliges us to.",
    ),
    subject_may_object=False,
)
BOOKKEEPING = Purpose(
    key="bookkeeping",
    name=Text("Kirjanpito", "Bokföring", "Bookkeeping"),
    basis=Basis.LEGAL_OBLIGATION,
    statute=Text(
        "Kirjanpitolaki 1336/1997, 2 luku 10 §",
        "Bokföringslagen 1336/1997, 2 kap. 10 §",
        "Bookkeeping Act 1336/1997, chapter 2, section 10",
    ),
    describes=Text(
        "Kirjanpitolaki velvoittaa meidät säilyttämään sopimusten ja maksujen tositteet.",
        "Bokföringslagen kräver att vi bevarar verifikat över avtal och betalningar.",
        "The Bookkeeping Act obliges us to keep the vouchers of agreements and payments.",
    ),
    subject_may_object=False,
)
RIGHTS = Purpose(
    key="rights",
    name=Text(
        "Tietosuojaoikeuksien toteuttaminen",
        "Tillgodoseende av dataskyddsrättigheter",
        "Carrying out your rights",
    ),
    basis=Basis.LEGAL_OBLIGATION,
    statute=Text("GDPR 12–22", "GDPR 12–22", "GDPR 12–22"),
    describes=Text(
        "Käsittelemme tietosuojapyyntösi ja osoitamme, että se tehtiin oikein ja ajoissa.",
        "Vi behandlar din dataskyddsbegäran och visar att det skedde rätt och i tid.",
        "We handle your data protection request and show that it was done right and on time.",
    ),
    subject_may_object=False,
)
SECURITY = Purpose(
    key="security",
    name=Text(
        "Tietoturva ja käytön valvonta",
        "Informationssäkerhet och övervakning",
        "Security and oversight",
    ),
    basis=Basis.LEGAL_OBLIGATION,
    statute=Text("GDPR 5(2), 32", "GDPR 5(2), 32", "GDPR 5(2), 32"),
    describes=Text(
        "Kirjaamme, kuka tietoja katsoi ja miksi, ja valvomme käyttöoikeuksia.",
        "Vi loggar vem som har tittat på uppgifter och varför, och övervakar behörigheter.",
        "We log who looked at data and why, and watch over access rights.",
    ),
    subject_may_object=False,
)
PURPOSES = (
    SERVICE, COMMUNICATION, MARKETING, ANALYSIS, LOYALTY, DEVELOPMENT, QUALITY,
    AUTHORITIES, BOOKKEEPING, RIGHTS, SECURITY,
)  # fmt: skip

# == Whose (P2) ==================================================================================

CUSTOMERS = Subject(key="customers", name=Text("asiakkaat", "kunder", "customers"))
PARTNERS = Subject(key="partners", name=Text("kumppanit", "partner", "partners"))
PROSPECTS = Subject(
    key="prospects",
    name=Text("mahdolliset asiakkaat", "potentiella kunder", "prospective customers"),
)
REPRESENTATIVES = Subject(
    key="representatives",
    name=Text(
        "edellisten edustajat",
        "företrädare för dessa",
        "representatives of any of these",
    ),
)
STAFF = Subject(key="staff", name=Text("henkilöstö", "personal", "staff"))
SUBJECTS = (CUSTOMERS, PARTNERS, PROSPECTS, REPRESENTATIVES, STAFF)
PEOPLE = (CUSTOMERS, PARTNERS, PROSPECTS, REPRESENTATIVES)

# == From where (P17) ============================================================================

PERSON = Source(
    key="person",
    name=Text("asiakas itse", "kunden själv", "the person"),
    told=Text("sinä itse", "du själv", "you yourself"),
)
DEALINGS = Source(
    key="dealings",
    name=Text(
        "asiointi, viestit ja palvelujen käyttö",
        "ärenden, meddelanden och användning av tjänster",
        "dealings, messages and use of services",
    ),
    told=Text(
        "asiointisi, viestisi ja palvelujen käyttösi meillä",
        "dina ärenden, meddelanden och din användning av våra tjänster",
        "your dealings, messages and use of our services",
    ),
)
IDENTIFICATION = Source(
    key="identification",
    name=Text("tunnistuspalvelu", "identifieringstjänst", "an identification service"),
)
VERIFICATION = Source(
    key="verification",
    name=Text("varmennuspalvelu", "verifieringstjänst", "a verification service"),
)
ADDRESS = Source(key="address", name=Text("osoitepalvelu", "adresstjänst", "an address service"))
UPDATE = Source(
    key="update",
    name=Text("tietojen päivityspalvelu", "uppdateringstjänst", "a data updating service"),
)
CREDIT = Source(
    key="credit",
    name=Text("luottotietopalvelu", "kreditupplysningstjänst", "a credit information service"),
)
FIRM = Source(
    key="firm",
    name=Text("yritys itse", "företaget självt", "the firm itself"),
    personal=False,
)
SOURCES = (
    PERSON,
    DEALINGS,
    IDENTIFICATION,
    VERIFICATION,
    ADDRESS,
    UPDATE,
    CREDIT,
    FIRM,
)
OWN = (PERSON, DEALINGS)

# == To whom =====================================================================================

AUTHORITY = Recipient(
    key="authority",
    name=Text("viranomaiset", "myndigheter", "authorities"),
    when=Text("kun laki velvoittaa", "när lagen kräver det", "where the law obliges us"),
)
POLICE = Recipient(
    key="police",
    name=Text("poliisi", "polisen", "the police"),
    when=Text(
        "vahinkoa tai rikosta selvitettäessä",
        "vid utredning av skada eller brott",
        "when damage or a crime is investigated",
    ),
)
INSURER = Recipient(
    key="insurer",
    name=Text("vakuutusyhtiö", "försäkringsbolag", "the insurance company"),
    when=Text("vauriotapauksessa", "vid skada", "in a damage case"),
)
PAYMENT_SERVICE = Recipient(
    key="payment_service",
    name=Text(
        "maksupalvelun tarjoaja",
        "betaltjänstleverantör",
        "the payment service provider",
    ),
    when=Text("kun maksat kortilla", "när du betalar med kort", "when you pay by card"),
)
ACCOUNTANT = Recipient(
    key="accountant",
    name=Text("tilitoimisto", "bokföringsbyrå", "the accounting firm"),
    when=Text("kirjanpitoa varten", "för bokföringen", "for the bookkeeping"),
)
IT_PROVIDER = Recipient(
    key="it_provider",
    name=Text(
        "tietojärjestelmien ylläpitäjä",
        "driftleverantör",
        "the provider that runs our systems",
    ),
    when=Text(
        "meidän lukuumme ja ohjeillamme",
        "för vår räkning och enligt våra anvisningar",
        "on our behalf and by our instructions",
    ),
)
PARTNER = Recipient(
    key="partner",
    name=Text("yhteistyökumppani", "samarbetspartner", "a partner"),
    when=Text(
        "kun kumppani hoitaa tehtävää puolestamme omilla tunnuksillaan",
        "när partnern sköter en uppgift åt oss med egna användaruppgifter",
        "when carrying out a task for us under their own user name",
    ),
)
RECIPIENTS = (
    AUTHORITY,
    POLICE,
    INSURER,
    PAYMENT_SERVICE,
    ACCOUNTANT,
    IT_PROVIDER,
    PARTNER,
)

TRANSFERS_OUTSIDE_EEA: tuple[Recipient, ...] = ()
"""Recipients outside the EU and EEA: none."""

# == How long (P5, P6; arithmetic in register.clock) =============================================

THREE_YEARS = Retention(
    key="last_event",
    clock=Clock.LAST_EVENT,
    name=Text(
        "kolme vuotta viimeisestä tapahtumasta",
        "tre år från den senaste händelsen",
        "three years from the last event",
    ),
    because=Text(
        "Näin kauan yhteydenottoon voidaan vielä palata.",
        "Så länge kan ett ärende ännu tas upp på nytt.",
        "Within this time a matter may still be taken up again.",
    ),
)
SIX_YEARS = Retention(
    key="contract",
    clock=Clock.CONTRACT,
    name=Text(
        "kuusi vuotta ja kuluva vuosi, jos meillä on tai on ollut sopimus",
        "sex år och innevarande år, om vi har eller har haft ett avtal",
        "six years and the current year, if we have or have had a contract",
    ),
    because=Text(
        "Kirjanpitolaki 1336/1997, 2 luku 10 §.",
        "Bokföringslagen 1336/1997, 2 kap. 10 §.",
        "Bookkeeping Act 1336/1997, chapter 2, section 10.",
    ),
)
CARD_DAYS = Retention(
    key="card",
    clock=Clock.CARD,
    name=Text(
        "kortin numero 30 päivää siitä, kun vuokra on selvitetty",
        "kortnumret i 30 dagar efter att hyran har reglerats",
        "the card number for 30 days after the rental is settled",
    ),
    because=Text(
        "Kortin numeroa tarvitaan vain jälkiveloituksiin.",
        "Kortnumret behövs bara för efterdebiteringar.",
        "The card number is needed only for charges that come after.",
    ),
)
REQUEST_YEARS = Retention(
    key="request",
    clock=Clock.REQUEST,
    name=Text(
        "kolme vuotta pyynnön päättymisestä",
        "tre år efter att begäran avslutades",
        "three years from the end of the request",
    ),
    because=Text(
        "Meidän on voitava osoittaa, että pyyntö hoidettiin (GDPR 5(2)).",
        "Vi måste kunna visa att begäran behandlades (GDPR 5(2)).",
        "We must be able to show that the request was handled (GDPR 5(2)).",
    ),
)
PACKAGE_DAYS = Retention(
    key="package",
    clock=Clock.PACKAGE,
    name=Text(
        "tietopaketti siihen asti, kun haet sen tai linkki vanhenee",
        "uppgiftspaketet tills du hämtar det eller länken går ut",
        "the data package until you fetch it or its link expires",
    ),
    because=Text(
        "Kopiota ei tarvita enää sen jälkeen.",
        "Kopian behövs inte efter det.",
        "The copy is not needed after that.",
    ),
)
WHILE_AGREED = Retention(
    key="consent",
    clock=Clock.CONSENT,
    name=Text(
        "kunnes perut suostumuksen, jos tieto perustuu vain siihen",
        "tills du återkallar samtycket, om uppgiften bara grundar sig på det",
        "until you withdraw your consent, where it alone is the basis",
    ),
    because=Text(
        "Kun suostumus päättyy, tiedolla ei ole enää perustetta (GDPR 7(3), 17(1)(b)).",
        "När samtycket upphör har uppgiften ingen grund längre (GDPR 7(3), 17(1)(b)).",
        "When the consent ends, the data has no basis any more (GDPR 7(3), 17(1)(b)).",
    ),
)
EMPLOYMENT = Retention(
    key="employment",
    clock=Clock.EMPLOYMENT,
    name=Text("työsuhteen ajan", "så länge anställningen varar", "while employed"),
    because=Text(
        "Tunnus suljetaan, kun työ päättyy.",
        "Kontot stängs när arbetet slutar.",
        "The account is closed when the work ends.",
    ),
)
ACCOUNTABILITY = Retention(
    key="accountability",
    clock=Clock.ACCOUNTABILITY,
    name=Text(
        "rekisterin olemassaolon ajan",
        "så länge registret finns",
        "as long as the register exists",
    ),
    because=Text(
        "Loki sisältää vain tunnisteita, jotka eivät poiston jälkeen johda kehenkään.",
        "Loggen innehåller bara beteckningar som inte leder till någon efter raderingen.",
        "The log holds only identifiers that lead to nobody once a person is erased.",
    ),
)
RETENTIONS = (
    THREE_YEARS, SIX_YEARS, CARD_DAYS, REQUEST_YEARS, PACKAGE_DAYS, WHILE_AGREED, EMPLOYMENT,
    ACCOUNTABILITY,
)  # fmt: skip
BY_RELATION = (THREE_YEARS, SIX_YEARS)

VOUCHER = Retain(
    reason=Text(
        "Tieto kuuluu kirjanpidon tositteeseen.",
        "Uppgiften hör till ett bokföringsverifikat.",
        "It is part of a bookkeeping voucher.",
    ),
    basis="Kirjanpitolaki 1336/1997, 2:10; GDPR 17(3)(b)",
    period=SIX_YEARS,
)
CLAIM = Retain(
    reason=Text(
        "Tietoa tarvitaan oikeudellisen vaateen laatimiseen tai puolustamiseen.",
        "Uppgiften behövs för att fastställa eller försvara rättsliga anspråk.",
        "It is needed to establish or defend a legal claim.",
    ),
    basis="GDPR 17(3)(e)",
    period=SIX_YEARS,
)
SHOWN = Retain(
    reason=Text(
        "Meidän on voitava osoittaa, että pyyntösi hoidettiin.",
        "Vi måste kunna visa att din begäran behandlades.",
        "We must be able to show that your request was handled.",
    ),
    basis="GDPR 5(2), 17(3)(b)",
    period=REQUEST_YEARS,
)

# == Who works here (P18) ========================================================================

DESK = Role(
    key="desk",
    name=Text("Asiakaspalvelu", "Kundtjänst", "Customer service"),
    task=Text(
        "Palvelee asiakkaita, varaa, vuokraa ja tunnistaa.", "Betjänar kunder, bokar, hyr ut och identifierar.",
        "Serves customers, books, rents and checks identity.",
    ),
    purposes=(SERVICE, COMMUNICATION, LOYALTY),
    writes=(
        "register.Customer", "register.Identity", "register.CardOnFile", "register.IdentityCheck",
        "register.Company", "register.CompanyContact", "register.Mandate", "register.QuoteRequest",
        "register.Booking", "register.Driver", "register.Rental", "register.OrderLine",
        "register.Agreement", "register.Payment", "register.Deposit", "register.Case",
        "register.Invoice", "register.CashUp", "register.ConditionMark",
        "register.Message", "register.Attachment", "register.Feedback", "register.Consent",
        "register.Choice", "register.Ban", "register.LoyaltyMembership",
    ),
    verbs=("search", "reveal", "identify", "check_contact", "shred", "merge"),
)  # fmt: skip
DOCK = Role(
    key="dock",
    name=Text("Laituri", "Bryggan", "Dock"),
    task=Text(
        "Luovuttaa ja vastaanottaa vesijetit ja kirjaa vauriot.",
        "Lämnar ut och tar emot vattenskotrar och noterar skador.",
        "Hands over and takes back the craft and notes damage.",
    ),
    purposes=(SERVICE,),
    writes=(
        "register.Rental", "register.Driver", "register.Case", "register.ConditionMark",
        "register.Attachment", "register.MaintenanceBlock",
    ),
    verbs=("search",),
    only_current=True,
)  # fmt: skip
BOOKKEEPER = Role(
    key="bookkeeper",
    name=Text("Kirjanpito", "Bokföring", "Bookkeeping"),
    task=Text(
        "Hoitaa maksut, laskut ja tositteet.",
        "Sköter betalningar, fakturor och verifikat.",
        "Looks after payments, invoices and vouchers.",
    ),
    purposes=(SERVICE, BOOKKEEPING),
    writes=(
        "register.Payment",
        "register.Deposit",
        "register.OrderLine",
        "register.Company",
        "register.Invoice",
        "register.CashUp",
    ),
    verbs=("search", "export", "turnover"),
)
MARKETER = Role(
    key="marketing",
    name=Text("Markkinointi", "Marknadsföring", "Marketing"),
    task=Text(
        "Lähettää markkinointia niille, jotka ovat antaneet luvan.",
        "Skickar marknadsföring till dem som har gett lov.",
        "Sends marketing to those who have agreed to it.",
    ),
    verbs=("mail",),
    purposes=(MARKETING, ANALYSIS),
)
PRIVACY = Role(
    key="privacy",
    name=Text("Tietosuoja", "Dataskydd", "Privacy"),
    task=Text(
        "Käsittelee tietosuojapyynnöt ja pidätykset ja lukee käyttölokia.",
        "Behandlar dataskyddsbegäranden och spärrar och läser åtkomstloggen.",
        "Handles data protection requests and holds and reads the access log.",
    ),
    purposes=(RIGHTS, AUTHORITIES, SECURITY),
    writes=(
        "register.Hold", "register.ProcessingRestriction", "register.Disclosure",
        "register.PaperFolder", "requests_app.DataSubjectRequest", "register.IdentityCheck",
        "register.Consent", "register.Choice", "register.Customer",
    ),
    verbs=(
        "search", "reveal", "identify", "check_contact", "package", "erase", "audit", "approve",
        "promises", "shred", "breach", "processors", "merge",
    ),
)  # fmt: skip
OWNER = Role(
    key="owner",
    name=Text("Omistaja", "Ägare", "Owner"),
    task=Text(
        "Vastaa rekisteristä, rooleista ja selosteesta.",
        "Ansvarar för registret, rollerna och dataskyddsbeskrivningen.",
        "Answers for the register, the roles and the notice.",
    ),
    purposes=PURPOSES,
    writes=("*",),
    verbs=(
        "search", "reveal", "identify", "check_contact", "package", "erase", "audit", "export",
        "evidence", "roles", "approve", "promises", "notice", "shred", "breach", "mail",
        "processors", "season", "turnover", "merge", "override_ban",
    ),
)  # fmt: skip
ROLES = (DESK, DOCK, BOOKKEEPER, MARKETER, PRIVACY, OWNER)

VERBS = {
    "search": Text("Hakee ihmisiä nimellä tai puhelinnumerolla", "Söker människor med namn eller telefonnummer", "Finds people by name or phone"),
    "reveal": Text("Avaa salatun tiedon, yhden kerrallaan ja syyn kertomalla", "Öppnar en krypterad uppgift, en åt gången och med angiven orsak", "Opens an encrypted value, one at a time and for a stated reason"),
    "identify": Text("Kirjaa henkilöllisyyden tarkistetuksi", "Antecknar att identiteten är kontrollerad", "Notes that an identity was checked"),
    "check_contact": Text("Kirjaa yhteystiedot tarkistetuiksi", "Antecknar att kontaktuppgifterna är kontrollerade", "Notes that contact details were checked"),
    "package": Text("Tekee asiakkaan tietopaketin", "Gör kundens uppgiftspaket", "Makes a person's data package"),
    "erase": Text("Poistaa ihmisen tiedot suunnitelman mukaan", "Raderar en människas uppgifter enligt planen", "Erases a person by plan"),
    "audit": Text("Lukee käyttölokia ja poistojen seurantaa", "Läser åtkomstloggen och uppföljningen av raderingar", "Reads the audit and follows the erasures"),
    "approve": Text("Hyväksyy sen, mikä vaatii kaksi ihmistä", "Godkänner det som kräver två personer", "Approves what needs two people"),
    "export": Text("Vie luetteloita tiedostoksi", "Exporterar listor till en fil", "Exports lists to a file"),
    "evidence": Text("Vastaa yön jarruun", "Svarar på nattens broms", "Answers the night's brake"),
    "promises": Text("Näkee, pidetäänkö selosteen lupaukset", "Ser om beskrivningens löften hålls", "Sees whether the notice's promises are kept"),
    "notice": Text("Muotoilee selosteen sanat ja julkaisee sen", "Formulerar beskrivningens ord och publicerar den", "Words the notice and publishes it"),
    "shred": Text("Kirjaa paperikansion tuhotuksi", "Antecknar att en pappersmapp är förstörd", "Notes that a paper folder was destroyed"),
    "breach": Text("Kirjaa tietoturvaloukkaukset", "Antecknar personuppgiftsincidenter", "Writes down data breaches"),
    "mail": Text("Kirjoittaa ja lähettää markkinointiviestejä", "Skriver och skickar marknadsföring", "Writes and sends marketing"),
    "processors": Text("Pitää luetteloa niistä, jotka käsittelevät tietoja puolestamme", "För förteckning över dem som behandlar uppgifter för vår räkning", "Keeps the list of those who process data for us"),
    "season": Text("Näkee kausiraportin", "Ser säsongsrapporten", "Sees the season report"),
    "turnover": Text("Näkee liikevaihdon kuukausittain", "Ser omsättningen per månad", "Sees the turnover by month"),
    "merge": Text("Yhdistää saman ihmisen kaksi tietuetta", "Slår ihop två poster om samma människa", "Merges two records of one person"),
    "override_ban": Text("Päästää vuokraamaan kiellosta huolimatta", "Låter hyra trots förbud", "Lets somebody rent in spite of a ban"),
    "roles": Text("Antaa ja ottaa rooleja ja kutsuu henkilöstöä", "Ger och tar roller och bjuder in personal", "Gives and takes roles and invites staff"),
}  # fmt: skip
"""What the verbs of the roles are, in words for the page on which the owner gives roles."""

USUAL_LOOK_UPS = {
    "desk": {"view": 250, "reveal": 80, "export": 0},
    "dock": {"view": 200, "reveal": 60, "export": 0},
    "bookkeeper": {"view": 250, "reveal": 0, "export": 6},
    "marketing": {"view": 150, "reveal": 0, "export": 2},
    "privacy": {"view": 250, "reveal": 40, "export": 6},
    "owner": {"view": 250, "reveal": 40, "export": 6},
}
"""What a role does at most on a busy day. Whoever does more is pointed out to the owner and the
privacy role, once a day; nothing is refused (P18). Several roles: the greatest number counts."""

EVERYBODY = ("desk", "dock", "bookkeeper", "marketing", "privacy", "owner")
FRONT = Access(whole=("desk", "dock", "privacy", "owner"))
COUNTER = Access(whole=("desk", "privacy", "owner"))
DEALS = Access(whole=("desk", "dock", "bookkeeper", "privacy", "owner"))
MONEY = Access(whole=("desk", "bookkeeper", "privacy", "owner"))
OFFICE = Access(whole=("privacy", "owner"))
OWNERS = Access(whole=("owner",))
SEALED_NUMBERS = Access(masked=("desk", "privacy", "owner"), reveal=("desk", "privacy", "owner"))
SEALED_CARD = Access(masked=("desk", "owner"), reveal=("desk", "owner"))

# == What is held: the categories (P7–P17) =======================================================

BASICS = Category(
    key="basics",
    promise="P7",
    name=Text("Perustiedot", "Grunduppgifter", "Basic details"),
    describes=Text(
        "nimi, sähköpostiosoite, puhelinnumero, palvelukieli",
        "namn, e-postadress, telefonnummer, servicespråk",
        "name, e-mail address, phone number, language of service",
    ),
    purposes=(SERVICE, COMMUNICATION, MARKETING, BOOKKEEPING, AUTHORITIES),
    subjects=PEOPLE,
    sources=(PERSON, DEALINGS, IDENTIFICATION, VERIFICATION, ADDRESS, UPDATE),
    recipients=(AUTHORITY, POLICE, INSURER, ACCOUNTANT, IT_PROVIDER, PARTNER),
    retention=BY_RELATION,
    access=Access(whole=EVERYBODY),
    on_erasure=Erase(),
    fields=(
        *held(
            "register.Customer",
            supplied="first_name last_name",
            derived="number",
            portable="first_name last_name",
            on_erasure=VOUCHER,
        ),
        *held(
            "register.Customer",
            supplied="email",
            portable="email",
            access=Access(whole=("desk", "bookkeeper", "marketing", "privacy", "owner")),
        ),
        *held(
            "register.Customer",
            supplied="phone",
            portable="phone",
            access=Access(whole=("desk", "dock", "marketing", "privacy", "owner")),
        ),
        *held(
            "register.Customer",
            supplied="language",
            observed="kind",
            portable="language",
        ),
        *held("register.Customer", supplied="secrecy_order", access=FRONT),
        *held("register.Customer", derived="search_text", access=Access()),
        *held(
            "register.Mandate",
            supplied="on_behalf_of ground valid_through",
            access=COUNTER,
        ),
    ),
)
IDENTITY_NUMBERS = Category(
    key="identity",
    promise="P7",
    name=Text("Henkilöllisyyden numerot", "Identitetsnummer", "Identity numbers"),
    describes=Text(
        "henkilötunnus, passin numero ja ajokortin numero silloin, kun niitä tarvitaan; aina salattuina",
        "personbeteckning, passnummer och körkortsnummer när de behövs; alltid krypterade",
        "personal identity code, passport number and driving licence number where needed; always encrypted",
    ),
    purposes=(SERVICE, AUTHORITIES),
    subjects=PEOPLE,
    sources=(PERSON, IDENTIFICATION, VERIFICATION),
    recipients=(AUTHORITY, POLICE, INSURER),
    retention=BY_RELATION,
    access=SEALED_NUMBERS,
    on_erasure=Erase(),
    fields=held(
        "register.Identity",
        supplied="personal_identity_code passport_number driving_licence_number",
        portable="personal_identity_code passport_number driving_licence_number",
        sealed="personal_identity_code passport_number driving_licence_number",
    ),
)
COMPANIES = Category(
    key="company",
    promise="P8",
    name=Text("Yrityksen tiedot", "Företagsuppgifter", "Company details"),
    describes=Text(
        "organisaatio, roolisi siinä sekä yrityksen posti- ja laskutusosoite, jos ne liittyvät asiaan",
        "organisation, din roll i den samt företagets post- och faktureringsadress när de hör till ärendet",
        "organisation, your role in it, and the company's postal and billing address where relevant",
    ),
    purposes=(SERVICE, COMMUNICATION, BOOKKEEPING),
    subjects=(CUSTOMERS, PARTNERS, REPRESENTATIVES),
    sources=(PERSON, DEALINGS, ADDRESS, UPDATE, CREDIT),
    recipients=(ACCOUNTANT, IT_PROVIDER),
    retention=BY_RELATION,
    access=Access(whole=("desk", "bookkeeper", "privacy", "owner")),
    on_erasure=VOUCHER,
    fields=(
        *held(
            "register.Company",
            supplied="kind name business_id street postcode city country billing_street "
            "billing_postcode billing_city einvoice_address",
            derived="number",
        ),
        *held(
            "register.CompanyContact",
            supplied="company role_title",
            observed="ended_on",
            portable="company role_title",
            on_erasure=Erase(),
        ),
    ),
)
HISTORY = Category(
    key="history",
    promise="P9",
    name=Text(
        "Tarjous-, varaus-, vuokraus- ja maksuhistoria",
        "Offert-, boknings-, hyres- och betalningshistorik",
        "History of quotes, bookings, rentals and payments",
    ),
    describes=Text(
        "tarjouspyynnöt, varaukset, vuokraukset ja maksut ajankohtineen",
        "offertförfrågningar, bokningar, uthyrningar och betalningar med tidpunkter",
        "quote requests, bookings, rentals and payments with their times",
    ),
    purposes=(SERVICE, BOOKKEEPING, LOYALTY, ANALYSIS),
    subjects=PEOPLE,
    sources=OWN,
    recipients=(ACCOUNTANT, PAYMENT_SERVICE, IT_PROVIDER, AUTHORITY),
    retention=BY_RELATION,
    access=DEALS,
    on_erasure=VOUCHER,
    fields=(
        *held(
            "register.QuoteRequest",
            supplied="craft_class wanted_from wanted_to company",
            observed="requested_at state offered_at valid_through accepted_at",
            derived="quoted_cents number offer",
            portable="requested_at craft_class wanted_from wanted_to",
            access=COUNTER,
            on_erasure=Erase(),
        ),
        *held(
            "register.Booking",
            supplied="craft company starts_at ends_at",
            observed="booked_at state cancelled_at quote",
            derived="number",
            portable="craft starts_at ends_at booked_at state",
        ),
        *held(
            "register.Rental",
            observed="booking handed_over_at returned_at fuel_out_l fuel_in_l hours_out hours_in",
            derived="condition_out condition_in",
            portable="booking handed_over_at returned_at",
            names_others="condition_out condition_in",
            access=FRONT,
            on_erasure=Erase(),
        ),
        *held(
            "register.Payment",
            observed="booking kind method amount_cents paid_at",
            derived="number reference",
            portable="booking kind method amount_cents paid_at",
            access=MONEY,
        ),
        *held(
            "register.Invoice",
            observed="booking company kind language issued_on due_on paid_cents credits_number",
            derived="number reference recipient content total_cents sha256",
            access=MONEY,
        ),
    ),
)
PURCHASES = Category(
    key="purchases",
    promise="P10",
    name=Text(
        "Palvelujen käyttö ja ostot",
        "Användning av tjänster och köp",
        "Use of services and purchases",
    ),
    describes=Text(
        "lisäpalvelut, polttoaine, myöhästymismaksut, lahjakortit, vakuusmaksut ja kanta-asiakkuus",
        "tilläggstjänster, bränsle, förseningsavgifter, presentkort, depositioner och stamkundskap",
        "extras, fuel, late fees, gift cards, deposits and membership of the loyalty programme",
    ),
    purposes=(SERVICE, BOOKKEEPING, LOYALTY, ANALYSIS),
    subjects=PEOPLE,
    sources=OWN,
    recipients=(ACCOUNTANT, PAYMENT_SERVICE, IT_PROVIDER),
    retention=BY_RELATION,
    access=DEALS,
    on_erasure=VOUCHER,
    fields=(
        *held(
            "register.OrderLine",
            observed="booking kind description quantity unit_price_cents vat_percent ordered_on",
            portable="booking kind description quantity unit_price_cents ordered_on",
        ),
        *held(
            "register.Deposit",
            observed="booking method reading amount_cents held_at expires_at released_at captured_cents",
            access=MONEY,
        ),
        *held(
            "register.LoyaltyMembership",
            supplied="joined_on left_on",
            portable="joined_on left_on",
            access=COUNTER,
            on_erasure=Erase(),
        ),
    ),
)
SERVICE_DETAILS = Category(
    key="service_details",
    promise="P11",
    name=Text(
        "Palveluun liittyvät tiedot",
        "Uppgifter som hör till tjänsten",
        "Details of the service",
    ),
    describes=Text(
        "toiveet, kuljettajat, tunnistamismerkintä ja vuokrasopimuksen numero",
        "önskemål, förare, anteckning om identifiering och hyresavtalets nummer",
        "wishes, drivers, the note that identity was checked, and the agreement number",
    ),
    purposes=(SERVICE, BOOKKEEPING),
    subjects=PEOPLE,
    sources=(PERSON, DEALINGS, IDENTIFICATION),
    recipients=(INSURER, POLICE, IT_PROVIDER),
    retention=BY_RELATION,
    access=FRONT,
    on_erasure=Erase(),
    fields=(
        *held("register.Booking", supplied="wishes", portable="wishes"),
        *held(
            "register.QuoteRequest",
            supplied="wishes",
            portable="wishes",
            access=COUNTER,
        ),
        *held(
            "register.Driver",
            supplied="booking drove_on is_renter",
            observed="age_group age_checked_at briefed_at area_shown rules_told life_jacket "
            "kill_switch",
            portable="booking drove_on is_renter",
        ),
        *held(
            "register.Agreement",
            observed="booking state language terms_version made_at signed_at signing price_cents "
            "deposit_cents deductible_cents",
            derived="number edition sha256",
            portable="booking language terms_version signed_at price_cents",
            access=DEALS,
            on_erasure=VOUCHER,
        ),
        *held(
            "register.Agreement",
            derived="condition",
            names_others="condition",
            access=FRONT,
            on_erasure=VOUCHER,
        ),
        *held(
            "register.IdentityCheck",
            observed="document_type occasion checked_at",
            access=COUNTER,
        ),
    ),
)
CARDS = Category(
    key="cards",
    promise="P11",
    name=Text("Maksukortin tiedot", "Kortuppgifter", "Card details"),
    describes=Text(
        "kortin merkki ja neljä viimeistä numeroa; kortin numero salattuna; turvakoodia ei koskaan",
        "kortets märke och de fyra sista siffrorna; kortnumret krypterat; aldrig säkerhetskoden",
        "brand and last four digits; the number encrypted; the security code never",
    ),
    purposes=(SERVICE,),
    subjects=(CUSTOMERS, REPRESENTATIVES),
    sources=(PERSON,),
    recipients=(PAYMENT_SERVICE,),
    retention=(CARD_DAYS, *BY_RELATION),
    access=Access(whole=("desk", "bookkeeper", "owner")),
    on_erasure=Erase(),
    fields=(
        *held(
            "register.CardOnFile",
            supplied="number expiry",
            portable="",
            sealed="number expiry",
            access=SEALED_CARD,
        ),
        *held(
            "register.CardOnFile",
            supplied="brand last_four",
            observed="number_destroyed_on",
        ),
    ),
)
CONTACTS = Category(
    key="communication",
    promise="P12",
    name=Text(
        "Viestintä ja asiakaspalvelun tallenteet",
        "Kommunikation och inspelningar",
        "Communication and recordings",
    ),
    describes=Text(
        "viestit kanavittain molempiin suuntiin, automaattiset viestit sekä salatut tallenteet ja kuvat",
        "meddelanden per kanal i båda riktningarna, automatiska meddelanden samt krypterade inspelningar och bilder",
        "messages by channel both ways, automatic ones, and encrypted recordings and pictures",
    ),
    purposes=(COMMUNICATION, MARKETING, SERVICE, QUALITY),
    subjects=PEOPLE,
    sources=OWN,
    recipients=(IT_PROVIDER,),
    retention=BY_RELATION,
    access=COUNTER,
    on_erasure=Erase(),
    fields=(
        *held(
            "register.Message",
            supplied="subject body",
            observed="channel direction topic happened_at",
            names_others="subject body",
        ),
        *held(
            "register.ServiceMail",
            observed="kind about booking channel state by_hand asked_at tried_at sent_at",
            derived="tries error",
            purposes=(COMMUNICATION,),
        ),
        *held(
            "register.Delivery",
            observed="mailing state left_out tries claimed_at sent_at error",
        ),
        *held(
            "register.Attachment",
            supplied="content",
            observed="kind media_type taken_at moment message booking case agreement",
            sealed="content",
            names_others="content",
            access=Access(
                masked=("desk", "dock", "privacy", "owner"),
                reveal=("desk", "dock", "privacy", "owner"),
            ),
        ),
    ),
)
PRODUCED = Category(
    key="produced",
    promise="P13",
    name=Text(
        "Itse tuottamasi sisältö",
        "Innehåll som du själv har producerat",
        "What you have produced",
    ),
    describes=Text(
        "palaute, toiveet, tyytyväisyys ja lisäpalvelujen tarpeet",
        "respons, önskemål, nöjdhet och behov av tilläggstjänster",
        "feedback, wishes, satisfaction and needs of further services",
    ),
    purposes=(QUALITY, DEVELOPMENT, SERVICE),
    subjects=PEOPLE,
    sources=(PERSON,),
    recipients=(IT_PROVIDER,),
    retention=(WHILE_AGREED, *BY_RELATION),
    access=COUNTER,
    on_erasure=Erase(),
    fields=(
        # A complaint about a rental is a message or a case; feedback is what we learn from.
        *held(
            "register.Feedback",
            supplied="score text kind",
            observed="booking given_at",
            portable="score text kind booking given_at",
            purposes=(QUALITY, DEVELOPMENT),
        ),
        *held("register.Customer", supplied="wishes", portable="wishes", access=FRONT),
    ),
)
CASES = Category(
    key="cases",
    promise="P14",
    name=Text(
        "Vauriot ja rikemaksut",
        "Skador och avgifter för förseelser",
        "Damage and violation fees",
    ),
    describes=Text(
        "tapahtuma, kuvat, arvio, maksu ja mahdollinen vastustuksesi",
        "händelsen, bilder, uppskattning, avgift och din eventuella invändning",
        "the event, pictures, estimate, fee, and your objection if you made one",
    ),
    purposes=(SERVICE, BOOKKEEPING, AUTHORITIES, ANALYSIS),
    subjects=(CUSTOMERS, PARTNERS, REPRESENTATIVES),
    sources=OWN,
    recipients=(INSURER, POLICE, AUTHORITY),
    retention=BY_RELATION,
    access=DEALS,
    on_erasure=CLAIM,
    fields=(
        *held(
            "register.Case",
            supplied="objection",
            observed="booking kind occurred_at objected_at answered_at charged_at",
            derived="number state description estimate_cents fee_cents answer settled_at",
            portable="objection objected_at",
            names_others="description answer",
        ),
        *held(
            "register.ConditionMark",
            observed="booking case moment zone kind x y seen_at",
            derived="note",
            names_others="note",
            access=FRONT,
            on_erasure=Erase(),
        ),
    ),
)
CHOICES = Category(
    key="choices",
    promise="P15",
    name=Text(
        "Kiellot, rajoitukset, suostumukset ja valinnat",
        "Förbud, begränsningar, samtycken och val",
        "Bans, restrictions, consents and choices",
    ),
    describes=Text(
        "vuokrauskiellot syineen, käsittelyn rajoitukset ja vastustukset, suostumukset todisteineen, muut valinnat",
        "uthyrningsförbud med orsak, begränsningar och invändningar, samtycken med bevis, andra val",
        "rental bans with their reasons, restrictions and objections, consents with proof, other choices",
    ),
    purposes=(SERVICE, MARKETING, ANALYSIS, DEVELOPMENT, QUALITY, RIGHTS),
    subjects=PEOPLE,
    sources=OWN,
    recipients=(IT_PROVIDER,),
    retention=BY_RELATION,
    access=COUNTER,
    on_erasure=Erase(),
    fields=(
        *held(
            "register.Consent",
            supplied="purpose channel action",
            observed="acted_at taken_through language notice_version words_shown",
            portable="purpose channel action acted_at",
            access=Access(whole=("desk", "marketing", "privacy", "owner")),
        ),
        *held("register.Consent", observed="paper"),
        *held(
            "register.Choice",
            supplied="key value",
            observed="chosen_at",
            portable="key value chosen_at",
        ),
        *held(
            "register.Ban",
            derived="reason starts_on ends_on lifted_at",
            names_others="reason",
            access=FRONT,
        ),
        *held(
            "register.BanOverride",
            observed="ban booking given_at",
            derived="reason",
            names_others="reason",
            access=FRONT,
        ),
        *held(
            "register.ProcessingRestriction",
            supplied="kind purpose ground",
            observed="starts_at told_before_lifting_at lifts_on lifted_at",
            portable="kind purpose ground starts_at",
        ),
        *held(
            "register.Hold",
            derived="reason owner placed_at review_on released_at",
            access=OFFICE,
        ),
    ),
)
METADATA = Category(
    key="metadata",
    promise="P16",
    name=Text(
        "Käsittelyä koskevat tiedot",
        "Uppgifter om behandlingen",
        "Data about the processing",
    ),
    describes=Text(
        "tallennuspäivä, tietolähde, yhteystietojen tarkistus, luovutukset ja säilytysajan laskenta",
        "sparningsdatum, källa, kontroll av kontaktuppgifter, utlämningar och beräkning av bevaringstid",
        "date saved, source, check of contact details, disclosures, and the count of the retention period",
    ),
    purposes=(RIGHTS, SERVICE, SECURITY, ANALYSIS),
    subjects=PEOPLE,
    sources=OWN,
    recipients=(IT_PROVIDER,),
    retention=(WHILE_AGREED, *BY_RELATION),
    access=COUNTER,
    on_erasure=Erase(),
    fields=(
        *held(
            "register.Customer",
            observed="contact_checked_at contact_checked_by",
        ),
        *held(
            "register.Customer",
            derived="last_event_on last_transaction_on has_contract kept_through erased_on",
            access=COUNTER,
            on_erasure=VOUCHER,
        ),
        *held("register.Customer", derived="group", access=COUNTER, purposes=(ANALYSIS,)),
        *held("register.ImportKey", observed="key", access=COUNTER, purposes=(SERVICE,)),
        *held(
            "register.Merge",
            derived="former_id former_number merged_at undo_through",
            on_erasure=VOUCHER,
        ),
        *held("register.Merge", derived="journal", sealed="journal", access=Access()),
        *held(
            "register.Disclosure",
            observed="recipient office categories what basis legal_ground reference disclosed_at case",
            names_others="what",
            access=OFFICE,
        ),
    ),
)
REQUESTS = Category(
    key="requests",
    promise="P20",
    name=Text("Tietosuojapyynnöt", "Dataskyddsbegäranden", "Data-subject requests"),
    describes=Text(
        "pyyntö, sen vaiheet ja ratkaisu sekä merkintä tunnistamisesta ilman kopiota asiakirjasta",
        "begäran, dess skeden och avgörande samt anteckning om identifiering utan kopia av handlingen",
        "the request, its steps and outcome, and a note of the identity check without a copy of the document",
    ),
    purposes=(RIGHTS,),
    subjects=PEOPLE,
    sources=(PERSON,),
    recipients=(AUTHORITY,),
    retention=(REQUEST_YEARS, PACKAGE_DAYS),
    access=COUNTER,
    on_erasure=SHOWN,
    fields=(
        *held(
            "requests_app.DataSubjectRequest",
            supplied="kind language name email phone made_by subject_name details channel",
            observed="reference state notice_version received_at target_on due_on confirmed_at "
            "identification_asked_at identified_at identified_by document_type mandate taken_by taken_at "
            "extended_at decided_at delivered_at closed_at code_way code_given_at code_given_by",
            derived="decision grounds extension_reason",
        ),
        *held(
            "requests_app.DataSubjectRequest",
            derived="status_token_hash confirm_token_hash code_hash wanted",
            access=Access(),
        ),
        *held(
            "requests_app.Passage",
            derived="request table row_id verdict ground proposed_by proposed_at outcome "
            "decided_by decided_at",
            access=OFFICE,
            on_erasure=Erase(),
        ),
        *held(
            "requests_app.Passage",
            derived="words",
            sealed="words",
            access=Access(masked=("privacy", "owner"), reveal=("privacy", "owner")),
            on_erasure=Erase(),
        ),
        *held("requests_app.Passage", derived="seen", access=Access(), on_erasure=Erase()),
        *held(
            "requests_app.Correction",
            observed="request table column row_id proposed_at",
            derived="outcome ground reasons decided_by decided_at",
            access=OFFICE,
            on_erasure=Erase(),
        ),
        *held(
            "requests_app.Correction",
            supplied="proposed",
            observed="old",
            sealed="old proposed",
            access=Access(masked=("privacy", "owner"), reveal=("privacy", "owner")),
            on_erasure=Erase(),
        ),
        *held(
            "requests_app.RecipientNotice",
            observed="request recipient disclosed_on asked_at outcome why done_on done_by",
            access=OFFICE,
        ),
        *held(
            "requests_app.AccessPackage",
            derived="request made_at expires_at fetched_at handed_over_at handed_over_by document_type "
            "wrong_codes locked_at",
            access=OFFICE,
            on_erasure=Erase(),
        ),
        *held(
            "requests_app.AccessPackage",
            derived="content link_hash",
            sealed="content",
            access=Access(),
            on_erasure=Erase(),
        ),
    ),
)
ACCOUNTS = Category(
    key="accounts",
    promise="P18",
    name=Text(
        "Käyttäjätunnukset ja käyttöloki",
        "Användarkonton och åtkomstlogg",
        "User accounts and audit",
    ),
    describes=Text(
        "henkilöstön tunnukset, roolit, istunnot ja toimet",
        "personalens konton, roller, sessioner och åtgärder",
        "accounts, roles, sessions and acts of the staff",
    ),
    purposes=(SECURITY,),
    subjects=(STAFF,),
    sources=(PERSON, DEALINGS),
    recipients=(IT_PROVIDER,),
    retention=(EMPLOYMENT, ACCOUNTABILITY),
    access=OWNERS,
    on_erasure=SHOWN,
    of_customers=False,
    fields=(
        *held(
            "register.User",
            supplied="username first_name last_name",
            access=OFFICE,
        ),
        *held(
            "register.User",
            supplied="email",
            observed="is_active is_staff is_superuser date_joined last_login groups user_permissions",
        ),
        *held("register.User", supplied="password", access=Access()),
        *held(
            "register.RoleGrant",
            observed="user role granted_by granted_at expires_on taken_by taken_at",
        ),
        *held(
            "mfa.Authenticator",
            supplied="data",
            observed="user type created_at last_used_at",
            access=Access(),
        ),
        *held(
            "usersessions.UserSession",
            observed="user ip user_agent created_at last_seen_at",
        ),
        *held("usersessions.UserSession", observed="session_key data", access=Access()),
        *held(
            "register.AuditEvent",
            observed="at actor_id actor_roles verb object_label object_id customer_id fields reason "
            "outcome count query_tag",
            access=OFFICE,
        ),
        *held(
            "register.LookUpNotice",
            observed="actor_id actor_roles verb day seen_at seen_by",
            derived="usual noticed_at told_at",
            access=OFFICE,
        ),
        *held(
            "register.Approval",
            observed="kind digest about object_label object_id reason asked_by asked_at outcome "
            "decided_by decided_at used_at",
            derived="expires_at",
            access=OFFICE,
        ),
        *held(
            "admin.LogEntry",
            observed="action_time user content_type object_id object_repr action_flag change_message",
            access=OFFICE,
        ),
        *held("register.PaperFolder", observed="entry_list destroyed_by", access=COUNTER),
        *held(
            "register.CashUp",
            observed="day from_at until_at difference_cents note by_clerk",
            access=MONEY,
        ),
    ),
)
CATEGORIES = (
    BASICS, IDENTITY_NUMBERS, COMPANIES, HISTORY, PURCHASES, SERVICE_DETAILS, CARDS, CONTACTS,
    PRODUCED, CASES, CHOICES, METADATA, REQUESTS, ACCOUNTS,
)  # fmt: skip

# == What is not personal, and why ===============================================================

COLUMNS_OF_EVERY_RECORD = ("saved_at", "source")
"""Metadata that every record bears (P16): shown with it, erased with it, seen by who sees the row."""

COLUMNS_WITHOUT_CONTENT = ("id", "customer", "saved_by")
"""Opaque ids and links; `saved_by` points at an account of the staff."""

NOT_PERSONAL = {
    "register.NumberSeries": "running numbers",
    "register.CraftClass": "price list",
    "register.SeasonPrice": "price list",
    "register.CashUpLine": "sums of money by method; who closed the day is declared as CashUp",
    "register.Extra": "price list",
    "register.AgreementTerms": "the firm's own words",
    "register.PostWords": "the firm's own words",
    "register.ImportRun": "headings, counts and row numbers; the rows lie sealed and go at the end",
    "register.Craft": "the fleet",
    "register.MaintenanceBlock": "the fleet",
    "register.PaperFolder": "what a folder is and where; its people are declared",
    "register.RetentionRun": "counts and opaque ids",
    "register.ErasureReceipt": "counts and opaque ids of people who are gone",
    "register.ErasureTrouble": "opaque ids of people whose erasure fails",
    "register.AuditSeal": "opaque ids and keyed digests of audit events",
    "requests_app.RequestDraft": "what somebody is writing, sealed with a key that only her browser "
    "has; gone in two hours",
    "requests_app.RequestMail": "which mail of a request was sent when; neither address nor text",
    "register.Breach": "what happened, in kinds and numbers; its texts take no names",
    "register.Segment": "criteria of a mailing; no list of people",
    "register.Mailing": "the firm's own words to many, and counts; its people are in Delivery",
    "register.Processor": "firms that act for us, under which agreement; its texts take no names",
    "register.NoticeVersion": "what the firm has said in public",
    "register.NoticeWords": "what the firm is about to say in public",
    "requests_app.Reminder": "that staff were reminded of a last day",
    "requests_app.LetterWords": "what the firm says in its letters",
    "register.JournalMark": "how far the register knows the journal of erasures",
    "vault.*": "wrapped keys and look-up tags; destroyed with the person",
    "auth.*": "roles and permissions",
    "account.*": "for people who sign up and prove their address by themselves: nobody does, empty",
    "register.Tally": "keyed hashes of addresses and accounts with counts; gone within a month",
    "register.User_groups": "which account has which role: declared as User.groups",
    "register.User_user_permissions": "declared as User.user_permissions",
    "register.PaperFolder_entry_list": "declared as PaperFolder.entry_list",
    "contenttypes.*": "names of tables",
    "sessions.Session": "signed-in state and language; purged when expired",
    "django_tasks_database.*": "names of jobs and opaque ids",
}

# == What is not corrected by a request under art. 16 ===========================================

_VOUCHER_STAYS = Text(
    "Tositetta ei muuteta: virhe oikaistaan uudella.",
    "Ett verifikat ändras inte: felet rättas med ett nytt.",
    "A voucher is not changed: an error is put right by a new one.",
)
_ACT_STAYS = Text(
    "Tapahtuma on kirjattu sellaisena kuin se oli; uusi kirjataan sen viereen.",
    "Händelsen är antecknad som den var; en ny antecknas bredvid.",
    "The act stands as it happened; a new one is written beside it.",
)
_OWN_PAGE = Text(
    "Muutetaan omalla sivullaan, jossa sen säännöt ovat.",
    "Ändras på sin egen sida, där dess regler finns.",
    "Changed on its own page, where its rules are.",
)
CORRECTED = (
    "register.Customer", "register.Mandate", "register.Identity", "register.Company",
    "register.CompanyContact", "register.QuoteRequest", "register.Rental", "register.Booking",
    "register.LoyaltyMembership", "register.Driver", "register.Feedback", "register.Case",
    "register.Choice", "register.Ban",
)  # fmt: skip
"""Tables of which a request for rectification puts fields right (services.rectifying)."""
NOT_CORRECTED: Mapping[str, Text] = {
    "register.Invoice": _VOUCHER_STAYS,
    "register.ServiceMail": _ACT_STAYS,
    "register.ImportKey": _ACT_STAYS,
    "register.QuoteRequest.number": _ACT_STAYS,
    "register.QuoteRequest.offer": _ACT_STAYS,
    "register.QuoteRequest.offered_at": _ACT_STAYS,
    "register.QuoteRequest.valid_through": _ACT_STAYS,
    "register.QuoteRequest.accepted_at": _ACT_STAYS,
    "register.ConditionMark": _ACT_STAYS,
    "register.Delivery": _ACT_STAYS,
    "register.Merge": _ACT_STAYS,
    "register.BanOverride": _ACT_STAYS,
    "register.Agreement": _VOUCHER_STAYS,
    "register.Payment": _VOUCHER_STAYS,
    "register.OrderLine": _VOUCHER_STAYS,
    "register.Deposit": _VOUCHER_STAYS,
    "register.Consent": _ACT_STAYS,
    "register.Message": _ACT_STAYS,
    "register.Attachment": _ACT_STAYS,
    "register.IdentityCheck": _ACT_STAYS,
    "register.Disclosure": _ACT_STAYS,
    "register.ProcessingRestriction": _OWN_PAGE,
    "register.Hold": _OWN_PAGE,
    "register.CardOnFile": _OWN_PAGE,
    "register.Booking.starts_at": _OWN_PAGE,
    "register.Booking.ends_at": _OWN_PAGE,
    "register.Booking.state": _OWN_PAGE,
    "register.Booking.booked_at": _OWN_PAGE,
    "register.Booking.cancelled_at": _OWN_PAGE,
    "register.Case.state": _OWN_PAGE,
    "register.QuoteRequest.state": _OWN_PAGE,
}
"""Tables, and columns of the tables above, that it does not write to, and why. A table about people
that is in neither list is not written to, and fails a test."""

# == Events: what moves the retention clock ======================================================

EVENTS = (
    Event(table="register.QuoteRequest", when="requested_at"),
    Event(table="register.Booking", when="booked_at", makes_contract=True),
    # The planned end of a cancelled booking never came: its cancellation is the event.
    Event(
        table="register.Booking", when="ends_at", only={"cancelled_at": None}, makes_contract=True
    ),
    Event(table="register.Booking", when="cancelled_at", makes_contract=True),
    Event(table="register.Rental", when="handed_over_at", makes_contract=True),
    Event(table="register.Rental", when="returned_at"),
    Event(table="register.Driver", when="drove_on"),
    Event(table="register.Agreement", when="made_at", makes_contract=True),
    Event(table="register.OrderLine", when="ordered_on", is_transaction=True),
    Event(table="register.Payment", when="paid_at", is_transaction=True),
    Event(table="register.Invoice", when="issued_on", is_transaction=True),
    Event(table="register.Case", when="occurred_at"),
    Event(table="register.Case", when="objected_at"),
    Event(table="register.Case", when="settled_at"),
    Event(table="register.Feedback", when="given_at"),
    Event(table="register.Message", when="happened_at", only={"direction": "in"}),
    Event(table="register.Consent", when="acted_at", only={"action": "given"}),
)
"""Marketing sent by the firm, a staff edit, an export and a look-up are no events. Using a data
protection right is none either: asking to be forgotten must not make the firm remember longer."""

# == Own words ====================================================================================

OWN_WORDS: Mapping[str, tuple[Mapping[str, tuple[object, ...]], ...]] = {
    # What the person wrote herself, and what the register itself wrote to her from a template.
    "register.Message": (
        {"direction": ("in",), "channel": ("email", "sms", "web", "letter")},
        {"direction": ("out",), "saved_by_id": (None,), "source": (FIRM.key,)},
    ),
    "register.Attachment": ({"kind": ("signature",)},),
}
"""Rows in words of her own, per table: column → values. They name nobody whom the person has not
named herself, and go into her copy without being read first."""

# == Words with which a consent is asked ==========================================================

CONSENT_WORDS: Mapping[tuple[str, str], Text] = {
    (MARKETING.key, "email"): Text(
        "Minulle saa lähettää tarjouksia ja uutisia sähköpostilla.",
        "Ni får skicka mig erbjudanden och nyheter per e-post.",
        "You may send me offers and news by e-mail.",
    ),
    (MARKETING.key, "sms"): Text(
        "Minulle saa lähettää tarjouksia ja uutisia tekstiviestillä.",
        "Ni får skicka mig erbjudanden och nyheter per sms.",
        "You may send me offers and news by text message.",
    ),
    (MARKETING.key, "phone"): Text(
        "Minulle saa soittaa tarjouksista ja uutisista.",
        "Ni får ringa mig om erbjudanden och nyheter.",
        "You may call me about offers and news.",
    ),
    (MARKETING.key, "letter"): Text(
        "Minulle saa lähettää tarjouksia ja uutisia postissa.",
        "Ni får skicka mig erbjudanden och nyheter per post.",
        "You may send me offers and news by post.",
    ),
    (ANALYSIS.key, ""): Text(
        "Asiointiani saa ryhmitellä ja käyttää raportteihin, joista minua ei tunnista.",
        "Mina kundhändelser får grupperas och användas i rapporter där jag inte kan kännas igen.",
        "My dealings may be grouped and used for reports in which I cannot be recognised.",
    ),
    (DEVELOPMENT.key, ""): Text(
        "Palautettani ja toiveitani saa käyttää palvelun kehittämiseen.",
        "Min respons och mina önskemål får användas för att utveckla tjänsten.",
        "My feedback and wishes may be used to develop the service.",
    ),
    (QUALITY.key, ""): Text(
        "Palautteestani saa seurata, miten minua palveltiin.",
        "Min respons får användas för att följa hur jag blev betjänad.",
        "My feedback may be used to follow how well I was served.",
    ),
}
"""Purpose and channel → the exact words, shown or read aloud, and kept with the consent as its
proof (GDPR 7(1)). Marketing is asked channel by channel, the rest once."""

# == Merging ======================================================================================

MERGE_UNDO_DAYS = 30
"""How long a merge of two records can be undone. The sealed journal of the undo goes after that."""

# == Feedback =====================================================================================

FEEDBACK_LINK_DAYS = 60
"""How long after a rental its feedback link opens the form."""

# == Backups ======================================================================================

BACKUP_DAYS = {"register": 30, "vault": 7}
"""How long a backup is kept at most. A destroyed key stands in the vault's backups until then."""

# == Grounds that staff choose from ==============================================================

HOLD_REASONS = (
    Named(key="unpaid_claim", name=Text("Maksamaton saatava", "Obetald fordran", "Unpaid claim")),
    Named(key="damage_dispute", name=Text("Vauriota koskeva riita", "Tvist om skada", "Damage dispute")),
    Named(key="police", name=Text("Poliisin pyyntö", "Polisens begäran", "Police request")),
    Named(key="insurer", name=Text("Vakuutusyhtiön pyyntö", "Försäkringsbolagets begäran", "Insurer's request")),
    Named(
        key="kept_for_person",
        name=Text(
            "Asiakas pyysi säilyttämään todisteena", "Kunden bad oss bevara som bevis",
            "The person asked to keep it as evidence",
        ),
    ),
    Named(key="open_request", name=Text("Avoin tietosuojapyyntö", "Öppen dataskyddsbegäran", "Open data-subject request")),
)  # fmt: skip
RESTRICTION_GROUNDS = (
    Named(key="accuracy_contested", name=Text("Tiedon oikeellisuus on kiistetty", "Uppgiftens riktighet bestrids", "Accuracy is contested")),
    Named(key="unlawful_no_erasure", name=Text("Käsittely on lainvastaista, mutta tietoja ei haluta poistaa", "Behandlingen är olaglig men radering önskas inte", "Processing is unlawful but erasure is not wanted")),
    Named(key="needed_for_claim", name=Text("Asiakas tarvitsee tietoa oikeudelliseen vaateeseen", "Kunden behöver uppgiften för ett rättsligt anspråk", "The person needs it for a legal claim")),
    Named(key="objection_pending", name=Text("Vastustamisen perusteita arvioidaan", "Grunderna för invändningen bedöms", "Grounds of an objection are being weighed")),
    Named(key="marketing_objection", name=Text("Markkinoinnin vastustaminen", "Invändning mot marknadsföring", "Objection to marketing")),
    Named(key="own_situation", name=Text("Asiakkaan oma tilanne", "Kundens egen situation", "The person's own situation")),
)  # fmt: skip
ALL_KINDS = (
    "access", "rectification", "erasure", "restriction", "portability", "objection", "withdrawal",
)  # fmt: skip
DECISION_GROUNDS = (
    Ground(
        key="not_identified", kinds=ALL_KINDS, law="GDPR 11(2), 12(2), 12(6)",
        name=Text("Henkilöllisyyttä ei voitu varmistaa", "Identiteten kunde inte styrkas", "The identity could not be checked"),
        told=Text(
            "Emme voineet varmistaa, kuka pyynnön teki. Siksi emme voi luovuttaa tai muuttaa tietoja.",
            "Vi kunde inte försäkra oss om vem som gjorde begäran. Därför kan vi inte lämna ut eller ändra uppgifter.",
            "We could not make sure who made the request. Therefore we cannot hand over or change data.",
        ),
    ),
    Ground(
        key="mandate_missing", kinds=ALL_KINDS, law="GDPR 12(2)",
        name=Text("Edustajan valtuutusta ei näytetty", "Fullmakten visades inte", "The representative's mandate was not shown"),
        told=Text(
            "Emme saaneet nähdä valtuutusta, jonka nojalla toista ihmistä edustetaan.",
            "Vi fick inte se den fullmakt med stöd av vilken en annan person företräds.",
            "We were not shown the mandate to act for another person.",
        ),
    ),
    Ground(
        key="not_in_register", kinds=ALL_KINDS, law="GDPR 12(4), 15(1)",
        name=Text("Rekisterissä ei ole pyytäjän tietoja", "Registret innehåller inga uppgifter om personen", "The register holds nothing about the person"),
        told=Text(
            "Emme löytäneet rekisteristämme sinua koskevia tietoja.",
            "Vi hittade inga uppgifter om dig i vårt register.",
            "We found no data about you in our register.",
        ),
    ),
    Ground(
        key="double", kinds=ALL_KINDS, law="GDPR 12(5)",
        name=Text("Sama pyyntö on jo käsiteltävänä", "Samma begäran behandlas redan", "The same request is already in hand"),
        told=Text(
            "Olet jo tehnyt saman pyynnön, ja vastaamme siihen. Tätä kaksoiskappaletta emme käsittele erikseen.",
            "Du har redan gjort samma begäran och vi besvarar den. Den här dubbletten behandlas inte för sig.",
            "You have already made the same request, and we answer that one. This double is not handled separately.",
        ),
    ),
    Ground(
        key="excessive", kinds=ALL_KINDS, law="GDPR 12(5)",
        name=Text("Ilmeisen perusteeton tai kohtuuton pyyntö", "Uppenbart ogrundad eller orimlig begäran", "Manifestly unfounded or excessive"),
        told=Text(
            "Pyyntö on ilmeisen perusteeton tai toistuvuutensa vuoksi kohtuuton. Perustelemme sen alla.",
            "Begäran är uppenbart ogrundad eller orimlig, eftersom den upprepas. Skälen står nedan.",
            "The request is manifestly unfounded, or excessive because it is repeated. The reasons are below.",
        ),
    ),
    Ground(
        key="rights_of_others", kinds=("access", "portability"), law="GDPR 15(4), 20(4)",
        name=Text("Toisen ihmisen oikeudet", "Andras rättigheter", "The rights of others"),
        told=Text(
            "Osa tiedoista koskee muita ihmisiä, joiden oikeuksia luovuttaminen loukkaisi.",
            "En del av uppgifterna gäller andra människor, vilkas rättigheter skulle kränkas.",
            "Part of the data concerns other people, whose rights would suffer.",
        ),
    ),
    Ground(
        key="limited_by_law", kinds=("access",), law="Tietosuojalaki 1050/2018, 34 §",
        name=Text("Laki rajoittaa tarkastusoikeutta", "Lagen begränsar rätten till insyn", "The law limits the right of access"),
        told=Text(
            "Laki rajoittaa oikeutta saada nämä tiedot. Muut tiedot saat.",
            "Lagen begränsar rätten att få dessa uppgifter. De övriga får du.",
            "The law limits the right to this data. You get the rest.",
        ),
    ),
    Ground(
        key="correct_already", kinds=("rectification",), law="GDPR 16",
        name=Text("Tieto on oikein", "Uppgiften är riktig", "The data is right as it is"),
        told=Text(
            "Tarkistimme tiedon, ja se on oikein. Käsityksesi siitä on liitetty pyyntöösi.",
            "Vi kontrollerade uppgiften och den är riktig. Din uppfattning finns i din begäran.",
            "We checked the data, and it is right. Your view of it stands in your request.",
        ),
    ),
    Ground(
        key="not_verified", kinds=("rectification",), law="GDPR 5(1)(d), 16",
        name=Text("Uutta tietoa ei voitu varmistaa", "Den nya uppgiften kunde inte styrkas", "The new data could not be verified"),
        told=Text(
            "Emme voineet varmistaa, että uusi tieto on oikea. Korjaamme sen, jos näytät siitä selvityksen.",
            "Vi kunde inte försäkra oss om att den nya uppgiften är riktig. Vi rättar den om du visar en utredning.",
            "We could not make sure that the new data is right. We correct it if you show us proof of it.",
        ),
    ),
    Ground(
        key="assessment", kinds=("rectification",), law="GDPR 16",
        name=Text("Arvio, ei tosiseikka", "En bedömning, inte ett faktum", "An assessment, not a fact"),
        told=Text(
            "Kyse on henkilöstömme arviosta. Näkemyksesi siitä säilyy pyynnössäsi sen rinnalla.",
            "Det gäller vår personals bedömning. Din syn på saken bevaras i din begäran vid sidan av den.",
            "It is an assessment of our staff. Your view is kept beside it, in your request.",
        ),
    ),
    Ground(
        key="voucher", kinds=("rectification",), law="Kirjanpitolaki 1336/1997, 2:7",
        name=Text("Tositetta ei muuteta", "Ett verifikat ändras inte", "A voucher is not changed"),
        told=Text(
            "Tieto on kirjanpidon tositteessa, jota ei saa muuttaa jälkeenpäin. Virhe oikaistaan uudella tositteella.",
            "Uppgiften finns i ett bokföringsverifikat som inte får ändras i efterhand. Felet rättas med ett nytt verifikat.",
            "It stands in a bookkeeping voucher, which may not be changed afterwards. An error is put right by a new voucher.",
        ),
    ),
    Ground(
        key="bookkeeping", kinds=("erasure", "restriction"), law="Kirjanpitolaki 1336/1997, 2:10; GDPR 17(3)(b)",
        name=Text("Kirjanpitolaki", "Bokföringslagen", "The Bookkeeping Act"),
        told=Text(
            "Kirjanpitolaki velvoittaa meidät säilyttämään sopimusten ja maksujen tositteet.",
            "Bokföringslagen kräver att vi bevarar verifikat över avtal och betalningar.",
            "The Bookkeeping Act obliges us to keep the vouchers of agreements and payments.",
        ),
    ),
    Ground(
        key="legal_claim", kinds=("erasure", "restriction", "objection"), law="GDPR 17(3)(e), 18(2), 21(1)",
        name=Text("Oikeudellinen vaade", "Rättsligt anspråk", "A legal claim"),
        told=Text(
            "Tietoja tarvitaan oikeudellisen vaateen laatimiseen, esittämiseen tai puolustamiseen.",
            "Uppgifterna behövs för att fastställa, göra gällande eller försvara ett rättsligt anspråk.",
            "The data is needed to establish, exercise or defend a legal claim.",
        ),
    ),
    Ground(
        key="still_needed", kinds=("erasure",), law="GDPR 17(1)(a)",
        name=Text("Tietoja tarvitaan vielä sopimukseen", "Uppgifterna behövs ännu för avtalet", "Still needed for the contract"),
        told=Text(
            "Varauksesi tai vuokrauksesi on kesken, ja tarvitsemme tietoja sen hoitamiseen.",
            "Din bokning eller uthyrning pågår, och vi behöver uppgifterna för den.",
            "Your booking or rental is not over, and we need the data for it.",
        ),
    ),
    Ground(
        key="no_such_case", kinds=("restriction",), law="GDPR 18(1)",
        name=Text("Rajoittamisen edellytys puuttuu", "Förutsättning för begränsning saknas", "No case for restriction"),
        told=Text(
            "Mikään laissa säädetyistä rajoittamisen edellytyksistä ei täyty.",
            "Ingen av de förutsättningar för begränsning som lagen anger är uppfylld.",
            "None of the cases in which the law provides for restriction is at hand.",
        ),
    ),
    Ground(
        key="not_supplied", kinds=("portability",), law="GDPR 20(1)",
        name=Text("Tieto ei ole siirrettävissä", "Uppgiften är inte överförbar", "Not portable data"),
        told=Text(
            "Siirto-oikeus koskee vain tietoja, jotka olet itse antanut ja joita käsitellään suostumuksella tai sopimuksen vuoksi.",
            "Rätten till överföring gäller bara uppgifter som du själv har lämnat och som behandlas med samtycke eller på grund av avtal.",
            "The right covers only what you supplied yourself and what is processed on consent or contract.",
        ),
    ),
    Ground(
        key="weightier_grounds", kinds=("objection",), law="GDPR 21(1)",
        name=Text("Painavammat perusteet", "Tungre vägande skäl", "Compelling grounds"),
        told=Text(
            "Käsittelyyn on huomattavan tärkeä ja perusteltu syy, joka painaa enemmän. Perustelemme sen alla.",
            "Det finns tvingande berättigade skäl som väger tyngre. De står nedan.",
            "There are compelling legitimate grounds that weigh more. They are below.",
        ),
    ),
    Ground(
        key="duty_by_law", kinds=("objection", "erasure"), law="GDPR 6(1)(c), 17(3)(b)",
        name=Text("Lakisääteinen velvoite", "Lagstadgad skyldighet", "A duty set by law"),
        told=Text(
            "Käsittely perustuu lakisääteiseen velvoitteeseemme.",
            "Behandlingen grundar sig på vår lagstadgade skyldighet.",
            "The processing rests on a duty that the law sets us.",
        ),
    ),
    Ground(
        key="no_consent", kinds=("withdrawal",), law="GDPR 7(3)",
        name=Text("Suostumusta ei ole voimassa", "Inget samtycke gäller", "No consent stands"),
        told=Text(
            "Sinulla ei ole meillä voimassa olevaa suostumusta, joten peruttavaa ei ollut.",
            "Du har inget gällande samtycke hos oss, så det fanns inget att återkalla.",
            "No consent of yours stands with us, so there was nothing to withdraw.",
        ),
    ),
)  # fmt: skip
"""Grounds of a decision that goes against the person in whole or part (GDPR 12(4)). The clerk
chooses one that fits the kind of request, and adds the reasons of the case."""
CORRECTION_GROUNDS = tuple(one for one in DECISION_GROUNDS if one.kinds == ("rectification",))
"""Why one field of a request for rectification is left as it is."""
WITHHOLDING_GROUNDS = (
    Named(key="others_rights", name=Text("Toisen ihmisen oikeudet ja vapaudet (GDPR 15(4))", "En annan människas rättigheter och friheter (GDPR 15.4)", "The rights and freedoms of another person (GDPR 15(4))")),
    Named(key="crime_prevention", name=Text("Rikosten ehkäisy tai selvittäminen (tietosuojalaki 1050/2018, 34 §)", "Förebyggande eller utredning av brott (dataskyddslagen 1050/2018, 34 §)", "Prevention or investigation of crime (Data Protection Act 1050/2018, s. 34)")),
    Named(key="danger", name=Text("Vakava vaara terveydelle tai toisen oikeuksille (tietosuojalaki 1050/2018, 34 §)", "Allvarlig fara för hälsan eller någon annans rättigheter (dataskyddslagen 1050/2018, 34 §)", "Serious danger to health or to another's rights (Data Protection Act 1050/2018, s. 34)")),
    Named(key="supervision", name=Text("Valvonta- tai tarkastustehtävä (tietosuojalaki 1050/2018, 34 §)", "Tillsyns- eller inspektionsuppgift (dataskyddslagen 1050/2018, 34 §)", "A supervisory or inspection task (Data Protection Act 1050/2018, s. 34)")),
)  # fmt: skip
"""Why a passage is left out of a copy, whole or in part. The person is told which it was."""

REVEAL_REASONS = (
    ReasonToOpen(key="identify", purpose=SERVICE.key, name=Text("Henkilön erottaminen samannimisistä", "Särskilja personer med samma namn", "Telling people apart")),
    ReasonToOpen(key="agreement", purpose=SERVICE.key, name=Text("Vuokrasopimuksen tekeminen", "Upprättande av hyresavtal", "Making a rental agreement")),
    ReasonToOpen(key="charge", purpose=SERVICE.key, name=Text("Jälkiveloitus", "Efterdebitering", "A later charge")),
    ReasonToOpen(key="authority", purpose=AUTHORITIES.key, name=Text("Viranomaisen lakiin perustuva pyyntö", "Myndighets lagstadgade begäran", "An authority's lawful request")),
    ReasonToOpen(key="request", purpose=RIGHTS.key, name=Text("Tietosuojapyynnön käsittely", "Behandling av dataskyddsbegäran", "Handling a data-subject request")),
    ReasonToOpen(key="correction", purpose=RIGHTS.key, name=Text("Tiedon tarkistaminen tai korjaaminen", "Kontroll eller rättelse", "Checking or correcting it")),
)  # fmt: skip

EXPORT_REASONS = (
    ExportReason(key="bookkeeping", purpose=BOOKKEEPING.key, name=Text("Kirjanpito tai tilintarkastus", "Bokföring eller revision", "Bookkeeping or audit")),
    ExportReason(key="authority", purpose=AUTHORITIES.key, name=Text("Viranomaisen lakiin perustuva pyyntö", "Myndighets lagstadgade begäran", "An authority's lawful request")),
    ExportReason(key="insurer", purpose=SERVICE.key, name=Text("Vakuutusyhtiön selvitys", "Utredning åt försäkringsbolaget", "An insurer's enquiry")),
    ExportReason(key="move", purpose=SERVICE.key, name=Text("Siirto toiseen järjestelmään", "Flytt till ett annat system", "A move to another system")),
    ExportReason(key="analysis", purpose=ANALYSIS.key, name=Text("Toiminnan kehittäminen", "Utveckling av verksamheten", "Development of the business")),
)  # fmt: skip

DISCLOSURE_BASES = (
    DisclosureBasis(
        key="police", law="Poliisilaki 872/2011, 4:3", purpose=AUTHORITIES.key, recipients=(POLICE.key,),
        name=Text("Poliisin päällystön pyyntö rikoksen selvittämiseksi", "Begäran av polisbefäl för att utreda ett brott", "A commanding police officer's request, to solve a crime"),
    ),
    DisclosureBasis(
        key="coercive", law="Pakkokeinolaki 806/2011", purpose=AUTHORITIES.key, recipients=(POLICE.key, AUTHORITY.key),
        name=Text("Tuomioistuimen tai tutkinnanjohtajan määräys", "Förordnande av domstol eller undersökningsledare", "An order of a court or of the head of an investigation"),
    ),
    DisclosureBasis(
        key="tax", law="Laki verotusmenettelystä 1558/1995, 3 luku", purpose=AUTHORITIES.key, recipients=(AUTHORITY.key,),
        name=Text("Verottajan tietopyyntö", "Skatteförvaltningens begäran", "The tax authority's request"),
    ),
    DisclosureBasis(
        key="enforcement", law="Ulosottokaari 705/2007, 3 luku", purpose=AUTHORITIES.key, recipients=(AUTHORITY.key,),
        name=Text("Ulosoton tietopyyntö", "Utsökningens begäran", "The enforcement authority's request"),
    ),
    DisclosureBasis(
        key="supervision", law="GDPR 31, 58(1)", purpose=AUTHORITIES.key, recipients=(AUTHORITY.key,),
        name=Text("Tietosuojavaltuutetun selvityspyyntö", "Dataombudsmannens begäran om utredning", "The data protection ombudsman's enquiry"),
    ),
    DisclosureBasis(
        key="other_law", law="", purpose=AUTHORITIES.key, recipients=(AUTHORITY.key, POLICE.key),
        name=Text("Muu laki: kirjoita pykälä alle", "Annan lag: skriv paragrafen nedan", "Another statute: write it below"),
    ),
    DisclosureBasis(
        key="claim", law="GDPR 6(1)(b)", purpose=SERVICE.key, recipients=(INSURER.key,),
        name=Text("Vuokrasopimukseen kuuluvan vaurion korvaaminen", "Ersättning av en skada som hör till hyresavtalet", "Settling damage under the rental agreement"),
    ),
    DisclosureBasis(
        key="contract", law="GDPR 6(1)(b)", purpose=SERVICE.key, recipients=(PAYMENT_SERVICE.key, PARTNER.key),
        name=Text("Sopimuksen täyttäminen", "Fullgörande av avtalet", "Carrying out the contract"),
    ),
    DisclosureBasis(
        key="books", law="Kirjanpitolaki 1336/1997", purpose=BOOKKEEPING.key, recipients=(ACCOUNTANT.key,),
        name=Text("Kirjanpito tai tilintarkastus", "Bokföring eller revision", "Bookkeeping or audit"),
    ),
    DisclosureBasis(
        key="asked", law="GDPR 6(1)(a)", purpose="", recipients=(AUTHORITY.key, POLICE.key, INSURER.key, PARTNER.key),
        name=Text("Asiakas pyysi itse antamaan tiedot", "Kunden bad själv att uppgifterna lämnas", "The customer asked for it herself"),
    ),
)  # fmt: skip
"""On what basis data of one person is given to somebody outside the firm (P3). Without one of
these nothing is given."""

# == Two people ==================================================================================

MASS_EXPORT = TwoPeople(
    key="mass_export",
    name=Text("Luettelon vienti tiedostoon", "Export av en lista till en fil", "Export of a list to a file"),
    verb="approve",
)  # fmt: skip
ERASE_CONTRACT = TwoPeople(
    key="erase_contract",
    name=Text(
        "Sopimusasiakkaan tietojen poistaminen", "Radering av en avtalskunds uppgifter",
        "Erasing somebody with a contract",
    ),
    verb="approve",
)  # fmt: skip
RELEASE_TEXT = TwoPeople(
    key="release_text",
    name=Text(
        "Vapaan tekstin luovuttaminen pyytäjälle", "Utlämnande av fri text till den som begärt",
        "Release of free text to the requester",
    ),
    verb="approve",
)  # fmt: skip
MASS_MAILING = TwoPeople(
    key="mass_mailing",
    name=Text(
        "Markkinointiviestin lähettäminen monelle", "Utskick av marknadsföring till många",
        "Marketing sent to many",
    ),
    verb="approve",
)  # fmt: skip
NEEDS_TWO = {
    matter.key: matter for matter in (MASS_EXPORT, ERASE_CONTRACT, RELEASE_TEXT, MASS_MAILING)
}
"""Neither alone: one asks, another with the verb approves (P18)."""

# == Derived look-ups ============================================================================

SOURCE_KEYS = tuple(source.key for source in SOURCES)
PURPOSE_KEYS = tuple(purpose.key for purpose in PURPOSES)
RECIPIENT_KEYS = tuple(recipient.key for recipient in RECIPIENTS)
ROLE_KEYS = tuple(role.key for role in ROLES)
HOLD_REASON_KEYS = tuple(reason.key for reason in HOLD_REASONS)
RESTRICTION_GROUND_KEYS = tuple(ground.key for ground in RESTRICTION_GROUNDS)
EXPORT_REASON_KEYS = tuple(reason.key for reason in EXPORT_REASONS)
WITHHOLDING_GROUND_KEYS = tuple(ground.key for ground in WITHHOLDING_GROUNDS)
DISCLOSURE_BASIS_KEYS = tuple(basis.key for basis in DISCLOSURE_BASES)
REVEAL_REASON_KEYS = tuple(reason.key for reason in REVEAL_REASONS)

FIELDS: dict[str, Field] = {field.label: field for c in CATEGORIES for field in c.fields}
CATEGORY_OF: dict[str, Category] = {field.label: c for c in CATEGORIES for field in c.fields}
TABLES: tuple[str, ...] = tuple(dict.fromkeys(field.table for field in FIELDS.values()))


def access(label: str) -> Access:
    """Who sees the column; KeyError for a column that is not declared."""
    return FIELDS[label].access or CATEGORY_OF[label].access


def on_erasure(label: str) -> Erase | Retain:
    """What a request under art. 17 does to the column."""
    return FIELDS[label].on_erasure or CATEGORY_OF[label].on_erasure


def purposes(label: str) -> tuple[Purpose, ...]:
    """What the column serves."""
    return FIELDS[label].purposes or CATEGORY_OF[label].purposes


def on_consent_alone() -> dict[str, tuple[str, ...]]:
    """Columns that nothing but consents allows: label → keys of the purposes. When none of these
    consents stands any more, the column has no reason left (GDPR 17(1)(b))."""
    return {
        label: tuple(purpose.key for purpose in purposes(label))
        for label in FIELDS
        if all(purpose.basis is Basis.CONSENT for purpose in purposes(label))
    }


def sight(label: str, roles: tuple[str, ...]) -> Sight:
    """What somebody with these roles sees of the column "app.Model.field".

    A column that is not declared is not shown. The columns that every record bears are seen by
    whoever sees anything of the row.
    """
    table, _, name = label.rpartition(".")
    if label in FIELDS:
        return access(label).sight(roles)
    if name in COLUMNS_OF_EVERY_RECORD or name in COLUMNS_WITHOUT_CONTENT:
        return Sight.WHOLE if sees_table(table, roles) else Sight.ABSENT
    return Sight.ABSENT


def sees_table(table: str, roles: tuple[str, ...]) -> bool:
    """Whether any declared column of the table is seen at all."""
    return any(
        access(label).sight(roles) is not Sight.ABSENT
        for label, field in FIELDS.items()
        if field.table == table
    )


def category_fields(table: str) -> tuple[Field, ...]:
    """The declared columns of one table, in the order of the policy."""
    return tuple(field for field in FIELDS.values() if field.table == table)
