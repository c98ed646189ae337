"""Quotas of AWS, each once, with its source."""

CONTAINERS_OF_A_TASK = 10
"""Container definitions in a task definition. ECS developer guide, "Amazon ECS service quotas"; not adjustable."""

APP_PORTS = 15
"""Ports in one `iptables -m multiport` rule. ECS's redirect makes one rule of AppPorts and one of EgressIgnoredPorts,
and silently drops the rest."""

IGNORED_PORTS_OF_PROXY_INIT = APP_PORTS - 1
"""Of EgressIgnoredPorts where proxyinit redirects: it adds port 22 to them."""

TASK_DEFINITION_BYTES = 64 * 1024
"""A task definition as a whole. ECS developer guide, "Amazon ECS service quotas": task definition size, 64 KB; and what
RegisterTaskDefinition says: "Max allowed length is '65536' bytes"."""

TEMPLATE_BYTES = 1_000_000
"""A processed template, which CloudFormation takes from S3. CloudFormation user guide, "Understand CloudFormation
quotas": template body size in an S3 object, 1 MB. Not 1,048,576: the service says "Template may not exceed 1000000
bytes in size", and cfn-lint's E1002 has the same number."""

TEMPLATE_BYTES_WITHOUT_S3 = 51_200
"""A template that goes to CloudFormation with the request, and what macros make of it. CloudFormation user guide,
"Understand CloudFormation quotas": template body size in a request; "Troubleshoot the processed template"."""

RESOURCES_OF_A_TEMPLATE = 500
"""Resources in a processed template. CloudFormation user guide, "Understand CloudFormation quotas"."""

LAMBDA_RESPONSE_BYTES = 6 * 1024 * 1024
"""What a Lambda function can answer at once. Lambda developer guide, "Quotas": invocation payload, synchronous."""

MACRO_MESSAGE_CHARACTERS = 1000
"""Of a macro's error message that CloudFormation is sure to show: a stack event's reason has room for 1,024."""

TAG_VALUE_CHARACTERS = 256
"""Of the value of a tag. ECS API reference, "Tag"."""
