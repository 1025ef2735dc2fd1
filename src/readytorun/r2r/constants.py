"""The numbers of the format that code here refers to: section types, fixup kinds, helper ids, header flags.

Which versions know which numbers, and what dotnet/runtime calls them, is in `versions`. A reader passes unknown ones
through.

Source: `src/coreclr/inc/readytorun.h`, `ReadyToRunConstants.cs`; the fixup kinds are in readytorun-format.md#fixups.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import Final

from readytorun.r2r.versions import helper_name as helper_name
from readytorun.r2r.versions import section_name as section_name


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
