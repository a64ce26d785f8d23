"""JSON Schemas and code lists: one contract for every language."""
