"""Questions about millions of transfers as columns: who is connected, who could have passed what on, over whom."""
