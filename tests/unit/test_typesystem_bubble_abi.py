"""Field access over the version bubble's border, eightbytes and aggregates, on the framework's own types."""

from __future__ import annotations

import pytest
from typesystem_support import core_type, needs_framework, new_context

from readytorun.typesystem.abi import (
    HFA_DOUBLE,
    HFA_FLOAT,
    INTEGER,
    SSE,
    homogeneous_aggregate,
    is_abi_stable,
    system_v_classify,
)
from readytorun.typesystem.bubble import CONSTANT, FIELD_OFFSET, field_access, is_layout_fixed, needs_layout_check
from readytorun.typesystem.layout import LayoutError
from readytorun.typesystem.type_desc import TypeDesc

pytestmark = needs_framework


def test_outside_the_bubble() -> None:
    for name in ("Int32", "DayOfWeek", "Guid", "Decimal", "Boolean", "IntPtr"):
        assert is_layout_fixed(core_type(name)), name
    for name in ("DateTime", "TimeSpan", "Index", "Half", "Threading.CancellationToken"):
        assert needs_layout_check(core_type(name)), name
    date = core_type("DateTime")
    assert not needs_layout_check(core_type("Nullable`1", date))  # non-versionable whatever is in it
    assert not needs_layout_check(core_type("Span`1", date))
    assert needs_layout_check(core_type("ValueTuple`2", date, date))
    assert not needs_layout_check(core_type("String"))
    field = core_type("Exception").find_field("_message")
    assert field is not None and field_access(field).kind == FIELD_OFFSET
    ticks = date.find_field("_dateData")
    assert ticks is not None
    access = field_access(ticks)
    assert (access.kind, access.offset, access.needs_check) == (CONSTANT, 0, True)


def test_inside_the_bubble() -> None:
    context = new_context()
    context.core.in_version_bubble = True
    date = context.well_known("System.DateTime")
    assert is_layout_fixed(date)
    field = context.well_known("System.Exception").find_field("_message")
    assert field is not None
    access = field_access(field)
    assert access.kind == CONSTANT and not access.needs_check and access.offset >= 8


@pytest.mark.parametrize(
    ("name", "arguments", "classes"),
    [
        ("Guid", (), (INTEGER, INTEGER)),
        ("Decimal", (), (INTEGER, INTEGER)),
        ("DateTime", (), (INTEGER,)),
        ("Nullable`1", ("Int32",), (INTEGER,)),
        ("Nullable`1", ("Double",), (INTEGER, SSE)),
        ("Span`1", ("Int32",), (INTEGER, INTEGER)),
        ("Numerics.Vector2", (), (SSE,)),
        ("Numerics.Vector4", (), (SSE, SSE)),
        ("ValueTuple`2", ("Single", "Int32"), (INTEGER,)),
        ("ValueTuple`3", ("Int32", "Single", "Single"), (INTEGER, SSE)),
        ("ValueTuple`3", ("Int64", "Int64", "Int64"), None),
        ("ValueTuple`2", ("String", "Double"), (INTEGER, SSE)),
    ],
)
def test_eightbytes(name: str, arguments: tuple[str, ...], classes: tuple[int, ...] | None) -> None:
    assert system_v_classify(core_type(name, *[core_type(a) for a in arguments])) == classes


def test_unsettled_conventions_are_refused() -> None:
    vector = core_type("Runtime.Intrinsics.Vector128`1", core_type("Int32"))
    wrapped = core_type("ValueTuple`2", core_type("Int128"), core_type("Int32"))
    for type in (core_type("Int128"), wrapped, vector):
        assert not is_abi_stable(type, False)
        with pytest.raises(LayoutError, match="may change"):
            system_v_classify(type)
    assert is_abi_stable(vector, True) and not is_abi_stable(wrapped, True)


def test_homogeneous_aggregates() -> None:
    def tuple_of(*names: str) -> TypeDesc:
        return core_type(f"ValueTuple`{len(names)}", *[core_type(n) for n in names])

    assert homogeneous_aggregate(core_type("Numerics.Vector3")) == (HFA_FLOAT, 3)
    assert homogeneous_aggregate(tuple_of("Double", "Double")) == (HFA_DOUBLE, 2)
    assert homogeneous_aggregate(tuple_of("Single", "Double")) is None
    assert homogeneous_aggregate(tuple_of("Double", "Double", "Double", "Double")) == (HFA_DOUBLE, 4)
    assert homogeneous_aggregate(tuple_of(*["Double"] * 5)) is None
    assert homogeneous_aggregate(core_type("Guid")) is None
    inline = core_type("Runtime.CompilerServices.InlineArray4`1", core_type("Single"))
    assert homogeneous_aggregate(inline) == (HFA_FLOAT, 4)
