"""The hub at work while everything around it breaks: what came in and what came of it must still agree."""
