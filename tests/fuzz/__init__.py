"""Whatever reads bytes of strangers, fed with bytes that almost make sense.

A *target* (`targets.py`, `files.py`) reads some bytes and may do one of two things: take them, or raise a VocuError.
Anything else is a finding: another exception, a broken promise between two readers, memory or time without end.
`test_targets.py` tries each for a moment, with every other test; `python -m tests.fuzz` goes on for as long as it is
told, guided by coverage (atheris). What was found stands in `corpus/`, and is tried each time.
"""
