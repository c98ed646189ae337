"""Which way out of App Mesh fits a mesh: what each exit keeps and loses, its limits and its price."""
