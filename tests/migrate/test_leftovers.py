"""`adopt --profile standalone` lists what only App Mesh needed."""

from tests.cli.command import run
from tests.migrate.test_adopt_standalone import TEMPLATE

LEFT = TEMPLATE.replace(
    "Resources:\n",
    """  Image: {Type: "AWS::SSM::Parameter::Value<String>", Default: /aws/service/appmesh/envoy}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {}
      ManagedPolicyArns: ["arn:aws:iam::aws:policy/AWSAppMeshEnvoyAccess"]
      Policies:
        - PolicyName: mesh
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: ["appmesh:StreamAggregatedResources", "appmesh:Describe*"], Resource: "*"}
  Images:
    Type: AWS::IAM::Policy
    Properties:
      PolicyDocument: {Statement: {Resource: !Sub "arn:aws:ecr:us-east-1:840364872350:repository/envoy"}}
""",
    1,
)


def test_each_is_listed_once_with_its_place() -> None:
    ran = run("adopt", "-", "--profile", "standalone", stdin=LEFT)
    assert ran.code == 0, ran.err
    left = [line for line in ran.err.splitlines() if "left behind" in line]
    assert [line.split("left behind: ")[1].split(":")[0] for line in left] == ["Image", "Role", "Role", "Images"]
    assert left[0].startswith("<stdin>:4:")
    assert "take it out" in left[0]


def test_variables_that_go_are_named() -> None:
    ran = run("adopt", "-", "--profile", "standalone", stdin=TEMPLATE)
    assert "only App Mesh's image reads them: AWS_REGION, APPMESH_METRIC_EXTENSION_VERSION" in ran.err


def test_nothing_is_listed_where_nothing_stays() -> None:
    assert "left behind" not in run("adopt", "-", "--profile", "standalone", stdin=TEMPLATE).err
