"""Who is on duty, and when: shifts, swaps, opening hours, gaps, and calendars in and out."""
