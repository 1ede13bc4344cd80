"""Notebook kernels that are ready at once: forked from a process that has already loaded what they need."""
