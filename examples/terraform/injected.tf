# What render.sh made of task/main.tf.
locals {
  injected = jsondecode(file("${path.module}/cart.injected.json"))
  proxy    = local.injected.proxyConfiguration
}
