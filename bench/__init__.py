"""What docs/performance.md quotes, measured again: `make bench`.

Everything is compared within one run on one machine, with servers on core 0 and clients on core 1: only ratios travel.
"""
