"""Methods: definitions from metadata, the same on instantiated owners, instantiations, and arrays' own methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from readytorun.typesystem import element_types as et
from readytorun.typesystem.generic_context import GenericContext
from readytorun.typesystem.type_desc import ArrayType, TypeDesc

if TYPE_CHECKING:
    from readytorun.metadata.method_body import MethodBody
    from readytorun.typesystem.module import ModuleDesc

# MethodAttributes (ECMA-335 II.23.1.10).
STATIC: Final = 0x0010
FINAL: Final = 0x0020
VIRTUAL: Final = 0x0040
NEW_SLOT: Final = 0x0100
ABSTRACT: Final = 0x0400
PINVOKE_IMPL: Final = 0x2000
MEMBER_ACCESS_MASK: Final = 0x0007
# MethodImplAttributes (ECMA-335 II.23.1.11; Async: runtime-async).
CODE_TYPE_MASK: Final = 0x0003
CODE_TYPE_RUNTIME: Final = 0x0003
NO_INLINING: Final = 0x0008
SYNCHRONIZED: Final = 0x0020
NO_OPTIMIZATION: Final = 0x0040
AGGRESSIVE_INLINING: Final = 0x0100
INTERNAL_CALL: Final = 0x1000
ASYNC: Final = 0x2000
# First byte of a method signature (ECMA-335 II.23.2.1).
CALLING_CONVENTION_MASK: Final = 0x0F
VARARG: Final = 0x05
UNMANAGED: Final = 0x09
GENERIC: Final = 0x10
HAS_THIS: Final = 0x20
EXPLICIT_THIS: Final = 0x40

# Where the code of a shared method finds its exact type arguments (MethodDesc.context_source).
CONTEXT_NONE: Final = 0
CONTEXT_THIS_OBJECT: Final = 1
CONTEXT_METHOD_TABLE: Final = 2
CONTEXT_METHOD_DESC: Final = 3

# What kind of task a method returns (MethodDesc.task_kind).
TASK_NONE: Final = 0
TASK: Final = 1
TASK_OF_T: Final = 2
VALUE_TASK: Final = 3
VALUE_TASK_OF_T: Final = 4
_TASK_NAMES: Final[dict[str, int]] = {
    "Task": TASK,
    "Task`1": TASK_OF_T,
    "ValueTask": VALUE_TASK,
    "ValueTask`1": VALUE_TASK_OF_T,
}

# Facts that custom attributes tell, computed together on first use.
_ATTRIBUTES_KNOWN: Final = 1
_NON_VERSIONABLE: Final = 2
_INTRINSIC: Final = 4
_UNMANAGED_CALLERS_ONLY: Final = 8


def task_kind_of(type: TypeDesc) -> int:
    """Which of the four task types of the core library a type is: TASK_*."""
    kind = _TASK_NAMES.get(type.name, TASK_NONE)
    if kind and type.namespace == "System.Threading.Tasks" and type.module.is_core:
        return kind
    return TASK_NONE


def task_result(type: TypeDesc, kind: int) -> TypeDesc:
    """The type of the result that a task of the type holds, void for none."""
    if kind == TASK_OF_T or kind == VALUE_TASK_OF_T:
        return type.instantiation[0]
    return type.context.primitive(et.VOID)


class Modifier:
    """A custom modifier in a signature.

    Attributes:
        position: number of types decoded before it, which tells what it modifies.
        type: the modifier type.
        is_required: modreq, as opposed to modopt.
    """

    __slots__ = ("is_required", "position", "type")

    def __init__(self, position: int, type: TypeDesc, is_required: bool) -> None:
        self.position = position
        self.type = type
        self.is_required = is_required


class MethodSignature:
    """Signature of a method, a call site or a function pointer.

    Attributes:
        calling_convention: low four bits of the signature's first byte (0 managed, 5 vararg, 1..4 and 9 unmanaged).
        has_this, explicit_this: the flags of the first byte.
        generic_count: number of method type parameters.
        return_type, params: types, without modifiers; params without `this`.
        fixed_count: how many params stand before the sentinel of a vararg call site; all of them otherwise.
        modifiers: custom modifiers anywhere in it, in order.
        contains_variables: VAR or MVAR occurs.
        is_async_call: the async calling convention: a continuation goes in and comes back besides.
    """

    __slots__ = (
        "calling_convention",
        "contains_variables",
        "explicit_this",
        "fixed_count",
        "generic_count",
        "has_this",
        "is_async_call",
        "modifiers",
        "params",
        "return_type",
    )

    def __init__(
        self,
        calling_convention: int,
        has_this: bool,
        explicit_this: bool,
        generic_count: int,
        return_type: TypeDesc,
        params: tuple[TypeDesc, ...],
        modifiers: tuple[Modifier, ...] = (),
        fixed_count: int = -1,
        is_async_call: bool = False,
    ) -> None:
        self.calling_convention = calling_convention
        self.has_this = has_this
        self.explicit_this = explicit_this
        self.generic_count = generic_count
        self.return_type = return_type
        self.params = params
        self.modifiers = modifiers
        self.is_async_call = is_async_call
        self.fixed_count = len(params) if fixed_count < 0 else fixed_count
        variables = return_type.contains_variables
        for param in params:
            variables = variables or param.contains_variables
        self.contains_variables = variables

    @property
    def is_vararg(self) -> bool:
        return self.calling_convention == VARARG

    def substitute(
        self, type_arguments: tuple[TypeDesc, ...], method_arguments: tuple[TypeDesc, ...]
    ) -> MethodSignature:
        """The signature with its variables replaced."""
        if not self.contains_variables:
            return self
        return MethodSignature(
            self.calling_convention,
            self.has_this,
            self.explicit_this,
            self.generic_count,
            self.return_type.substitute(type_arguments, method_arguments),
            tuple([param.substitute(type_arguments, method_arguments) for param in self.params]),
            self.modifiers,
            self.fixed_count,
            self.is_async_call,
        )

    def async_call(self, return_type: TypeDesc) -> MethodSignature:
        """The same parameters with the async calling convention and another result."""
        return MethodSignature(
            self.calling_convention,
            self.has_this,
            self.explicit_this,
            self.generic_count,
            return_type,
            self.params,
            self.modifiers,
            self.fixed_count,
            True,
        )

    def matches(self, other: MethodSignature) -> bool:
        """Whether types, kind of call and number of type parameters agree; modifiers are not looked at.

        Of a vararg signature only the fixed part counts.
        """
        if self is other:
            return True
        count = self.fixed_count
        if (
            self.return_type is not other.return_type
            or count != other.fixed_count
            or self.has_this != other.has_this
            or self.generic_count != other.generic_count
            or self.calling_convention != other.calling_convention
        ):
            return False
        if count == len(self.params) and count == len(other.params):
            return self.params == other.params
        return self.params[:count] == other.params[:count]

    def same_modifiers(self, other: MethodSignature) -> bool:
        """Whether custom modifiers agree too."""
        if len(self.modifiers) != len(other.modifiers):
            return False
        for mine, others in zip(self.modifiers, other.modifiers, strict=True):
            if (
                mine.type is not others.type
                or mine.position != others.position
                or mine.is_required != others.is_required
            ):
                return False
        return True

    def __str__(self) -> str:
        return f"{self.return_type}({', '.join([str(param) for param in self.params])})"


class MethodDesc:
    """A method.

    Attributes:
        owner: type that declares it, with its type arguments; an array type for arrays' special methods.
        definition: the method as in metadata, on the owner's definition; itself if nothing is instantiated.
        instantiation: arguments of a generic method; () for its definition and for other methods.
        id: dense number in its context.
        module, token: where metadata defines it; token 0 for arrays' methods.
        name: name in metadata.
        flags, impl_flags: MethodAttributes and MethodImplAttributes; use the properties.
        rva: RVA of the body in the module's file, 0 without one.
        generic_parameter_count: of the method itself.
        is_shared: canonical code, which needs a generic context to know its exact type arguments.
        contains_variables: VAR or MVAR occurs in the owner or the method's arguments.
        is_async_variant: the other face of a method that returns a task: the async calling convention, and what the
            task would hold as result. Definition, token and flags are those of the method itself.
    """

    __slots__ = (
        "_attributes",
        "_canonical",
        "_context",
        "_definition",
        "_signature",
        "_task_kind",
        "_variant",
        "contains_variables",
        "flags",
        "generic_parameter_count",
        "id",
        "impl_flags",
        "instantiation",
        "is_async_variant",
        "is_shared",
        "module",
        "name",
        "overridden_cache",
        "override_state",
        "owner",
        "rva",
        "token",
    )

    def __init__(
        self,
        module: ModuleDesc,
        token: int,
        owner: TypeDesc,
        definition: MethodDesc | None,
        instantiation: tuple[TypeDesc, ...],
        name: str,
        flags: int,
        impl_flags: int,
        rva: int,
        generic_parameter_count: int,
        signature: MethodSignature | None = None,
    ) -> None:
        self.module = module
        self.token = token
        self.owner = owner
        self._definition = definition
        self.instantiation = instantiation
        self.name = name
        self.flags = flags
        self.impl_flags = impl_flags
        self.rva = rva
        self.generic_parameter_count = generic_parameter_count
        self._signature = signature
        self._attributes = 0
        shared = owner.is_canonical_subtype
        variables = owner.contains_variables
        for argument in instantiation:
            shared = shared or argument.is_canonical_subtype
            variables = variables or argument.contains_variables
        self.is_shared = shared
        self.contains_variables = variables
        self._canonical: MethodDesc | None = None
        self.overridden_cache: MethodDesc | None = None
        self.override_state = 0  # of virtuals: 0 not computed
        self._context: GenericContext | None = None
        self.is_async_variant = False
        self._variant: MethodDesc | None = None
        self._task_kind = -1
        self.id = owner.context.register_method(self)

    @property
    def definition(self) -> MethodDesc:
        return self if self._definition is None else self._definition

    # --- flags -------------------------------------------------------------------------------------------------

    @property
    def is_static(self) -> bool:
        return self.flags & STATIC != 0

    @property
    def is_virtual(self) -> bool:
        return self.flags & VIRTUAL != 0

    @property
    def is_abstract(self) -> bool:
        return self.flags & ABSTRACT != 0

    @property
    def is_final(self) -> bool:
        return self.flags & FINAL != 0

    @property
    def is_newslot(self) -> bool:
        return self.flags & NEW_SLOT != 0

    @property
    def is_ctor(self) -> bool:
        """An instance constructor."""
        return self.name == ".ctor" and self.flags & STATIC == 0

    @property
    def is_cctor(self) -> bool:
        """The class constructor."""
        return self.flags & STATIC != 0 and self.name == ".cctor"

    @property
    def is_pinvoke(self) -> bool:
        return self.flags & PINVOKE_IMPL != 0

    @property
    def is_synchronized(self) -> bool:
        return self.impl_flags & SYNCHRONIZED != 0

    @property
    def is_internal_call(self) -> bool:
        return self.impl_flags & INTERNAL_CALL != 0

    @property
    def is_runtime_implemented(self) -> bool:
        """Methods of delegates, whose bodies the runtime makes."""
        return self.impl_flags & CODE_TYPE_MASK == CODE_TYPE_RUNTIME

    @property
    def no_inlining(self) -> bool:
        return self.impl_flags & NO_INLINING != 0

    @property
    def aggressive_inlining(self) -> bool:
        return self.impl_flags & AGGRESSIVE_INLINING != 0

    @property
    def no_optimization(self) -> bool:
        return self.impl_flags & NO_OPTIMIZATION != 0

    @property
    def is_async(self) -> bool:
        """A runtime-async method (MethodImplAttributes.Async)."""
        return self.impl_flags & ASYNC != 0

    @property
    def task_kind(self) -> int:
        """Which kind of task the definition declares to return: TASK_*."""
        if self._task_kind < 0:
            if self._definition is not None:
                self._task_kind = self._definition.task_kind
            elif self.token == 0 or self.is_async_variant:
                self._task_kind = TASK_NONE
            else:
                self._task_kind = task_kind_of(self.module.method_signature(self.token).return_type)
        return self._task_kind

    @property
    def has_async_convention(self) -> bool:
        """Whether its code has the async calling convention: a variant, or an async method that returns no task."""
        return self.is_async_variant or (self.is_async and self.task_kind == TASK_NONE)

    @property
    def is_array_method(self) -> bool:
        """One of the methods that array types have beside those of System.Array: .ctor, Get, Set, Address."""
        return isinstance(self.owner, ArrayType)

    @property
    def is_generic_definition(self) -> bool:
        """An uninstantiated generic method."""
        return self.generic_parameter_count != 0 and not self.instantiation

    # --- custom attributes -------------------------------------------------------------------------------------

    def _attribute_bits(self) -> int:
        if self._attributes == 0:
            bits = _ATTRIBUTES_KNOWN
            if self._definition is not None:
                bits = self._definition._attribute_bits()
            elif self.token != 0:
                module = self.module
                token = self.token
                if module.has_attribute(token, "System.Runtime.Versioning", "NonVersionableAttribute"):
                    bits |= _NON_VERSIONABLE
                if module.has_attribute(token, "System.Runtime.CompilerServices", "IntrinsicAttribute"):
                    bits |= _INTRINSIC
                if module.has_attribute(token, "System.Runtime.InteropServices", "UnmanagedCallersOnlyAttribute"):
                    bits |= _UNMANAGED_CALLERS_ONLY
            self._attributes = bits
        return self._attributes

    @property
    def is_nonversionable(self) -> bool:
        """Marked [NonVersionable]: its IL never changes, so that it may be inlined anywhere."""
        return self._attribute_bits() & _NON_VERSIONABLE != 0

    @property
    def is_intrinsic(self) -> bool:
        """Marked [Intrinsic]."""
        return self._attribute_bits() & _INTRINSIC != 0

    @property
    def is_unmanaged_callers_only(self) -> bool:
        return self._attribute_bits() & _UNMANAGED_CALLERS_ONLY != 0

    # --- structure ---------------------------------------------------------------------------------------------

    @property
    def signature(self) -> MethodSignature:
        """Signature with the owner's and the method's type arguments."""
        if self._signature is None:
            if self.is_async_variant:
                ordinary = self.ordinary.signature
                self._signature = ordinary.async_call(task_result(ordinary.return_type, self.task_kind))
            elif self._definition is None:
                signature = self.module.method_signature(self.token)
                if self.is_async and self.task_kind == TASK_NONE:
                    signature = signature.async_call(signature.return_type)
                self._signature = signature
            else:
                self._signature = self._definition.signature.substitute(self.owner.instantiation, self.instantiation)
        return self._signature

    @property
    def has_body(self) -> bool:
        """Whether there is IL."""
        return self.rva != 0 and self.impl_flags & CODE_TYPE_MASK == 0

    def body(self) -> MethodBody | None:
        """The IL body, decoded anew at each call; None without one.

        Raises:
            BadImageError: it does not decode.
        """
        return self.module.method_body(self.rva) if self.has_body else None

    # --- variants ----------------------------------------------------------------------------------------------

    @property
    def async_variant(self) -> MethodDesc:
        """The async variant of a method that returns a task; of a variant, itself.

        Raises:
            ValueError: the method has none.
        """
        if self.is_async_variant:
            return self
        found = self._variant
        if found is None:
            if self.task_kind == TASK_NONE:
                raise ValueError(f"{self} has no async variant")
            found = MethodDesc(
                self.module,
                self.token,
                self.owner,
                self.definition,
                self.instantiation,
                self.name,
                self.flags,
                self.impl_flags,
                self.rva,
                self.generic_parameter_count,
            )
            found.is_async_variant = True
            found._variant = self
            self._variant = found
        return found

    @property
    def ordinary(self) -> MethodDesc:
        """The method that an async variant is one of; of other methods, itself."""
        if self.is_async_variant and self._variant is not None:
            return self._variant
        return self

    # --- generics ----------------------------------------------------------------------------------------------

    @property
    def context_source(self) -> int:
        """Where code of this method finds its type arguments: one of the CONTEXT_* constants."""
        if not self.is_shared:
            return CONTEXT_NONE
        if self.instantiation:
            return CONTEXT_METHOD_DESC
        if self.token == 0 and self.name == "Address":
            # It compares the elements' type with that of the array that the caller has in mind.
            return CONTEXT_METHOD_TABLE
        if self.flags & STATIC or self.owner.is_value_type or self.owner.is_interface:
            return CONTEXT_METHOD_TABLE
        return CONTEXT_THIS_OBJECT

    def canonical(self) -> MethodDesc:
        """The method whose code this one uses."""
        if self._canonical is None and self.is_async_variant:
            self._canonical = self.ordinary.canonical().async_variant
        if self._canonical is None:
            context = self.owner.context
            owner = self.owner.canonical()
            if self.token == 0:
                method = context.array_method(owner, self.name, len(self.signature.params))
            else:
                method = context.method_on_owner(self.definition, owner)
            if self.instantiation:
                method = context.method_instance(
                    method, tuple([argument.canonical_argument() for argument in self.instantiation])
                )
            self._canonical = method
        return self._canonical

    def substitute(self, type_arguments: tuple[TypeDesc, ...], method_arguments: tuple[TypeDesc, ...]) -> MethodDesc:
        """The method with the variables in its owner and its arguments replaced."""
        if not self.contains_variables:
            return self
        if self.is_async_variant:
            return self.ordinary.substitute(type_arguments, method_arguments).async_variant
        context = self.owner.context
        owner = self.owner.substitute(type_arguments, method_arguments)
        if self.token == 0:
            return context.array_method(owner, self.name, len(self.signature.params))
        method = context.method_on_owner(self.definition, owner)
        if self.instantiation:
            method = context.method_instance(
                method, tuple([a.substitute(type_arguments, method_arguments) for a in self.instantiation])
            )
        return method

    def generic_context(self) -> GenericContext:
        """What VAR and MVAR mean in the body."""
        if self._context is None:
            self._context = GenericContext(self.owner.instantiation, self.instantiation)
        return self._context

    def __str__(self) -> str:
        arguments = f"<{', '.join([str(a) for a in self.instantiation])}>" if self.instantiation else ""
        prefix = "[ASYNC] " if self.is_async_variant else ""
        return f"{prefix}{self.owner}.{self.name}{arguments}({', '.join([str(p) for p in self.signature.params])})"

    def __repr__(self) -> str:
        return f"<{self}>"
