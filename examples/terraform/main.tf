resource "aws_ecs_task_definition" "cart" {
  family                   = local.injected.family
  network_mode             = local.injected.networkMode
  requires_compatibilities = local.injected.requiresCompatibilities
  cpu                      = local.injected.cpu
  memory                   = local.injected.memory
  container_definitions    = jsonencode(local.injected.containerDefinitions)

  proxy_configuration {
    type           = local.proxy.type
    container_name = local.proxy.containerName
    properties     = { for each in local.proxy.properties : each.name => each.value }
  }
}
