"""What leaves: one select a file, written whole or not at all, listed in the manifest last."""
