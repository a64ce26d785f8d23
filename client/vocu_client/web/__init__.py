"""The contact point's pages: rendered here, shown by a browser that holds no key."""
