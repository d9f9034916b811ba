"""Alembic's way in: runs the migrations on the connection that `engine.migrations` hands over."""

from __future__ import annotations

from alembic import context

from engine.migrations import made_on

opened = context.config.attributes["connection"]
context.configure(
    connection=opened,
    include_object=made_on(opened.dialect.name),
    target_metadata=context.config.attributes.get("metadata"),
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
