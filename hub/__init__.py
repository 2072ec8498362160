"""The hub: recipes that listen to Workglue and other apps, and act on Workglue's Public API."""

__version__ = "0.1.0"
