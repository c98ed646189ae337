"""Two services in a mesh, with the CDK: the stack calls the macro, and an Aspect marks the task definitions.

pip install -r requirements.txt && python app.py     # writes the stacks' templates into cdk.out
cdk synth --app "python app.py"                       # the same
"""

import os

import jsii
from aws_cdk import App, Aspects, IAspect, Stack
from aws_cdk import aws_appmesh as appmesh
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from constructs import Construct, IConstruct


@jsii.implements(IAspect)
class InMesh:
    """Marks every task definition below: its node in the mesh is called as the construct is."""

    def __init__(self, mesh: str, **settings: object) -> None:
        self.mesh = mesh
        self.settings = settings

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, ecs.CfnTaskDefinition):
            name = node.node.scope.node.id.lower()
            node.add_metadata("AppMesh", {"MeshName": self.mesh, "VirtualNodeName": name, **self.settings})


class Shop(Stack):
    """A stack whose template the macro processes when CloudFormation deploys it. It has the mesh: the macro compiles
    that into each task's Envoy, or with profile `service-connect` into the configuration of each service."""

    def __init__(self, scope: Construct, name: str, profile: str) -> None:
        super().__init__(scope, name)
        self.add_transform("AppMeshInject")
        self.mesh()
        vpc = ec2.Vpc(self, "Vpc", max_azs=2, restrict_default_security_group=False)
        cluster = ecs.Cluster(self, "Cluster", vpc=vpc)
        services = {}
        for service, port in {"Web": 8080, "Cart": 9080}.items():
            task = ecs.FargateTaskDefinition(self, service, cpu=512, memory_limit_mib=1024)
            task.add_container(
                "app",
                image=ecs.ContainerImage.from_registry("nginx"),
                port_mappings=[ecs.PortMapping(container_port=port)],
            )
            services[service] = ecs.FargateService(
                self, f"{service}Service", cluster=cluster, task_definition=task, min_healthy_percent=50
            )
        services["Cart"].connections.allow_from(services["Web"], ec2.Port.tcp(9080))
        Aspects.of(self).add(InMesh("shop", Profile=profile))

    def mesh(self) -> None:
        """Web calls cart.shop.local:9080."""
        appmesh.CfnMesh(self, "Mesh", mesh_name="shop")
        self.virtual_node("Web", 8080, calls="cart.shop.local")
        self.virtual_node("Cart", 9080)
        appmesh.CfnVirtualService(
            self,
            "CartName",
            mesh_name="shop",
            virtual_service_name="cart.shop.local",
            spec={"provider": {"virtualNode": {"virtualNodeName": "cart"}}},
        )

    def virtual_node(self, name: str, port: int, calls: str | None = None) -> None:
        appmesh.CfnVirtualNode(
            self,
            f"{name}Node",
            mesh_name="shop",
            virtual_node_name=name.lower(),
            spec=appmesh.CfnVirtualNode.VirtualNodeSpecProperty(
                listeners=[{"portMapping": {"port": port, "protocol": "http"}}],
                service_discovery={"dns": {"hostname": f"{name.lower()}.shop.local"}},
                backends=[{"virtualService": {"virtualServiceName": calls}}] if calls else None,
            ),
        )


if __name__ == "__main__":
    # The CDK's own default is a new folder in /tmp; cdk synth sets CDK_OUTDIR.
    app = App(outdir=os.environ.get("CDK_OUTDIR", "cdk.out"))
    Shop(app, "Shop", "standalone")
    Shop(app, "ConnectedShop", "service-connect")
    app.synth()
