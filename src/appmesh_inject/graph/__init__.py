"""`appmesh-inject graph`: the mesh as it will run, as data, and as a page, a drawing or a Mermaid diagram."""
