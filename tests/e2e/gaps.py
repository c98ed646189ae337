"""What LocalEmu 1.3.2 does otherwise than AWS, or does not do: one list, each with what follows for the tests.

A resource type that is not listed here and that LocalEmu lacks fails the stack; a test holds the list to that.
"""

from collections.abc import Mapping

LACKING_TYPES: Mapping[str, str] = {
    "AWS::AppMesh::GatewayRoute": "LocalEmu has no App Mesh",
    "AWS::AppMesh::Mesh": "LocalEmu has no App Mesh",
    "AWS::AppMesh::Route": "LocalEmu has no App Mesh",
    "AWS::AppMesh::VirtualGateway": "LocalEmu has no App Mesh",
    "AWS::AppMesh::VirtualNode": "LocalEmu has no App Mesh",
    "AWS::AppMesh::VirtualRouter": "LocalEmu has no App Mesh",
    "AWS::AppMesh::VirtualService": "LocalEmu has no App Mesh",
    "AWS::ElasticLoadBalancingV2::Listener": "LocalEmu's CloudFormation has no load balancers",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "LocalEmu's CloudFormation has no load balancers",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "LocalEmu's CloudFormation has no load balancers",
    "AWS::ServiceDiscovery::Instance": "LocalEmu has no Cloud Map",
    "AWS::ServiceDiscovery::PrivateDnsNamespace": "LocalEmu has no Cloud Map",
    "AWS::ServiceDiscovery::Service": "LocalEmu has no Cloud Map",
}
"""Types that LocalEmu is told to pass over: it makes nothing, and their attributes are the text `unknown`."""

SUBSTITUTED: Mapping[str, str] = {
    "AWS::ECS::TaskDefinition": "inside/task_definition.py registers it with LocalEmu's ECS, which is moto's",
    "AWS::ECS::Service": "inside/ecs_service.py registers it, and keeps its Service Connect; no task runs here",
    "AWS::ServiceDiscovery::HttpNamespace": "inside/http_namespace.py keeps its name, and who is in it",
    "Lambda's containers": "inside/executor.py starts functions as processes, under AWS's own emulator",
    "the fragment": "LocalEmu leaves Transform and Fn::Transform in it; the executor takes them out; tests run both",
    "the time of a deployment": "inside/deployments.py answers when it is done; clients of AWS wait up to 30 s longer",
    "the response's requestId": "LocalEmu does not compare it with the request's; the executor does",
}
"""Where the tests put something of their own in LocalEmu's place."""

DIFFERENT: Mapping[str, str] = {
    "a snippet's parameters": "LocalEmu resolves their Refs before it calls the macro; AWS hands them over as written",
    "an Fn::Sub in a loop": "LocalEmu resolves the loop's identifier in it alone, and leaves `${MeshName}` as text",
    "a failed update": "LocalEmu does not go back to the template before; tests deploy that one again",
    "who waits for what": "LocalEmu makes one resource after the other, and none waits for tasks to run",
    "a log group's RetentionInDays": "LocalEmu drops it; tests/sam/ reads it in the template",
    "a failed change set that creates": "LocalEmu's stack is CREATE_FAILED; AWS leaves REVIEW_IN_PROGRESS",
    "the template of a change set that creates": "LocalEmu's GetTemplate fails; of one that updates it answers",
    "a deployment without changes": "LocalEmu takes any template with a Transform as changed; AWS says: no changes",
    "the text around our message": "LocalEmu's wording, and not compared with AWS's",
    "who may call the macro": "LocalEmu checks no permissions, so lambda:InvokeFunction is untested",
    "the function's Python": "the one that is found, 3.14 first, on this machine's processor; Lambda has 3.14 on arm64",
}
"""What stays different, and is not tested here."""
