"""The fixed ids of the project, read from `taxonomy.yml`."""

from __future__ import annotations

from content.editorial.schema import Entry


class Taxonomy(Entry):
    """Every id that content, training data and policy may name, with its meaning in one line."""

    levels: dict[str, str]
    age_bands: tuple[str, ...]
    areas: tuple[str, ...]
    agreement_scopes: dict[str, str]
    subjects: dict[str, str]
    risk_categories: dict[str, str]
    topics: dict[str, dict[str, str]]

    @property
    def theme_of(self) -> dict[str, str]:
        """The theme of each topic id."""
        return {topic: theme for theme, topics in self.topics.items() for topic in topics}
