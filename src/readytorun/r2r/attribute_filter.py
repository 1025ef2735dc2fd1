"""Section AttributePresence: which custom attributes an assembly certainly does not have.

A cuckoo filter over pairs of an attribute's full name and the token of what carries it: an array of buckets, a power of
two, of eight u16 fingerprints each, 0 = free. A pair has two buckets; if neither holds its fingerprint, the attribute
is not there (`AttributePresenceFilterNode.cs`, `nativeformatreader.h`).

Only attributes of namespaces System.Runtime.* (without NullableAttribute), and three of System and System.Reflection,
are in the filter, so that only these may be asked for (`is_recorded`).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from readytorun.r2r.hashes import name_hash
from readytorun.r2r.primitives import ByteReader

_BUCKET: Final = struct.Struct("<8H")
_MASK: Final = 0xFFFFFFFF
# xxHash32 (`CombineTwoValuesIntoHash`).
_PRIME2: Final = 2246822519
_PRIME3: Final = 3266489917
_PRIME4: Final = 668265263
_PRIME5: Final = 374761393

_RECORDED: Final = (
    "System.ParamArrayAttribute",
    "System.ThreadStaticAttribute",
    "System.Reflection.DefaultMemberAttribute",
)


def _rotl(value: int, count: int) -> int:
    return (value << count | value >> 32 - count) & _MASK


def attribute_hash(name: str, parent: int) -> int:
    """Hash of the attribute "Namespace.Name" on the metadata token `parent`."""
    value = _PRIME5 + 8
    for word in (name_hash(name.encode()), parent):
        value = _rotl(value + word * _PRIME3 & _MASK, 17) * _PRIME4 & _MASK
    value = (value ^ value >> 15) * _PRIME2 & _MASK
    value = (value ^ value >> 13) * _PRIME3 & _MASK
    return value ^ value >> 16


def is_recorded(namespace: str, name: str) -> bool:
    """Whether attributes of this type are put into the filter."""
    if namespace.startswith("System.Runtime."):
        return (namespace, name) != ("System.Runtime.CompilerServices", "NullableAttribute")
    return f"{namespace}.{name}" in _RECORDED


@dataclass(frozen=True, slots=True)
class AttributeFilter:
    """The filter: its buckets of eight fingerprints."""

    buckets: tuple[tuple[int, ...], ...]

    def may_have(self, name: str, parent: int) -> bool:
        """Whether the token may carry the attribute "Namespace.Name"; False is certain."""
        value = attribute_hash(name, parent)
        mask = len(self.buckets) - 1
        fingerprint = value >> 16 or 1
        first = value & mask
        return fingerprint in self.buckets[first] or fingerprint in self.buckets[first ^ fingerprint & mask]


def decode_attribute_filter(reader: ByteReader) -> AttributeFilter:
    """Read the filter up to the reader's end."""
    start = reader.pos
    size = reader.end - start
    if size % _BUCKET.size or (size // _BUCKET.size).bit_count() != 1:
        raise reader.error(f"{size} bytes are no power of two of buckets", start)
    return AttributeFilter(tuple(_BUCKET.iter_unpack(reader.take(size))))


def encode_attribute_filter(attributes: AttributeFilter) -> bytes:
    """The inverse of decode_attribute_filter."""
    return b"".join(_BUCKET.pack(*bucket) for bucket in attributes.buckets)
