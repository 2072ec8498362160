"""Recipe tests: a recipe, an event and what it must come to, run offline by the real engine.

`case` and `reading` are the test file, `account` and `outside` stand in for the world, `play` runs one test, `verdict`
compares, `report` shows. `saving` makes a test of a real run, with stand-ins for what is personal.
"""
