"""The sandbox: the Public API of Workglue on one machine, with its own database and pages.

It shares no code with the hub. Both read the same dialect file format, and that is all they have in common.
"""
