"""Tokens of the core library itself, for an input that is compiled together with it as one version bubble.

Instantiations of the core library's generics over the input's types, and over primitive ones, then belong into the
image. Their code names members that neither the input's metadata nor the manifest has rows for: they are named by the
core library's own rows, in the module that an AssemblyRef row of the manifest stands for
(readytorun-format.md#module-indices).
"""

from __future__ import annotations

from typing import Final

from readytorun.metadata.tables import TableId
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.module import ModuleDesc
from readytorun.typesystem.type_desc import TypeDesc

# Marks a token as one of the core library; tokens themselves have 32 bits.
BUBBLE: Final = 1 << 33
_MEMBER_REF: Final = 0x0A
_METHOD_SPEC: Final = 0x2B


class BubbleTokens:
    """Rows of the core library, as an input's fixups name them.

    Attributes:
        core: the core library.
        module_index: index by which fixups name it: behind the input's AssemblyRefs and the manifest, row 1.
    """

    __slots__ = ("core", "module_index")

    def __init__(self, module: ModuleDesc, core: ModuleDesc) -> None:
        self.core = core
        self.module_index = module.reader.row_count(TableId.ASSEMBLY_REF) + 2

    def type_token(self, definition: TypeDesc) -> int | None:
        """TypeDef token, with BUBBLE; None for types of other modules."""
        return definition.token | BUBBLE if definition.module is self.core and definition.token else None

    def method_token(self, method: MethodDesc) -> int | None:
        """MethodDef token, with BUBBLE; None for methods of other modules, and those without a row."""
        return method.token | BUBBLE if method.module is self.core and method.token else None

    def field_token(self, field: FieldDesc) -> int | None:
        """Field token, with BUBBLE; None for fields of other modules."""
        return field.token | BUBBLE if field.module is self.core else None

    def site_token(self, module: ModuleDesc, token: int) -> int | None:
        """The token of a place in the core library's IL, with BUBBLE (for arrays' methods, which have no other)."""
        if module is not self.core or token == 0:
            return None
        if token >> 24 == _METHOD_SPEC:
            token = module.reader.column(_METHOD_SPEC, "Method")[(token & 0xFFFFFF) - 1]
        return token | BUBBLE if token >> 24 == _MEMBER_REF else None
