"""The sandbox's HTTP side: the Public API, and the pages around it."""
