from tests.store_fixtures import (
    empty_postgres_url,
    postgres,
    postgres_template,
    sqlite_template,
    store,
    store_url,
)

__all__ = ["empty_postgres_url", "postgres", "postgres_template", "sqlite_template", "store", "store_url"]
