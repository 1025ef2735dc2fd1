"""Types: definitions from metadata, instantiations, arrays, pointers, byrefs, function pointers, type variables.

Every type exists once per `TypeSystemContext`, so that `is` compares types. What a type is costs nothing to ask: it is
stored when the type is made, or when it is first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from readytorun.typesystem import element_types as et

if TYPE_CHECKING:
    from readytorun.typesystem.context import TypeSystemContext
    from readytorun.typesystem.field_desc import FieldDesc
    from readytorun.typesystem.layout import TypeLayout
    from readytorun.typesystem.method_desc import MethodDesc, MethodSignature
    from readytorun.typesystem.module import ModuleDesc
    from readytorun.typesystem.static_layout import StaticLayout

# Bits of TypeDesc.flags. The low ones are TypeAttributes as in metadata (ECMA-335 II.23.1.15); ours start at 1 << 32.
INTERFACE: Final = 0x20
ABSTRACT: Final = 0x80
SEALED: Final = 0x100
SEQUENTIAL_LAYOUT: Final = 0x08
EXPLICIT_LAYOUT: Final = 0x10
EXTENDED_LAYOUT: Final = 0x18
LAYOUT_MASK: Final = 0x18
BEFORE_FIELD_INIT: Final = 0x00100000
ENUM: Final = 1 << 32
DELEGATE: Final = 1 << 33
GENERIC_DEFINITION: Final = 1 << 34
NULLABLE: Final = 1 << 35
BY_REF_LIKE: Final = 1 << 36
NON_VERSIONABLE: Final = 1 << 37
INTRINSIC: Final = 1 << 38
INLINE_ARRAY: Final = 1 << 39

_VISIBILITY_MASK: Final = 0x7
_NESTED_PUBLIC: Final = 2


class TypeDesc:
    """Any type.

    Attributes:
        context: where it is interned.
        id: dense number of the type in its context, from 0.
        element_type: ELEMENT_TYPE_* as a signature would begin; VALUETYPE or CLASS for instantiations and enums.
        is_value_type: structs, enums and primitives.
        contains_variables: VAR or MVAR occurs in it; such a type has no layout.
        is_canonical_subtype: System.__Canon occurs in it, so that code for it is shared.
        flags: see the constants of this module; use the properties.
    """

    __slots__ = (
        "_canonical",
        "contains_variables",
        "context",
        "element_type",
        "fixed_layout_cache",
        "flags",
        "id",
        "is_canonical_subtype",
        "is_value_type",
        "layout_cache",
        "static_layout_cache",
    )

    def __init__(self, context: TypeSystemContext, element_type: int) -> None:
        self.context = context
        self.element_type = element_type
        self.is_value_type = False
        self.contains_variables = False
        self.is_canonical_subtype = False
        self.flags = 0
        self._canonical: TypeDesc | None = None
        self.layout_cache: TypeLayout | None = None
        self.fixed_layout_cache = -1
        self.static_layout_cache: StaticLayout | None = None
        self.id = context.register_type(self)

    # --- identity ----------------------------------------------------------------------------------------------

    @property
    def module(self) -> ModuleDesc:
        """The module that defines the type; of arrays, pointers and byrefs that of the element type."""
        return self.context.core

    @property
    def token(self) -> int:
        """TypeDef token of the definition in `module`; 0 if it has none (arrays, pointers, variables...)."""
        return 0

    @property
    def name(self) -> str:
        """Name in metadata, with the `N suffix of generic types; "" if it has no definition."""
        return ""

    @property
    def namespace(self) -> str:
        """Namespace in metadata; "" for nested types."""
        return ""

    @property
    def definition(self) -> TypeDesc:
        """Of an instantiation its generic definition, else the type itself."""
        return self

    @property
    def instantiation(self) -> tuple[TypeDesc, ...]:
        """Type arguments; () for everything but instantiations."""
        return ()

    @property
    def has_instantiation(self) -> bool:
        return len(self.instantiation) != 0

    @property
    def enclosing_type(self) -> TypeDesc | None:
        """The definition that a nested type is nested in."""
        return None

    # --- what it is --------------------------------------------------------------------------------------------

    @property
    def is_enum(self) -> bool:
        return self.flags & ENUM != 0

    @property
    def is_primitive(self) -> bool:
        """Numbers, bool, char and native integers; not enums, not pointers."""
        return et.is_primitive(self.element_type)

    @property
    def is_interface(self) -> bool:
        return self.flags & INTERFACE != 0

    @property
    def is_delegate(self) -> bool:
        return self.flags & DELEGATE != 0

    @property
    def is_sealed(self) -> bool:
        """Whether no class derives from it; arrays are not said to be sealed."""
        return self.flags & SEALED != 0

    @property
    def is_abstract(self) -> bool:
        return self.flags & ABSTRACT != 0

    @property
    def is_nullable(self) -> bool:
        """Instantiation or definition of System.Nullable`1."""
        return self.flags & NULLABLE != 0

    @property
    def is_byref_like(self) -> bool:
        """A `ref struct`."""
        return self.flags & BY_REF_LIKE != 0

    @property
    def is_before_field_init(self) -> bool:
        return self.flags & BEFORE_FIELD_INIT != 0

    @property
    def is_explicit_layout(self) -> bool:
        return self.flags & LAYOUT_MASK == EXPLICIT_LAYOUT

    @property
    def is_sequential_layout(self) -> bool:
        return self.flags & LAYOUT_MASK == SEQUENTIAL_LAYOUT

    @property
    def is_generic_definition(self) -> bool:
        """An uninstantiated generic definition."""
        return self.flags & GENERIC_DEFINITION != 0

    @property
    def is_nested(self) -> bool:
        return self.flags & _VISIBILITY_MASK >= _NESTED_PUBLIC

    @property
    def is_nonversionable(self) -> bool:
        """Marked [NonVersionable]: its layout never changes."""
        return self.flags & NON_VERSIONABLE != 0

    @property
    def is_intrinsic(self) -> bool:
        """Marked [Intrinsic]."""
        return self.flags & INTRINSIC != 0

    @property
    def is_gc_pointer(self) -> bool:
        """Whether values are object references: classes, interfaces, arrays, strings."""
        element = self.element_type
        return (
            element == et.CLASS
            or element == et.STRING
            or element == et.OBJECT
            or element == et.SZARRAY
            or element == et.ARRAY
        )

    @property
    def is_array(self) -> bool:
        return False

    @property
    def underlying(self) -> TypeDesc:
        """Of an enum its primitive type, else the type itself."""
        return self

    @property
    def inline_array_length(self) -> int:
        """Length given by [InlineArray], 0 if the type is none."""
        return 0

    # --- structure ---------------------------------------------------------------------------------------------

    @property
    def base_type(self) -> TypeDesc | None:
        """The base class with its type arguments; None for System.Object, interfaces, pointers, variables."""
        return None

    @property
    def interfaces(self) -> tuple[TypeDesc, ...]:
        """All interfaces: inherited, declared, and those that these extend; each once."""
        return ()

    @property
    def has_cctor(self) -> bool:
        return self.static_constructor is not None

    @property
    def static_constructor(self) -> MethodDesc | None:
        return None

    def fields(self) -> list[FieldDesc]:
        """Fields that the type itself declares, in metadata order. Do not change the list."""
        return []

    def methods(self) -> list[MethodDesc]:
        """Methods that the type itself declares, in metadata order. Do not change the list."""
        return []

    def find_field(self, name: str) -> FieldDesc | None:
        """First own field of that name."""
        for field in self.fields():
            if field.name == name:
                return field
        return None

    def find_method(self, name: str, signature: MethodSignature | None = None) -> MethodDesc | None:
        """First own method of that name and, if given, signature (compared after instantiation)."""
        for method in self.methods():
            if method.name == name and (signature is None or method.signature.matches(signature)):
                return method
        return None

    # --- generics ----------------------------------------------------------------------------------------------

    def canonical(self) -> TypeDesc:
        """The form that shares its code: reference arguments become System.__Canon, value types keep theirs."""
        return self

    def canonical_argument(self) -> TypeDesc:
        """What stands for this type as a type argument in a canonical form."""
        if self.is_gc_pointer:
            return self.context.canon
        return self.canonical()

    def substitute(self, type_arguments: tuple[TypeDesc, ...], method_arguments: tuple[TypeDesc, ...]) -> TypeDesc:
        """The type with VAR i and MVAR i replaced. An empty tuple leaves its kind of variable alone."""
        return self

    def __str__(self) -> str:
        return f"<type {self.id}>"

    def __repr__(self) -> str:
        return f"<{self}>"


class DefType(TypeDesc):
    """A type with a definition in metadata: the definition itself, or an instantiation of it."""

    __slots__ = ("_base_type", "_fields", "_has_base_type", "_interfaces", "_methods")

    def __init__(self, context: TypeSystemContext, element_type: int) -> None:
        super().__init__(context, element_type)
        self._base_type: TypeDesc | None = None
        self._has_base_type = False
        self._interfaces: tuple[TypeDesc, ...] | None = None
        self._fields: list[FieldDesc] | None = None
        self._methods: list[MethodDesc] | None = None

    @property
    def base_type(self) -> TypeDesc | None:
        if not self._has_base_type:
            self._base_type = self._load_base_type()
            self._has_base_type = True
        return self._base_type

    def _load_base_type(self) -> TypeDesc | None:
        raise NotImplementedError

    def declared_interfaces(self) -> tuple[TypeDesc, ...]:
        """Interfaces that the type's own InterfaceImpl records name, instantiated."""
        raise NotImplementedError

    @property
    def interfaces(self) -> tuple[TypeDesc, ...]:
        if self._interfaces is None:
            seen: dict[int, TypeDesc] = {}
            base = self.base_type
            if base is not None:
                for inherited in base.interfaces:
                    seen[inherited.id] = inherited
            for declared in self.declared_interfaces():
                seen.setdefault(declared.id, declared)
                for extended in declared.interfaces:
                    seen.setdefault(extended.id, extended)
            self._interfaces = tuple(seen.values())
        return self._interfaces


