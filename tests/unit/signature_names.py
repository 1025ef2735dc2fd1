"""A signature provider that makes names, for tests: what it was told, written out."""

from __future__ import annotations

from readytorun.metadata.signature import MethodSig

PRIMITIVE_NAMES = {
    0x01: "void",
    0x02: "bool",
    0x03: "char",
    0x04: "i1",
    0x05: "u1",
    0x06: "i2",
    0x07: "u2",
    0x08: "i4",
    0x09: "u4",
    0x0A: "i8",
    0x0B: "u8",
    0x0C: "r4",
    0x0D: "r8",
    0x0E: "string",
    0x16: "typedref",
    0x18: "i",
    0x19: "u",
    0x1C: "object",
}


class NameProvider:
    """Satisfies `SignatureProvider[str]`."""

    def primitive(self, element_type: int) -> str:
        return PRIMITIVE_NAMES[element_type]

    def from_token(self, token: int, is_value_type: bool) -> str:
        return f"{'value' if is_value_type else 'class'}:{token:08x}"

    def szarray(self, element: str) -> str:
        return f"{element}[]"

    def array(self, element: str, rank: int, sizes: list[int], lower_bounds: list[int]) -> str:
        return f"{element}[{rank};{sizes};{lower_bounds}]"

    def pointer(self, element: str) -> str:
        return f"{element}*"

    def byref(self, element: str) -> str:
        return f"{element}&"

    def generic_instance(self, definition: str, arguments: list[str]) -> str:
        return f"{definition}<{','.join(arguments)}>"

    def type_variable(self, index: int) -> str:
        return f"!{index}"

    def method_variable(self, index: int) -> str:
        return f"!!{index}"

    def function_pointer(self, signature: MethodSig[str]) -> str:
        return f"fn {method_name(signature)}"

    def modified(self, element: str, modifier_token: int, required: bool) -> str:
        return f"{element} {'modreq' if required else 'modopt'}({modifier_token:08x})"

    def pinned(self, element: str) -> str:
        return f"pinned {element}"


def method_name(signature: MethodSig[str]) -> str:
    """A method signature in one line: `flags<arity> return(parameters)`, with `...` where the sentinel stands."""
    parameters = list(signature.parameters)
    if signature.required_count != len(parameters):
        parameters.insert(signature.required_count, "...")
    return f"{signature.flags:#x}<{signature.generic_arity}> {signature.return_type}({','.join(parameters)})"
