"""The edge towards people: the command line. Needs the extra `appmesh-inject[cli]`; nothing else imports it."""
