"""Attacks on a real hub process: its memory stays under a ceiling, and meanwhile honest desks are served.

VOCU_FULL=1 attacks with ten times as much.
"""
