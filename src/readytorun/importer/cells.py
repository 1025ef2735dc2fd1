"""Import cells: fixup blobs written in the token space of the module that is compiled.

A blob names types by the TypeDef, TypeRef and MemberRef rows of the input module (readytorun-format.md#fixups). A type
for which the module has no row, and the image's manifest neither, cannot be named, and the method that needs it is
refused.
"""

from __future__ import annotations

from typing import Final

from readytorun.importer.abi import TargetAbi
from readytorun.importer.bubble_tokens import BUBBLE, BubbleTokens
from readytorun.importer.manifest_tokens import MANIFEST, ManifestTokens
from readytorun.importer.refusal import Reason, Refusal
from readytorun.ir.types import CallSignature
from readytorun.r2r.model import Cell, ImportSectionKind, ThunkKind
from readytorun.r2r.primitives import compressed
from readytorun.typesystem import element_types as et
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.layout import TypeLayout
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.module import ModuleDesc
from readytorun.typesystem.type_desc import ArrayType, FunctionPointerType, GenericVariable, ParameterizedType, TypeDesc

# Fixup kinds (readytorun.h, READYTORUN_FIXUP_*).
THIS_OBJ_DICTIONARY_LOOKUP: Final = 0x07
TYPE_DICTIONARY_LOOKUP: Final = 0x08
METHOD_DICTIONARY_LOOKUP: Final = 0x09
TYPE_HANDLE: Final = 0x10
METHOD_HANDLE: Final = 0x11
FIELD_HANDLE: Final = 0x12
METHOD_ENTRY: Final = 0x13
METHOD_ENTRY_DEF: Final = 0x14
METHOD_ENTRY_REF: Final = 0x15
VIRTUAL_ENTRY: Final = 0x16
HELPER: Final = 0x1A
STRING_HANDLE: Final = 0x1B
NEW_OBJECT: Final = 0x1C
NEW_ARRAY: Final = 0x1D
IS_INSTANCE_OF: Final = 0x1E
CHK_CAST: Final = 0x1F
FIELD_ADDRESS: Final = 0x20
STATIC_BASE_NON_GC: Final = 0x22
STATIC_BASE_GC: Final = 0x23
THREAD_STATIC_BASE_NON_GC: Final = 0x24
THREAD_STATIC_BASE_GC: Final = 0x25
FIELD_BASE_OFFSET: Final = 0x26
FIELD_OFFSET: Final = 0x27
TYPE_DICTIONARY: Final = 0x28
METHOD_DICTIONARY: Final = 0x29
CHECK_TYPE_LAYOUT: Final = 0x2A
CHECK_FIELD_OFFSET: Final = 0x2B
DELEGATE_CTOR: Final = 0x2C
INDIRECT_PINVOKE_TARGET: Final = 0x2E
CHECK_INSTRUCTION_SET: Final = 0x30
CONTINUATION_LAYOUT: Final = 0x37
RESUMPTION_STUB_ENTRY_POINT: Final = 0x38

# Flags of method and field signatures.
METHOD_INSTANTIATING_STUB: Final = 0x02
METHOD_INSTANTIATION: Final = 0x04
MEMBER_REF_TOKEN: Final = 0x10
METHOD_CONSTRAINED: Final = 0x20
OWNER_TYPE: Final = 0x40
METHOD_UPDATE_CONTEXT: Final = 0x80
METHOD_ASYNC_VARIANT: Final = 0x100

_TABLE_SHIFT: Final = 24
_TYPE_TAGS = {0x02: 0, 0x01: 1, 0x1B: 2}
_MEMBER_REF: Final = 0x0A
_TYPE_SPEC: Final = 0x1B
_CANON: Final = 0x3E
_TOKEN_MASK: Final = 0xFFFFFFFF
_MODULE: Final = 0x3F
_MODULE_OVERRIDE: Final = 0x80


