"""What a snapshot keeps of an assembly: the list that `docs/snapshot.md` explains.

Code generation asks other assemblies for types, members and layouts by name and signature; it reads the IL only of
methods marked [NonVersionable], whose bodies are a promise. So all definitions stay, with their tokens, and all that
describes them to people, to reflection or to the JIT goes.
"""

from __future__ import annotations

from typing import Final

from readytorun.metadata.tables import TableId

# The RVA of a body or of a field's data that exists but is not in the snapshot: in no section, so that reading fails.
ABSENT_RVA: Final = 0x7FFFFFF0

# Tables whose rows all stay, because tokens name them or because they are about what tokens name.
WHOLE_TABLES: Final[tuple[int, ...]] = (
    TableId.MODULE,
    TableId.TYPE_DEF,
    TableId.FIELD,
    TableId.METHOD_DEF,
    TableId.INTERFACE_IMPL,
    TableId.CLASS_LAYOUT,
    TableId.FIELD_LAYOUT,
    TableId.METHOD_IMPL,
    TableId.FIELD_RVA,
    TableId.ASSEMBLY,
    TableId.ASSEMBLY_REF,
    TableId.EXPORTED_TYPE,
    TableId.NESTED_CLASS,
    TableId.GENERIC_PARAM,
    TableId.GENERIC_PARAM_CONSTRAINT,
)

# Tables of which only the rows stay that something kept refers to; the others are zeroed in place.
REFERRED_TABLES: Final[tuple[int, ...]] = (
    TableId.TYPE_REF,
    TableId.MEMBER_REF,
    TableId.STAND_ALONE_SIG,
    TableId.MODULE_REF,
    TableId.TYPE_SPEC,
    TableId.METHOD_SPEC,
)

# Columns that are zeroed in the tables above: names of type parameters, hints.
DROPPED_COLUMNS: Final[frozenset[tuple[int, str]]] = frozenset(
    (
        (TableId.GENERIC_PARAM, "Name"),
        (TableId.ASSEMBLY_REF, "HashValue"),
        (TableId.EXPORTED_TYPE, "TypeDefId"),
        (TableId.MODULE, "EncId"),
        (TableId.MODULE, "EncBaseId"),
    )
)

# Custom attributes, with their values. All others go: their rows are removed.
ATTRIBUTES: Final[frozenset[tuple[str, str]]] = frozenset(
    (
        ("System", "ThreadStaticAttribute"),
        ("System.Runtime.CompilerServices", "BypassReadyToRunAttribute"),
        ("System.Runtime.CompilerServices", "CompExactlyDependsOnAttribute"),
        ("System.Runtime.CompilerServices", "DisableRuntimeMarshallingAttribute"),
        ("System.Runtime.CompilerServices", "FixedAddressValueTypeAttribute"),
        ("System.Runtime.CompilerServices", "InlineArrayAttribute"),
        ("System.Runtime.CompilerServices", "IntrinsicAttribute"),
        ("System.Runtime.CompilerServices", "IsByRefLikeAttribute"),
        ("System.Runtime.CompilerServices", "RuntimeCompatibilityAttribute"),
        ("System.Runtime.CompilerServices", "UnsafeValueTypeAttribute"),
        ("System.Runtime.InteropServices", "ExtendedLayoutAttribute"),
        ("System.Runtime.InteropServices", "SuppressGCTransitionAttribute"),
        ("System.Runtime.InteropServices", "UnmanagedCallConvAttribute"),
        ("System.Runtime.InteropServices", "UnmanagedCallersOnlyAttribute"),
        ("System.Runtime.InteropServices", "UnmanagedFunctionPointerAttribute"),
        ("System.Runtime.Versioning", "NonVersionableAttribute"),
    )
)

# The attribute whose bearers keep their IL.
NON_VERSIONABLE: Final = ("System.Runtime.Versioning", "NonVersionableAttribute")
