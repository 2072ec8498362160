"""The numbers of the advisory locks on PostgreSQL, each used once. SQLite lets one write at a time anyway."""

from __future__ import annotations

MIGRATING = 4_157_000
"""One migrates, the others wait."""
TRAIL = 4_157_001
"""Writers of the audit trail stand in line."""
ARRIVING = 4_157_002
"""With a lane's number: those who take a place in a lane."""
CLAIMING = 4_157_003
"""With a lane's number: those who claim runs of a lane."""
CELLS = 4_157_004
"""With a recipe's number: those who change its kept values."""
LOOKUPS = 4_157_005
"""Those who publish lookup tables take turns."""
RECIPES = 4_157_006
"""Those who change recipes take turns."""
