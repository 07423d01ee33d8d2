"""The check before a publish, as tests use it."""

from functools import partial

from bot.editions import refused

CHECK = partial(refused, production=False)
"""What is wrong with content that is to be published, as the demo sees it."""
