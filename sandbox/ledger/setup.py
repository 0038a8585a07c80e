"""The company behind the ledger: its subsidiaries, currencies, terms, items, staff and custom lists."""

from decimal import Decimal

from sandbox.ledger.company import Account, AccountType, Employee, Subsidiary
from sandbox.ledger.records import Choice, Currency, Terms

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
    Subsidiary(
        id=1, name="Corvane Instruments, Inc.", currency="USD", country="US", city="Boston", email="ar@corvane.example"
    ),
    Subsidiary(id=2, name="Corvane Instruments UK Ltd", currency="GBP", country="GB", city="Leeds", parent_id=1),
    Subsidiary(id=3, name="Corvane Instruments Europe GmbH", currency="EUR", country="DE", city="Köln", parent_id=1),
    Subsidiary(id=4, name="Corvane Instruments K.K.", currency="JPY", country="JP", city="東京", parent_id=1),
    Subsidiary(id=5, name="Eliminations", currency="USD", country="US", parent_id=1, is_elimination=True),
)

RECEIVABLES_ID, BANK_ID, UNDEPOSITED_ID = 122, 107, 116
_EVERYWHERE = tuple(unit.id for unit in SUBSIDIARIES)
ACCOUNTS = (
    Account(id=106, number="1000", name="Cash", type=AccountType.BANK, currency="USD"),
    Account(id=BANK_ID, number="1010", name="Operating Bank", type=AccountType.BANK, parent_id=106, currency="USD"),
    Account(
        id=108,
        number="1020",
        name="Sterling Bank",
        type=AccountType.BANK,
        parent_id=106,
        currency="GBP",
        subsidiary_ids=(2,),
    ),
    Account(
        id=109,
        number="1030",
        name="Euro Bank",
        type=AccountType.BANK,
        parent_id=106,
        currency="EUR",
        subsidiary_ids=(3,),
    ),
    Account(id=110, number="1040", name="Petty Cash", type=AccountType.BANK, currency="USD", is_inactive=True),
    *(
        Account(id=account_id, number=number, name=name, type=kind, subsidiary_ids=_EVERYWHERE)
        for account_id, number, name, kind in (
            (UNDEPOSITED_ID, "1090", "Undeposited Funds", AccountType.OTHER_CURRENT_ASSET),
            (RECEIVABLES_ID, "1100", "Accounts Receivable", AccountType.ACCOUNTS_RECEIVABLE),
            (123, "1190", "Intercompany Receivable", AccountType.ACCOUNTS_RECEIVABLE),
            (130, "1200", "Inventory", AccountType.OTHER_CURRENT_ASSET),
            (140, "1500", "Furniture & Fixtures", AccountType.FIXED_ASSET),
            (200, "2000", "Accounts Payable", AccountType.ACCOUNTS_PAYABLE),
            (210, "2200", "Sales Tax Payable", AccountType.OTHER_CURRENT_LIABILITY),
            (211, "2300", "Customer Deposits", AccountType.OTHER_CURRENT_LIABILITY),
            (220, "2400", "Deferred Revenue", AccountType.DEFERRED_REVENUE),
            (300, "3000", "Retained Earnings", AccountType.EQUITY),
            (400, "4000", "Sales", AccountType.INCOME),
            (401, "4010", "Service Revenue", AccountType.INCOME),
            (402, "4900", "Discounts <given>", AccountType.INCOME),
            (500, "5000", "Cost of Goods Sold", AccountType.COST_OF_GOODS_SOLD),
            (600, "6000", "Bad Debt Expense", AccountType.EXPENSE),
            (700, "7000", "Realised FX Gain / Loss", AccountType.OTHER_EXPENSE),
        )
    ),
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

PRIMARY_CONTACT_ID = -10
CONTACT_ROLES = {PRIMARY_CONTACT_ID: "Primary Contact", -20: "Alternate Contact", 1: "Accounts Payable"}

# Sales tax or VAT of an invoice, in thousandths, by the country of the customer.
TAX_PER_MILLE = {"US": 0, "GB": 200, "DE": 190, "FR": 200, "SE": 250, "JP": 100, "CA": 50, "IE": 230, "NL": 210}
