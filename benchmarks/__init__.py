"""Measured, never asserted: each benchmark prints a table and the ratio to a peer in the same run."""
