"""The edge towards people: the command line. What it needs, the function in Lambda has not: macro.py never imports it."""
