"""Scalars of the mesh are equal if they mean the same."""

from appmesh_inject.mesh.scalars import Scalar, literal


def test_scalars_with_equal_keys_are_equal() -> None:
    one, other = Scalar("apps", "apps", "apps", ("Mesh",)), Scalar("apps", {"Ref": "Name"})
    assert one == other
    assert not one != other  # noqa: SIM202
    assert hash(one) == hash(other)
    assert one != Scalar("shop", "apps", "apps", ("Mesh",))
    assert one != "apps"


def test_the_hashes_of_scalars_differ() -> None:
    assert len({hash(Scalar(str(number), "")) for number in range(100)}) > 90


def test_a_literal_is_known() -> None:
    assert tuple(literal(80)) == ("80", "80", "80", ())
