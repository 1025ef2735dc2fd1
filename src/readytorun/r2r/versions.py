"""The R2R format versions as data: what changed with which major.minor (`src/coreclr/inc/readytorun.h`).

A runtime accepts the majors of its window only and does not compare the minor: .NET 8 9, .NET 9 10, .NET 10 16.
"""

from __future__ import annotations

from typing import Final, NamedTuple

Version = tuple[int, int]

OLDEST_READABLE: Final = 8
NEWEST_READABLE: Final = 29


class Change(NamedTuple):
    """One change of the format."""

    version: Version
    what: str


class Product(NamedTuple):
    """A .NET release and the version that it stamps; `confirmed` = seen in its images."""

    name: str
    version: Version
    confirmed: bool


PRODUCTS: Final = (
    Product(".NET 8", (9, 1), True),
    Product(".NET 9", (10, 1), True),
    Product(".NET 10", (16, 0), True),
    Product(".NET 11", (26, 1), False),
)

CHANGES: Final = (
    Change((8, 0), "Int128 alignment; section HotColdMap"),
    Change((9, 0), "Vector512 in the ABI; sections MethodIsGenericMap, EnclosingTypeMap, TypeGenericInfoMap"),
    Change((9, 1), "allocator helpers NewMaybeFrozenArray, NewMaybeFrozenObject"),
    Change((9, 2), "helpers MemZero, NativeMemSet"),
    Change((9, 3), "helper BulkWriteBarrier; GC info version 3"),
    Change((10, 0), "static bases per type"),
    Change((10, 1), "helper Unbox_TypeTest"),
    Change((11, 0), "GC info version 4"),
    Change((12, 0), "return buffers are always on the stack and not in GCRefMaps"),
    Change((13, 0), "no PSPSym; funclets use the NativeAOT convention"),
    Change((13, 1), "helpers Lng2Flt, ULng2Flt"),
    Change((14, 0), "x86 uses funclets"),
    Change((15, 0), "helpers Dbl2Int, Dbl2UInt are gone"),
    Change((16, 0), "debug bounds are bit-packed"),
    Change((17, 0), "debug info may have a fat header; lazy GetString is gone"),
    Change((17, 1), "header flag PlatformNativeImage"),
    Change((18, 0), "field layout of auto-layout types"),
    Change((18, 2), "helpers InitClass, InitInstClass; runtime-async fixups and signatures"),
    Change((18, 3), "sections ExternalTypeMaps, ProxyTypeMaps, TypeMapAssemblyTargets"),
    Change((18, 4), "helpers ThrowArgument to ThrowNotImplemented"),
    Change((18, 5), "header flags about stripped parts"),
    Change((18, 6), "fixup InjectStringThunks"),
    Change((18, 7), "helper R2RToInterpreter"),
    Change((19, 0), "helper ByRefWriteBarrier is gone"),
    Change((20, 0), "debug variables: pseudo variable of the async continuation"),
    Change((21, 0), "GC info version 5"),
    Change((22, 0), "debug variables: pseudo variable of call return values"),
    Change((23, 0), "layout of Delegate objects"),
    Change((24, 0), "arm32: hidden argument of virtual stub dispatch"),
    Change((25, 0), "names of the runtime-async infrastructure that images bind to"),
    Change((26, 0), "debug variables: arm64 register numbers of vector registers"),
    Change((26, 1), "fixup StoreMultiCallableAddrOfCode"),
    Change((27, 0), "fixup DeclaringTypeHandle carries a method signature"),
    Change((28, 0), "type maps may be followed by pairs of strings"),
    Change((29, 0), "section WasmAsyncResumeInfo"),
    Change((29, 1), "section JitHelperRoots"),
)


def gc_info_version(major: int, minor: int) -> int:
    """Version of the GC info encoding in images of an R2R version."""
    if major >= 21:
        return 5
    if major >= 11:
        return 4
    if (major, minor) >= (9, 3):
        return 3
    return 2
