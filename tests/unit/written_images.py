"""Small images from our own writer, for tests that need one without any tool; and edits to them.

Their code is meaningless. The assembly is the bundled sample.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Sequence

from cli_support import sample

from readytorun.metadata.assembly import AssemblyFile
from readytorun.r2r import gcinfo, unwind_arm64, unwind_x64
from readytorun.r2r.model import (
    Cell,
    CodePart,
    CompiledMethod,
    DebugBound,
    EHClause,
    EHClauseKind,
    ImportSectionKind,
    MethodEntry,
    ThunkKind,
)
from readytorun.r2r.reader import R2RImage
from readytorun.r2r.target import Machine, OperatingSystem, Target
from readytorun.r2r.writer import write_image

TYPE_HANDLE = Cell(ImportSectionKind.PRECODE, b"\x10\x12\x08")
STRING = Cell(ImportSectionKind.STRING, b"\x1b\x01")
CALL = Cell(ImportSectionKind.METHOD, b"\x14\x01", ThunkKind.METHOD_CALL, b"\1")


def compiled(machine: Machine, parts: Sequence[int] = (16,), fixups: Sequence[Cell] = ()) -> CompiledMethod:
    """A method whose main body and funclets have the given sizes in bytes."""
    ends = [sum(parts[: index + 1]) for index in range(len(parts))]
    code_parts = []
    for start, end in zip([0, *ends], ends, strict=False):
        if machine == Machine.AMD64:
            unwind = unwind_x64.encode_prolog([unwind_x64.push(1, 5)])
        else:
            unwind = unwind_arm64.encode_unwind_info(unwind_arm64.UnwindInfo(end - start, b"\xe1\x81\xe4\xe4", (), 0))
        code_parts.append(CodePart(start, end, unwind))
    info = gcinfo.GcInfo(ends[-1], leaf_or_tail_calls=len(parts) > 1)
    return CompiledMethod(
        bytes(ends[-1]),
        (),
        parts=tuple(code_parts),
        gc_info=gcinfo.encode_gc_info(info, machine),
        eh_clauses=tuple(EHClause(EHClauseKind.FAULT, 0, 8, a, b) for a, b in itertools.pairwise(ends)),
        debug_bounds=(DebugBound(0, -2), DebugBound(4, 0)),
        fixups=tuple(fixups),
    )


def written_image(target: Target | None = None, entries: Sequence[MethodEntry] | None = None, flags: int = 1) -> bytes:
    """An image of the sample with a few methods, one of them with a funclet and one an instantiation."""
    target = target or Target(Machine.AMD64, OperatingSystem.LINUX)
    if entries is None:
        machine = target.machine
        entries = [
            MethodEntry(compiled(machine, (16,), (TYPE_HANDLE, STRING)), method_def_rid=1, name="one"),
            MethodEntry(compiled(machine, (16, 8), (TYPE_HANDLE,)), method_def_rid=2, name="two"),
            MethodEntry(compiled(machine, (24,)), instance_signature=b"\x04\x03\x01\x08", instance_hash=77, name="3"),
        ]
    return write_image(AssemblyFile.parse(sample(), "Hello.dll"), target, entries, flags=flags)


def patched(content: bytes, at: int, new: bytes) -> bytes:
    """The content with some bytes replaced."""
    return content[:at] + new + content[at + len(new) :]


def header_offset(content: bytes) -> int:
    """File offset of the R2R header."""
    image = R2RImage.parse(content, "image")
    header = image.image.cor_header
    assert header is not None
    return image.image.offset_of(header.managed_native_header[0])


def with_version(content: bytes, major: int, minor: int = 0) -> bytes:
    """The image with another format version stamped into its header."""
    return patched(content, header_offset(content) + 4, struct.pack("<HH", major, minor))


def with_section_type(content: bytes, old: int, new: int) -> bytes:
    """The image with another type for one section of its directory."""
    return patched(content, _directory_entry(content, old), struct.pack("<I", new))


def with_section(content: bytes, old: int, new: int, rva: int, size: int) -> bytes:
    """The image with one section of its directory replaced by another."""
    return patched(content, _directory_entry(content, old), struct.pack("<III", new, rva, size))


def _directory_entry(content: bytes, section_type: int) -> int:
    """File offset of a section's entry in the directory."""
    types = [section.type for section in R2RImage.parse(content, "image").header.sections]
    return header_offset(content) + 16 + 12 * types.index(section_type)
