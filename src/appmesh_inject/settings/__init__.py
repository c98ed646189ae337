"""What a user can ask for: the table of settings, how values are read, and which level wins."""
