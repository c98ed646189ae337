"""Templates shaped like real ones: around each task definition the rest of a service."""

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
            {"Name": "BACKEND", "Value": "http://backend.shop.local:8080"},
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


def mesh() -> dict[str, Json]:
    """A mesh of fifty nodes, each behind a virtual service, each with two backends."""
    resources: dict[str, Json] = {"Mesh": {"Type": "AWS::AppMesh::Mesh", "Properties": {"MeshName": "apps"}}}
    for number in range(MESH_NODES):
        backends: Json = [
            {"VirtualService": {"VirtualServiceName": f"node-{(number + step) % MESH_NODES}.shop.local"}}
            for step in (1, 2)
        ]
        resources[f"Node{number}"] = {
            "Type": "AWS::AppMesh::VirtualNode",
            "Properties": {
                "MeshName": "apps",
                "VirtualNodeName": f"node-{number}",
                "Spec": {
                    "Listeners": [{"PortMapping": {"Port": 8080, "Protocol": "http"}}],
                    "ServiceDiscovery": {"DNS": {"Hostname": f"node-{number}.shop.local"}},
                    "Backends": backends,
                },
            },
        }
        resources[f"VirtualService{number}"] = {
            "Type": "AWS::AppMesh::VirtualService",
            "Properties": {
                "MeshName": "apps",
                "VirtualServiceName": f"node-{number}.shop.local",
                "Spec": {"Provider": {"VirtualNode": {"VirtualNodeName": f"node-{number}"}}},
            },
        }
    return resources


def template(count: int, profile: str, *, marked: bool = True) -> dict[str, Json]:
    """A template of `count` services; with a mesh of its own for profile `standalone`. Of large ones as many resources
    of each service as CloudFormation takes together: its task definition first."""
    resources: dict[str, Json] = dict(mesh()) if profile == "standalone" else {}
    most = (RESOURCES_OF_A_TEMPLATE - len(resources)) // count
    for number in range(count):
        resources |= dict(list(service(number, profile, marked=marked).items())[:most])
    return {"Metadata": {"AppMesh": {"MeshName": "apps"}}, "Resources": resources}


def event(count: int, profile: str, *, marked: bool = True) -> dict[str, Json]:
    """The macro's event for such a template."""
    return {
        "region": "us-east-1",
        "accountId": "123456789012",
        "fragment": template(count, profile, marked=marked),
        "transformId": "123456789012::AppMeshInject",
        "params": {},
        "requestId": "00000000-0000-0000-0000-000000000000",
        "templateParameterValues": {"Stage": "prod", "Version": "1"},
    }
