"""Alembic's entry: runs the migrations on the connection that `store.migrate` opened and will commit."""

from alembic import context

from store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter columns in place; alembic then copies the table.
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
