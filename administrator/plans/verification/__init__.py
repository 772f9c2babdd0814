"""The parts of `verify`: standard library alone, importing only each other, sharing nothing with what made the plan."""