class CellFactory:
    """Makes the cells of one input module, each once."""

    __slots__ = ("_abi", "_cells", "_lookups", "_module", "_scope", "bubble", "manifest")

    def __init__(
        self,
        module: ModuleDesc,
        abi: TargetAbi,
        manifest: ManifestTokens | None = None,
        bubble: BubbleTokens | None = None,
    ) -> None:
        self._module = module
        self._abi = abi
        self.manifest = manifest
        self.bubble = bubble
        # Index of the module whose tokens those of what is being written are, unless it says otherwise.
        self._scope = 0
        self._cells: dict[tuple[int, bytes, int, bytes], Cell] = {}
        self._lookups: dict[tuple[bytes, bytes], Cell] = {}

    # --- signatures --------------------------------------------------------------------------------------------

    def put_type(self, out: bytearray, type: TypeDesc) -> None:
        """Append a type signature.

        Raises:
            Refusal: the module has no token for a type definition in it.
        """
        element = type.element_type
        if type.is_primitive or element in (et.STRING, et.OBJECT, et.VOID, et.TYPEDBYREF):
            out.append(element)
        elif type is type.context.canon:
            out.append(_CANON)
        elif isinstance(type, GenericVariable):
            out.append(et.MVAR if type.is_method else et.VAR)
            out += compressed(type.index)
        elif isinstance(type, ArrayType):
            if type.is_szarray:
                out.append(et.SZARRAY)
                self.put_type(out, type.parameter_type)
            else:
                out.append(et.ARRAY)
                self.put_type(out, type.parameter_type)
                out += compressed(type.rank)
                out.append(0)
                out.append(0)
        elif isinstance(type, FunctionPointerType):
            signature = type.signature
            out.append(et.FNPTR)
            out.append(signature.calling_convention)
            out += compressed(len(signature.params))
            self.put_type(out, signature.return_type)
            for param in signature.params:
                self.put_type(out, param)
        elif isinstance(type, ParameterizedType):
            out.append(element)
            self.put_type(out, type.parameter_type)
        else:
            token = self._definition_token(type.definition)
            scope = self._scope_of(token)
            if scope != self._scope:
                out.append(_MODULE)
                out += compressed(scope)
            if type.instantiation:
                out.append(et.GENERICINST)
            token &= _TOKEN_MASK
            out.append(et.VALUETYPE if type.is_value_type else et.CLASS)
            out += compressed((token & 0xFFFFFF) << 2 | _TYPE_TAGS[token >> _TABLE_SHIFT])
            if type.instantiation:
                # The arguments are read in the module in force before that of the definition.
                out += compressed(len(type.instantiation))
                for argument in type.instantiation:
                    self.put_type(out, argument)

    def _definition_token(self, definition: TypeDesc) -> int:
        token = self._module.type_ref_token(definition)
        if token is None and self.bubble is not None:
            token = self.bubble.type_token(definition)
        if token is None and self.manifest is not None:
            token = self.manifest.type_token(definition)
        if token is None:
            raise Refusal(Reason.TOKEN_NOT_IN_MODULE, str(definition))
        return token

    def foreign_method_token(self, method: MethodDesc) -> int | None:
        """Token of a method that the input's metadata has no row for."""
        token = None
        if self.bubble is not None:
            token = self.bubble.method_token(method)
        if token is None and self.manifest is not None:
            token = self.manifest.method_token(method)
        return token

    def foreign_field_token(self, field: FieldDesc) -> int | None:
        """Token of a field that the input's metadata has no row for."""
        token = None
        if self.bubble is not None:
            token = self.bubble.field_token(field)
        if token is None and self.manifest is not None:
            token = self.manifest.field_token(field)
        return token

    def _scope_of(self, token: int) -> int:
        """Index of the module that a token belongs to."""
        if token & MANIFEST and self.manifest is not None:
            return self.manifest.module_index
        if token & BUBBLE and self.bubble is not None:
            return self.bubble.module_index
        return 0

    def put_method(
        self, out: bytearray, method: MethodDesc, token: int, flags: int = 0, constrained: TypeDesc | None = None
    ) -> None:
        """Append a method signature.

        Args:
            out: where to.
            method: the method, instantiated as it is to be named.
            token: MethodDef or MemberRef token in the input module, of the manifest, or of the core library in the
                bubble, that names its definition.
            flags: extra METHOD_* flags.
            constrained: type of a constrained call.

        Raises:
            Refusal: the module has no token for a type in the signature.
        """
        owner = method.owner
        if method.module is not self._module and token == method.token and self.bubble is not None:
            token |= BUBBLE  # a MethodDef row is one of the method's own module
        scope = self._scope_of(token)
        token &= _TOKEN_MASK
        if token >> _TABLE_SHIFT == _MEMBER_REF:
            flags |= MEMBER_REF_TOKEN
        if isinstance(owner, ArrayType) or (owner.instantiation if scope else self._needs_owner(owner, token)):
            flags |= OWNER_TYPE
        if method.instantiation:
            flags |= METHOD_INSTANTIATION
        if constrained is not None:
            flags |= METHOD_CONSTRAINED
        if scope:
            flags |= METHOD_UPDATE_CONTEXT
        if method.is_async_variant:
            flags |= METHOD_ASYNC_VARIANT
        out += compressed(flags)
        if scope:
            out += compressed(scope)
        # Owner, row and constrained type are read in the updated context, the method's arguments in the original one.
        self._scope = scope
        if flags & OWNER_TYPE:
            self.put_type(out, owner)
        out += compressed(token & 0xFFFFFF)
        self._scope = 0
        if method.instantiation:
            out += compressed(len(method.instantiation))
            for argument in method.instantiation:
                self.put_type(out, argument)
        if constrained is not None:
            self._scope = scope
            self.put_type(out, constrained)
            self._scope = 0

    def _needs_owner(self, owner: TypeDesc, token: int) -> bool:
        """Whether the token does not say what the owner is: instantiations, arrays, variables, TypeSpec parents."""
        if owner.instantiation or isinstance(owner, (ArrayType, GenericVariable)):
            return True
        if token >> _TABLE_SHIFT != _MEMBER_REF:
            return False
        parents = self._module.reader.column(_MEMBER_REF, "Class")
        return parents[(token & 0xFFFFFF) - 1] >> _TABLE_SHIFT == _TYPE_SPEC

    def put_field(self, out: bytearray, field: FieldDesc, token: int) -> None:
        """Append a field signature; `token` is a Field or MemberRef token of the input module.

        Raises:
            Refusal: the module has no token for its owner.
        """
        scope = self._scope_of(token)
        if scope:
            # The kind byte in front says which module it is: see `_field_head`.
            flags = MEMBER_REF_TOKEN if token & MANIFEST else 0
            if field.owner.instantiation:
                flags |= OWNER_TYPE
            out += compressed(flags)
            if flags & OWNER_TYPE:
                self._scope = scope
                self.put_type(out, field.owner)
                self._scope = 0
            out += compressed(token & 0xFFFFFF)
            return
        flags = 0
        if token >> _TABLE_SHIFT == _MEMBER_REF:
            flags |= MEMBER_REF_TOKEN
        if self._needs_owner(field.owner, token):
            flags |= OWNER_TYPE
        out += compressed(flags)
        if flags & OWNER_TYPE:
            self.put_type(out, field.owner)
        out += compressed(token & 0xFFFFFF)

    # --- cells -------------------------------------------------------------------------------------------------

    def _cell(self, section: ImportSectionKind, signature: bytes, thunk: ThunkKind, gc_ref_map: bytes = b"") -> Cell:
        key = (section.value, signature, thunk.value, gc_ref_map)
        cell = self._cells.get(key)
        if cell is None:
            cell = Cell(section, signature, thunk, gc_ref_map)
            self._cells[key] = cell
        return cell

    def eager_helper(self, helper: int) -> Cell:
        """Eager cell of a runtime helper."""
        out = bytearray((HELPER,))
        out += compressed(helper)
        return self._cell(ImportSectionKind.EAGER, bytes(out), ThunkKind.NONE)

    def precode_type(self, kind: int, type: TypeDesc) -> Cell:
        """Precode cell of a kind with a type payload: TYPE_HANDLE, TYPE_DICTIONARY, FIELD_BASE_OFFSET."""
        out = bytearray((kind,))
        self.put_type(out, type)
        return self._cell(ImportSectionKind.PRECODE, bytes(out), ThunkKind.NONE)

    def precode_method(
        self, kind: int, method: MethodDesc, token: int, flags: int = 0, constrained: TypeDesc | None = None
    ) -> Cell:
        """Precode cell of a kind with a method payload: METHOD_HANDLE, METHOD_DICTIONARY, METHOD_ENTRY, ..."""
        out = bytearray((kind,))
        self.put_method(out, method, token, flags, constrained)
        return self._cell(ImportSectionKind.PRECODE, bytes(out), ThunkKind.NONE)

    def precode_field(self, kind: int, field: FieldDesc, token: int) -> Cell:
        """Precode cell of a kind with a field payload: FIELD_HANDLE, FIELD_OFFSET, FIELD_ADDRESS."""
        out = self._field_head(kind, token)
        self.put_field(out, field, token)
        return self._cell(ImportSectionKind.PRECODE, bytes(out), ThunkKind.NONE)

    def _field_head(self, kind: int, token: int) -> bytearray:
        """The kind, with the module of a token that is not one of the input."""
        scope = self._scope_of(token)
        if not scope:
            return bytearray((kind,))
        out = bytearray((kind | _MODULE_OVERRIDE,))
        out += compressed(scope)
        return out

    def check_type_layout(self, type: TypeDesc, layout: TypeLayout) -> Cell:
        """Precode check that the runtime lays the type out as compiled (readytorun-format.md#fixups, 0x2A)."""
        out = bytearray((CHECK_TYPE_LAYOUT,))
        self.put_type(out, type)
        slots = [offset // 8 for offset, is_byref in layout.gc_refs if not is_byref]
        native = layout.alignment == 8
        flags = 0x02 | (0x04 if native else 0) | 0x08 | (0 if slots else 0x10)
        out += compressed(flags)
        out += compressed(layout.size)
        if not native:
            out += compressed(layout.alignment)
        if slots:
            bitmap = bytearray(((layout.size + 7) // 8 + 7) // 8)
            for slot in slots:
                bitmap[slot // 8] |= 1 << slot % 8
            out += bitmap
        return self._cell(ImportSectionKind.PRECODE, bytes(out), ThunkKind.NONE)

    def check_field_offset(self, field: FieldDesc, token: int, offset: int) -> Cell:
        """Precode check of a field's offset (0x2B)."""
        out = self._field_head(CHECK_FIELD_OFFSET, token)
        out += compressed(offset)
        self.put_field(out, field, token)
        return self._cell(ImportSectionKind.PRECODE, bytes(out), ThunkKind.NONE)

    def check_instruction_set(self, value: int) -> Cell:
        """Precode check of one instruction set: number * 2 + 1 if it must be supported, + 0 if it must not be."""
        out = bytearray((CHECK_INSTRUCTION_SET,))
        out += compressed(1)
        out += compressed(value)
        return self._cell(ImportSectionKind.PRECODE, bytes(out), ThunkKind.NONE)

    def string(self, token: int) -> Cell:
        """String literal; `token` is a user string token, or 0x70000000 for the empty string."""
        out = self._field_head(STRING_HANDLE, token)
        out += compressed(token & 0xFFFFFF)
        return self._cell(ImportSectionKind.STRING, bytes(out), ThunkKind.NONE)

    def helper_type(self, kind: int, type: TypeDesc, thunk: ThunkKind = ThunkKind.HELPER) -> Cell:
        """Lazy helper cell with a type payload: NEW_OBJECT, NEW_ARRAY, casts, static bases."""
        out = bytearray((kind,))
        self.put_type(out, type)
        return self._cell(ImportSectionKind.HELPER, bytes(out), thunk)

    def helper_field(self, kind: int, field: FieldDesc, token: int) -> Cell:
        """Lazy helper cell with a field payload: FIELD_ADDRESS."""
        out = self._field_head(kind, token)
        self.put_field(out, field, token)
        return self._cell(ImportSectionKind.HELPER, bytes(out), ThunkKind.HELPER)

    def virtual_function(self, method: MethodDesc, token: int, flags: int) -> Cell:
        """Lazy helper that returns the code address of a virtual method for the object passed (ldvirtftn)."""
        out = bytearray((VIRTUAL_ENTRY,))
        self.put_method(out, method, token, flags)
        return self._cell(ImportSectionKind.HELPER, bytes(out), ThunkKind.HELPER_OBJ)

    def delegate_ctor(self, method: MethodDesc, token: int, delegate_type: TypeDesc, flags: int = 0) -> Cell:
        """Lazy helper that constructs a delegate."""
        out = bytearray((DELEGATE_CTOR,))
        self.put_method(out, method, token, flags)
        self.put_type(out, delegate_type)
        return self._cell(ImportSectionKind.HELPER, bytes(out), ThunkKind.HELPER_OBJ_OBJ)

    def lookup(self, blob: bytes, context: bytes) -> Cell:
        """Lazy generic lookup helper; the blob begins with kind 7, 8 or 9, `context` names the code that looks up."""
        key = (blob, context)
        cell = self._lookups.get(key)
        if cell is None:
            cell = Cell(ImportSectionKind.HELPER, blob, ThunkKind.HELPER, context=context)
            self._lookups[key] = cell
        return cell

    def get_function_entry_point(
        self,
        method: MethodDesc,
        token: int,
        signature: CallSignature,
        constrained: TypeDesc | None = None,
        flags: int = 0,
    ) -> Cell:
        """The entry point of a method: a regular delay-load import, which only a call may go through.

        Its thunk finds the cell by decoding the call instruction in front of the return address
        (readytorun-format.md#delay-load).
        """
        out = bytearray()
        has_row = not self._scope_of(token) and not method.is_async_variant
        if has_row and constrained is None and not method.instantiation and not self._needs_owner(method.owner, token):
            out.append(METHOD_ENTRY_REF if token >> _TABLE_SHIFT == _MEMBER_REF else METHOD_ENTRY_DEF)
            out += compressed(token & 0xFFFFFF)
        else:
            out.append(METHOD_ENTRY)
            self.put_method(out, method, token, flags, constrained)
        return self._cell(ImportSectionKind.METHOD, bytes(out), ThunkKind.METHOD_CALL, self._abi.gc_ref_map(signature))

    def update_entry_point_for_tail_call(self, cell: Cell) -> Cell:
        """The cell to jump through instead of calling through `cell`.

        The return address that a jump leaves on the stack belongs to some other call, so the thunk of a regular import
        would take another cell for its own. On x64 the same method therefore has a twin cell, whose thunk trusts rax:
        the jump has to leave the cell's address there. What is no regular import of a method stays as it is, and so
        does everything on arm64, where x11 names the cell for calls and jumps alike.
        """
        if cell.thunk != ThunkKind.METHOD_CALL or self._abi.is_arm64:
            return cell
        return self._cell(cell.section, cell.signature, ThunkKind.METHOD_CALL_JUMPABLE, cell.gc_ref_map)

    def virtual_entry(self, method: MethodDesc, token: int, signature: CallSignature) -> Cell:
        """Dispatch cell of a virtual or interface method."""
        out = bytearray((VIRTUAL_ENTRY,))
        self.put_method(out, method, token)
        return self._cell(ImportSectionKind.DISPATCH, bytes(out), ThunkKind.DISPATCH, self._abi.gc_ref_map(signature))
