"""The company behind the ledger: its subsidiaries, currencies, terms, items, staff and custom lists."""

from decimal import Decimal

from sandbox.ledger.records import Choice, Currency, Employee, Subsidiary, Terms

BASE_CURRENCY = "USD"

CURRENCIES = tuple(
    Currency(id=number, code=code, name=name, display_symbol=symbol, exponent=exponent, exchange_rate=Decimal(rate))
    for number, (code, name, symbol, exponent, rate) in enumerate(
        (
            ("USD", "US Dollar", "$", 2, "1"),
            ("GBP", "British Pound", "£", 2, "1.3125"),
            ("CAD", "Canadian Dollar", "CA$", 2, "0.7215"),
            ("EUR", "Euro", "€", 2, "1.1604"),
            ("JPY", "Japanese Yen", "¥", 0, "0.00642"),
            ("KWD", "Kuwaiti Dinar", "KD", 3, "3.2571"),
            ("SEK", "Swedish Krona", "kr", 2, "0.1058"),
        ),
        start=1,
    )
)

# The price of one unit in the base currency.
RATES = {currency.code: currency.exchange_rate for currency in CURRENCIES}

SUBSIDIARIES = (
    Subsidiary(id=1, name="Corvane Instruments, Inc.", currency="USD", country="US"),
    Subsidiary(id=2, name="Corvane Instruments UK Ltd", currency="GBP", country="GB", parent_id=1),
    Subsidiary(id=3, name="Corvane Instruments Europe GmbH", currency="EUR", country="DE", parent_id=1),
    Subsidiary(id=4, name="Corvane Instruments K.K.", currency="JPY", country="JP", parent_id=1),
)

TERMS = tuple(
    Terms(id=number, name=name, days=days)
    for number, name, days in (
        (1, "Net 15", 15),
        (2, "Net 30", 30),
        (3, "Net 60", 60),
        (4, "Due on receipt", 0),
        (5, "Net 45", 45),
        (6, "Net 90", 90),
    )
)

EMPLOYEES = tuple(
    Employee(id=number, name=name, email=f"{name.split()[0].lower()}@corvane.example")
    for number, name in enumerate(
        (
            "Ana Silva",
            "Ben Okafor",
            "Priya Raman",
            "Tomas Herrera",
            "Mei Tanaka",
            "Grace Adeyemi",
            "Lukas Brandt",
            "Nora Haddad",
        ),
        start=11,
    )
)

COLLECTORS = tuple(
    Choice(id=number, name=name)
    for number, name in ((1, "Alma Reyes"), (2, "Ben Cole"), (3, "Ingrid Moe"), (4, "Kofi Mensah"))
)
DELIVERY_CHANNELS = tuple(
    Choice(id=number, name=name) for number, name in ((1, "E-mail"), (2, "Portal"), (3, "EDI"), (4, "Post"))
)
CATEGORIES = ("Enterprise", "Mid-market", "Small business", "Public sector", "Distributor")

ITEMS = (
    (201, "Spectrometer S2", "Bench spectrometer, second series"),
    (202, "Calibration kit", "Reference cells and certificate"),
    (203, "On-site service", "Field engineer, per hour"),
    (204, "Support plan", "Annual support, priority response"),
    (205, "Cuvettes (100)", "Quartz cuvettes, box of 100"),
    (206, "Cloud licence", "Instrument cloud, per seat and month"),
    (207, "Training day", "Operator training, up to 8 people"),
    (208, "Freight & handling", "Carriage, insured <door to door>"),
)

# Sales tax or VAT of an invoice, in thousandths, by the country of the customer.
TAX_PER_MILLE = {"US": 0, "GB": 200, "DE": 190, "FR": 200, "SE": 250, "JP": 100, "CA": 50, "IE": 230, "NL": 210}
