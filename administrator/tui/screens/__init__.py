"""The four screens, and what Enter opens from them."""
