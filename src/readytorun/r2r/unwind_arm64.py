"""Unwind data of arm64 code: Windows arm64 .xdata, on every operating system (`unwindarm64.cpp`, ARM64 exception ABI).

```
u32 header    0-17 length / 4 of this part, 18-19 version, 20 X exception data, 21 E single epilog at the end,
              22-26 epilog count (or first code index with E), 27-31 code words
u32 extension when both counts do not fit: 0-15 epilog count, 16-23 code words
u32 scopes    one per epilog unless E: 0-17 start / 4, 22-31 index of the first code byte
u8 codes      one per instruction, last prolog instruction first, padded with `end`
```
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from readytorun.r2r.primitives import ByteReader

END: Final = 0xE4
NOP: Final = 0xE3
SET_FP: Final = 0xE1
_MAX_FIELD: Final = 31


class EpilogScope(NamedTuple):
    """Start of an epilog in bytes from the start of the part, and the index of its first code byte."""

    start: int
    code_index: int


@dataclass(frozen=True, slots=True)
class UnwindInfo:
    """Decoded unwind data of one part.

    Attributes:
        length: bytes of code of the part.
        codes: the code bytes with their padding, a multiple of 4.
        epilogs: the scopes; empty with `single_epilog_index`.
        single_epilog_index: index of the first code of the only epilog at the end of the part (E = 1), or None.
        has_exception_data: the X bit; always set, for the personality RVA.
    """

    length: int
    codes: bytes
    epilogs: tuple[EpilogScope, ...] = ()
    single_epilog_index: int | None = None
    has_exception_data: bool = True
    version: int = 0


def encode_unwind_info(info: UnwindInfo) -> bytes:
    """Encode; codes are padded with `end` to a multiple of 4."""
    codes = info.codes + bytes((END,)) * (-len(info.codes) % 4)
    words = len(codes) // 4
    single = info.single_epilog_index is not None
    count = info.single_epilog_index if info.single_epilog_index is not None else len(info.epilogs)
    header = info.length >> 2 | info.version << 18 | info.has_exception_data << 20 | single << 21
    if info.length & 3 or info.length >> 2 > 0x3FFFF:
        raise ValueError(f"a part of {info.length} bytes cannot be described")
    if count > _MAX_FIELD or words > _MAX_FIELD:
        extension = (count | words << 16).to_bytes(4, "little")
    else:
        header |= count << 22 | words << 27
        extension = b""
    scopes = b"".join((start >> 2 | index << 22).to_bytes(4, "little") for start, index in info.epilogs)
    return header.to_bytes(4, "little") + extension + scopes + codes


def decode_unwind_info(reader: ByteReader) -> UnwindInfo:
    """Read unwind data at the reader's position, which ends up at the personality RVA."""
    start = reader.pos
    header = reader.u32()
    version = header >> 18 & 3
    if version:
        raise reader.error(f"unwind data has version {version}", start)
    single = bool(header >> 21 & 1)
    count = header >> 22 & 31
    words = header >> 27
    if not count and not words:
        extension = reader.u32()
        count = extension & 0xFFFF
        words = extension >> 16 & 0xFF
    scopes = []
    if not single:
        for _ in range(count):
            scope = reader.u32()
            scopes.append(EpilogScope((scope & 0x3FFFF) << 2, scope >> 22))
    codes = reader.take(4 * words)
    return UnwindInfo(
        (header & 0x3FFFF) << 2,
        codes,
        tuple(scopes),
        count if single else None,
        bool(header >> 20 & 1),
        version,
    )


class CodeForm(NamedTuple):
    """One kind of unwind code: its first byte matches `value` under `mask`; `operands` are (shift, bits) of fields."""

    name: str
    mask: int
    value: int
    size: int
    operands: tuple[tuple[int, int], ...] = ()


