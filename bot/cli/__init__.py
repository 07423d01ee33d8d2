"""`breakwater`: the command line. Each command does one thing, and says in one line what to do when it cannot."""

from __future__ import annotations

import typer

from bot.cli import audit, backup, content, database, doctor, examples, insight, keys, people, retention, rota, running, staff

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode="rich", help=__doc__)
app.add_typer(running.app)
app.add_typer(backup.restore_app)
app.add_typer(people.app)
app.add_typer(doctor.app)
_GROUPS = {
    "content": content,
    "staff": staff,
    "rota": rota,
    "db": database,
    "audit": audit,
    "backup": backup,
    "keys": keys,
    "retention": retention,
    "insight": insight,
}
for name, group in _GROUPS.items():
    app.add_typer(group.app, name=name)
examples.show(app)
