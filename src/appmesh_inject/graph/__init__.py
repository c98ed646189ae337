"""`appmesh-inject graph`: the mesh as a web page, a drawing, JSON or a Mermaid diagram."""
