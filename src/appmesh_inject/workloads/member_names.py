"""The names of the members of a task definition, in the spelling of CloudFormation and of the ECS API.

Source: AWS::ECS::TaskDefinition; RegisterTaskDefinition.
"""


class MemberNames(dict[str, str]):
    """By CloudFormation's name of a member, its name in one spelling: `ECS_API["PortMappings"]` is `portMappings`."""

    def __init__(self, *, is_api: bool) -> None:
        super().__init__({"ProxyConfigurationProperties": "properties"} if is_api else {})
        self.is_api = is_api

    def __missing__(self, name: str) -> str:
        spelled = name[:1].lower() + name[1:] if self.is_api else name
        self[name] = spelled
        return spelled


CLOUDFORMATION = MemberNames(is_api=False)
ECS_API = MemberNames(is_api=True)
