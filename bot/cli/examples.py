"""What `--help` shows below each command: examples to copy, and how it ends."""

from __future__ import annotations

from typer import Typer

ENDS = "Ends with 0 when done, with 1 and one line that says what to do when not, and with 2 when it was called wrongly."
_ENDS_OTHERWISE = {
    "serve": "Ends with 0 when it is stopped, and with 1 and what to do where it cannot start.",
    "chat": "Ends with 0 when you leave.",
    "doctor": "Ends with 0 where nothing is broken, with 1 where something is, and with 2 when it was called wrongly.",
    "drill": "Ends with 0 when somebody picked it up, and with 1 when nobody did in time.",
    "audit verify": "Ends with 0 when the chain is whole, and with 1 when it is broken.",
    "content check": "Ends with 0 without errors (warnings do not count), and with 1 with some.",
    "rota import": "Ends with 0 when all shifts are on the rota, and with 1 when some were left out.",
}
EXAMPLES: dict[str, tuple[str, ...]] = {
    "serve": ("serve", "serve --set-up", "serve --without-intents", "serve --role turns", "serve --role receive --role console"),
    "chat": ("chat", "chat --without-intents"),
    "understand": ("understand --jsonl < messages.jsonl > understood.jsonl", "understand --jsonl --lexicon-only < messages.jsonl"),
    "settings": ("settings", "settings | less"),
    "drill": ("drill", "drill --minutes 5"),
    "new-key": ("new-key",),
    "doctor": ("doctor", "doctor --only rota --only telegram", "doctor --json > health.json"),
    "erase": ('erase K7QM-2XPR --reason "asked for by letter; agreed by J. Marsh, lead"',),
    "access": ("access K7QM-2XPR everything.txt",),
    "content check": ("content check",),
    "content survey": ("content survey > survey.md",),
    "content export": ("content export copy/",),
    "content import": ("content import copy/",),
    "staff add": ('staff add --name "Ada Price" --role admin', 'staff add --name "Sam Reed" --role worker --telegram-id 123456789'),
    "rota add": (
        'rota add --worker "Sam Reed" --from 2026-12-01T09:00 --to 2026-12-01T17:00',
        'rota add --worker "Sam Reed" --from 2026-12-01T09:00 --to 2026-12-01T17:00 --backup --repeat weekly --until 2027-03-31',
    ),
    "rota list": ("rota list", "rota list --days 28"),
    "rota export": ("rota export rota.ics",),
    "rota import": ("rota import rota.ics",),
    "db upgrade": ("db upgrade",),
    "audit verify": ("audit verify", "audit verify --head 1234:9f8e…"),
    "audit head": ("audit head > head.txt",),
    "audit list": ('audit list --since 2026-11-01 --staff "Sam Reed"', "audit list --action refused"),
    "keys show": ("keys show",),
    "keys rotate": ("keys rotate --to /mnt/safe/new.key", 'keys rotate --to new.key --command "/opt/harbour/key-service"'),
    "keys forget-old": ("keys forget-old", "keys forget-old --stopped"),
    "keys renew": ("keys renew --person K7QM-2XPR", "keys renew --older-than 365"),
    "backup make": ("backup make safe/monday.backup",),
    "backup check": ("backup check safe/monday.backup", "backup check safe/last-year.backup --key-file old.key"),
    "restore": (
        "restore safe/monday.backup",
        "restore safe/monday.backup --replace",
        "restore safe/last-year.backup --key-file old.key --to sqlite:///elsewhere.db",
        "restore safe/monday.backup --to sqlite:///elsewhere.db",
    ),
    "retention show": ("retention show",),
    "retention run": ("retention run",),
    "insight report": ("insight report 2026-10 october.html",),
}


def show(app: Typer) -> None:
    """Put examples and ends below the help of every command. Raises `KeyError` for a command without an example."""
    for group in app.registered_groups:
        for command in group.typer_instance.registered_commands if group.typer_instance else ():
            own = str(command.name or getattr(command.callback, "__name__", ""))
            command.epilog = _below(f"{group.name} {own}" if isinstance(group.name, str) else own)


def _below(name: str) -> str:
    lines = [f"breakwater {example}" for example in EXAMPLES[name]]
    return "\n\n".join(("Examples:", *lines, _ENDS_OTHERWISE.get(name, ENDS)))
