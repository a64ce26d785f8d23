"""What a hub does that holds its keys and lies, and what real desks make of it (docs/protocol.md §6).

Each lie must raise the alarm under its own code. An alarm is kept on disk with its evidence, what was verified before
stays readable, and nothing is sealed any more, not even when the hub is honest again.
"""
