"""Types of IR values, of memory accesses, and the ABI description of parameters and results."""

from __future__ import annotations

from typing import Final

# Types of values. Native integers and unmanaged pointers are I64 on the 64-bit targets; a struct is never a value: it
# lives in a frame slot (or behind a byref) and is handled by its address.
VOID: Final = 0
I32: Final = 1
I64: Final = 2
F32: Final = 3
F64: Final = 4
REF: Final = 5  # object reference
BYREF: Final = 6  # may point into an object; reported to the GC as interior
STRUCT: Final = 7  # only in `AbiType`: a struct passed or returned by value

TYPE_NAMES: Final = ("void", "i32", "i64", "f32", "f64", "ref", "byref", "struct")

# Types of memory accesses. Loads of small integers extend to I32; M_I32 loads give I32.
M_I8: Final = 0
M_U8: Final = 1
M_I16: Final = 2
M_U16: Final = 3
M_I32: Final = 4
M_I64: Final = 5
M_F32: Final = 6
M_F64: Final = 7
M_REF: Final = 8
M_BYREF: Final = 9

MEMORY_NAMES: Final = ("i8", "u8", "i16", "u16", "i32", "i64", "f32", "f64", "ref", "byref")
MEMORY_SIZES: Final = (1, 1, 2, 2, 4, 8, 4, 8, 8, 8)
MEMORY_VALUE_TYPES: Final = (I32, I32, I32, I32, I32, I64, F32, F64, REF, BYREF)

# Roles of parameters: the hidden arguments of a call are facts of the IR, their registers are the back end's business.
ROLE_NORMAL: Final = 0
ROLE_THIS: Final = 1
ROLE_RETURN_BUFFER: Final = 2
ROLE_GENERIC_CONTEXT: Final = 3  # a MethodTable
ROLE_CONTINUATION: Final = 4
ROLE_METHOD_CONTEXT: Final = 5  # generic context of a shared generic method: a MethodDesc

ROLE_NAMES: Final = ("", "this", "return_buffer", "generic_context", "continuation", "method_context")

# Classes of the eightbytes of a struct passed in registers (System V AMD64 ABI 3.2.3).
CLASS_INTEGER: Final = 0
CLASS_SSE: Final = 1


class StructLayout:
    """What code generation needs to know about a struct type.

    Attributes:
        size: bytes, including tail padding.
        alignment: bytes.
        gc_refs: (offset in bytes, is_byref) of every reference field, ascending.
        register_classes: class of each eightbyte when passed and returned in registers, empty when in memory.
        hfa: (element type F32 or F64, count) of an arm64 homogeneous float aggregate, or None.
    """

    __slots__ = ("alignment", "gc_refs", "hfa", "register_classes", "size")

    def __init__(
        self,
        size: int,
        alignment: int,
        gc_refs: tuple[tuple[int, bool], ...] = (),
        register_classes: tuple[int, ...] = (),
        hfa: tuple[int, int] | None = None,
    ) -> None:
        self.size = size
        self.alignment = alignment
        self.gc_refs = gc_refs
        self.register_classes = register_classes
        self.hfa = hfa


class AbiType:
    """One parameter or result as the calling convention sees it.

    Attributes:
        type: an IR type; STRUCT with `layout`.
        layout: layout of a STRUCT, else None.
        role: ROLE_*: what the parameter is for.
    """

    __slots__ = ("layout", "role", "type")

    def __init__(self, type: int, layout: StructLayout | None = None, role: int = ROLE_NORMAL) -> None:
        self.type = type
        self.layout = layout
        self.role = role


class CallSignature:
    """Parameters in calling-convention order, and the results.

    The order is: this, return buffer, generic context, continuation, declared parameters. A struct result that comes
    back in registers has result type STRUCT; one that needs a return buffer has an explicit ROLE_RETURN_BUFFER
    parameter and result VOID.

    Attributes:
        params, result: see above.
        returns_continuation: the async convention: a continuation, or null if the call completed, comes back in a
            register of its own. Such a signature has a ROLE_CONTINUATION parameter.
    """

    __slots__ = ("params", "result", "returns_continuation")

    def __init__(self, params: list[AbiType], result: AbiType, returns_continuation: bool = False) -> None:
        self.params = params
        self.result = result
        self.returns_continuation = returns_continuation
