"""The developer documentation as data: one OpenAPI document, and everything that is shown is made from it."""
