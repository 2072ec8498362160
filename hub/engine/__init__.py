"""The engine: what happens between an event and the end of its runs. Pure but for its two doors (hub.ports)."""
