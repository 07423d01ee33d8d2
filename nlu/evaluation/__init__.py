"""Measuring how well messages are understood, on messages that nothing was trained or tuned on."""
