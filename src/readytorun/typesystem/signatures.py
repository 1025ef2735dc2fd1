"""Signature blobs (ECMA-335 II.23.2) to types.

This decoder makes types directly, instead of going through callbacks, because every method, field and type
specification of a program passes here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from readytorun.errors import BadImageError
from readytorun.typesystem import element_types as et
from readytorun.typesystem.method_desc import (
    CALLING_CONVENTION_MASK,
    EXPLICIT_THIS,
    GENERIC,
    HAS_THIS,
    MethodSignature,
    Modifier,
)
from readytorun.typesystem.type_desc import TypeDesc

if TYPE_CHECKING:
    from readytorun.typesystem.module import ModuleDesc

_CODED_TABLES: Final[tuple[int, int, int]] = (0x02000000, 0x01000000, 0x1B000000)
_FIELD: Final = 0x06
_LOCALS: Final = 0x07
_METHOD_SPEC: Final = 0x0A
_MAX_DEPTH: Final = 200


class LocalVariable:
    """A local variable.

    Attributes:
        type: its type.
        pinned: whether what it refers to must not move.
    """

    __slots__ = ("pinned", "type")

    def __init__(self, type: TypeDesc, pinned: bool) -> None:
        self.type = type
        self.pinned = pinned


class SignatureDecoder:
    """Reads one blob. Types keep their variables; the caller substitutes.

    Every method raises BadImageError for a blob that is cut short or malformed, and MissingReferenceError or
    MissingMemberError if it names a type that cannot be found.
    """

    __slots__ = ("_context", "_data", "_depth", "_modifiers", "_module", "_pos", "_types")

    def __init__(self, module: ModuleDesc, data: bytes) -> None:
        self._module = module
        self._context = module.context
        self._data = data
        self._pos = 0
        self._depth = 0
        self._types = 0
        self._modifiers: list[Modifier] = []

    def _bad(self, message: str) -> BadImageError:
        return BadImageError(self._module.path, f"signature {self._data.hex()}: {message} (at byte {self._pos})")

    def _byte(self) -> int:
        pos = self._pos
        if pos >= len(self._data):
            raise self._bad("ends too early")
        self._pos = pos + 1
        return self._data[pos]

    def _uint(self) -> int:
        first = self._byte()
        if first < 0x80:
            return first
        if first < 0xC0:
            return (first & 0x3F) << 8 | self._byte()
        if first < 0xE0:
            second = self._byte()
            third = self._byte()
            return (first & 0x1F) << 24 | second << 16 | third << 8 | self._byte()
        raise self._bad("bad compressed integer")

    def _token(self) -> int:
        coded = self._uint()
        tag = coded & 3
        if tag == 3:
            raise self._bad("bad TypeDefOrRef")
        return _CODED_TABLES[tag] | coded >> 2

    def type(self) -> TypeDesc:
        """A type; custom modifiers before it are noted and skipped."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self._bad("nested too deeply")
        result = self._type(self._byte())
        self._depth -= 1
        return result

    def _type(self, element: int) -> TypeDesc:
        while element == et.CMOD_REQD or element == et.CMOD_OPT:
            modifier = self._module.resolve_type(self._token(), None)
            self._modifiers.append(Modifier(self._types, modifier, element == et.CMOD_REQD))
            element = self._byte()
        self._types += 1
        context = self._context
        if element == et.CLASS or element == et.VALUETYPE:
            return self._module.resolve_type(self._token(), None)
        if et.VOID <= element <= et.STRING or element in (et.TYPEDBYREF, et.I, et.U, et.OBJECT):
            return context.primitive(element)
        if element == et.SZARRAY:
            return context.szarray(self.type())
        if element == et.VAR:
            return context.type_variable(self._uint())
        if element == et.MVAR:
            return context.method_variable(self._uint())
        if element == et.GENERICINST:
            return self._generic_instance()
        if element == et.BYREF:
            return context.byref(self.type())
        if element == et.PTR:
            return context.pointer(self.type())
        if element == et.ARRAY:
            return self._array()
        if element == et.FNPTR:
            outer = self._modifiers
            self._modifiers = []
            signature = self.method()
            self._modifiers = outer
            return context.function_pointer(signature)
        raise self._bad(f"unknown element type {element:#x}")

    def _generic_instance(self) -> TypeDesc:
        kind = self._byte()
        if kind != et.CLASS and kind != et.VALUETYPE:
            raise self._bad("generic instance of neither class nor value type")
        definition = self._module.resolve_type(self._token(), None)
        count = self._uint()
        return self._context.instantiate(definition, tuple([self.type() for _ in range(count)]))

    def _array(self) -> TypeDesc:
        element = self.type()
        rank = self._uint()
        if not 1 <= rank <= 32:
            raise self._bad(f"array of rank {rank}")
        for _ in range(self._uint()):
            self._uint()
        for _ in range(self._uint()):
            self._uint()
        return self._context.array(element, rank)

    def method(self) -> MethodSignature:
        """A method signature: MethodDefSig, MethodRefSig, StandAloneMethodSig."""
        first = self._byte()
        generic_count = self._uint() if first & GENERIC else 0
        count = self._uint()
        return_type = self.type()
        params: list[TypeDesc] = []
        fixed = -1
        for _ in range(count):
            element = self._byte()
            if element == et.SENTINEL:
                fixed = len(params)
                element = self._byte()
            params.append(self._type(element))
        return MethodSignature(
            first & CALLING_CONVENTION_MASK,
            first & HAS_THIS != 0,
            first & EXPLICIT_THIS != 0,
            generic_count,
            return_type,
            tuple(params),
            tuple(self._modifiers),
            fixed,
        )

    def field(self) -> TypeDesc:
        """A field signature."""
        if self._byte() != _FIELD:
            raise self._bad("not a field signature")
        return self.type()

    def is_field(self) -> bool:
        """Whether the blob is a field signature, as opposed to a method's (they share the MemberRef table)."""
        return len(self._data) > 0 and self._data[0] == _FIELD

    def method_spec(self) -> tuple[TypeDesc, ...]:
        """The arguments of a MethodSpec."""
        if self._byte() != _METHOD_SPEC:
            raise self._bad("not a method instantiation")
        return tuple([self.type() for _ in range(self._uint())])

    def locals(self) -> list[LocalVariable]:
        """A local variable signature."""
        if self._byte() != _LOCALS:
            raise self._bad("not a local variable signature")
        result: list[LocalVariable] = []
        for _ in range(self._uint()):
            pinned = False
            element = self._byte()
            while element in (et.PINNED, et.CMOD_REQD, et.CMOD_OPT):
                if element == et.PINNED:
                    pinned = True
                else:
                    self._token()
                element = self._byte()
            result.append(LocalVariable(self._type(element), pinned))
        return result
