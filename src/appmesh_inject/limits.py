"""The quotas of AWS, each with its source."""

CONTAINERS_OF_A_TASK = 10
"""Maximum of container definitions in a task definition. ECS developer guide, "Amazon ECS service quotas"; not
adjustable."""

APP_PORTS = 15
"""Maximum of ports in one `iptables -m multiport` rule. ECS's redirect makes one rule of AppPorts and one of
EgressIgnoredPorts, and silently drops the rest."""

IGNORED_PORTS_OF_PROXY_INIT = APP_PORTS - 1
"""Maximum of EgressIgnoredPorts if proxyinit redirects: it adds port 22 to them."""

TASK_DEFINITION_BYTES = 64 * 1024
"""Maximum size of a task definition as a whole. ECS developer guide, "Amazon ECS service quotas": task definition size,
64 KB; RegisterTaskDefinition answers "Max allowed length is '65536' bytes"."""

TEMPLATE_BYTES = 1_000_000
"""Maximum size of a processed template, which CloudFormation takes from S3. CloudFormation user guide, "Understand
CloudFormation quotas": template body size in an S3 object, 1 MB. Not 1,048,576: the service says "Template may not
exceed 1000000 bytes in size", and cfn-lint's E1002 has the same number."""

TEMPLATE_BYTES_WITHOUT_S3 = 51_200
"""Maximum size of a template that a request to CloudFormation contains, before and after macros. CloudFormation user
guide, "Understand CloudFormation quotas": template body size in a request; "Troubleshoot the processed template"."""

RESOURCES_OF_A_TEMPLATE = 500
"""Maximum of resources in a processed template. CloudFormation user guide, "Understand CloudFormation quotas"."""

INVOKING_ROLES = 50
"""About how many statements, each for one role, the policy of a Lambda function holds. Lambda developer guide,
"Lambda quotas": function resource-based policy, 20 KB; one statement has some 400 bytes."""

LAMBDA_RESPONSE_BYTES = 6 * 1024 * 1024
"""Maximum size of a Lambda function's response. Lambda developer guide, "Quotas": invocation payload, synchronous."""

MACRO_MESSAGE_CHARACTERS = 1000
"""Characters of a macro's error message that CloudFormation always shows: the reason of a stack event has 1,024."""

TAG_VALUE_CHARACTERS = 256
"""Maximum length of the value of a tag. ECS API reference, "Tag"."""
