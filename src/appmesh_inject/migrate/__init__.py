"""Replaces hand-written sidecars by marks, and removes sidecars and marks.

Files are edited, not rewritten, so comments, quotes, anchors, short forms and spaces stay as they are: `text_layout`
finds the position of each value in the text, `text_editing` removes and inserts members there.
"""
