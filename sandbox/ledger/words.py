"""Word lists from which the names of companies and people are put together."""

FIRST_WORDS = (
    "Alder", "Amber", "Anchor", "Apex", "Arbor", "Ashgrove", "Aurora", "Bayside", "Beacon", "Birch", "Blue Heron",
    "Boulder", "Bright", "Brook", "Canyon", "Cardinal", "Cascade", "Cedar", "Chestnut", "Cinder", "Clearwater",
    "Cobalt", "Copper", "Coral", "Crescent", "Crown", "Delta", "Driftwood", "Eastgate", "Elm", "Ember", "Evergreen",
    "Fairmont", "Falcon", "Fieldstone", "Foxglove", "Garnet", "Glacier", "Golden Oak", "Granite", "Harbor", "Hawthorn",
    "Hazel", "Heritage", "Highland", "Hollow Creek", "Horizon", "Indigo", "Iron Gate", "Ivy", "Jasper", "Juniper",
    "Keystone", "Kingfisher", "Lakeshore", "Larkspur", "Laurel", "Liberty", "Linden", "Lone Pine", "Magnolia", "Maple",
    "Meadow", "Meridian", "Mesa", "Mill River", "Monarch", "Moss", "Nimbus", "North Star", "Oakdale", "Obsidian",
    "Olive", "Orchard", "Osprey", "Pacific", "Pebble", "Pinecrest", "Polar", "Prairie", "Quarry", "Quartz", "Quill",
    "Redwood", "Ridgeline", "River Bend", "Rowan", "Saffron", "Sage", "Sandstone", "Sequoia", "Silver Birch", "Slate",
    "Solstice", "Spruce", "Sterling", "Summit", "Sunrise", "Sycamore", "Tamarack", "Terrace", "Thistle", "Thornton",
    "Timberline", "Topaz", "Umber", "Union", "Valley", "Vantage", "Verdant", "Violet", "Walnut", "Westbrook", "Willow",
    "Winter Harbor", "Wren", "Yarrow", "Zephyr",
)  # fmt: skip

SECOND_WORDS = (
    "Analytics", "Bakeries", "Biotech", "Books", "Brewing", "Builders", "Capital", "Ceramics", "Chemicals", "Clinics",
    "Components", "Dairy", "Data Systems", "Dental Supply", "Diagnostics", "Distribution", "Electric", "Energy",
    "Engineering", "Fabrication", "Farms", "Foods", "Freight", "Furniture", "Glass", "Health", "Hotels", "Imaging",
    "Instruments", "Labs", "Lighting", "Logistics", "Lumber", "Machine Works", "Marine", "Materials", "Media",
    "Medical", "Metals", "Motors", "Networks", "Optics", "Packaging", "Paper", "Pharma", "Plastics", "Printing",
    "Properties", "Research", "Robotics", "Semiconductor", "Shipping", "Software", "Solar", "Steel", "Supply",
    "Telecom", "Textiles", "Tools", "Toys", "Transport", "Water", "Wind Power", "Wines",
)  # fmt: skip

LEGAL_SUFFIXES = {
    "US": (", Inc.", " Inc", " LLC", ", LLC", " Corp.", " Corporation", " Co.", " & Sons", " L.P.", ""),
    "GB": (" Ltd", " Limited", " plc", " LLP"),
    "DE": (" GmbH", " AG", " GmbH & Co. KG", " e.K."),
    "FR": (" S.A.", " SARL", " SAS"),
    "SE": (" AB",),
    "JP": (" K.K.", " Co., Ltd."),
    "CA": (" Inc.", " Ltée", " Ltd."),
    "KW": (" W.L.L.", " K.S.C."),
}

FIRST_NAMES = (
    "Aaron", "Aïcha", "Amara", "Ana", "Björn", "Carlos", "Chloé", "Dana", "Dmitri", "Elena", "Farah", "George", "Hana",
    "Ines", "Jürgen", "Kaito", "Lena", "Marta", "Niamh", "Noor", "Olga", "Paul", "Quentin", "Rosa", "Søren", "Tariq",
    "Uma", "Valérie", "Wei", "Ximena", "Yuki", "Zoë",
)  # fmt: skip

LAST_NAMES = (
    "Abbott", "Almeida", "Bauer", "Chen", "D'Angelo", "Ekström", "Fischer", "García", "Hoffmann", "Ibrahim", "Jansen",
    "Kowalski", "Laurent", "McAllister", "Nakamura", "O'Brien", "Petrov", "Quinn", "Rossi", "Sato", "Tremblay", "Ueda",
    "van der Berg", "Weiß", "Xu", "Žižek", "Zhang",
)  # fmt: skip

TITLES = ("AP Manager", "Accounts Payable", "Controller", "CFO", "Finance Director", "Office Manager", "Purchasing")

PLACES = {
    "US": (("Boston", "MA", "02110"), ("Denver", "CO", "80202"), ("Austin", "TX", "78701"), ("Omaha", "NE", "68102")),
    "GB": (("London", "", "EC2A 4NE"), ("Leeds", "", "LS1 4DY")),
    "DE": (("München", "", "80331"), ("Köln", "", "50667")),
    "FR": (("Lyon", "", "69002"), ("Paris", "", "75009")),
    "SE": (("Malmö", "", "211 20"),),
    "JP": (("東京都千代田区", "", "100-0005"), ("Osaka", "", "530-0001")),
    "CA": (("Montréal", "QC", "H2Y 1C6"), ("Toronto", "ON", "M5H 2N2")),
    "KW": (("Kuwait City", "", "13001"),),
}

STREETS = ("Market Street", "Mill Lane", "Station Road", "King's Way", "Elm Avenue", "Harbour Quay", "Lindenstraße")

MEMOS = (
    "", "", "", "Quarterly order", "Per quote Q-{n}", "Partial shipment; balance follows", "Rush order — ship <today>",
    "Renewal & upgrade", "Call before delivery", "Replaces damaged goods", "Project “Ångström”",
)  # fmt: skip
