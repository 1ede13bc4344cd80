"""Optiflow: what will run out, what to order, how much and why."""
