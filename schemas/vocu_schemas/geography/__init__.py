"""Where countries and places lie: outlines to draw maps with, and a selection of UN/LOCODEs. See README.md."""