class EcmaType(DefType):
    """A type definition.

    Attributes:
        generic_parameter_count: number of type parameters, those of enclosing types included.
    """

    __slots__ = (
        "_cctor",
        "_has_cctor",
        "_inline_array_length",
        "_method_impls",
        "_module",
        "_name",
        "_namespace",
        "_token",
        "_underlying",
        "generic_parameter_count",
    )

    def __init__(
        self,
        context: TypeSystemContext,
        module: ModuleDesc,
        token: int,
        namespace: str,
        name: str,
        element_type: int,
        is_value_type: bool,
        flags: int,
        generic_parameter_count: int,
    ) -> None:
        super().__init__(context, element_type)
        self._module = module
        self._token = token
        self._namespace = namespace
        self._name = name
        self.is_value_type = is_value_type
        self.flags = flags
        self.generic_parameter_count = generic_parameter_count
        self._underlying: TypeDesc | None = None
        self._cctor: MethodDesc | None = None
        self._has_cctor = -1
        self._inline_array_length = -1
        self._method_impls: list[tuple[MethodDesc, MethodDesc]] | None = None

    @property
    def module(self) -> ModuleDesc:
        return self._module

    @property
    def token(self) -> int:
        return self._token

    @property
    def name(self) -> str:
        return self._name

    @property
    def namespace(self) -> str:
        return self._namespace

    @property
    def enclosing_type(self) -> TypeDesc | None:
        return self._module.enclosing_type(self._token) if self.is_nested else None

    @property
    def underlying(self) -> TypeDesc:
        if self.flags & ENUM == 0:
            return self
        if self._underlying is None:
            self._underlying = self._module.enum_underlying_type(self)
        return self._underlying

    @property
    def inline_array_length(self) -> int:
        if self.flags & INLINE_ARRAY == 0:
            return 0
        if self._inline_array_length < 0:
            self._inline_array_length = self._module.inline_array_length(self._token)
        return self._inline_array_length

    def _load_base_type(self) -> TypeDesc | None:
        return self._module.base_type_of(self._token)

    def declared_interfaces(self) -> tuple[TypeDesc, ...]:
        return self._module.declared_interfaces_of(self._token)

    def fields(self) -> list[FieldDesc]:
        if self._fields is None:
            self._fields = self._module.fields_of(self._token)
        return self._fields

    def methods(self) -> list[MethodDesc]:
        if self._methods is None:
            self._methods = self._module.methods_of(self._token)
        return self._methods

    def method_impls(self) -> list[tuple[MethodDesc, MethodDesc]]:
        """Body and declaration of the type's MethodImpl records, in terms of the definition's own parameters."""
        if self._method_impls is None:
            module = self._module
            self._method_impls = [
                (module.resolve_method(body, None), module.resolve_method(declaration, None))
                for body, declaration in module.method_impls_of(self._token)
            ]
        return self._method_impls

    @property
    def static_constructor(self) -> MethodDesc | None:
        if self._has_cctor < 0:
            self._has_cctor = 0
            for method in self.methods():
                if method.is_cctor:
                    self._cctor = method
                    self._has_cctor = 1
                    break
        return self._cctor

    def __str__(self) -> str:
        keyword = self.context.keyword_of(self)
        if keyword:
            return keyword
        enclosing = self.enclosing_type
        if enclosing is not None:
            return f"{enclosing}+{self._name}"
        return f"{self._namespace}.{self._name}" if self._namespace else self._name


