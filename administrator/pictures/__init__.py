"""Pictures of a case: what is drawn, as values, and its drawing as SVG, PNG, GraphML and text."""
