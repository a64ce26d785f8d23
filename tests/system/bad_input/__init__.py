"""Bad input of every kind, against a real hub process: one clear error each, no traceback, and nothing changed.

Whatever somebody sends, on the channel or over HTTP, before or after he has proved who he is: the log, its root and the
hub's memory stay as they were, and the next one is served as ever.
"""