class InstantiatedType(DefType):
    """A generic definition with type arguments; its members are those of the definition, instantiated."""

    __slots__ = ("_cctor", "_definition", "_has_cctor", "_instantiation")

    def __init__(self, context: TypeSystemContext, definition: EcmaType, instantiation: tuple[TypeDesc, ...]) -> None:
        super().__init__(context, definition.element_type)
        self._definition = definition
        self._instantiation = instantiation
        self.is_value_type = definition.is_value_type
        self.flags = definition.flags & ~GENERIC_DEFINITION
        self._cctor: MethodDesc | None = None
        self._has_cctor = -1
        variables = False
        canonical = False
        for argument in instantiation:
            variables = variables or argument.contains_variables
            canonical = canonical or argument.is_canonical_subtype
        self.contains_variables = variables
        self.is_canonical_subtype = canonical

    @property
    def module(self) -> ModuleDesc:
        return self._definition.module

    @property
    def token(self) -> int:
        return self._definition.token

    @property
    def name(self) -> str:
        return self._definition.name

    @property
    def namespace(self) -> str:
        return self._definition.namespace

    @property
    def enclosing_type(self) -> TypeDesc | None:
        return self._definition.enclosing_type

    @property
    def definition(self) -> TypeDesc:
        return self._definition

    @property
    def instantiation(self) -> tuple[TypeDesc, ...]:
        return self._instantiation

    @property
    def underlying(self) -> TypeDesc:
        if self.flags & ENUM == 0:
            return self
        return self._definition.underlying

    @property
    def inline_array_length(self) -> int:
        return self._definition.inline_array_length

    def _load_base_type(self) -> TypeDesc | None:
        base = self._definition.base_type
        return None if base is None else base.substitute(self._instantiation, ())

    def declared_interfaces(self) -> tuple[TypeDesc, ...]:
        return tuple([i.substitute(self._instantiation, ()) for i in self._definition.declared_interfaces()])

    def fields(self) -> list[FieldDesc]:
        if self._fields is None:
            self._fields = [self.context.field_on_owner(field, self) for field in self._definition.fields()]
        return self._fields

    def methods(self) -> list[MethodDesc]:
        if self._methods is None:
            self._methods = [self.context.method_on_owner(method, self) for method in self._definition.methods()]
        return self._methods

    @property
    def static_constructor(self) -> MethodDesc | None:
        if self._has_cctor < 0:
            definition = self._definition.static_constructor
            self._has_cctor = 0
            if definition is not None:
                self._cctor = self.context.method_on_owner(definition, self)
                self._has_cctor = 1
        return self._cctor

    def canonical(self) -> TypeDesc:
        if self._canonical is None:
            self._canonical = self.context.instantiate(
                self._definition, tuple([argument.canonical_argument() for argument in self._instantiation])
            )
        return self._canonical

    def substitute(self, type_arguments: tuple[TypeDesc, ...], method_arguments: tuple[TypeDesc, ...]) -> TypeDesc:
        if not self.contains_variables:
            return self
        return self.context.instantiate(
            self._definition, tuple([a.substitute(type_arguments, method_arguments) for a in self._instantiation])
        )

    def __str__(self) -> str:
        return f"{self._definition}<{', '.join([str(argument) for argument in self._instantiation])}>"


