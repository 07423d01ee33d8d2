"""The pages of the desk."""

from bot.desk.routes import editing, files, library, panel, steps, trying

ALL = (library, steps, editing, trying, panel, files)
"""The one with the address of any file comes last."""
