"""Which references of an assembly are still needed: found by following what is kept, as tokens."""

from __future__ import annotations

from typing import Final

from readytorun.errors import BadImageError
from readytorun.il import opcodes as il
from readytorun.il.decoder import InvalidILError, decode
from readytorun.metadata.assembly import AssemblyFile
from readytorun.metadata.method_body import MethodBody
from readytorun.metadata.signature import MethodSig, SignatureDecoder
from readytorun.metadata.tables import USER_STRING_TOKEN, TableId
from readytorun.snapshot.facts import REFERRED_TABLES

_FIELD_SIGNATURE: Final = 0x06
_RID: Final = 0xFFFFFF


class _TypeTokens:
    """A signature provider that only notes which type tokens occur."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: list[int] = []

    def primitive(self, element_type: int) -> None: ...

    def from_token(self, token: int, is_value_type: bool) -> None:
        self.found.append(token)

    def szarray(self, element: None) -> None: ...

    def array(self, element: None, rank: int, sizes: list[int], lower_bounds: list[int]) -> None: ...

    def pointer(self, element: None) -> None: ...

    def byref(self, element: None) -> None: ...

    def generic_instance(self, definition: None, arguments: list[None]) -> None: ...

    def type_variable(self, index: int) -> None: ...

    def method_variable(self, index: int) -> None: ...

    def function_pointer(self, signature: MethodSig[None]) -> None: ...

    def modified(self, element: None, modifier_token: int, required: bool) -> None:
        self.found.append(modifier_token)

    def pinned(self, element: None) -> None: ...


class References:
    """Notes rows of the tables that are kept in part, with all that these rows refer to in turn.

    Attributes:
        kept: rids by table, for each of `facts.REFERRED_TABLES`.
        user_strings: offsets of the string literals that kept bodies load.
    """

    __slots__ = ("_file", "_signatures", "kept", "user_strings")

    def __init__(self, file: AssemblyFile) -> None:
        self._file = file
        self.kept: dict[int, set[int]] = {table: set() for table in REFERRED_TABLES}
        self.user_strings: set[int] = set()
        self._signatures: set[tuple[int, int]] = set()

    def token(self, token: int) -> None:
        """Note what a metadata token names. Raises BadImageError when it names no row, or its row is malformed."""
        table, rid = token >> 24, token & _RID
        if rid == 0:
            return
        if table == USER_STRING_TOKEN:
            self.user_strings.add(rid)
            return
        reader = self._file.reader
        reader.check_rid(table, rid)
        kept = self.kept.get(table)
        if kept is None or rid in kept:
            return
        kept.add(rid)
        if table == TableId.TYPE_REF:
            self.token(reader.cell(table, "ResolutionScope", rid))
        elif table == TableId.MEMBER_REF:
            self.token(reader.cell(table, "Class", rid))
            self.member(reader.cell(table, "Signature", rid))
        elif table == TableId.TYPE_SPEC:
            self.signature(table, reader.cell(table, "Signature", rid))
        elif table == TableId.METHOD_SPEC:
            self.token(reader.cell(table, "Method", rid))
            self.signature(table, reader.cell(table, "Instantiation", rid))
        elif table == TableId.STAND_ALONE_SIG:
            offset = reader.cell(table, "Signature", rid)
            blob = reader.blob(offset)
            is_locals = len(blob) > 0 and blob[0] == 0x07
            self.signature(TableId.STAND_ALONE_SIG if is_locals else TableId.METHOD_DEF, offset)

    def member(self, offset: int) -> None:
        """Note the types in the signature of a field or a method."""
        blob = self._file.reader.blob(offset)
        is_field = len(blob) > 0 and blob[0] == _FIELD_SIGNATURE
        self.signature(TableId.FIELD if is_field else TableId.METHOD_DEF, offset)

    def signature(self, table: int, offset: int) -> None:
        """Note the types in a signature blob, which is of the kind that a table's rows have."""
        key = (table, offset)
        if key in self._signatures:
            return
        self._signatures.add(key)
        provider = _TypeTokens()
        decoder = SignatureDecoder[None](provider)
        reader = self._file.reader.blob_reader(offset)
        if table == TableId.FIELD:
            decoder.field(reader)
        elif table == TableId.TYPE_SPEC:
            decoder.type(reader)
        elif table == TableId.METHOD_SPEC:
            decoder.method_spec(reader)
        elif table == TableId.STAND_ALONE_SIG:
            decoder.locals(reader)
        else:
            decoder.method(reader)
        for token in provider.found:
            self.token(token)

    def body(self, body: MethodBody) -> None:
        """Note what a method body refers to. Raises BadImageError when its IL does not decode."""
        self.token(body.local_signature_token)
        for region in body.regions:
            self.token(region.class_token)
        try:
            code = decode(body.code)
        except InvalidILError as error:
            raise BadImageError(self._file.path, str(error), body.file_offset) from None
        for position, offset in enumerate(code.offsets):
            opcode = body.code[offset]
            if opcode == 0xFE:
                opcode = 0x100 + body.code[offset + 1]
            if il.KINDS[opcode] == il.TOKEN:
                self.token(code.operands[position])
