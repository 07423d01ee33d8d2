"""Alembic's entry point: runs migrations on the connection that `escalation.record.schema` hands over."""

from alembic import context

from escalation.record.tables import Table

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Table.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
