"""`python -m vocu_server.cli`: the same as `vocu-hub`."""

from vocu_server.cli import main

main()
