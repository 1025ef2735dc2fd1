"""From the type system's types to IR types and call signatures.

The order of parameters is the managed calling convention's: `this`, return buffer, generic context, declared parameters
(clr-abi.md, "Special/extra parameters"). What differs between targets comes in through `TargetAbi`.
"""

from __future__ import annotations

from collections.abc import Callable

from readytorun.importer.refusal import Reason, Refusal
from readytorun.ir.types import (
    BYREF,
    F32,
    F64,
    I32,
    I64,
    M_BYREF,
    M_F32,
    M_F64,
    M_I8,
    M_I16,
    M_I32,
    M_I64,
    M_REF,
    M_U8,
    M_U16,
    REF,
    ROLE_CONTINUATION,
    ROLE_GENERIC_CONTEXT,
    ROLE_METHOD_CONTEXT,
    ROLE_RETURN_BUFFER,
    ROLE_THIS,
    STRUCT,
    VOID,
    AbiType,
    CallSignature,
    StructLayout,
)
from readytorun.typesystem import element_types as et
from readytorun.typesystem.layout import LayoutError, layout_of
from readytorun.typesystem.method_desc import CONTEXT_METHOD_DESC, CONTEXT_METHOD_TABLE, MethodSignature
from readytorun.typesystem.type_desc import TypeDesc

# Indexed by element type: IR type and memory type of the primitive ones, -1 for the others.
_IR_TYPES: list[int] = [-1] * 0x50
_MEMORY_TYPES: list[int] = [-1] * 0x50
for _element, _ir, _memory in (
    (et.VOID, VOID, -1),
    (et.BOOLEAN, I32, M_U8),
    (et.CHAR, I32, M_U16),
    (et.I1, I32, M_I8),
    (et.U1, I32, M_U8),
    (et.I2, I32, M_I16),
    (et.U2, I32, M_U16),
    (et.I4, I32, M_I32),
    (et.U4, I32, M_I32),
    (et.I8, I64, M_I64),
    (et.U8, I64, M_I64),
    (et.I, I64, M_I64),
    (et.U, I64, M_I64),
    (et.PTR, I64, M_I64),
    (et.FNPTR, I64, M_I64),
    (et.R4, F32, M_F32),
    (et.R8, F64, M_F64),
    (et.BYREF, BYREF, M_BYREF),
    (et.STRING, REF, M_REF),
    (et.OBJECT, REF, M_REF),
    (et.CLASS, REF, M_REF),
    (et.SZARRAY, REF, M_REF),
    (et.ARRAY, REF, M_REF),
    (et.VALUETYPE, STRUCT, -1),
    (et.TYPEDBYREF, STRUCT, -1),
):
    _IR_TYPES[_element] = _ir
    _MEMORY_TYPES[_element] = _memory

RegisterClasses = Callable[[TypeDesc], tuple[int, ...]]
EncodeGCRefMap = Callable[[CallSignature], bytes]
StackArgumentSize = Callable[[CallSignature], int]


class TargetAbi:
    """What the importer asks about the target's calling convention.

    Attributes:
        register_classes: classes of a struct's eightbytes when it is passed in registers, () when in memory.
        gc_ref_map: encoded GCRefMap of a call's arguments.
        stack_argument_size: bytes of a call's arguments that are passed on the stack.
        is_arm64: the target is arm64, not x64: it matters for instructions beyond the baseline.
    """

    __slots__ = ("gc_ref_map", "is_arm64", "register_classes", "stack_argument_size")

    def __init__(
        self,
        register_classes: RegisterClasses,
        gc_ref_map: EncodeGCRefMap,
        stack_argument_size: StackArgumentSize,
        is_arm64: bool = False,
    ) -> None:
        self.register_classes = register_classes
        self.gc_ref_map = gc_ref_map
        self.stack_argument_size = stack_argument_size
        self.is_arm64 = is_arm64


def ir_type_of(type: TypeDesc) -> int:
    """IR type of values of a type; STRUCT for value types that are not primitive.

    Raises:
        Refusal: the type still has type variables, or has no values.
    """
    element = type.underlying.element_type
    result = _IR_TYPES[element]
    if result < 0:
        raise Refusal(Reason.INVALID_IL, f"value of type {type}")
    return result


def memory_type_of(type: TypeDesc) -> int:
    """How a field, element or local of a primitive or reference type is read and written (-1 for structs)."""
    return _MEMORY_TYPES[type.underlying.element_type]


