"""The screens of a case: they ask use cases and show the answers; no figure is made here and nothing is decided."""
