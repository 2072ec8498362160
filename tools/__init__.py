"""What developers of the hub run by hand."""
