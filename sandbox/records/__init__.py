"""Reading, checking and changing records. Everything here works on an open connection and knows no HTTP."""
