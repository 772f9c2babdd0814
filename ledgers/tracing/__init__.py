"""Whose units lie where? Rules of law walked over the transfers of one asset, in whole units; see README.md."""
