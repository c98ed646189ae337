"""The edge towards people: the command line. The function in Lambda never imports it."""
