"""The pages of the desk."""

from bot.desk.routes import across, at_once, editing, examples, files, library, panel, phrases, steps, training, trying

ALL = (library, steps, editing, across, phrases, examples, training, trying, panel, at_once, files)
"""The one with the address of any file comes last."""
