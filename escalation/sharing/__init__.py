"""Telling somebody else: a second adult, another worker, the lead, or an organisation outside, with agreement or by a named decision."""
