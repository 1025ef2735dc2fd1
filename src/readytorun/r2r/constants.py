"""The numbers of the format as tables: section types, fixup kinds, helper ids, header flags.

A reader passes unknown numbers through; the `name` functions give them a name of their own ("0x99").
Source: `src/coreclr/inc/readytorun.h`, `ReadyToRunConstants.cs`; the fixup kinds are in readytorun-format.md#fixups.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import Final, NamedTuple

from readytorun.r2r.versions import Version


class SectionType(IntEnum):
    """ReadyToRunSectionType."""

    COMPILER_IDENTIFIER = 100
    IMPORT_SECTIONS = 101
    RUNTIME_FUNCTIONS = 102
    METHOD_DEF_ENTRY_POINTS = 103
    EXCEPTION_INFO = 104
    DEBUG_INFO = 105
    DELAY_LOAD_METHOD_CALL_THUNKS = 106
    AVAILABLE_TYPES = 108
    INSTANCE_METHOD_ENTRY_POINTS = 109
    INLINING_INFO = 110
    PROFILE_DATA_INFO = 111
    MANIFEST_METADATA = 112
    ATTRIBUTE_PRESENCE = 113
    INLINING_INFO2 = 114
    COMPONENT_ASSEMBLIES = 115
    OWNER_COMPOSITE_EXECUTABLE = 116
    PGO_INSTRUMENTATION_DATA = 117
    MANIFEST_ASSEMBLY_MVIDS = 118
    CROSS_MODULE_INLINE_INFO = 119
    HOT_COLD_MAP = 120
    METHOD_IS_GENERIC_MAP = 121
    ENCLOSING_TYPE_MAP = 122
    TYPE_GENERIC_INFO_MAP = 123
    EXTERNAL_TYPE_MAPS = 124
    PROXY_TYPE_MAPS = 125
    TYPE_MAP_ASSEMBLY_TARGETS = 126
    WASM_ASYNC_RESUME_INFO = 127
    JIT_HELPER_ROOTS = 128


# Names as dotnet/runtime spells them.
SECTION_NAMES: Final = {
    100: "CompilerIdentifier",
    101: "ImportSections",
    102: "RuntimeFunctions",
    103: "MethodDefEntryPoints",
    104: "ExceptionInfo",
    105: "DebugInfo",
    106: "DelayLoadMethodCallThunks",
    107: "OldAvailableTypes",
    108: "AvailableTypes",
    109: "InstanceMethodEntryPoints",
    110: "InliningInfo",
    111: "ProfileDataInfo",
    112: "ManifestMetadata",
    113: "AttributePresence",
    114: "InliningInfo2",
    115: "ComponentAssemblies",
    116: "OwnerCompositeExecutable",
    117: "PgoInstrumentationData",
    118: "ManifestAssemblyMvids",
    119: "CrossModuleInlineInfo",
    120: "HotColdMap",
    121: "MethodIsGenericMap",
    122: "EnclosingTypeMap",
    123: "TypeGenericInfoMap",
    124: "ExternalTypeMaps",
    125: "ProxyTypeMaps",
    126: "TypeMapAssemblyTargets",
    127: "WasmAsyncResumeInfo",
    128: "JitHelperRoots",
}


class HeaderFlag(IntFlag):
    """Flags of the R2R header and of the core headers of composite images."""

    PLATFORM_NEUTRAL_SOURCE = 0x001
    SKIP_TYPE_VALIDATION = 0x002
    PARTIAL = 0x004
    NONSHARED_PINVOKE_STUBS = 0x008
    EMBEDDED_MSIL = 0x010
    COMPONENT = 0x020
    MULTIMODULE_VERSION_BUBBLE = 0x040
    UNRELATED_R2R_CODE = 0x080
    PLATFORM_NATIVE_IMAGE = 0x100
    STRIPPED_IL_BODIES = 0x200
    STRIPPED_INLINING_INFO = 0x400
    STRIPPED_DEBUG_INFO = 0x800


class ImportSectionFlag(IntFlag):
    """Flags of an import section record."""

    EAGER = 1
    PCODE = 4


class ImportSectionType(IntEnum):
    """Type byte of an import section record."""

    UNKNOWN = 0
    STUB_DISPATCH = 2
    STRING_HANDLE = 3
    IL_BODY_FIXUPS = 7


class FixupKind(IntEnum):
    """ReadyToRunFixupKind: the first byte of a fixup blob without the module override bit."""

    THIS_OBJ_DICTIONARY_LOOKUP = 0x07
    TYPE_DICTIONARY_LOOKUP = 0x08
    METHOD_DICTIONARY_LOOKUP = 0x09
    TYPE_HANDLE = 0x10
    METHOD_HANDLE = 0x11
    FIELD_HANDLE = 0x12
    METHOD_ENTRY = 0x13
    METHOD_ENTRY_DEF_TOKEN = 0x14
    METHOD_ENTRY_REF_TOKEN = 0x15
    VIRTUAL_ENTRY = 0x16
    VIRTUAL_ENTRY_DEF_TOKEN = 0x17
    VIRTUAL_ENTRY_REF_TOKEN = 0x18
    VIRTUAL_ENTRY_SLOT = 0x19
    HELPER = 0x1A
    STRING_HANDLE = 0x1B
    NEW_OBJECT = 0x1C
    NEW_ARRAY = 0x1D
    IS_INSTANCE_OF = 0x1E
    CHK_CAST = 0x1F
    FIELD_ADDRESS = 0x20
    CCTOR_TRIGGER = 0x21
    STATIC_BASE_NON_GC = 0x22
    STATIC_BASE_GC = 0x23
    THREAD_STATIC_BASE_NON_GC = 0x24
    THREAD_STATIC_BASE_GC = 0x25
    FIELD_BASE_OFFSET = 0x26
    FIELD_OFFSET = 0x27
    TYPE_DICTIONARY = 0x28
    METHOD_DICTIONARY = 0x29
    CHECK_TYPE_LAYOUT = 0x2A
    CHECK_FIELD_OFFSET = 0x2B
    DELEGATE_CTOR = 0x2C
    DECLARING_TYPE_HANDLE = 0x2D
    INDIRECT_PINVOKE_TARGET = 0x2E
    PINVOKE_TARGET = 0x2F
    CHECK_INSTRUCTION_SET_SUPPORT = 0x30
    VERIFY_FIELD_OFFSET = 0x31
    VERIFY_TYPE_LAYOUT = 0x32
    CHECK_VIRTUAL_FUNCTION_OVERRIDE = 0x33
    VERIFY_VIRTUAL_FUNCTION_OVERRIDE = 0x34
    CHECK_IL_BODY = 0x35
    VERIFY_IL_BODY = 0x36
    CONTINUATION_LAYOUT = 0x37
    RESUMPTION_STUB_ENTRY_POINT = 0x38
    INJECT_STRING_THUNKS = 0x39
    STORE_MULTI_CALLABLE_ADDR_OF_CODE = 0x3A


MODULE_OVERRIDE: Final = 0x80  # or-ed into the kind: the index of the module of the payload's tokens follows


class HelperId(IntEnum):
    """ReadyToRunHelper: the operand of a HELPER fixup."""

    MODULE = 0x01
    GS_COOKIE = 0x02
    INDIRECT_TRAP_THREADS = 0x03
    DELAY_LOAD_METHOD_CALL = 0x08
    DELAY_LOAD_HELPER = 0x10
    DELAY_LOAD_HELPER_OBJ = 0x11
    DELAY_LOAD_HELPER_OBJ_OBJ = 0x12
    THROW = 0x20
    RETHROW = 0x21
    OVERFLOW = 0x22
    RNG_CHK_FAIL = 0x23
    FAIL_FAST = 0x24
    THROW_NULL_REF = 0x25
    THROW_DIV_ZERO = 0x26
    THROW_EXACT = 0x27
    WRITE_BARRIER = 0x30
    CHECKED_WRITE_BARRIER = 0x31
    BYREF_WRITE_BARRIER = 0x32
    BULK_WRITE_BARRIER = 0x33
    STELEM_REF = 0x38
    LDELEMA_REF = 0x39
    MEM_ZERO = 0x3E
    MEM_SET = 0x3F
    NATIVE_MEM_SET = 0x40
    MEM_CPY = 0x41
    PINVOKE_BEGIN = 0x42
    PINVOKE_END = 0x43
    GC_POLL = 0x44
    REVERSE_PINVOKE_ENTER = 0x45
    REVERSE_PINVOKE_EXIT = 0x46
    PERSONALITY_ROUTINE = 0xF0
    PERSONALITY_ROUTINE_FILTER_FUNCLET = 0xF1
    STACK_PROBE = 0x111
    ALLOC_CONTINUATION = 0x113
    ALLOC_CONTINUATION_CLASS = 0x114
    ALLOC_CONTINUATION_METHOD = 0x115


class Helper(NamedTuple):
    """One helper id: [since, until) are the format versions that know it, until None = still there."""

    id: int
    name: str
    since: Version = (1, 0)
    until: Version | None = None


HELPERS: Final = (
    Helper(0x01, "Module"),
    Helper(0x02, "GSCookie"),
    Helper(0x03, "IndirectTrapThreads"),
    Helper(0x08, "DelayLoad_MethodCall"),
    Helper(0x10, "DelayLoad_Helper"),
    Helper(0x11, "DelayLoad_Helper_Obj"),
    Helper(0x12, "DelayLoad_Helper_ObjObj"),
    Helper(0x20, "Throw"),
    Helper(0x21, "Rethrow"),
    Helper(0x22, "Overflow"),
    Helper(0x23, "RngChkFail"),
    Helper(0x24, "FailFast"),
    Helper(0x25, "ThrowNullRef"),
    Helper(0x26, "ThrowDivZero"),
    Helper(0x27, "ThrowExact", (17, 0)),
    Helper(0x28, "ThrowArgument", (18, 4)),
    Helper(0x29, "ThrowArgumentOutOfRange", (18, 4)),
    Helper(0x2A, "ThrowPlatformNotSupported", (18, 4)),
    Helper(0x2B, "ThrowNotImplemented", (18, 4)),
    Helper(0x30, "WriteBarrier"),
    Helper(0x31, "CheckedWriteBarrier"),
    Helper(0x32, "ByRefWriteBarrier", (1, 0), (19, 0)),
    Helper(0x33, "BulkWriteBarrier", (9, 3)),
    Helper(0x38, "Stelem_Ref"),
    Helper(0x39, "Ldelema_Ref"),
    Helper(0x3E, "MemZero", (9, 2)),
    Helper(0x3F, "MemSet", (9, 2)),
    Helper(0x40, "MemSet", (1, 0), (9, 2)),
    Helper(0x40, "NativeMemSet", (9, 2)),
    Helper(0x41, "MemCpy"),
    Helper(0x42, "PInvokeBegin"),
    Helper(0x43, "PInvokeEnd"),
    Helper(0x44, "GCPoll"),
    Helper(0x45, "ReversePInvokeEnter"),
    Helper(0x46, "ReversePInvokeExit"),
    Helper(0x50, "GetString", (1, 0), (17, 0)),
    Helper(0x51, "LogMethodEnter", (1, 0), (10, 0)),
    Helper(0x54, "GetRuntimeTypeHandle"),
    Helper(0x55, "GetRuntimeMethodHandle"),
    Helper(0x56, "GetRuntimeFieldHandle"),
    Helper(0x58, "Box"),
    Helper(0x59, "Box_Nullable"),
    Helper(0x5A, "Unbox"),
    Helper(0x5B, "Unbox_Nullable"),
    Helper(0x5C, "NewMultiDimArr"),
    Helper(0x5D, "Unbox_TypeTest", (10, 1)),
    Helper(0x60, "NewObject"),
    Helper(0x61, "NewArray"),
    Helper(0x62, "CheckCastAny"),
    Helper(0x63, "CheckInstanceAny"),
    Helper(0x64, "GenericGcStaticBase"),
    Helper(0x65, "GenericNonGcStaticBase"),
    Helper(0x66, "GenericGcTlsBase"),
    Helper(0x67, "GenericNonGcTlsBase"),
    Helper(0x68, "VirtualFuncPtr"),
    Helper(0x69, "IsInstanceOfException"),
    Helper(0x6A, "NewMaybeFrozenArray", (9, 1)),
    Helper(0x6B, "NewMaybeFrozenObject", (9, 1)),
    Helper(0xC0, "LMul"),
    Helper(0xC1, "LMulOvf"),
    Helper(0xC2, "ULMulOvf"),
    Helper(0xC3, "LDiv"),
    Helper(0xC4, "LMod"),
    Helper(0xC5, "ULDiv"),
    Helper(0xC6, "ULMod"),
    Helper(0xC7, "LLsh"),
    Helper(0xC8, "LRsh"),
    Helper(0xC9, "LRsz"),
    Helper(0xCA, "Lng2Dbl"),
    Helper(0xCB, "ULng2Dbl"),
    Helper(0xCC, "Div"),
    Helper(0xCD, "Mod"),
    Helper(0xCE, "UDiv"),
    Helper(0xCF, "UMod"),
    Helper(0xD0, "Dbl2Int", (1, 0), (15, 0)),
    Helper(0xD1, "Dbl2IntOvf"),
    Helper(0xD2, "Dbl2Lng"),
    Helper(0xD3, "Dbl2LngOvf"),
    Helper(0xD4, "Dbl2UInt", (1, 0), (15, 0)),
    Helper(0xD5, "Dbl2UIntOvf"),
    Helper(0xD6, "Dbl2ULng"),
    Helper(0xD7, "Dbl2ULngOvf"),
    Helper(0xD8, "Lng2Flt", (13, 1)),
    Helper(0xD9, "ULng2Flt", (13, 1)),
    Helper(0xE0, "DblRem"),
    Helper(0xE1, "FltRem"),
    Helper(0xE2, "DblRound", (1, 0), (10, 0)),
    Helper(0xE3, "FltRound", (1, 0), (10, 0)),
    Helper(0xF0, "PersonalityRoutine"),
    Helper(0xF1, "PersonalityRoutineFilterFunclet"),
    Helper(0xF8, "MonitorEnter"),
    Helper(0xF9, "MonitorExit"),
    Helper(0x100, "WriteBarrier_EAX"),
    Helper(0x101, "WriteBarrier_EBX"),
    Helper(0x102, "WriteBarrier_ECX"),
    Helper(0x103, "WriteBarrier_ESI"),
    Helper(0x104, "WriteBarrier_EDI"),
    Helper(0x105, "WriteBarrier_EBP"),
    Helper(0x106, "CheckedWriteBarrier_EAX"),
    Helper(0x107, "CheckedWriteBarrier_EBX"),
    Helper(0x108, "CheckedWriteBarrier_ECX"),
    Helper(0x109, "CheckedWriteBarrier_ESI"),
    Helper(0x10A, "CheckedWriteBarrier_EDI"),
    Helper(0x10B, "CheckedWriteBarrier_EBP"),
    Helper(0x110, "EndCatch", (1, 0), (14, 0)),
    Helper(0x111, "StackProbe"),
    Helper(0x112, "GetCurrentManagedThreadId"),
    Helper(0x113, "AllocContinuation", (17, 0)),
    Helper(0x114, "AllocContinuationClass", (17, 0)),
    Helper(0x115, "AllocContinuationMethod", (17, 0)),
    Helper(0x116, "InitClass", (18, 2)),
    Helper(0x117, "InitInstClass", (18, 2)),
    Helper(0x118, "R2RToInterpreter", (18, 7)),
)


def section_name(number: int) -> str:
    """Name of a section type, as dotnet/runtime spells it."""
    return SECTION_NAMES.get(number, str(number))


def helper_name(number: int, version: Version) -> str:
    """Name of a helper id in images of the given format version."""
    for helper in HELPERS:
        if helper.id == number and helper.since <= version and (helper.until is None or version < helper.until):
            return helper.name
    return f"{number:#x}"
