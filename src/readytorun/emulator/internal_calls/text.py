"""Strings, characters, the console."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from readytorun.emulator.internal_calls.registry import internal_call
from readytorun.emulator.method_tables import ARRAY_DATA

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime

_ENCODINGS = ("utf-8", "ascii", "utf-16-le", "latin-1")


@internal_call("System.String::FastAllocateString")
def _allocate(runtime: Runtime, length: int) -> int:
    if length < 0:
        raise runtime.throw("OutOfMemory")
    table = runtime.heap.string_table
    runtime.collector.before_allocation(table.object_size(length))
    return runtime.heap.allocate(table, length)


@internal_call("System.String::InternCore")
def _intern(runtime: Runtime, text: int) -> int:
    return runtime.memory.u64(runtime.internal_calls.literal(runtime.heap.text(text)))


@internal_call("System.String::IsInternedCore")
def _is_interned(runtime: Runtime, text: int) -> int:
    return runtime.internal_calls.interned(runtime.heap.text(text))


@internal_call("System.Console::WriteCore")
def _write(runtime: Runtime, text: int, to_error: bool) -> None:
    output = runtime.stderr if to_error else runtime.stdout
    output.write(runtime.heap.text(text).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))


@internal_call("System.Text.Encoding+SimpleEncoding::Encode")
def _encode(runtime: Runtime, text: int, kind: int) -> int:
    return runtime.heap.byte_array(runtime.heap.text(text).encode(_ENCODINGS[kind], "replace"))


@internal_call("System.Text.Encoding+SimpleEncoding::Decode")
def _decode(runtime: Runtime, array: int, kind: int) -> int:
    data = runtime.memory.read(array + ARRAY_DATA, runtime.heap.length(array))
    return runtime.heap.new_string(data.decode(_ENCODINGS[kind], "replace"))


@internal_call("System.CharUnicode::IsDigit")
def _is_digit(runtime: Runtime, c: int) -> bool:
    return unicodedata.category(chr(c)) == "Nd"


@internal_call("System.CharUnicode::IsLetter")
def _is_letter(runtime: Runtime, c: int) -> bool:
    return unicodedata.category(chr(c)).startswith("L")


@internal_call("System.CharUnicode::IsUpper")
def _is_upper(runtime: Runtime, c: int) -> bool:
    return unicodedata.category(chr(c)) == "Lu"


@internal_call("System.CharUnicode::IsLower")
def _is_lower(runtime: Runtime, c: int) -> bool:
    return unicodedata.category(chr(c)) == "Ll"


@internal_call("System.CharUnicode::IsPunctuation")
def _is_punctuation(runtime: Runtime, c: int) -> bool:
    return unicodedata.category(chr(c)).startswith("P")


def _one(c: int, changed: str) -> int:
    return ord(changed) if len(changed) == 1 and ord(changed) < 0x10000 else c


@internal_call("System.CharUnicode::ToUpper")
def _to_upper(runtime: Runtime, c: int) -> int:
    return _one(c, chr(c).upper())


@internal_call("System.CharUnicode::ToLower")
def _to_lower(runtime: Runtime, c: int) -> int:
    return _one(c, chr(c).lower())
