"""Element types of signatures (ECMA-335 II.23.1.16) and what follows from them alone."""

from __future__ import annotations

from typing import Final

VOID: Final = 0x01
BOOLEAN: Final = 0x02
CHAR: Final = 0x03
I1: Final = 0x04
U1: Final = 0x05
I2: Final = 0x06
U2: Final = 0x07
I4: Final = 0x08
U4: Final = 0x09
I8: Final = 0x0A
U8: Final = 0x0B
R4: Final = 0x0C
R8: Final = 0x0D
STRING: Final = 0x0E
PTR: Final = 0x0F
BYREF: Final = 0x10
VALUETYPE: Final = 0x11
CLASS: Final = 0x12
VAR: Final = 0x13
ARRAY: Final = 0x14
GENERICINST: Final = 0x15
TYPEDBYREF: Final = 0x16
I: Final = 0x18  # noqa: E741
U: Final = 0x19
FNPTR: Final = 0x1B
OBJECT: Final = 0x1C
SZARRAY: Final = 0x1D
MVAR: Final = 0x1E
CMOD_REQD: Final = 0x1F
CMOD_OPT: Final = 0x20
SENTINEL: Final = 0x41
PINNED: Final = 0x45

COUNT: Final = 0x50

# Types of the core library that signatures write as one byte: element type, name in namespace System, C# keyword.
WELL_KNOWN: Final[list[tuple[int, str, str]]] = [
    (VOID, "Void", "void"),
    (BOOLEAN, "Boolean", "bool"),
    (CHAR, "Char", "char"),
    (I1, "SByte", "sbyte"),
    (U1, "Byte", "byte"),
    (I2, "Int16", "short"),
    (U2, "UInt16", "ushort"),
    (I4, "Int32", "int"),
    (U4, "UInt32", "uint"),
    (I8, "Int64", "long"),
    (U8, "UInt64", "ulong"),
    (R4, "Single", "float"),
    (R8, "Double", "double"),
    (STRING, "String", "string"),
    (TYPEDBYREF, "TypedReference", "System.TypedReference"),
    (I, "IntPtr", "nint"),
    (U, "UIntPtr", "nuint"),
    (OBJECT, "Object", "object"),
]


def is_primitive(element_type: int) -> bool:
    """Whether values are plain numbers, bool or char; native integers included, pointers not."""
    return BOOLEAN <= element_type <= R8 or element_type == I or element_type == U


def primitive_size(element_type: int) -> int:
    """Bytes of a primitive type on a 64-bit target; 0 for anything else."""
    if element_type in (BOOLEAN, I1, U1):
        return 1
    if element_type in (CHAR, I2, U2):
        return 2
    if element_type in (I4, U4, R4):
        return 4
    if element_type in (I8, U8, R8, I, U):
        return 8
    return 0
