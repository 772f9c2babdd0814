"""The records: what the exchange owed, held and moved, made into books. Knows no insolvency law."""
