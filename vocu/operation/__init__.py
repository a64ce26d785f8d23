"""An operation: who takes part, what may happen, what has happened."""
