"""The bot's own copy of the receivables ledger: records, tables and every SQL statement.

Imports neither `bot` nor `sync`. Functions take the caller's connection and never commit: whoever opened the
transaction (`Store.write`) owns it.
"""
