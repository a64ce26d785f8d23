"""Reports in the shape that another system asks for: docs/exchange.md."""
