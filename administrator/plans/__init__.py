"""What is done with a computed plan: explained, exported, verified."""
