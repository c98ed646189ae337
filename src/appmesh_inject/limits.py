"""The quotas of AWS, each with its source."""

CONTAINERS_OF_A_TASK = 10
"""Maximum of container definitions in a task definition. ECS developer guide, "Amazon ECS service quotas"; not
adjustable."""

APP_PORTS = 15
"""Maximum of ports in one `iptables -m multiport` rule, which the redirect makes of AppPorts. It silently drops the
rest."""

TASK_DEFINITION_BYTES = 64 * 1024
"""Maximum size of a task definition. ECS developer guide, "Amazon ECS service quotas": task definition size."""

TEMPLATE_BYTES = 1_000_000
"""Maximum size of a processed template. CloudFormation user guide, "Quotas": template body size in an S3 object, 1 MB,
taken as the smaller of its two meanings."""

TEMPLATE_BYTES_WITHOUT_S3 = 51_200
"""Maximum size of a template that a request to CloudFormation contains. CloudFormation user guide, "Quotas": template
body size in a request."""

RESOURCES_OF_A_TEMPLATE = 500
"""Maximum of resources in a processed template. CloudFormation user guide, "Quotas"."""

LAMBDA_RESPONSE_BYTES = 6 * 1024 * 1024
"""Maximum size of a Lambda function's response. Lambda developer guide, "Quotas": invocation payload, synchronous."""

MACRO_MESSAGE_CHARACTERS = 1000
"""Characters of a macro's error message that CloudFormation always shows: the reason of a stack event has 1,024."""

TAG_VALUE_CHARACTERS = 256
"""Maximum length of the value of a tag. ECS API reference, "Tag"."""
