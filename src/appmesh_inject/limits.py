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

SERVICE_CONNECT_NAME_CHARACTERS = 127
"""Maximum length of the DnsName of a Service Connect alias. ECS API reference, "ServiceConnectClientAlias"."""

ALB_RULES = 100
"""Maximum of rules of an Application Load Balancer, without default rules. Elastic Load Balancing, "Quotas for your
Application Load Balancers"; adjustable. The next four are from the same page."""

ALB_LISTENERS = 50
"""Maximum of listeners of an Application Load Balancer; adjustable."""

ALB_TARGET_GROUPS = 100
"""Maximum of target groups of an Application Load Balancer; not adjustable."""

ALB_TARGET_GROUPS_OF_AN_ACTION = 5
"""Maximum of target groups to which one rule forwards; not adjustable."""

ALB_CONDITION_VALUES = 5
"""Maximum of values in the conditions of one rule; not adjustable."""

CONDITION_CHARACTERS = 128
"""Maximum length of a path or value that a rule compares. Elastic Load Balancing, "Condition types for listener rules";
CloudFormation, "AWS::VpcLattice::Rule"."""

LATTICE_RULES = 10
"""Maximum of rules of a VPC Lattice listener, without the default action. VPC Lattice user guide, "Quotas"; adjustable.
The next two are from the same page."""

LATTICE_LISTENERS = 2
"""Maximum of listeners of a VPC Lattice service; adjustable."""

LATTICE_TARGET_GROUPS = 10
"""Maximum of target groups of a VPC Lattice service; adjustable."""

LATTICE_TARGET_GROUPS_OF_AN_ECS_SERVICE = 5
"""Maximum of VPC Lattice target groups of an ECS service. ECS developer guide, "Create a service that uses VPC
Lattice"."""

LATTICE_HEADERS = 5
"""Maximum of header matches of a VPC Lattice rule. CloudFormation, "AWS::VpcLattice::Rule"."""

REGIONS_WITHOUT_LATTICE = ("cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1")
"""Regions with App Mesh and without VPC Lattice, by the resource types that CloudFormation has there."""
