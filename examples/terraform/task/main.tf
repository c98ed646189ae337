# The task definition as it is without a mesh, written out as JSON. No provider, so it needs no account.
locals {
  port = 8080

  task = {
    family                  = "cart"
    networkMode             = "awsvpc"
    requiresCompatibilities = ["FARGATE"]
    cpu                     = "256"
    memory                  = "512"
    containerDefinitions = [
      {
        name         = "app"
        image        = "public.ecr.aws/docker/library/busybox:1.37"
        essential    = true
        command      = ["httpd", "-f", "-p", tostring(local.port)]
        portMappings = [{ containerPort = local.port }]
      },
    ]
    tags = [
      { key = "AppMesh:Profile", value = "standalone" },
      { key = "AppMesh:MeshName", value = "shop" },
      { key = "AppMesh:VirtualNodeName", value = "cart" },
    ]
  }
}

output "task" {
  value = jsonencode(local.task)
}

# The same containers alone, for `render --containers`.
output "containers" {
  value = jsonencode(local.task.containerDefinitions)
}
