"""Compiles `AWS::AppMesh::*` resources into Envoy configuration: parsing -> model -> compiling -> envoy_command.
`removal` then removes the resources from the template.

Pure: reads no files, network or environment. Mistakes of the user are returned as findings.
"""
