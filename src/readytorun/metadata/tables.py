"""The metadata tables: their numbers, columns and coded indices, as the manual has them.

Sources: ECMA-335 II.22 (tables, one section each) and II.24.2.6 (widths and coded indices). The pointer tables
(FieldPtr, MethodPtr, ParamPtr, EventPtr, PropertyPtr) and the two edit-and-continue tables are not in ECMA-335; they
occur in uncompressed (`#-`) metadata only and their layout is the runtime's.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class TableId(IntEnum):
    """Table numbers (ECMA-335 II.22); a metadata token is `table << 24 | rid`."""

    MODULE = 0x00
    TYPE_REF = 0x01
    TYPE_DEF = 0x02
    FIELD_PTR = 0x03
    FIELD = 0x04
    METHOD_PTR = 0x05
    METHOD_DEF = 0x06
    PARAM_PTR = 0x07
    PARAM = 0x08
    INTERFACE_IMPL = 0x09
    MEMBER_REF = 0x0A
    CONSTANT = 0x0B
    CUSTOM_ATTRIBUTE = 0x0C
    FIELD_MARSHAL = 0x0D
    DECL_SECURITY = 0x0E
    CLASS_LAYOUT = 0x0F
    FIELD_LAYOUT = 0x10
    STAND_ALONE_SIG = 0x11
    EVENT_MAP = 0x12
    EVENT_PTR = 0x13
    EVENT = 0x14
    PROPERTY_MAP = 0x15
    PROPERTY_PTR = 0x16
    PROPERTY = 0x17
    METHOD_SEMANTICS = 0x18
    METHOD_IMPL = 0x19
    MODULE_REF = 0x1A
    TYPE_SPEC = 0x1B
    IMPL_MAP = 0x1C
    FIELD_RVA = 0x1D
    ENC_LOG = 0x1E
    ENC_MAP = 0x1F
    ASSEMBLY = 0x20
    ASSEMBLY_PROCESSOR = 0x21
    ASSEMBLY_OS = 0x22
    ASSEMBLY_REF = 0x23
    ASSEMBLY_REF_PROCESSOR = 0x24
    ASSEMBLY_REF_OS = 0x25
    FILE = 0x26
    EXPORTED_TYPE = 0x27
    MANIFEST_RESOURCE = 0x28
    NESTED_CLASS = 0x29
    GENERIC_PARAM = 0x2A
    METHOD_SPEC = 0x2B
    GENERIC_PARAM_CONSTRAINT = 0x2C


TABLE_COUNT: Final = 0x2D
USER_STRING_TOKEN: Final = 0x70  # the `table` byte of an ldstr token; not a table

# A column's kind. Fixed widths are their size in bytes; an index adds its table or coded index to the base.
U1: Final = 1
U2: Final = 2
U4: Final = 4
STRING: Final = 8
GUID: Final = 9
BLOB: Final = 10
ROW: Final = 0x100  # ROW + table: a rid; nil is 0
LIST: Final = 0x200  # LIST + table: the first rid of a run, up to row count + 1
CODED: Final = 0x300  # CODED + coded index

TYPE_DEF_OR_REF: Final = 0
HAS_CONSTANT: Final = 1
HAS_CUSTOM_ATTRIBUTE: Final = 2
HAS_FIELD_MARSHAL: Final = 3
HAS_DECL_SECURITY: Final = 4
MEMBER_REF_PARENT: Final = 5
HAS_SEMANTICS: Final = 6
METHOD_DEF_OR_REF: Final = 7
MEMBER_FORWARDED: Final = 8
IMPLEMENTATION: Final = 9
CUSTOM_ATTRIBUTE_TYPE: Final = 10
RESOLUTION_SCOPE: Final = 11
TYPE_OR_METHOD_DEF: Final = 12

# Tables by tag, -1 for a tag with no meaning; the number of tag bits follows from the length (ECMA-335 II.24.2.6).
CODED_INDEX_TABLES: Final[tuple[tuple[int, ...], ...]] = (
    (0x02, 0x01, 0x1B),
    (0x04, 0x08, 0x17),
    (
        *(0x06, 0x04, 0x01, 0x02, 0x08, 0x09, 0x0A, 0x00, 0x0E, 0x17, 0x14),
        *(0x11, 0x1A, 0x1B, 0x20, 0x23, 0x26, 0x27, 0x28, 0x2A, 0x2C, 0x2B),
    ),
    (0x04, 0x08),
    (0x02, 0x06, 0x20),
    (0x02, 0x01, 0x1A, 0x06, 0x1B),
    (0x14, 0x17),
    (0x06, 0x0A),
    (0x04, 0x06),
    (0x26, 0x23, 0x27),
    (-1, -1, 0x06, 0x0A, -1),
    (0x00, 0x1A, 0x23, 0x01),
    (0x02, 0x06),
)
CODED_INDEX_BITS: Final[tuple[int, ...]] = (2, 2, 5, 1, 2, 3, 1, 1, 1, 2, 3, 2, 1)

# The columns of each table, by table number, in file order.
COLUMNS: Final[tuple[tuple[tuple[str, int], ...], ...]] = (
    # 0x00 Module
    (("Generation", U2), ("Name", STRING), ("Mvid", GUID), ("EncId", GUID), ("EncBaseId", GUID)),
    # 0x01 TypeRef
    (("ResolutionScope", CODED + RESOLUTION_SCOPE), ("TypeName", STRING), ("TypeNamespace", STRING)),
    # 0x02 TypeDef
    (
        ("Flags", U4),
        ("TypeName", STRING),
        ("TypeNamespace", STRING),
        ("Extends", CODED + TYPE_DEF_OR_REF),
        ("FieldList", LIST + 0x04),
        ("MethodList", LIST + 0x06),
    ),
    # 0x03 FieldPtr
    (("Field", ROW + 0x04),),
    # 0x04 Field
    (("Flags", U2), ("Name", STRING), ("Signature", BLOB)),
    # 0x05 MethodPtr
    (("Method", ROW + 0x06),),
    # 0x06 MethodDef
    (
        ("RVA", U4),
        ("ImplFlags", U2),
        ("Flags", U2),
        ("Name", STRING),
        ("Signature", BLOB),
        ("ParamList", LIST + 0x08),
    ),
    # 0x07 ParamPtr
    (("Param", ROW + 0x08),),
    # 0x08 Param
    (("Flags", U2), ("Sequence", U2), ("Name", STRING)),
    # 0x09 InterfaceImpl
    (("Class", ROW + 0x02), ("Interface", CODED + TYPE_DEF_OR_REF)),
    # 0x0A MemberRef
    (("Class", CODED + MEMBER_REF_PARENT), ("Name", STRING), ("Signature", BLOB)),
    # 0x0B Constant
    (("Type", U1), ("Padding", U1), ("Parent", CODED + HAS_CONSTANT), ("Value", BLOB)),
    # 0x0C CustomAttribute
    (("Parent", CODED + HAS_CUSTOM_ATTRIBUTE), ("Type", CODED + CUSTOM_ATTRIBUTE_TYPE), ("Value", BLOB)),
    # 0x0D FieldMarshal
    (("Parent", CODED + HAS_FIELD_MARSHAL), ("NativeType", BLOB)),
    # 0x0E DeclSecurity
    (("Action", U2), ("Parent", CODED + HAS_DECL_SECURITY), ("PermissionSet", BLOB)),
    # 0x0F ClassLayout
    (("PackingSize", U2), ("ClassSize", U4), ("Parent", ROW + 0x02)),
    # 0x10 FieldLayout
    (("Offset", U4), ("Field", ROW + 0x04)),
    # 0x11 StandAloneSig
    (("Signature", BLOB),),
    # 0x12 EventMap
    (("Parent", ROW + 0x02), ("EventList", LIST + 0x14)),
    # 0x13 EventPtr
    (("Event", ROW + 0x14),),
    # 0x14 Event
    (("EventFlags", U2), ("Name", STRING), ("EventType", CODED + TYPE_DEF_OR_REF)),
    # 0x15 PropertyMap
    (("Parent", ROW + 0x02), ("PropertyList", LIST + 0x17)),
    # 0x16 PropertyPtr
    (("Property", ROW + 0x17),),
    # 0x17 Property
    (("Flags", U2), ("Name", STRING), ("Type", BLOB)),
    # 0x18 MethodSemantics
    (("Semantics", U2), ("Method", ROW + 0x06), ("Association", CODED + HAS_SEMANTICS)),
    # 0x19 MethodImpl
    (
        ("Class", ROW + 0x02),
        ("MethodBody", CODED + METHOD_DEF_OR_REF),
        ("MethodDeclaration", CODED + METHOD_DEF_OR_REF),
    ),
    # 0x1A ModuleRef
    (("Name", STRING),),
    # 0x1B TypeSpec
    (("Signature", BLOB),),
    # 0x1C ImplMap
    (
        ("MappingFlags", U2),
        ("MemberForwarded", CODED + MEMBER_FORWARDED),
        ("ImportName", STRING),
        ("ImportScope", ROW + 0x1A),
    ),
    # 0x1D FieldRVA
    (("RVA", U4), ("Field", ROW + 0x04)),
    # 0x1E EncLog
    (("Token", U4), ("FuncCode", U4)),
    # 0x1F EncMap
    (("Token", U4),),
    # 0x20 Assembly
    (
        ("HashAlgId", U4),
        ("MajorVersion", U2),
        ("MinorVersion", U2),
        ("BuildNumber", U2),
        ("RevisionNumber", U2),
        ("Flags", U4),
        ("PublicKey", BLOB),
        ("Name", STRING),
        ("Culture", STRING),
    ),
    # 0x21 AssemblyProcessor
    (("Processor", U4),),
    # 0x22 AssemblyOS
    (("OSPlatformID", U4), ("OSMajorVersion", U4), ("OSMinorVersion", U4)),
    # 0x23 AssemblyRef
    (
        ("MajorVersion", U2),
        ("MinorVersion", U2),
        ("BuildNumber", U2),
        ("RevisionNumber", U2),
        ("Flags", U4),
        ("PublicKeyOrToken", BLOB),
        ("Name", STRING),
        ("Culture", STRING),
        ("HashValue", BLOB),
    ),
    # 0x24 AssemblyRefProcessor
    (("Processor", U4), ("AssemblyRef", ROW + 0x23)),
    # 0x25 AssemblyRefOS
    (("OSPlatformID", U4), ("OSMajorVersion", U4), ("OSMinorVersion", U4), ("AssemblyRef", ROW + 0x23)),
    # 0x26 File
    (("Flags", U4), ("Name", STRING), ("HashValue", BLOB)),
    # 0x27 ExportedType
    (
        ("Flags", U4),
        ("TypeDefId", U4),
        ("TypeName", STRING),
        ("TypeNamespace", STRING),
        ("Implementation", CODED + IMPLEMENTATION),
    ),
    # 0x28 ManifestResource
    (("Offset", U4), ("Flags", U4), ("Name", STRING), ("Implementation", CODED + IMPLEMENTATION)),
    # 0x29 NestedClass
    (("NestedClass", ROW + 0x02), ("EnclosingClass", ROW + 0x02)),
    # 0x2A GenericParam
    (("Number", U2), ("Flags", U2), ("Owner", CODED + TYPE_OR_METHOD_DEF), ("Name", STRING)),
    # 0x2B MethodSpec
    (("Method", CODED + METHOD_DEF_OR_REF), ("Instantiation", BLOB)),
    # 0x2C GenericParamConstraint
    (("Owner", ROW + 0x2A), ("Constraint", CODED + TYPE_DEF_OR_REF)),
)

# The pointer table through which a LIST column goes when that table has rows, and the column that maps it.
POINTER_TABLES: Final[dict[int, tuple[int, str]]] = {
    0x04: (0x03, "Field"),
    0x06: (0x05, "Method"),
    0x08: (0x07, "Param"),
    0x14: (0x13, "Event"),
    0x17: (0x16, "Property"),
}
