"""Version-resilient hashes, the keys of the image's hashtables (`versionresilienthashcode.cpp`).

All results are unsigned 32-bit.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

_MASK: Final = 0xFFFFFFFF


def _rotl(value: int, count: int) -> int:
    value &= _MASK
    return (value << count | value >> 32 - count) & _MASK


@lru_cache(maxsize=65536)
def name_hash(utf8: bytes) -> int:
    """Hash of a name."""
    if not utf8:
        return 0
    h1, h2 = 0x6DA3B944, 0
    for i, byte in enumerate(utf8):
        signed = byte - 256 if byte > 127 else byte
        if i & 1:
            h2 = (h2 + _rotl(h2, 5) ^ signed) & _MASK
        else:
            h1 = (h1 + _rotl(h1, 5) ^ signed) & _MASK
    h1 = h1 + _rotl(h1, 8) & _MASK
    h2 = h2 + _rotl(h2, 8) & _MASK
    return h1 ^ h2


def type_hash(namespace: bytes, name: bytes) -> int:
    """Hash of a top-level type; `name` with its `N suffix."""
    return name_hash(namespace) ^ name_hash(name)


def nested_type_hash(enclosing: int, namespace: bytes, name: bytes) -> int:
    """Hash of a nested type from the hash of its enclosing type."""
    return (enclosing + _rotl(enclosing, 11) & _MASK) ^ type_hash(namespace, name)


def generic_instance_hash(definition: int, arguments: Iterable[int]) -> int:
    """Hash of an instantiation from the hashes of the definition and its arguments."""
    value = definition
    for argument in arguments:
        value = (value + _rotl(value, 13) & _MASK) ^ argument
    return value + _rotl(value, 15) & _MASK


def array_hash(element: int, rank: int = 1) -> int:
    """Hash of an array type."""
    value = 0xD5313556 + rank & _MASK
    value = (value + _rotl(value, 13) & _MASK) ^ element
    return value + _rotl(value, 15) & _MASK


def pointer_hash(element: int) -> int:
    """Hash of a pointer type."""
    return (element + _rotl(element, 5) & _MASK) ^ 0x12D0


def byref_hash(element: int) -> int:
    """Hash of a byref type."""
    return (element + _rotl(element, 7) & _MASK) ^ 0x4C85


def method_hash(owner: int, name: bytes, arguments: Iterable[int] | None = None) -> int:
    """Hash of a method, or of its instantiation when `arguments` are given."""
    value = name_hash(name)
    if arguments is not None:
        value = generic_instance_hash(value, arguments)
    return owner ^ value
