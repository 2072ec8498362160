"""The account's keys: who may use the API, and how fast."""
