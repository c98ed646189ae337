"""Templates shaped like real ones: around each task definition the rest of a service."""

from typing import Any

from appmesh_inject.cfn.document import Json
from appmesh_inject.limits import RESOURCES_OF_A_TEMPLATE

MESH_NODES = 50


def service(number: int, profile: str, *, marked: bool = True) -> dict[str, Json]:
    """One service: task definition, service, role, log group, target group. Two thousand bytes of JSON."""
    name = f"svc-{number}"
    mark: Json = {"AppMesh": {"VirtualNodeName": f"node-{number % MESH_NODES}", "Profile": profile}}
    container: Json = {
        "Name": "app",
        "Image": {"Fn::Sub": f"${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.amazonaws.com/{name}:${{Version}}"},
        "Essential": True,
        "PortMappings": [{"ContainerPort": 8080, "Protocol": "tcp"}],
        "LogConfiguration": {
            "LogDriver": "awslogs",
            "Options": {
                "awslogs-group": {"Ref": f"Log{number}"},
                "awslogs-region": {"Ref": "AWS::Region"},
                "awslogs-stream-prefix": "app",
            },
        },
        "Environment": [
            {"Name": "STAGE", "Value": {"Ref": "Stage"}},
            {"Name": f"BACKEND_{number}", "Value": "http://backend.shop.local:8080"},
        ],
    }
    task: dict[str, Json] = {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {
            "Family": name,
            "NetworkMode": "awsvpc",
            "Cpu": "512",
            "Memory": "1024",
            "TaskRoleArn": {"Fn::GetAtt": [f"Role{number}", "Arn"]},
            "ExecutionRoleArn": {"Ref": "ExecutionRole"},
            "ContainerDefinitions": [container],
        },
    }
    return {
        f"Task{number}": {**task, "Metadata": mark} if marked else task,
        f"Service{number}": {
            "Type": "AWS::ECS::Service",
            "Properties": {
                "Cluster": {"Ref": "Cluster"},
                "DesiredCount": 2,
                "TaskDefinition": {"Ref": f"Task{number}"},
                "DeploymentConfiguration": {"MaximumPercent": 200, "MinimumHealthyPercent": 100},
                "NetworkConfiguration": {
                    "AwsvpcConfiguration": {"Subnets": {"Ref": "Subnets"}, "SecurityGroups": [{"Ref": "Group"}]}
                },
                "LoadBalancers": [
                    {"ContainerName": "app", "ContainerPort": 8080, "TargetGroupArn": {"Ref": f"Target{number}"}}
                ],
            },
        },
        f"Role{number}": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                        }
                    ],
                },
                "ManagedPolicyArns": [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/CloudWatchLogsFullAccess"}],
            },
        },
        f"Log{number}": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 30}},
        f"Target{number}": {
            "Type": "AWS::ElasticLoadBalancingV2::TargetGroup",
            "Properties": {
                "Port": 8080,
                "Protocol": "HTTP",
                "TargetType": "ip",
                "VpcId": {"Ref": "Vpc"},
                "HealthCheckPath": "/ping",
            },
        },
    }


def mesh(nodes: int = MESH_NODES, routes: int = 0) -> dict[str, Json]:
    """A mesh of nodes, each behind a virtual service, each with two backends. routes: of a router before the second
    node, which the first calls."""
    resources: dict[str, Json] = {"Mesh": {"Type": "AWS::AppMesh::Mesh", "Properties": {"MeshName": "apps"}}}
    for number in range(nodes):
        backends: Json = [
            {"VirtualService": {"VirtualServiceName": f"node-{(number + step) % nodes}.shop.local"}} for step in (1, 2)
        ]
        provider: Json = {"VirtualNode": {"VirtualNodeName": f"node-{number}"}}
        if routes and number == 1:
            provider = {"VirtualRouter": {"VirtualRouterName": "router"}}
        resources[f"Node{number}"] = _in_mesh(
            "VirtualNode",
            VirtualNodeName=f"node-{number}",
            Spec={
                "Listeners": [_LISTENER],
                "ServiceDiscovery": {"DNS": {"Hostname": f"node-{number}.shop.local"}},
                "Backends": backends,
            },
        )
        resources[f"VirtualService{number}"] = _in_mesh(
            "VirtualService", VirtualServiceName=f"node-{number}.shop.local", Spec={"Provider": provider}
        )
    if routes:
        router = {"VirtualRouterName": "router"}
        resources["Router"] = _in_mesh("VirtualRouter", **router, Spec={"Listeners": [_LISTENER]})
        targets: Json = [{"VirtualNode": "node-1", "Weight": 90}, {"VirtualNode": "node-2", "Weight": 10}]
        for number in range(routes):
            route: Json = {"Match": {"Prefix": f"/{number}"}, "Action": {"WeightedTargets": targets}}
            spec = {"HttpRoute": route}
            resources[f"Route{number}"] = _in_mesh("Route", **router, RouteName=f"route-{number}", Spec=spec)
    return resources


_LISTENER: Json = {"PortMapping": {"Port": 8080, "Protocol": "http"}}


def _in_mesh(kind: str, **properties: Json) -> Json:
    return {"Type": f"AWS::AppMesh::{kind}", "Properties": {"MeshName": "apps", **properties}}


def template(
    count: int, profile: str, *, marked: bool = True, nodes: int = MESH_NODES, routes: int = 0
) -> dict[str, Any]:
    """A template of `count` services; with a mesh of its own for profile `standalone`. Of large ones as many resources
    of each service as CloudFormation takes together: its task definition first."""
    resources: dict[str, Json] = dict(mesh(nodes, routes)) if profile == "standalone" else {}
    most = max(1, (RESOURCES_OF_A_TEMPLATE - len(resources)) // count)
    for number in range(count):
        resources |= dict(list(service(number, profile, marked=marked).items())[:most])
    return {"Metadata": {"AppMesh": {"MeshName": "apps"}}, "Resources": resources}


def event(
    count: int,
    profile: str,
    *,
    marked: bool = True,
    nodes: int = MESH_NODES,
    routes: int = 0,
    form: str = "auto",
) -> dict[str, Json]:
    """The macro's event for such a template. form: of Envoy's configuration, the setting Configuration."""
    fragment = template(count, profile, marked=marked, nodes=nodes, routes=routes)
    if profile == "standalone":
        fragment["Metadata"]["AppMesh"]["Configuration"] = form
    return {
        "region": "us-east-1",
        "accountId": "123456789012",
        "fragment": fragment,
        "transformId": "123456789012::AppMeshInject",
        "params": {},
        "requestId": "00000000-0000-0000-0000-000000000000",
        "templateParameterValues": {"Stage": "prod", "Version": "1"},
    }
