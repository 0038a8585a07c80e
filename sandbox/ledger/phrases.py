"""What collectors and debtors write to each other and about each other."""

# Notes of customers that demos and tests name: title and text.
SHOWN_NOTES = {
    "Sun Microsystems, Inc.": (
        ("Call with AP", "Payment run is every second Thursday. Ask for the remittance the day after."),
        ("PO numbers", "Refuses invoices without a PO number on the first page."),
    ),
    "ABC Inc": (("New controller", "Controller changed this month; resend statements to the new one."),),
    "<!channel> & Co": (("Careful", "Name is literally <!channel> & Co; their *portal* strips markup."),),
}

CUSTOMER_NOTES = (
    ("Payment habits", "Pays by wire on the last working day of the month."),
    ("Statement sent", "Sent the statement of account and asked for payment dates."),
    ("Portal", "Invoices have to be uploaded to their supplier portal & confirmed there."),
    ("Bank details", "Confirmed our new bank details by phone with their treasury."),
    ("Slow season", "Expects slow payments until the season starts; wants instalments <3 at most>."),
)

INVOICE_NOTES = (
    ("Promise to pay", "Said that {number} goes out with the next payment run."),
    ("Dispute", "Disputes the freight on {number}; asked sales for the delivery note."),
    ("Copy sent", "Never received {number}; sent a copy."),
    ("Left a message", "Nobody in accounts payable picked up; left a message about {number}."),
    ("Approval", "{number} waits for the signature of the plant manager."),
)

REMINDERS = (
    (
        "Invoice {number} is past due",
        (
            "Dear {name},\n\naccording to our books {amount} is still open on invoice {number}. Could you tell us"
            " when to expect payment? A copy is attached.\n\nKind regards"
        ),
    ),
    (
        "Friendly reminder: {number}",
        (
            "Hello {name},\n\na short reminder that invoice {number} ({amount}) has reached its due date. If it was"
            " paid in the meantime, please ignore this.\n\nBest"
        ),
    ),
)

REPLIES = (
    "Thanks, it is approved and goes out this week.",
    "We are missing the PO number. Please send a corrected invoice.",
    "Forwarded to our shared service centre; they will get back to you.",
    "Paid yesterday, reference in the bank transfer.",
    "Quantity differs from the delivery note; please check line 2.",
)
