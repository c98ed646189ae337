"""Two services in a mesh, with the CDK: the stack calls the macro, and an Aspect marks the task definitions.

pip install -r requirements.txt && python app.py     # synthesizes into cdk.out; or: cdk synth --app "python app.py"
"""

import jsii
from aws_cdk import App, Aspects, IAspect, Stack
from aws_cdk import aws_appmesh as appmesh
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
    that into each task's Envoy."""

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        self.add_transform("AppMeshInject")
        appmesh.CfnMesh(self, "Mesh", mesh_name="shop")
        for service, port in {"Web": 8080, "Cart": 9080}.items():
            appmesh.CfnVirtualNode(
                self,
                f"{service}Node",
                mesh_name="shop",
                virtual_node_name=service.lower(),
                spec=appmesh.CfnVirtualNode.VirtualNodeSpecProperty(
                    listeners=[{"portMapping": {"port": port, "protocol": "http"}}],
                    service_discovery={"dns": {"hostname": f"{service.lower()}.shop.local"}},
                ),
            )
            task = ecs.FargateTaskDefinition(self, service, cpu=256, memory_limit_mib=512)
            task.add_container(
                "app",
                image=ecs.ContainerImage.from_registry("nginx"),
                port_mappings=[ecs.PortMapping(container_port=port)],
            )
        Aspects.of(self).add(InMesh("shop", Profile="standalone"))


if __name__ == "__main__":
    app = App()
    Shop(app, "Shop")
    app.synth()
