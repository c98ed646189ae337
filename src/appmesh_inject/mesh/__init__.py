"""`AWS::AppMesh::*` resources become Envoy configuration: parsing -> model -> compiling -> command; and departure.

Pure: it reads no file, no network, no environment. The mistakes of the user come back as findings.
"""
