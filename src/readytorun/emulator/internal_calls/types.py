"""Type objects, enums, making instances by type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from readytorun.emulator.internal_calls import names
from readytorun.emulator.internal_calls.registry import internal_call
from readytorun.emulator.method_tables import ARRAY_DATA, OBJECT_HEADER
from readytorun.metadata.tables import TableId
from readytorun.typesystem import element_types as et
from readytorun.typesystem.layout import layout_of
from readytorun.typesystem.type_desc import ArrayType, ParameterizedType, TypeDesc

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime

_TYPE_CODES = {
    et.BOOLEAN: 3,
    et.CHAR: 4,
    et.I1: 5,
    et.U1: 6,
    et.I2: 7,
    et.U2: 8,
    et.I4: 9,
    et.U4: 10,
    et.I8: 11,
    et.U8: 12,
    et.R4: 13,
    et.R8: 14,
    et.STRING: 18,
}


def type_of(runtime: Runtime, type_object: int) -> TypeDesc:
    """The type of a RuntimeType object."""
    if not type_object:
        raise runtime.throw("NullReference")
    return runtime.tables.at(runtime.memory.u64(type_object + OBJECT_HEADER)).type


def _object(runtime: Runtime, type: TypeDesc | None) -> int:
    return 0 if type is None else runtime.internal_calls.type_object(runtime.tables.of(type))


@internal_call("System.RuntimeType::GetName")
def _name(runtime: Runtime, this: int, kind: int) -> int:
    type = type_of(runtime, this)
    if kind == 0:
        name = names.simple_name(type)
    elif kind == 1:
        name = names.assembly_qualified(type)
    elif kind == 2:
        outer = type.definition
        while isinstance(outer, ParameterizedType):
            outer = outer.parameter_type.definition
        while outer.enclosing_type is not None:
            outer = outer.enclosing_type
        if not outer.namespace:
            return 0
        name = outer.namespace
    else:
        name = names.type_name(type)
        if type.is_generic_definition:
            name += f"[{','.join(_parameter_names(type))}]"
    return runtime.heap.new_string(name)


def _parameter_names(definition: TypeDesc) -> list[str]:
    reader = definition.module.reader
    rows = reader.rows_of(TableId.GENERIC_PARAM, "Owner", definition.token)
    return [reader.string(reader.column(TableId.GENERIC_PARAM, "Name")[row - 1]) for row in rows]


@internal_call("System.RuntimeType::IsKind")
def _is_kind(runtime: Runtime, this: int, what: int) -> bool:
    type = type_of(runtime, this)
    return (
        type.is_value_type,
        type.is_enum,
        type.is_primitive,
        type.is_interface,
        type.is_array,
        type.is_generic_definition or type.has_instantiation,
        type.is_abstract,
        type.is_sealed or type.is_array,
        type.element_type == et.BYREF,
        type.element_type == et.PTR,
        type.is_generic_definition,
        type.is_nullable and type.has_instantiation,
    )[what]


@internal_call("System.RuntimeType::GetRelated")
def _related(runtime: Runtime, this: int, what: int) -> int:
    type = type_of(runtime, this)
    if what == 0:
        return _object(runtime, type.base_type)
    if what == 1:
        return _object(runtime, type.definition) if type.has_instantiation or type.is_generic_definition else 0
    if what == 2:
        return _object(runtime, type.parameter_type) if isinstance(type, ParameterizedType) else 0
    if what == 3:
        return _object(runtime, type.definition.enclosing_type)
    return _object(runtime, runtime.context.szarray(type))


@internal_call("System.RuntimeType::GetArguments")
def _arguments(runtime: Runtime, this: int) -> int:
    type = type_of(runtime, this)
    array = runtime.heap.new_array(runtime.context.well_known("System.Type"), len(type.instantiation))
    for index, argument in enumerate(type.instantiation):
        runtime.memory.set_u64(array + ARRAY_DATA + 8 * index, _object(runtime, argument))
    return array


@internal_call("System.RuntimeType::Instantiate")
def _instantiate(runtime: Runtime, this: int, array: int) -> int:
    count = runtime.heap.length(array)
    arguments = tuple(type_of(runtime, runtime.memory.u64(array + ARRAY_DATA + 8 * index)) for index in range(count))
    return _object(runtime, runtime.context.instantiate(type_of(runtime, this), arguments))


@internal_call("System.RuntimeType::CanCast")
def _can_cast(runtime: Runtime, source: int, target: int) -> bool:
    return runtime.casting.can_cast(type_of(runtime, source), type_of(runtime, target))


@internal_call("System.RuntimeType::IsInstance")
def _is_instance(runtime: Runtime, this: int, value: int) -> bool:
    return bool(value) and runtime.casting.is_instance(runtime.heap.table_of(value).type, type_of(runtime, this))


@internal_call("System.RuntimeType::GetRank")
def _rank(runtime: Runtime, this: int) -> int:
    type = type_of(runtime, this)
    return type.rank if isinstance(type, ArrayType) else 0


@internal_call("System.RuntimeType::ByName")
def _by_name(runtime: Runtime, name: int) -> int:
    text = runtime.heap.text(name).partition(",")[0]
    namespace, _, simple = text.rpartition(".")
    for image in (*runtime.images[1:], runtime.images[0]):
        found = image.module.find_type(namespace, simple)
        if found is not None:
            return _object(runtime, found)
    return 0


@internal_call("System.RuntimeType::TypeCodeOf")
def _type_code(runtime: Runtime, this: int) -> int:
    return _TYPE_CODES.get(type_of(runtime, this).underlying.element_type, 1)


@internal_call("System.RuntimeType::CreateInstance")
def _create_instance(runtime: Runtime, this: int) -> int:
    """A new object, made by the constructor without parameters; a box of zeros for structs that have none."""
    type = type_of(runtime, this)
    if type.is_nullable:
        return 0
    constructor = next((m for m in type.methods() if m.is_ctor and not m.signature.params), None)
    if (constructor is None and not type.is_value_type) or type.is_abstract:
        raise runtime.throw(
            "MissingMethod",
            f"Cannot dynamically create an instance of type '{names.type_name(type)}'. "
            "Reason: No parameterless constructor defined.",
        )
    address = runtime.heap.allocate(runtime.tables.of(type))
    if constructor is None:
        return address
    handle = runtime.heap.handle(address)
    if type.is_value_type:
        entry = runtime.code.unboxing_entry_point(constructor)
    else:
        entry = runtime.code.entry_point(constructor)
    runtime.invoke(entry, (address,))
    return runtime.heap.take(handle)


@internal_call("System.Activator::RuntimeTypeHasConstructor")
def _has_constructor(runtime: Runtime, this: int) -> bool:
    return any(m.is_ctor and not m.signature.params for m in type_of(runtime, this).methods())


@internal_call("System.Runtime.CompilerServices.RuntimeHelpers::GetUninitializedObject")
def _uninitialized(runtime: Runtime, this: int) -> int:
    return runtime.heap.allocate(runtime.tables.of(type_of(runtime, this)))


@internal_call("System.Runtime.CompilerServices.RuntimeHelpers::RunClassConstructorCore")
def _run_constructor(runtime: Runtime, this: int) -> None:
    runtime.statics.initialize(type_of(runtime, this))


# --- enums ------------------------------------------------------------------------------------------------------------


def _enum_members(type: TypeDesc) -> list[tuple[str, int]]:
    """Names and values, by value as unsigned numbers, as reflection sorts them."""
    reader = type.module.reader
    size = layout_of(type).size
    result = []
    parents = reader.column(TableId.CONSTANT, "Parent")
    values = reader.column(TableId.CONSTANT, "Value")
    constants = {parent: values[row] for row, parent in enumerate(parents)}
    for field in type.definition.fields():
        if field.is_literal:
            blob = reader.blob(constants[field.token])
            result.append((field.name, int.from_bytes(blob[:size], "little")))
    result.sort(key=lambda member: member[1])
    return result


def _enum_value(runtime: Runtime, box: int) -> tuple[TypeDesc, int]:
    type = runtime.heap.table_of(box).type
    return type, int.from_bytes(runtime.memory.read(box + OBJECT_HEADER, layout_of(type).size), "little")


def _signed(type: TypeDesc, value: int) -> int:
    bits = 8 * layout_of(type).size
    if type.underlying.element_type in (et.I1, et.I2, et.I4, et.I8) and value >> bits - 1:
        return value - (1 << bits)
    return value


@internal_call("System.Enum::ToInt64")
def _enum_to_int64(runtime: Runtime, box: int) -> int:
    return _signed(*_enum_value(runtime, box))


@internal_call("System.Enum::Format")
def _enum_format(runtime: Runtime, box: int, format: int) -> int:
    type, value = _enum_value(runtime, box)
    style = runtime.heap.text(format).upper() if format else "G"
    if style == "D":
        return runtime.heap.new_string(str(_signed(type, value)))
    if style == "X":
        return runtime.heap.new_string(f"{value:0{2 * layout_of(type).size}X}")
    members = _enum_members(type)
    for name, known in members:
        if known == value:
            return runtime.heap.new_string(name)
    flags = type.module.has_attribute(type.token, "System", "FlagsAttribute") or style == "F"
    if flags and value:
        parts = []
        rest = value
        for name, known in reversed(members):
            if known and rest & known == known:
                parts.append(name)
                rest &= ~known
        if not rest:
            return runtime.heap.new_string(", ".join(reversed(parts)))
    return runtime.heap.new_string(str(_signed(type, value)))


@internal_call("System.Enum::GetNames")
def _enum_names(runtime: Runtime, this: int) -> int:
    members = _enum_members(type_of(runtime, this))
    array = runtime.heap.new_array(runtime.context.well_known("System.String"), len(members))
    for index, (name, _) in enumerate(members):
        runtime.memory.set_u64(array + ARRAY_DATA + 8 * index, runtime.heap.new_string(name))
    return array


@internal_call("System.Enum::GetName")
def _enum_name(runtime: Runtime, this: int, box: int) -> int:
    _, value = _enum_value(runtime, box)
    for name, known in _enum_members(type_of(runtime, this)):
        if known == value:
            return runtime.heap.new_string(name)
    return 0


@internal_call("System.Enum::IsDefined")
def _enum_is_defined(runtime: Runtime, this: int, box: int) -> bool:
    _, value = _enum_value(runtime, box)
    return any(known == value for _, known in _enum_members(type_of(runtime, this)))


@internal_call("System.Enum::ParseCore")
def _enum_parse(runtime: Runtime, this: int, text: int, ignore_case: bool, result: int) -> int:
    type = type_of(runtime, this)
    members = {(name.lower() if ignore_case else name): value for name, value in _enum_members(type)}
    source = runtime.heap.text(text).strip()
    if not source:
        return 1
    value = 0
    for part in source.split(","):
        name = part.strip()
        if re.fullmatch(r"[+-]?\d+", name):
            value |= int(name)
            continue
        known = members.get(name.lower() if ignore_case else name)
        if known is None:
            return 2
        value |= known
    runtime.memory.set_u64(result, _signed(type, value) & (1 << 64) - 1)
    return 0


@internal_call("System.Enum::FromInt64")
def _enum_from_int64(runtime: Runtime, this: int, value: int) -> int:
    type = type_of(runtime, this)
    box = runtime.heap.allocate(runtime.tables.of(type))
    size = layout_of(type).size
    runtime.memory.write(box + OBJECT_HEADER, (value & (1 << 8 * size) - 1).to_bytes(size, "little"))
    return box
