"""How the members of ECS container definitions are called: in CloudFormation, and in the ECS API.

Source: AWS::ECS::TaskDefinition ContainerDefinition; RegisterTaskDefinition.
"""

from appmesh_inject.workloads.containers import EcsContainers

CLOUDFORMATION_CONTAINERS = EcsContainers(
    name="cloudformation",
    identities={
        "Environment": (("Name", None),),
        "Secrets": (("Name", None),),
        "Ulimits": (("Name", None),),
        "ProxyConfigurationProperties": (("Name", None),),
        "PortMappings": (("ContainerPort", None), ("Protocol", "tcp")),
        "DependsOn": (("ContainerName", None),),
    },
    name_key="Name",
    environment="Environment",
    port_mappings="PortMappings",
    container_port="ContainerPort",
    protocol="Protocol",
    memory=("Memory", "MemoryReservation"),
    value_key="Value",
    image_key="Image",
    user="User",
    essential="Essential",
    health_check="HealthCheck",
    depends_on="DependsOn",
    container_name="ContainerName",
    condition="Condition",
    firelens="FirelensConfiguration",
    command="Command",
    entry_point="EntryPoint",
    mount_points="MountPoints",
)

API_CONTAINERS = EcsContainers(
    name="ecs",
    identities={
        "environment": (("name", None),),
        "secrets": (("name", None),),
        "ulimits": (("name", None),),
        "properties": (("name", None),),
        "portMappings": (("containerPort", None), ("protocol", "tcp")),
        "dependsOn": (("containerName", None),),
    },
    name_key="name",
    environment="environment",
    port_mappings="portMappings",
    container_port="containerPort",
    protocol="protocol",
    memory=("memory", "memoryReservation"),
    value_key="value",
    image_key="image",
    user="user",
    essential="essential",
    health_check="healthCheck",
    depends_on="dependsOn",
    container_name="containerName",
    condition="condition",
    firelens="firelensConfiguration",
    command="command",
    entry_point="entryPoint",
    mount_points="mountPoints",
)
