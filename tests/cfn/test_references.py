"""Which resources refer to which."""

from appmesh_inject.cfn.document import Json
from appmesh_inject.cfn.references import dependencies


def test_every_way_to_refer_to_a_resource_counts() -> None:
    resources: dict[str, Json] = {
        "A": {
            "DependsOn": "B",
            "Properties": {
                "X": [{"Ref": "C"}, {"Fn::GetAtt": ["D", "Arn"]}, {"Fn::GetAtt": "E.Arn"}],
                "Y": {"Fn::Sub": "${F}-${G.Arn}-${!H}-${I}"},
                "Z": {"Fn::If": ["C", {"Fn::Sub": ["${J}-${K}", {"J": {"Ref": "L"}}]}, {"Ref": "A"}]},
            },
        },
        **{name: {} for name in "BCDEFGHIKL"},
        "J": {"DependsOn": ["A", "Nowhere"]},
        "M": "no resource",
    }
    found = dependencies(resources)
    assert found["A"] == frozenset("BCDEFGIKL")
    assert found["J"] == frozenset("A")
    assert found["M"] == frozenset()
