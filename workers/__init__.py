"""The processes that do the work: drains on RQ workers, and the clock."""
