from tests.store_fixtures import postgres, postgres_template, sqlite_template, store, store_url

__all__ = ["postgres", "postgres_template", "sqlite_template", "store", "store_url"]
