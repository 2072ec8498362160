"""The Public API of Workglue: how it is spoken (profile), and the client that speaks it."""