# Fields count from the least significant bit of the code, its bytes taken most significant first.
CODE_FORMS: Final = (
    CodeForm("alloc_s", 0xE0, 0x00, 1, ((0, 5),)),
    CodeForm("save_r19r20_x", 0xE0, 0x20, 1, ((0, 5),)),
    CodeForm("save_fplr", 0xC0, 0x40, 1, ((0, 6),)),
    CodeForm("save_fplr_x", 0xC0, 0x80, 1, ((0, 6),)),
    CodeForm("alloc_m", 0xF8, 0xC0, 2, ((0, 11),)),
    CodeForm("save_regp", 0xFC, 0xC8, 2, ((6, 4), (0, 6))),
    CodeForm("save_regp_x", 0xFC, 0xCC, 2, ((6, 4), (0, 6))),
    CodeForm("save_reg", 0xFC, 0xD0, 2, ((6, 4), (0, 6))),
    CodeForm("save_reg_x", 0xFE, 0xD4, 2, ((5, 4), (0, 5))),
    CodeForm("save_lrpair", 0xFE, 0xD6, 2, ((6, 3), (0, 6))),
    CodeForm("save_fregp", 0xFE, 0xD8, 2, ((6, 3), (0, 6))),
    CodeForm("save_fregp_x", 0xFE, 0xDA, 2, ((6, 3), (0, 6))),
    CodeForm("save_freg", 0xFE, 0xDC, 2, ((6, 3), (0, 6))),
    CodeForm("save_freg_x", 0xFF, 0xDE, 2, ((5, 3), (0, 5))),
    CodeForm("alloc_l", 0xFF, 0xE0, 4, ((0, 24),)),
    CodeForm("set_fp", 0xFF, SET_FP, 1),
    CodeForm("add_fp", 0xFF, 0xE2, 2, ((0, 8),)),
    CodeForm("nop", 0xFF, NOP, 1),
    CodeForm("end", 0xFF, END, 1),
    CodeForm("end_c", 0xFF, 0xE5, 1),
    CodeForm("save_next", 0xFF, 0xE6, 1),
    CodeForm("pac_sign_lr", 0xFF, 0xFC, 1),
)
_BY_NAME: Final = {form.name: form for form in CODE_FORMS}


class Code(NamedTuple):
    """One unwind code, taken apart: the fields as stored (register numbers relative, offsets scaled)."""

    name: str
    operands: tuple[int, ...] = ()


def encode_code(name: str, *operands: int) -> bytes:
    """Encode one code from its fields as stored; ValueError if one does not fit."""
    form = _BY_NAME[name]
    value = form.value << 8 * (form.size - 1)
    for (shift, bits), operand in zip(form.operands, operands, strict=True):
        if operand >> bits:
            raise ValueError(f"{operand} does not fit {name}")
        value |= operand << shift
    return value.to_bytes(form.size, "big")


def decode_codes(codes: bytes) -> list[Code]:
    """Take code bytes apart, up to and with the first `end`; ValueError for unknown codes."""
    result = []
    at = 0
    while at < len(codes):
        first = codes[at]
        form = next((form for form in CODE_FORMS if first & form.mask == form.value), None)
        if form is None or at + form.size > len(codes):
            raise ValueError(f"{first:#x} is no unwind code")
        value = int.from_bytes(codes[at : at + form.size], "big")
        result.append(Code(form.name, tuple(value >> shift & (1 << bits) - 1 for shift, bits in form.operands)))
        at += form.size
        if form.name == "end":
            break
    return result


def skip_unwind_info(reader: ByteReader) -> None:
    """Move behind the unwind data at the reader's position, to the personality RVA."""
    pos = reader.pos
    data = reader.data
    header = int.from_bytes(data[pos : pos + 4], "little")
    size = 4
    count = header >> 22 & 31
    words = header >> 27
    if not count and not words:
        extension = int.from_bytes(data[pos + 4 : pos + 8], "little")
        count = extension & 0xFFFF
        words = extension >> 16 & 0xFF
        size = 8
    reader.pos = pos + size + 4 * words + (0 if header >> 21 & 1 else 4 * count)
    if reader.pos > reader.end:
        raise reader.error("unwind data is truncated", pos)