_MAX_ALIGNMENT = 16  # of frame slots, bytes
_UNSTABLE_TYPES = {
    ("System.Runtime.Intrinsics", "Vector64`1"),
    ("System.Runtime.Intrinsics", "Vector128`1"),
    ("System.Runtime.Intrinsics", "Vector256`1"),
    ("System.Runtime.Intrinsics", "Vector512`1"),
    ("System.Numerics", "Vector`1"),
    ("System", "Int128"),
    ("System", "UInt128"),
}


def has_unstable_abi(type: TypeDesc) -> bool:
    """Whether a value type is a vector or a 128-bit integer, or has a field of such a type at any depth."""
    if type.module.is_core and (type.namespace, type.name) in _UNSTABLE_TYPES:
        return True
    for field in type.fields():
        if not field.is_static and field.type.is_value_type and ir_type_of(field.type) == STRUCT:
            if has_unstable_abi(field.type):
                return True
    return False


class AbiMapper:
    """Caches layouts and signatures in their IR form; one per type system context and target."""

    __slots__ = ("_layouts", "_pointer_sized", "_structs", "target")

    def __init__(self, target: TargetAbi) -> None:
        self.target = target
        self._layouts: dict[int, StructLayout] = {}
        self._structs: dict[int, AbiType] = {}
        self._pointer_sized: dict[int, AbiType] = {
            kind: AbiType(kind) for kind in (VOID, I32, I64, F32, F64, REF, BYREF)
        }

    def struct_layout(self, type: TypeDesc) -> StructLayout:
        """Layout of a value type.

        Raises:
            Refusal: the layout cannot be computed, or depends on the vector width.
        """
        found = self._layouts.get(type.id)
        if found is not None:
            return found
        try:
            layout = layout_of(type)
        except LayoutError as error:
            is_vector = type.module.is_core and type.name == "Vector`1"
            raise Refusal(Reason.VECTOR if is_vector else Reason.LAYOUT, str(error)) from error
        if layout.alignment > _MAX_ALIGNMENT:
            raise Refusal(Reason.VECTOR, f"{type} is aligned to {layout.alignment} bytes")
        # What has no settled way of being passed is kept in memory and is never an argument (see `abi_type`).
        classes = () if has_unstable_abi(type) else self.target.register_classes(type)
        result = StructLayout(layout.size, layout.alignment, tuple(layout.gc_refs), classes)
        self._layouts[type.id] = result
        return result

    def abi_type(self, type: TypeDesc) -> AbiType:
        """A declared parameter or result.

        Raises:
            Refusal: how values of the type are passed is not settled between versions and machines: vectors, 128-bit
                integers, and structs with such fields.
        """
        ir_type = ir_type_of(type)
        if ir_type != STRUCT:
            return self._pointer_sized[ir_type]
        found = self._structs.get(type.id)
        if found is None:
            if has_unstable_abi(type):
                raise Refusal(Reason.VECTOR, f"{type} passed by value")
            found = AbiType(STRUCT, self.struct_layout(type))
            self._structs[type.id] = found
        return found

    def call_signature(self, signature: MethodSignature, this_type: int, context_source: int) -> CallSignature:
        """Calling-convention view of a method signature.

        Args:
            signature: instantiated method signature.
            this_type: IR type of `this` (REF, or BYREF for value types); ignored for static methods.
            context_source: CONTEXT_* of the callee's code: whether a hidden generic context argument is passed.
        """
        params: list[AbiType] = []
        if signature.has_this and not signature.explicit_this:
            params.append(AbiType(this_type, None, ROLE_THIS))
        result = self.abi_type(signature.return_type)
        if result.type == STRUCT and result.layout is not None and not result.layout.register_classes:
            params.append(AbiType(I64, None, ROLE_RETURN_BUFFER))
            result = self._pointer_sized[VOID]
        if context_source == CONTEXT_METHOD_TABLE:
            params.append(AbiType(I64, None, ROLE_GENERIC_CONTEXT))
        elif context_source == CONTEXT_METHOD_DESC:
            params.append(AbiType(I64, None, ROLE_METHOD_CONTEXT))
        if signature.is_async_call:
            params.append(AbiType(REF, None, ROLE_CONTINUATION))
        for param in signature.params:
            params.append(self.abi_type(param))
        return CallSignature(params, result, signature.is_async_call)
