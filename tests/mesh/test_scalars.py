"""Text of the mesh: two are the same where they mean the same."""

from appmesh_inject.mesh.scalars import Scalar, literal


def test_texts_are_equal_where_they_mean_the_same() -> None:
    one, other = Scalar("apps", "apps", "apps", ("Mesh",)), Scalar("apps", {"Ref": "Name"})
    assert one == other
    assert not one != other  # noqa: SIM202
    assert hash(one) == hash(other)
    assert one != Scalar("shop", "apps", "apps", ("Mesh",))
    assert one != "apps"


def test_texts_that_differ_can_be_told_apart_quickly() -> None:
    assert len({hash(Scalar(str(number), "")) for number in range(100)}) > 90


def test_a_literal_is_known() -> None:
    assert tuple(literal(80)) == ("80", "80", "80", ())