class ParameterizedType(TypeDesc):
    """An array, pointer or byref.

    Attributes:
        parameter_type: element type, or type pointed to.
    """

    __slots__ = ("parameter_type",)

    def __init__(self, context: TypeSystemContext, element_type: int, parameter_type: TypeDesc) -> None:
        super().__init__(context, element_type)
        self.parameter_type = parameter_type
        self.contains_variables = parameter_type.contains_variables
        self.is_canonical_subtype = parameter_type.is_canonical_subtype

    @property
    def module(self) -> ModuleDesc:
        return self.parameter_type.module

    def _with_parameter(self, parameter_type: TypeDesc) -> TypeDesc:
        raise NotImplementedError

    def canonical(self) -> TypeDesc:
        if self._canonical is None:
            self._canonical = self._with_parameter(self.parameter_type.canonical_argument())
        return self._canonical

    def substitute(self, type_arguments: tuple[TypeDesc, ...], method_arguments: tuple[TypeDesc, ...]) -> TypeDesc:
        if not self.contains_variables:
            return self
        return self._with_parameter(self.parameter_type.substitute(type_arguments, method_arguments))


class ArrayType(ParameterizedType):
    """An array.

    Attributes:
        rank: number of dimensions.
        is_szarray: a vector: one dimension, lower bound 0; false for the odd `T[*]` of rank 1.
    """

    __slots__ = ("_interfaces", "is_szarray", "rank")

    def __init__(self, context: TypeSystemContext, parameter_type: TypeDesc, rank: int, is_szarray: bool) -> None:
        super().__init__(context, et.SZARRAY if is_szarray else et.ARRAY, parameter_type)
        self.rank = rank
        self.is_szarray = is_szarray
        self._interfaces: tuple[TypeDesc, ...] | None = None

    @property
    def is_array(self) -> bool:
        return True

    @property
    def base_type(self) -> TypeDesc | None:
        return self.context.well_known("System.Array")

    @property
    def interfaces(self) -> tuple[TypeDesc, ...]:
        if self._interfaces is None:
            inherited = self.context.well_known("System.Array").interfaces
            if self.is_szarray and self.parameter_type.element_type not in (et.PTR, et.FNPTR):
                inherited = inherited + self.context.szarray_interfaces(self.parameter_type)
            self._interfaces = inherited
        return self._interfaces

    def _with_parameter(self, parameter_type: TypeDesc) -> TypeDesc:
        if self.is_szarray:
            return self.context.szarray(parameter_type)
        return self.context.array(parameter_type, self.rank)

    def __str__(self) -> str:
        if self.is_szarray:
            return f"{self.parameter_type}[]"
        return f"{self.parameter_type}[{',' * (self.rank - 1) if self.rank > 1 else '*'}]"


