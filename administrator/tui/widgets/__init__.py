"""What the screens are made of: a part with pages of rows, a part with text, the line above and the line below."""
