"""Fields: definitions from metadata, and the same on instantiated owners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from readytorun.typesystem.module import ModuleDesc
    from readytorun.typesystem.type_desc import TypeDesc

# FieldAttributes (ECMA-335 II.23.1.5).
STATIC: Final = 0x0010
INIT_ONLY: Final = 0x0020
LITERAL: Final = 0x0040
HAS_RVA: Final = 0x0100


class FieldDesc:
    """A field.

    Attributes:
        owner: type that declares it, with its type arguments.
        definition: the field on the owner's definition; itself if the owner is not an instantiation.
        id: dense number in its context.
        module, token: where metadata defines it.
        flags: FieldAttributes; use the properties.
    """

    __slots__ = ("_definition", "_is_thread_static", "_name", "_type", "flags", "id", "module", "owner", "token")

    def __init__(
        self,
        module: ModuleDesc,
        token: int,
        owner: TypeDesc,
        definition: FieldDesc | None,
        flags: int,
    ) -> None:
        self.module = module
        self.token = token
        self.owner = owner
        self._definition = definition
        self.flags = flags
        self._name: str | None = None
        self._type: TypeDesc | None = None
        self._is_thread_static = -1
        self.id = owner.context.register_field(self)

    @property
    def definition(self) -> FieldDesc:
        return self if self._definition is None else self._definition

    @property
    def name(self) -> str:
        if self._name is None:
            self._name = self.module.field_name(self.token)
        return self._name

    @property
    def type(self) -> TypeDesc:
        """Type of the field with the owner's type arguments."""
        if self._type is None:
            if self._definition is None:
                self._type = self.module.field_type(self.token)
            else:
                self._type = self._definition.type.substitute(self.owner.instantiation, ())
        return self._type

    @property
    def is_static(self) -> bool:
        return self.flags & STATIC != 0

    @property
    def is_literal(self) -> bool:
        """A constant: it has no storage."""
        return self.flags & LITERAL != 0

    @property
    def is_init_only(self) -> bool:
        return self.flags & INIT_ONLY != 0

    @property
    def has_rva(self) -> bool:
        """A static whose initial data lies in the file."""
        return self.flags & HAS_RVA != 0

    @property
    def rva(self) -> int:
        """RVA of the initial data in `module`'s file; 0 if it has none."""
        return self.module.field_rva(self.token) if self.has_rva else 0

    @property
    def is_thread_static(self) -> bool:
        """A static marked [ThreadStatic]."""
        if self._is_thread_static < 0:
            if self._definition is not None:
                self._is_thread_static = int(self._definition.is_thread_static)
            else:
                self._is_thread_static = int(
                    self.is_static and self.module.has_attribute(self.token, "System", "ThreadStaticAttribute")
                )
        return self._is_thread_static != 0

    def __str__(self) -> str:
        return f"{self.owner}.{self.name}"

    def __repr__(self) -> str:
        return f"<{self}>"
