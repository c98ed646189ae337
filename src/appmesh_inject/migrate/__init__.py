"""From sidecars that people wrote into their templates to marks, and back out of the mesh.

Files are edited where they change and nowhere else: `layout` knows where every value stands in the text, `splicing`
takes members out and puts members in. No file is written again as a whole, so comments, quotes, anchors, short forms
and every space outside of what is taken out stay as they are.
"""
