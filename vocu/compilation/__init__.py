"""What the log adds up to: the ledger of counted facts, the figures of a newsletter, the results tables."""
