"""Keys, signatures, seals and passphrases: the only part of vocu that touches the library `cryptography`."""
