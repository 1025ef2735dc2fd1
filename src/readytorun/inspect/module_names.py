"""What the tokens of one metadata module are called, as people write it.

    System.Collections.Generic.Dictionary<string, int>+Enumerator
    Newtonsoft.Json.Linq.JObject.Parse(string)
    System.Array.IndexOf<int>(int[], int)

Nested types are joined with "+"; the C# keyword stands for a primitive type; uninstantiated generics are written with
the names of their type parameters, and type variables that nothing is known about as `!0` and `!!0` (ECMA-335 II.7.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from readytorun.metadata.reader import MetadataReader
from readytorun.metadata.signature import SIGNATURE_FIELD, MethodSig, SignatureDecoder
from readytorun.metadata.tables import TableId

KEYWORDS: Final = {
    0x01: "void",
    0x02: "bool",
    0x03: "char",
    0x04: "sbyte",
    0x05: "byte",
    0x06: "short",
    0x07: "ushort",
    0x08: "int",
    0x09: "uint",
    0x0A: "long",
    0x0B: "ulong",
    0x0C: "float",
    0x0D: "double",
    0x0E: "string",
    0x16: "System.TypedReference",
    0x18: "nint",
    0x19: "nuint",
    0x1C: "object",
    0x3E: "__Canon",
}

TypeNamePart = tuple[str, int]  # one type of a chain of nested ones, without arity suffix; number of type parameters

_MAX_NESTING: Final = 100
_MARK: Final = "\0"  # around placeholders of type variables; occurs in no name, since those end with it


def array_name(element: str, rank: int) -> str:
    """Name of a multi-dimensional array type."""
    return f"{element}[{',' * (rank - 1) if rank > 1 else '*'}]"


def function_pointer_name(return_type: str, parameters: Sequence[str]) -> str:
    """Name of a function pointer type."""
    return f"delegate*<{', '.join([*parameters, return_type])}>"


def instantiated_name(parts: Sequence[TypeNamePart], arguments: Sequence[str]) -> str:
    """Name of a type with its type arguments, each behind the type of the chain that declares its parameter."""
    out = ""
    used = 0
    for index, (name, arity) in enumerate(parts):
        if index:
            out += "+"
        out += name
        # Obfuscated names need not say their arity: what is left belongs to the innermost type.
        stop = len(arguments) if index == len(parts) - 1 else min(used + arity, len(arguments))
        if stop > used:
            out += f"<{', '.join(arguments[used:stop])}>"
            used = stop
    return out


def _split_arity(name: str) -> TypeNamePart:
    head, mark, digits = name.rpartition("`")
    return (head, int(digits)) if mark and digits.isascii() and digits.isdigit() else (name, 0)


class _NameProvider:
    """Makes names out of signatures, with placeholders for type variables; satisfies `SignatureProvider[str]`."""

    __slots__ = ("names",)

    def __init__(self, names: ModuleNames) -> None:
        self.names = names

    def primitive(self, element_type: int) -> str:
        return KEYWORDS[element_type]

    def from_token(self, token: int, is_value_type: bool) -> str:
        return self.names.type(token)

    def szarray(self, element: str) -> str:
        return f"{element}[]"

    def array(self, element: str, rank: int, sizes: list[int], lower_bounds: list[int]) -> str:
        return array_name(element, rank)

    def pointer(self, element: str) -> str:
        return f"{element}*"

    def byref(self, element: str) -> str:
        return f"{element}&"

    def generic_instance(self, definition: str, arguments: list[str]) -> str:
        return instantiated_name(self.names.parts_of_definition(definition), arguments)

    def type_variable(self, index: int) -> str:
        return f"{_MARK}!{index}{_MARK}"

    def method_variable(self, index: int) -> str:
        return f"{_MARK}!!{index}{_MARK}"

    def function_pointer(self, signature: MethodSig[str]) -> str:
        return function_pointer_name(signature.return_type, signature.parameters)

    def modified(self, element: str, modifier_token: int, required: bool) -> str:
        return element

    def pinned(self, element: str) -> str:
        return element


class _ParameterList:
    """ "(string, int)", with places for type arguments.

    Attributes:
        arity: number of type parameters of the method itself.
    """

    __slots__ = ("_pieces", "arity")

    def __init__(self, text: str, arity: int) -> None:
        self._pieces = text.split(_MARK)  # the odd ones are placeholders
        self.arity = arity

    def text(self, type_arguments: Sequence[str], method_arguments: Sequence[str]) -> str:
        """The list with the arguments in place; variables that have none stay as `!0` and `!!0`."""
        pieces = self._pieces
        if len(pieces) == 1:
            return pieces[0]
        out = pieces.copy()
        for place in range(1, len(out), 2):
            variable = out[place]
            of_method = variable[1] == "!"
            index = int(variable[2 if of_method else 1 :])
            arguments = method_arguments if of_method else type_arguments
            if index < len(arguments):
                out[place] = arguments[index]
        return "".join(out)


class ModuleNames:
    """The names of one module. Everything raises BadImageError where the metadata is malformed.

    Attributes:
        name: simple name of the assembly.
    """

    __slots__ = ("_decoder", "_definitions", "_parts", "_signatures", "_types", "name", "reader")

    def __init__(self, reader: MetadataReader, name: str) -> None:
        self.reader = reader
        self.name = name
        self._types: dict[int, str] = {}
        self._parts: dict[int, list[TypeNamePart]] = {}
        self._definitions: dict[str, list[TypeNamePart]] = {}
        self._signatures: dict[int, _ParameterList] = {}
        self._decoder: SignatureDecoder[str] = SignatureDecoder(_NameProvider(self))

    # --- types --------------------------------------------------------------------------------------------------------

    def type(self, token: int) -> str:
        """Name of a TypeDef, TypeRef or TypeSpec; of an uninstantiated generic type with its type parameters."""
        name = self._types.get(token)
        if name is None:
            self._types[token] = f"{token:#010x}"  # what a type that is defined by itself is called
            name = self._make_type(token)
            self._types[token] = name
        return name

    def _make_type(self, token: int) -> str:
        table, rid = token >> 24, token & 0xFFFFFF
        reader = self.reader
        if table == TableId.TYPE_SPEC:
            blob = reader.cell(TableId.TYPE_SPEC, "Signature", rid)
            return self._decoder.type(reader.blob_reader(blob)).replace(_MARK, "")
        parts = self.type_parts(token)
        arguments = self.generic_parameters(token) if table == TableId.TYPE_DEF else []
        if not arguments and not any(arity for _, arity in parts):
            return instantiated_name(parts, ())
        if arguments:
            name = instantiated_name(parts, arguments)
        else:
            name = "+".join([part + (f"<{',' * (arity - 1)}>" if arity else "") for part, arity in parts])
        self._definitions[name] = parts
        return name

    def parts_of_definition(self, name: str) -> list[TypeNamePart]:
        """The chain of nested types of an uninstantiated type, by the name that `type` gave it."""
        return self._definitions.get(name) or [(name, 0)]

    def type_parts(self, token: int) -> list[TypeNamePart]:
        """The chain of nested types, outermost first with its namespace, that a TypeDef or TypeRef token names."""
        parts = self._parts.get(token)
        if parts is None:
            parts = self._make_parts(token)
            self._parts[token] = parts
        return parts

    def _make_parts(self, token: int) -> list[TypeNamePart]:
        reader = self.reader
        names: list[TypeNamePart] = []
        for _ in range(_MAX_NESTING):
            table, rid = token >> 24, token & 0xFFFFFF
            name = reader.string(reader.cell(table, "TypeName", rid))
            enclosing = 0
            if table == TableId.TYPE_DEF:
                for row in reader.rows_of(TableId.NESTED_CLASS, "NestedClass", rid):
                    enclosing = TableId.TYPE_DEF << 24 | reader.column(TableId.NESTED_CLASS, "EnclosingClass")[row - 1]
            else:
                scope = reader.cell(TableId.TYPE_REF, "ResolutionScope", rid)
                enclosing = scope if scope >> 24 == TableId.TYPE_REF else 0
            namespace = reader.string(reader.cell(table, "TypeNamespace", rid))
            head, arity = _split_arity(name)
            names.append((f"{namespace}.{head}" if namespace else head, arity))
            if not enclosing:
                break
            token = enclosing
        names.reverse()
        return names

    def exported_type(self, rid: int) -> str:
        """Name of an ExportedType row, uninstantiated."""
        reader = self.reader
        names: list[str] = []
        for _ in range(_MAX_NESTING):
            name = reader.string(reader.cell(TableId.EXPORTED_TYPE, "TypeName", rid))
            namespace = reader.string(reader.cell(TableId.EXPORTED_TYPE, "TypeNamespace", rid))
            head, arity = _split_arity(name)
            brackets = f"<{',' * (arity - 1)}>" if arity else ""
            names.append((f"{namespace}.{head}" if namespace else head) + brackets)
            implementation = reader.cell(TableId.EXPORTED_TYPE, "Implementation", rid)
            if implementation >> 24 != TableId.EXPORTED_TYPE:
                break
            rid = implementation & 0xFFFFFF
        return "+".join(reversed(names))

    def generic_parameters(self, owner: int) -> list[str]:
        """Names of the type parameters that a TypeDef or MethodDef token declares, in order."""
        reader = self.reader
        rows = reader.rows_of(TableId.GENERIC_PARAM, "Owner", owner)
        if not rows:
            return []
        numbers = reader.column(TableId.GENERIC_PARAM, "Number")
        names = reader.column(TableId.GENERIC_PARAM, "Name")
        return [reader.string(names[row - 1]) for row in sorted(rows, key=lambda row: numbers[row - 1])]

    # --- members ------------------------------------------------------------------------------------------------------

    def _signature(self, blob: int) -> _ParameterList:
        """The parameter list of a method signature. Many methods share one, so they are kept."""
        found = self._signatures.get(blob)
        if found is None:
            signature = self._decoder.method(self.reader.blob_reader(blob))
            parameters = signature.parameters
            if signature.required_count != len(parameters):
                parameters.insert(signature.required_count, "__arglist")
            found = _ParameterList(f"({', '.join(parameters)})", signature.generic_arity)
            self._signatures[blob] = found
        return found

    def method_def(
        self,
        rid: int,
        owner: str | None = None,
        type_arguments: Sequence[str] = (),
        method_arguments: Sequence[str] = (),
    ) -> str:
        """Name of a MethodDef with parameters.

        Args:
            owner: name of the declaring type with its arguments, None = as declared.
            type_arguments: arguments of the declaring type, () = unknown.
            method_arguments: arguments of a generic method, () = its type parameters.
        """
        reader = self.reader
        reader.check_rid(TableId.METHOD_DEF, rid)
        if owner is None:
            token = TableId.TYPE_DEF << 24 | reader.declaring_type(TableId.METHOD_DEF, rid)
            owner = self.type(token)
            if not type_arguments and "<" in owner:
                type_arguments = self.generic_parameters(token)
        signature = self._signature(reader.column(TableId.METHOD_DEF, "Signature")[rid - 1])
        name = reader.string(reader.column(TableId.METHOD_DEF, "Name")[rid - 1])
        if signature.arity:
            if not method_arguments:
                method_arguments = self.generic_parameters(TableId.METHOD_DEF << 24 | rid)
            name += f"<{', '.join(method_arguments)}>"
        return f"{owner}.{name}{signature.text(type_arguments, method_arguments)}"

    def member_ref(
        self,
        rid: int,
        owner: str | None = None,
        type_arguments: Sequence[str] = (),
        method_arguments: Sequence[str] = (),
    ) -> str:
        """Name of a MemberRef, a method or a field; arguments as for `method_def`."""
        reader = self.reader
        if owner is None:
            parent = reader.cell(TableId.MEMBER_REF, "Class", rid)
            table, parent_rid = parent >> 24, parent & 0xFFFFFF
            if table == TableId.METHOD_DEF:
                owner = self.type(TableId.TYPE_DEF << 24 | reader.declaring_type(TableId.METHOD_DEF, parent_rid))
            elif table == TableId.MODULE_REF:
                owner = reader.string(reader.cell(TableId.MODULE_REF, "Name", parent_rid))
            else:
                owner = self.type(parent)
        name = reader.string(reader.cell(TableId.MEMBER_REF, "Name", rid))
        blob = reader.cell(TableId.MEMBER_REF, "Signature", rid)
        if self._is_field(blob):
            return f"{owner}.{name}"
        if method_arguments:
            name += f"<{', '.join(method_arguments)}>"
        return f"{owner}.{name}{self._signature(blob).text(type_arguments, method_arguments)}"

    def _is_field(self, blob: int) -> bool:
        data = self.reader.blob(blob)
        return bool(data) and data[0] & 0x0F == SIGNATURE_FIELD

    def field_def(self, rid: int, owner: str | None = None) -> str:
        """Name of a Field; `owner` as for `method_def`."""
        reader = self.reader
        name = reader.string(reader.cell(TableId.FIELD, "Name", rid))
        if owner is None:
            owner = self.type(TableId.TYPE_DEF << 24 | reader.declaring_type(TableId.FIELD, rid))
        return f"{owner}.{name}"

    def user_string(self, offset: int) -> str:
        """The string literal at an offset of #US."""
        return self.reader.user_string(offset)
