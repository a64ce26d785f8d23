"""The hub: admits, orders, keeps and relays the events of operations; it holds no key that opens them."""