class PointerType(ParameterizedType):
    """An unmanaged pointer."""

    __slots__ = ()

    def __init__(self, context: TypeSystemContext, parameter_type: TypeDesc) -> None:
        super().__init__(context, et.PTR, parameter_type)

    def _with_parameter(self, parameter_type: TypeDesc) -> TypeDesc:
        return self.context.pointer(parameter_type)

    def __str__(self) -> str:
        return f"{self.parameter_type}*"


class ByRefType(ParameterizedType):
    """A managed pointer."""

    __slots__ = ()

    def __init__(self, context: TypeSystemContext, parameter_type: TypeDesc) -> None:
        super().__init__(context, et.BYREF, parameter_type)

    def _with_parameter(self, parameter_type: TypeDesc) -> TypeDesc:
        return self.context.byref(parameter_type)

    def __str__(self) -> str:
        return f"{self.parameter_type}&"


class FunctionPointerType(TypeDesc):
    """A function pointer.

    Attributes:
        signature: of the function; custom modifiers are not part of the type's identity.
    """

    __slots__ = ("signature",)

    def __init__(self, context: TypeSystemContext, signature: MethodSignature) -> None:
        super().__init__(context, et.FNPTR)
        self.signature = signature
        self.contains_variables = signature.contains_variables
        canonical = signature.return_type.is_canonical_subtype
        for param in signature.params:
            canonical = canonical or param.is_canonical_subtype
        self.is_canonical_subtype = canonical

    def substitute(self, type_arguments: tuple[TypeDesc, ...], method_arguments: tuple[TypeDesc, ...]) -> TypeDesc:
        if not self.contains_variables:
            return self
        return self.context.function_pointer(self.signature.substitute(type_arguments, method_arguments))

    def __str__(self) -> str:
        parts = [str(param) for param in self.signature.params]
        parts.append(str(self.signature.return_type))
        return f"delegate*<{', '.join(parts)}>"


class GenericVariable(TypeDesc):
    """VAR or MVAR of a signature: the index-th type argument of whatever owner the signature is read for.

    Attributes:
        index: from 0.
        is_method: MVAR, a type argument of the method.
    """

    __slots__ = ("index", "is_method")

    def __init__(self, context: TypeSystemContext, index: int, is_method: bool) -> None:
        super().__init__(context, et.MVAR if is_method else et.VAR)
        self.index = index
        self.is_method = is_method
        self.contains_variables = True

    def substitute(self, type_arguments: tuple[TypeDesc, ...], method_arguments: tuple[TypeDesc, ...]) -> TypeDesc:
        arguments = method_arguments if self.is_method else type_arguments
        if not arguments:
            return self
        if self.index >= len(arguments):
            self.context.bad_variable(self.index, len(arguments), self.is_method)
        return arguments[self.index]

    def __str__(self) -> str:
        return f"{'!!' if self.is_method else '!'}{self.index}"
