"""The database.

`database` opens it, `ledger` writes, `views` read, `migrate` keeps its shape and `crypto` seals secrets.
"""
