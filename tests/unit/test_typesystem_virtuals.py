"""Virtual, interface and constrained calls with a known exact type, on the framework's own classes."""

from __future__ import annotations

from typesystem_support import core_type, method_of, needs_framework, shared_context

from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import TypeDesc
from readytorun.typesystem.virtuals import (
    resolve_constrained,
    resolve_interface_method,
    resolve_static_virtual,
    resolve_virtual,
)

pytestmark = needs_framework


def _interface_method(name: str, interface: TypeDesc) -> MethodDesc:
    return shared_context().method_on_owner(method_of(interface.definition, name), interface)


def test_overrides() -> None:
    to_string = method_of(core_type("Object"), "ToString")
    assert resolve_virtual(to_string, core_type("Object")) is to_string
    assert resolve_virtual(to_string, core_type("String")) is method_of(core_type("String"), "ToString", ())
    # Inherited: ArgumentNullException has none of its own.
    argument = method_of(core_type("ArgumentException"), "get_Message")
    message = method_of(core_type("Exception"), "get_Message")
    assert resolve_virtual(message, core_type("ArgumentNullException")) is argument
    assert resolve_virtual(message, core_type("Exception")) is message
    # Not virtual: whatever the type.
    get_type = method_of(core_type("Object"), "GetType")
    assert resolve_virtual(get_type, core_type("String")) is get_type


def test_overrides_on_instantiations() -> None:
    context = shared_context()
    string = core_type("String")
    comparer = core_type("Collections.Generic.EqualityComparer`1", string)
    exact = core_type("Collections.Generic.ObjectEqualityComparer`1", string)
    variable = context.type_variable(0)
    equals = context.method_on_owner(method_of(comparer.definition, "Equals", (variable, variable)), comparer)
    found = resolve_virtual(equals, exact)
    assert found is not None and found.owner is exact and found.signature.params == (string, string)


def test_interfaces() -> None:
    string = core_type("String")
    listed = core_type("Collections.Generic.List`1", string)
    collection = core_type("Collections.Generic.ICollection`1", string)
    found = resolve_virtual(_interface_method("Add", collection), listed)
    assert found is shared_context().method_on_owner(method_of(listed.definition, "Add"), listed)
    enumerable = core_type("Collections.Generic.IEnumerable`1", string)
    explicit = resolve_interface_method(_interface_method("GetEnumerator", enumerable), listed)
    assert explicit is not None and explicit.owner is listed
    assert explicit.name == "System.Collections.Generic.IEnumerable<T>.GetEnumerator"
    # Not implemented at all, and implemented by variance only.
    assert resolve_interface_method(_interface_method("Add", collection), string) is None
    objects = core_type("Collections.Generic.IEnumerable`1", core_type("Object"))
    assert resolve_interface_method(_interface_method("GetEnumerator", objects), listed) is None


def test_interface_of_a_base_class_follows_overrides() -> None:
    dispose = method_of(core_type("IDisposable"), "Dispose")
    found = resolve_interface_method(dispose, core_type("IO.MemoryStream"))
    assert found is method_of(core_type("IO.Stream"), "Dispose", ())
    async_dispose = method_of(core_type("IAsyncDisposable"), "DisposeAsync")
    found = resolve_interface_method(async_dispose, core_type("IO.FileStream"))
    assert found is method_of(core_type("IO.FileStream"), "DisposeAsync")


def test_constrained_calls() -> None:
    int32 = core_type("Int32")
    equatable = core_type("IEquatable`1", int32)
    equals = resolve_constrained(_interface_method("Equals", equatable), int32)
    assert equals is method_of(int32, "Equals", (int32,))
    to_string = method_of(core_type("Object"), "ToString")
    found = resolve_constrained(to_string, int32)
    assert found is not None and found.owner is int32 and not found.signature.params
    # An enum has ToString from System.Enum: the value must be boxed.
    assert resolve_constrained(to_string, core_type("DayOfWeek")) is None
    assert resolve_constrained(to_string, core_type("String")) is None


def test_static_interface_members() -> None:
    int32 = core_type("Int32")
    zero = _interface_method("get_Zero", core_type("Numerics.INumberBase`1", int32))
    found = resolve_static_virtual(zero, int32)
    assert found is not None and found.owner is int32 and found.is_static
    assert found.name == "System.Numerics.INumberBase<System.Int32>.get_Zero"
    assert resolve_constrained(zero, int32) is found


def test_shared_types_implement_by_definition() -> None:
    context = shared_context()
    pair = core_type("Collections.Generic.List`1+Enumerator", context.canon)
    enumerator = core_type("Collections.Generic.IEnumerator`1", context.canon)
    found = resolve_constrained(_interface_method("get_Current", enumerator), pair)
    assert found is not None and found.owner is pair
