"""Breakwater's own Rasa graph components: sentence vectors, topic and risk.

Rasa imports them by the names given in `config.yml`; they run on Python 3.10 in the
intent service's own environment and share only `nlu.normalise` with the rest.
"""
