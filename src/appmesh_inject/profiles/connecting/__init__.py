"""What profile `service-connect` is made of: from the mesh and its tasks to ECS Service Connect."""
