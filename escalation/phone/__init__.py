"""A member of staff on their own phone: taps and words in a messaging app. Knows no app."""
