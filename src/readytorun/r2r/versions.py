"""The R2R format versions as data: what images of each major.minor have, and how their structures are written.

This is the only place where a version number is compared with another. Everything else asks `Format.of(version)`, or
one of the functions behind it. Images that are newer than the newest version here are read as that one; numbers that no
version here knows pass through under a name of their own ("0x99").

A runtime accepts the majors of its window only and does not compare the minor.

Sources: `src/coreclr/inc/readytorun.h` (numbers and history), `debuginfostore.cpp`, `cordebuginfo.h`, `gcinfo.h`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

Version = tuple[int, int]

OLDEST_READABLE: Final = 8
NEWEST_READABLE: Final = 29  # newer ones are read as far as they are like this one

_ALWAYS: Final = (0, 0)


# --- products ---------------------------------------------------------------------------------------------------------


class Product(NamedTuple):
    """A .NET release.

    Attributes:
        version: what its compiler stamps into images.
        oldest_accepted: the oldest major that its runtime takes; the newest is that of `version`.
        confirmed: whether this was seen in its images; otherwise it is inferred from sources.
    """

    name: str
    version: Version
    oldest_accepted: int
    confirmed: bool

    def accepts(self, major: int) -> bool:
        """Whether the runtime uses the native code of images of this major."""
        return self.oldest_accepted <= major <= self.version[0]


PRODUCTS: Final = (
    Product(".NET 8", (9, 1), 9, True),
    Product(".NET 9", (10, 1), 10, True),
    Product(".NET 10", (16, 0), 16, True),
    Product(".NET 11", (26, 1), 26, False),
    Product(".NET 12", (29, 1), 26, False),
)


# --- numbers ----------------------------------------------------------------------------------------------------------


class Entry(NamedTuple):
    """A number of the format, its name as dotnet/runtime spells it, and the versions [since, until) that have it."""

    number: int
    name: str
    since: Version = _ALWAYS
    until: Version | None = None

    def is_in(self, version: Version) -> bool:
        return self.since <= version and (self.until is None or version < self.until)


SECTIONS: Final = (
    Entry(100, "CompilerIdentifier"),
    Entry(101, "ImportSections"),
    Entry(102, "RuntimeFunctions"),
    Entry(103, "MethodDefEntryPoints"),
    Entry(104, "ExceptionInfo"),
    Entry(105, "DebugInfo"),
    Entry(106, "DelayLoadMethodCallThunks"),
    Entry(107, "OldAvailableTypes"),
    Entry(108, "AvailableTypes"),
    Entry(109, "InstanceMethodEntryPoints"),
    Entry(110, "InliningInfo", (2, 1)),
    Entry(111, "ProfileDataInfo", (2, 2)),
    Entry(112, "ManifestMetadata", (2, 3)),
    Entry(113, "AttributePresence", (3, 1)),
    Entry(114, "InliningInfo2", (4, 1)),
    Entry(115, "ComponentAssemblies", (4, 1)),
    Entry(116, "OwnerCompositeExecutable", (4, 1)),
    Entry(117, "PgoInstrumentationData", (5, 2)),
    Entry(118, "ManifestAssemblyMvids", (5, 3)),
    Entry(119, "CrossModuleInlineInfo", (6, 2)),
    Entry(120, "HotColdMap", (8, 0)),
    Entry(121, "MethodIsGenericMap", (9, 0)),
    Entry(122, "EnclosingTypeMap", (9, 0)),
    Entry(123, "TypeGenericInfoMap", (9, 0)),
    Entry(124, "ExternalTypeMaps", (18, 3)),
    Entry(125, "ProxyTypeMaps", (18, 3)),
    Entry(126, "TypeMapAssemblyTargets", (18, 3)),
    Entry(127, "WasmAsyncResumeInfo", (29, 0)),
    Entry(128, "JitHelperRoots", (29, 1)),
)

HEADER_FLAGS: Final = (
    Entry(0x001, "PlatformNeutralSource"),
    Entry(0x002, "SkipTypeValidation"),
    Entry(0x004, "Partial"),
    Entry(0x008, "NonSharedPInvokeStubs"),
    Entry(0x010, "EmbeddedMSIL"),
    Entry(0x020, "Component"),
    Entry(0x040, "MultiModuleVersionBubble"),
    Entry(0x080, "UnrelatedR2RCode"),
    Entry(0x100, "PlatformNativeImage", (17, 1)),
    Entry(0x200, "StrippedILBodies", (18, 5)),
    Entry(0x400, "StrippedInliningInfo", (18, 5)),
    Entry(0x800, "StrippedDebugInfo", (18, 5)),
)

# Async: which minor from 17.0 to 18.2 brought these is not known; the earliest is taken.
FIXUP_KINDS: Final = (
    Entry(0x07, "ThisObjDictionaryLookup"),
    Entry(0x08, "TypeDictionaryLookup"),
    Entry(0x09, "MethodDictionaryLookup"),
    Entry(0x10, "TypeHandle"),
    Entry(0x11, "MethodHandle"),
    Entry(0x12, "FieldHandle"),
    Entry(0x13, "MethodEntry"),
    Entry(0x14, "MethodEntry_DefToken"),
    Entry(0x15, "MethodEntry_RefToken"),
    Entry(0x16, "VirtualEntry"),
    Entry(0x17, "VirtualEntry_DefToken"),
    Entry(0x18, "VirtualEntry_RefToken"),
    Entry(0x19, "VirtualEntry_Slot"),
    Entry(0x1A, "Helper"),
    Entry(0x1B, "StringHandle"),
    Entry(0x1C, "NewObject"),
    Entry(0x1D, "NewArray"),
    Entry(0x1E, "IsInstanceOf"),
    Entry(0x1F, "ChkCast"),
    Entry(0x20, "FieldAddress"),
    Entry(0x21, "CctorTrigger"),
    Entry(0x22, "StaticBaseNonGC"),
    Entry(0x23, "StaticBaseGC"),
    Entry(0x24, "ThreadStaticBaseNonGC"),
    Entry(0x25, "ThreadStaticBaseGC"),
    Entry(0x26, "FieldBaseOffset"),
    Entry(0x27, "FieldOffset"),
    Entry(0x28, "TypeDictionary"),
    Entry(0x29, "MethodDictionary"),
    Entry(0x2A, "Check_TypeLayout"),
    Entry(0x2B, "Check_FieldOffset"),
    Entry(0x2C, "DelegateCtor"),
    Entry(0x2D, "DeclaringTypeHandle"),
    Entry(0x2E, "IndirectPInvokeTarget"),
    Entry(0x2F, "PInvokeTarget"),
    Entry(0x30, "Check_InstructionSetSupport"),
    Entry(0x31, "Verify_FieldOffset"),
    Entry(0x32, "Verify_TypeLayout"),
    Entry(0x33, "Check_VirtualFunctionOverride"),
    Entry(0x34, "Verify_VirtualFunctionOverride"),
    Entry(0x35, "Check_IL_Body", (6, 2)),
    Entry(0x36, "Verify_IL_Body", (6, 2)),
    Entry(0x37, "ContinuationLayout", (17, 0)),
    Entry(0x38, "ResumptionStubEntryPoint", (17, 0)),
    Entry(0x39, "InjectStringThunks", (18, 6)),
    Entry(0x3A, "StoreMultiCallableAddrOfCode", (26, 1)),
)

HELPERS: Final = (
    Entry(0x01, "Module"),
    Entry(0x02, "GSCookie"),
    Entry(0x03, "IndirectTrapThreads"),
    Entry(0x08, "DelayLoad_MethodCall"),
    Entry(0x10, "DelayLoad_Helper"),
    Entry(0x11, "DelayLoad_Helper_Obj"),
    Entry(0x12, "DelayLoad_Helper_ObjObj"),
    Entry(0x20, "Throw"),
    Entry(0x21, "Rethrow"),
    Entry(0x22, "Overflow"),
    Entry(0x23, "RngChkFail"),
    Entry(0x24, "FailFast"),
    Entry(0x25, "ThrowNullRef"),
    Entry(0x26, "ThrowDivZero"),
    Entry(0x27, "ThrowExact", (17, 0)),
    Entry(0x28, "ThrowArgument", (18, 4)),
    Entry(0x29, "ThrowArgumentOutOfRange", (18, 4)),
    Entry(0x2A, "ThrowPlatformNotSupported", (18, 4)),
    Entry(0x2B, "ThrowNotImplemented", (18, 4)),
    Entry(0x30, "WriteBarrier"),
    Entry(0x31, "CheckedWriteBarrier"),
    Entry(0x32, "ByRefWriteBarrier", _ALWAYS, (19, 0)),
    Entry(0x33, "BulkWriteBarrier", (9, 3)),
    Entry(0x38, "Stelem_Ref"),
    Entry(0x39, "Ldelema_Ref"),
    Entry(0x3E, "MemZero", (9, 2)),
    Entry(0x3F, "MemSet", (9, 2)),
    Entry(0x40, "MemSet", _ALWAYS, (9, 2)),
    Entry(0x40, "NativeMemSet", (9, 2)),
    Entry(0x41, "MemCpy"),
    Entry(0x42, "PInvokeBegin"),
    Entry(0x43, "PInvokeEnd"),
    Entry(0x44, "GCPoll"),
    Entry(0x45, "ReversePInvokeEnter"),
    Entry(0x46, "ReversePInvokeExit"),
    Entry(0x50, "GetString", _ALWAYS, (17, 0)),
    Entry(0x51, "LogMethodEnter", _ALWAYS, (10, 0)),
    Entry(0x54, "GetRuntimeTypeHandle"),
    Entry(0x55, "GetRuntimeMethodHandle"),
    Entry(0x56, "GetRuntimeFieldHandle"),
    Entry(0x58, "Box"),
    Entry(0x59, "Box_Nullable"),
    Entry(0x5A, "Unbox"),
    Entry(0x5B, "Unbox_Nullable"),
    Entry(0x5C, "NewMultiDimArr"),
    Entry(0x5D, "Unbox_TypeTest", (10, 1)),
    Entry(0x60, "NewObject"),
    Entry(0x61, "NewArray"),
    Entry(0x62, "CheckCastAny"),
    Entry(0x63, "CheckInstanceAny"),
    Entry(0x64, "GenericGcStaticBase"),
    Entry(0x65, "GenericNonGcStaticBase"),
    Entry(0x66, "GenericGcTlsBase"),
    Entry(0x67, "GenericNonGcTlsBase"),
    Entry(0x68, "VirtualFuncPtr"),
    Entry(0x69, "IsInstanceOfException"),
    Entry(0x6A, "NewMaybeFrozenArray", (9, 1)),
    Entry(0x6B, "NewMaybeFrozenObject", (9, 1)),
    Entry(0xC0, "LMul"),
    Entry(0xC1, "LMulOvf"),
    Entry(0xC2, "ULMulOvf"),
    Entry(0xC3, "LDiv"),
    Entry(0xC4, "LMod"),
    Entry(0xC5, "ULDiv"),
    Entry(0xC6, "ULMod"),
    Entry(0xC7, "LLsh"),
    Entry(0xC8, "LRsh"),
    Entry(0xC9, "LRsz"),
    Entry(0xCA, "Lng2Dbl"),
    Entry(0xCB, "ULng2Dbl"),
    Entry(0xCC, "Div"),
    Entry(0xCD, "Mod"),
    Entry(0xCE, "UDiv"),
    Entry(0xCF, "UMod"),
    Entry(0xD0, "Dbl2Int", _ALWAYS, (15, 0)),
    Entry(0xD1, "Dbl2IntOvf"),
    Entry(0xD2, "Dbl2Lng"),
    Entry(0xD3, "Dbl2LngOvf"),
    Entry(0xD4, "Dbl2UInt", _ALWAYS, (15, 0)),
    Entry(0xD5, "Dbl2UIntOvf"),
    Entry(0xD6, "Dbl2ULng"),
    Entry(0xD7, "Dbl2ULngOvf"),
    Entry(0xD8, "Lng2Flt", (13, 1)),
    Entry(0xD9, "ULng2Flt", (13, 1)),
    Entry(0xE0, "DblRem"),
    Entry(0xE1, "FltRem"),
    Entry(0xE2, "DblRound", _ALWAYS, (10, 0)),
    Entry(0xE3, "FltRound", _ALWAYS, (10, 0)),
    Entry(0xF0, "PersonalityRoutine"),
    Entry(0xF1, "PersonalityRoutineFilterFunclet"),
    Entry(0xF8, "MonitorEnter"),
    Entry(0xF9, "MonitorExit"),
    Entry(0x100, "WriteBarrier_EAX"),
    Entry(0x101, "WriteBarrier_EBX"),
    Entry(0x102, "WriteBarrier_ECX"),
    Entry(0x103, "WriteBarrier_ESI"),
    Entry(0x104, "WriteBarrier_EDI"),
    Entry(0x105, "WriteBarrier_EBP"),
    Entry(0x106, "CheckedWriteBarrier_EAX"),
    Entry(0x107, "CheckedWriteBarrier_EBX"),
    Entry(0x108, "CheckedWriteBarrier_ECX"),
    Entry(0x109, "CheckedWriteBarrier_ESI"),
    Entry(0x10A, "CheckedWriteBarrier_EDI"),
    Entry(0x10B, "CheckedWriteBarrier_EBP"),
    Entry(0x110, "EndCatch", _ALWAYS, (14, 0)),
    Entry(0x111, "StackProbe"),
    Entry(0x112, "GetCurrentManagedThreadId"),
    Entry(0x113, "AllocContinuation", (17, 0)),
    Entry(0x114, "AllocContinuationClass", (17, 0)),
    Entry(0x115, "AllocContinuationMethod", (17, 0)),
    Entry(0x116, "InitClass", (18, 2)),
    Entry(0x117, "InitInstClass", (18, 2)),
    Entry(0x118, "R2RToInterpreter", (18, 7)),
)


class Change(NamedTuple):
    """Something that changed with a version."""

    version: Version
    what: str


# What changed besides numbers and structures: code and object layouts that images rely on.
CODE_CHANGES: Final = (
    Change((8, 0), "alignment of Int128"),
    Change((9, 0), "Vector512 is part of the ABI"),
    Change((10, 0), "static bases per type"),
    Change((12, 0), "return buffers are always on the stack"),
    Change((13, 0), "no PSPSym; funclets use the NativeAOT convention"),
    Change((14, 0), "x86 uses funclets"),
    Change((18, 0), "field layout of auto-layout types"),
    Change((23, 0), "layout of Delegate objects"),
    Change((24, 0), "arm32: hidden argument of virtual stub dispatch"),
    Change((25, 0), "names of the runtime-async members that images bind to; flags of continuations"),
)


# --- structures -------------------------------------------------------------------------------------------------------


class DebugInfoFormat(NamedTuple):
    """How debug information is written.

    Attributes:
        source_bits: bits of a bound's source flags in bit-packed records; 0 = bounds are nibbles, unpacked.
        has_fat_header: a first size of 0 announces six more.
        variable_bias: what is added to variable numbers, so that those below 0 become unsigned.
        variable_number_first: a variable's number precedes its range, and a call's return value has its own form.
        vector_registers: arm64 register numbers include V0 to V31.
    """

    source_bits: int = 0
    has_fat_header: bool = False
    variable_bias: int = 4
    variable_number_first: bool = False
    vector_registers: bool = False


class Structures(NamedTuple):
    """How the structures are written whose form depends on the version.

    Attributes:
        gc_info: version of the GC info encoding (`gcinfo.h`).
        debug_info: see there.
        gc_ref_maps_have_return_buffers: a return buffer is an argument like others.
        declaring_type_is_method: operand of fixup DeclaringTypeHandle: a method, not two types.
        type_maps_have_names: type maps may have entries by name behind those by cell.
    """

    gc_info: int = 2
    debug_info: DebugInfoFormat = DebugInfoFormat()
    gc_ref_maps_have_return_buffers: bool = True
    declaring_type_is_method: bool = False
    type_maps_have_names: bool = False


def _steps() -> Iterable[tuple[Version, Structures]]:
    """Each version that changed a structure, with all structures from there on."""
    debug = DebugInfoFormat()
    now = Structures(2, debug)
    yield _ALWAYS, now
    now = now._replace(gc_info=3)
    yield (9, 3), now
    now = now._replace(gc_info=4)
    yield (11, 0), now
    now = now._replace(gc_ref_maps_have_return_buffers=False)
    yield (12, 0), now
    debug = debug._replace(source_bits=2)
    now = now._replace(debug_info=debug)
    yield (16, 0), now
    debug = debug._replace(source_bits=3, has_fat_header=True)
    now = now._replace(debug_info=debug)
    yield (17, 0), now
    debug = debug._replace(variable_bias=5)  # ASYNC_CONTINUATION_ILNUM
    now = now._replace(debug_info=debug)
    yield (20, 0), now
    now = now._replace(gc_info=5)
    yield (21, 0), now
    debug = debug._replace(variable_bias=6, variable_number_first=True)  # CALL_RETURN_ILNUM
    now = now._replace(debug_info=debug)
    yield (22, 0), now
    debug = debug._replace(vector_registers=True)
    now = now._replace(debug_info=debug)
    yield (26, 0), now
    now = now._replace(declaring_type_is_method=True)
    yield (27, 0), now
    yield (28, 0), now._replace(type_maps_have_names=True)


STRUCTURES: Final = tuple(_steps())


# --- questions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Format:
    """What images of one version have: numbers by name, and how structures are written."""

    version: Version
    sections: Mapping[int, str]
    header_flags: Mapping[int, str]
    fixup_kinds: Mapping[int, str]
    helpers: Mapping[int, str]
    structures: Structures

    @property
    def is_older_than_known(self) -> bool:
        return self.version[0] < OLDEST_READABLE

    @property
    def is_newer_than_known(self) -> bool:
        return self.version[0] > NEWEST_READABLE

    @staticmethod
    def of(version: Version) -> Format:
        """The format of images of a version; of versions after the newest known one, as far as they are like it."""
        return _format_of(version)


def _names(entries: Iterable[Entry], version: Version) -> Mapping[int, str]:
    return MappingProxyType({entry.number: entry.name for entry in entries if entry.is_in(version)})


@lru_cache(maxsize=64)
def _format_of(version: Version) -> Format:
    structures = [structures for since, structures in STRUCTURES if since <= version][-1]
    tables = [_names(entries, version) for entries in (SECTIONS, HEADER_FLAGS, FIXUP_KINDS, HELPERS)]
    return Format(version, tables[0], tables[1], tables[2], tables[3], structures)


def gc_info_version(major: int, minor: int) -> int:
    """Version of the GC info encoding in images of an R2R version."""
    return Format.of((major, minor)).structures.gc_info


@lru_cache(maxsize=64)
def debug_info_format(major: int) -> DebugInfoFormat:
    """How images of a major write debug information."""
    return Format.of((major, 0)).structures.debug_info


# Names whatever the version; where a number changed its meaning, the newest.
_SECTION_NAMES: Final = {entry.number: entry.name for entry in SECTIONS}
_FIXUP_NAMES: Final = {entry.number: entry.name for entry in FIXUP_KINDS}


def section_name(number: int) -> str:
    """Name of a section type; of unknown ones its number."""
    return _SECTION_NAMES.get(number, str(number))


def fixup_name(kind: int) -> str:
    """Name of a fixup kind; of unknown ones its number."""
    return _FIXUP_NAMES.get(kind, f"{kind:#x}")


def helper_name(number: int, version: Version) -> str:
    """Name of a helper in images of a version; of ids that it does not know the number."""
    return Format.of(version).helpers.get(number, f"{number:#x}")


def header_flag_names(flags: int, version: Version) -> list[str]:
    """Names of the flags that are set, lowest first; those that the version does not know as numbers."""
    known = Format.of(version).header_flags
    bits = [1 << position for position in range(32) if flags >> position & 1]
    return [known.get(bit, f"{bit:#x}") for bit in bits]
