"""The terminal chat, as a script uses it: plain lines in, plain lines out, each answered before the next is read."""

from __future__ import annotations

import io

from rich.console import Console

from bot.channels import Incoming, NotStored, Outgoing
from bot.channels.terminal import TerminalChannel


class Talk:
    """A host that answers each event at once, and a script that is played against it."""

    def __init__(self, script: str, *, refuses: bool = False) -> None:
        self.heard: list[tuple[str, str]] = []
        self.printed = io.StringIO()
        self.refuses = refuses
        console = Console(file=self.printed, force_terminal=False, width=400)
        self.channel = TerminalChannel(self.take, source=io.StringIO(script), console=console, quiet=0.05)

    async def take(self, incoming: Incoming) -> None:
        if self.refuses:
            raise NotStored
        self.heard.append((incoming.kind, incoming.text))
        buttons = (("Yes", "1:do:offer_yes"), ("No", "1:do:offer_no")) if incoming.kind == "text" else ()
        await self.channel.deliver(incoming.address, Outgoing(f"heard {incoming.text or incoming.kind}", buttons))

    async def play(self) -> str:
        await self.channel.start()
        await self.channel.until_left()
        await self.channel.stop()
        return self.printed.getvalue()


async def test_each_line_is_said_and_answered_in_order() -> None:
    talk = Talk("hello\nhow are you\n")
    printed = await talk.play()
    assert talk.heard == [("started", ""), ("text", "hello"), ("text", "how are you")]
    assert printed.index("heard hello") < printed.index("heard how are you")


async def test_a_number_presses_the_button_of_that_number() -> None:
    talk = Talk("hello\n2\n")
    printed = await talk.play()
    assert "[1] Yes" in printed and "[2] No" in printed
    assert talk.heard[-1] == ("button", "1:do:offer_no")


async def test_a_number_without_a_button_is_said() -> None:
    talk = Talk("hello\n13\n")
    await talk.play()
    assert talk.heard[-1] == ("text", "13")


async def test_piped_output_is_plain_and_words_cannot_steer_the_terminal() -> None:
    talk = Talk("[bold]hi[/bold] \x1b[2J\x07there\n")
    printed = await talk.play()
    assert "heard [bold]hi[/bold]" in printed
    assert "\x07" not in printed and "\x1b" not in printed


async def test_what_was_not_stored_is_said_to_be_so() -> None:
    assert "not kept" in await Talk("hello\n", refuses=True).play()


async def test_empty_lines_say_nothing() -> None:
    talk = Talk("\n   \nhello\n")
    await talk.play()
    assert talk.heard == [("started", ""), ("text", "hello")]
