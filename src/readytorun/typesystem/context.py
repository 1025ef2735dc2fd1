"""The type system: all modules of one compilation, and the one instance of each type, method and field."""

from __future__ import annotations

import glob
import os
from typing import Final, NoReturn

from readytorun.errors import BadImageError, MissingMemberError, MissingReferenceError
from readytorun.metadata.assembly import AssemblyFile
from readytorun.snapshot.reader import open_assembly
from readytorun.typesystem import element_types as et
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.generic_context import GenericContext
from readytorun.typesystem.keys import Key, method_from_key, method_key, type_from_key, type_key
from readytorun.typesystem.method_desc import MethodDesc, MethodSignature
from readytorun.typesystem.module import ModuleDesc
from readytorun.typesystem.type_desc import (
    ArrayType,
    ByRefType,
    EcmaType,
    FunctionPointerType,
    GenericVariable,
    InstantiatedType,
    PointerType,
    TypeDesc,
)

__all__ = ["GenericContext", "TypeSystemContext"]

_SZARRAY_INTERFACES: Final = (
    "System.Collections.Generic.IList`1",
    "System.Collections.Generic.ICollection`1",
    "System.Collections.Generic.IEnumerable`1",
    "System.Collections.Generic.IReadOnlyList`1",
    "System.Collections.Generic.IReadOnlyCollection`1",
)
_SPECIAL_NAME_CTOR: Final = 0x1800 | 0x6  # SpecialName, RTSpecialName, public


class TypeSystemContext:
    """Where types are interned: `is` compares types, methods and fields of one context.

    Attributes:
        pointer_size: bytes; all targets are 64-bit.
        maximum_vector_alignment: bytes; 64 on x64 (Vector512), 16 on arm64; set before the first layout is asked for.
        canon: System.__Canon.
    """

    __slots__ = (
        "_array_methods",
        "_arrays",
        "_byrefs",
        "_canon",
        "_core",
        "_core_name",
        "_element_types",
        "_field_count",
        "_fields_on_owner",
        "_function_pointers",
        "_instances",
        "_keywords",
        "_method_count",
        "_method_instances",
        "_method_variables",
        "_methods_on_owner",
        "_modules",
        "_pointers",
        "_primitives",
        "_reference_paths",
        "_szarrays",
        "_type_variables",
        "_types",
        "_well_known",
        "maximum_vector_alignment",
        "pointer_size",
    )

    def __init__(self, references: list[str], core_library: str = "System.Private.CoreLib") -> None:
        """Make a context; nothing is opened yet.

        Args:
            references: assembly files, folders' globs ("/dotnet/*.dll") included, or assemblies in a framework snapshot
                ("net10.0.snapshot/System.Runtime.dll"); the first of a name counts.
            core_library: simple name of the assembly that defines System.Object.
        """
        self.pointer_size = 8
        self.maximum_vector_alignment = 64
        self._core_name = core_library
        self._reference_paths: dict[str, str] = {}
        for reference in references:
            for path in sorted(glob.glob(reference)) if glob.has_magic(reference) else [reference]:
                stem, extension = os.path.splitext(os.path.basename(path))
                if extension.lower() in (".dll", ".exe", ".winmd"):
                    self._reference_paths.setdefault(stem.lower(), path)
        self._modules: dict[str, ModuleDesc] = {}
        self._core: ModuleDesc | None = None
        self._canon: TypeDesc | None = None
        self._types: list[TypeDesc] = []
        self._method_count = 0
        self._field_count = 0
        self._well_known: dict[str, TypeDesc] = {}
        self._primitives: list[TypeDesc | None] = [None] * et.COUNT
        self._element_types: dict[str, int] = {name: element for element, name, _ in et.WELL_KNOWN}
        self._keywords: list[str] = [""] * et.COUNT
        for element, _, keyword in et.WELL_KNOWN:
            self._keywords[element] = keyword
        self._szarrays: dict[int, TypeDesc] = {}
        self._arrays: dict[tuple[int, int], TypeDesc] = {}
        self._pointers: dict[int, TypeDesc] = {}
        self._byrefs: dict[int, TypeDesc] = {}
        self._instances: dict[tuple[int, ...], TypeDesc] = {}
        self._function_pointers: dict[tuple[int, ...], TypeDesc] = {}
        self._type_variables: list[TypeDesc] = []
        self._method_variables: list[TypeDesc] = []
        self._methods_on_owner: dict[tuple[int, int], MethodDesc] = {}
        self._method_instances: dict[tuple[int, ...], MethodDesc] = {}
        self._array_methods: dict[tuple[int, str, int], MethodDesc] = {}
        self._fields_on_owner: dict[tuple[int, int], FieldDesc] = {}

    # --- modules -----------------------------------------------------------------------------------------------

    def load_module(self, path: str) -> ModuleDesc:
        """Open an assembly as an input; it takes precedence over references of the same name.

        Raises:
            BadImageError: not a .NET assembly, or another module of that name is open already.
        """
        file = AssemblyFile.open(path)
        key = file.name.lower()
        found = self._modules.get(key)
        if found is not None:
            if os.path.realpath(found.path) == os.path.realpath(path):
                return found
            raise BadImageError(path, f"an assembly named {file.name} is loaded already, from {found.path}")
        return self._add_module(file)

    def _add_module(self, file: AssemblyFile) -> ModuleDesc:
        is_core = file.name.lower() == self._core_name.lower()
        module = ModuleDesc(self, file, is_core)
        self._modules[file.name.lower()] = module
        if is_core:
            self._core = module
        return module

    def module_by_name(self, simple_name: str, referrer: str = "") -> ModuleDesc:
        """The module of an assembly name: an input, or a reference, opened on first use.

        Raises:
            MissingReferenceError: no such assembly; names it and `referrer`.
            BadImageError: the reference is not a .NET assembly.
        """
        key = simple_name.lower()
        found = self._modules.get(key)
        if found is None:
            path = self._reference_paths.get(key)
            if path is None:
                by = f", which {referrer} refers to," if referrer else ""
                raise MissingReferenceError(f"assembly {simple_name}{by} is not among the references")
            file = open_assembly(path)
            if file.name.lower() != key:
                raise BadImageError(path, f"expected to contain assembly {simple_name}, but contains {file.name}")
            found = self._add_module(file)
        return found

    def modules(self) -> list[ModuleDesc]:
        """The modules opened so far."""
        return list(self._modules.values())

    @property
    def core(self) -> ModuleDesc:
        """The core library."""
        if self._core is None:
            self._core = self.module_by_name(self._core_name)
        return self._core

    # --- well-known types --------------------------------------------------------------------------------------

    def well_known(self, full_name: str) -> TypeDesc:
        """A type of the core library by full name: "System.String", "System.Span`1"; nested ones with "+".

        Raises:
            MissingMemberError: the core library has no such type.
        """
        found = self._well_known.get(full_name)
        if found is None:
            outer, *nested = full_name.split("+")
            namespace, _, name = outer.rpartition(".")
            found = self.core.find_type(namespace, name)
            for inner in nested:
                if found is not None:
                    found = self.core.find_nested_type(found, "", inner)
            if found is None:
                raise MissingMemberError(f"{self.core.path}: the core library has no type {full_name}")
            self._well_known[full_name] = found
        return found

    @property
    def canon(self) -> TypeDesc:
        """System.__Canon, which stands for all reference types in shared code."""
        if self._canon is None:
            self._canon = self.well_known("System.__Canon")
        return self._canon

    def primitive(self, element_type: int) -> TypeDesc:
        """The type that a signature writes as one byte: numbers, bool, char, string, object, void, TypedReference."""
        found = self._primitives[element_type]
        if found is None:
            for element, name, _ in et.WELL_KNOWN:
                if element == element_type:
                    found = self.well_known(f"System.{name}")
                    self._primitives[element_type] = found
                    return found
            raise MissingMemberError(f"no well-known type has element type {element_type:#x}")
        return found

    def element_type_of(self, name: str, default: int) -> int:
        """Element type of a type of namespace System in the core library."""
        return self._element_types.get(name, default)

    def keyword_of(self, type: TypeDesc) -> str:
        """C# keyword of a primitive, string, object or void; "" for other types."""
        return self._keywords[type.element_type]

    def szarray_interfaces(self, element: TypeDesc) -> tuple[TypeDesc, ...]:
        """The generic interfaces of a vector of `element`."""
        return tuple([self.instantiate(self.well_known(name), (element,)) for name in _SZARRAY_INTERFACES])

    # --- types -------------------------------------------------------------------------------------------------

    def register_type(self, type: TypeDesc) -> int:
        """Give a new type its number; for the constructors of types only."""
        self._types.append(type)
        return len(self._types) - 1

    def register_method(self, method: MethodDesc) -> int:
        """Give a new method its number; for the constructor of methods only."""
        self._method_count += 1
        return self._method_count - 1

    def register_field(self, field: FieldDesc) -> int:
        """Give a new field its number; for the constructor of fields only."""
        self._field_count += 1
        return self._field_count - 1

    def szarray(self, element: TypeDesc) -> TypeDesc:
        """The vector type of an element type."""
        found = self._szarrays.get(element.id)
        if found is None:
            found = ArrayType(self, element, 1, True)
            self._szarrays[element.id] = found
        return found

    def array(self, element: TypeDesc, rank: int) -> TypeDesc:
        """A multi-dimensional array type; rank 1 is `T[*]`, not the vector."""
        key = (element.id, rank)
        found = self._arrays.get(key)
        if found is None:
            found = ArrayType(self, element, rank, False)
            self._arrays[key] = found
        return found

    def pointer(self, target: TypeDesc) -> TypeDesc:
        """The unmanaged pointer to a type."""
        found = self._pointers.get(target.id)
        if found is None:
            found = PointerType(self, target)
            self._pointers[target.id] = found
        return found

    def byref(self, target: TypeDesc) -> TypeDesc:
        """The managed pointer to a type."""
        found = self._byrefs.get(target.id)
        if found is None:
            found = ByRefType(self, target)
            self._byrefs[target.id] = found
        return found

    def instantiate(self, definition: TypeDesc, arguments: tuple[TypeDesc, ...]) -> TypeDesc:
        """A generic definition with type arguments.

        Raises:
            BadImageError: not a generic definition, or the wrong number of arguments.
        """
        key = (definition.id, *[argument.id for argument in arguments])
        found = self._instances.get(key)
        if found is None:
            if not isinstance(definition, EcmaType) or definition.generic_parameter_count != len(arguments):
                raise BadImageError(
                    definition.module.path, f"{definition} instantiated with {len(arguments)} arguments"
                )
            if not arguments:
                raise BadImageError(definition.module.path, f"{definition} is not generic")
            found = InstantiatedType(self, definition, arguments)
            self._instances[key] = found
        return found

    def function_pointer(self, signature: MethodSignature) -> TypeDesc:
        """The function pointer type of a signature."""
        parts = [signature.calling_convention, signature.has_this, signature.explicit_this, signature.return_type.id]
        for param in signature.params:
            parts.append(param.id)
        key = tuple(parts)
        found = self._function_pointers.get(key)
        if found is None:
            found = FunctionPointerType(self, signature)
            self._function_pointers[key] = found
        return found

    def type_variable(self, index: int) -> TypeDesc:
        """VAR index."""
        while len(self._type_variables) <= index:
            self._type_variables.append(GenericVariable(self, len(self._type_variables), False))
        return self._type_variables[index]

    def method_variable(self, index: int) -> TypeDesc:
        """MVAR index."""
        while len(self._method_variables) <= index:
            self._method_variables.append(GenericVariable(self, len(self._method_variables), True))
        return self._method_variables[index]

    def bad_variable(self, index: int, count: int, is_method: bool) -> NoReturn:
        """Raise the error for a type variable that its context has no argument for."""
        kind = "method" if is_method else "type"
        raise BadImageError(self.core.path, f"{kind} parameter {index} where there are {count} arguments")

    # --- members -----------------------------------------------------------------------------------------------

    def method_on_owner(self, definition: MethodDesc, owner: TypeDesc) -> MethodDesc:
        """A method definition on an instantiation of its owner (or on the owner itself: the definition)."""
        if definition.owner is owner:
            return definition
        key = (definition.id, owner.id)
        found = self._methods_on_owner.get(key)
        if found is None:
            found = MethodDesc(
                definition.module,
                definition.token,
                owner,
                definition,
                (),
                definition.name,
                definition.flags,
                definition.impl_flags,
                definition.rva,
                definition.generic_parameter_count,
            )
            self._methods_on_owner[key] = found
        return found

    def method_instance(self, method: MethodDesc, arguments: tuple[TypeDesc, ...]) -> MethodDesc:
        """A generic method, on whatever owner, with its method type arguments.

        Raises:
            BadImageError: the wrong number of arguments.
        """
        key = (method.id, *[argument.id for argument in arguments])
        found = self._method_instances.get(key)
        if found is None:
            if method.generic_parameter_count != len(arguments) or method.instantiation:
                raise BadImageError(method.module.path, f"{method.name} instantiated with {len(arguments)} arguments")
            found = MethodDesc(
                method.module,
                method.token,
                method.owner,
                method.definition,
                arguments,
                method.name,
                method.flags,
                method.impl_flags,
                method.rva,
                method.generic_parameter_count,
            )
            self._method_instances[key] = found
        return found

    def array_method(self, array: TypeDesc, name: str, param_count: int) -> MethodDesc:
        """One of the methods that an array type has itself (ECMA-335 I.8.9.1): .ctor, Get, Set, Address."""
        key = (array.id, name, param_count)
        found = self._array_methods.get(key)
        if found is None:
            if not isinstance(array, ArrayType):
                raise BadImageError(array.module.path, f"{array} is no array, but its method {name} is used")
            element = array.parameter_type
            int32 = self.primitive(et.I4)
            result = self.primitive(et.VOID)
            params: list[TypeDesc] = [int32] * (param_count if name == ".ctor" else array.rank)
            if name == "Get":
                result = element
            elif name == "Set":
                params.append(element)
            elif name == "Address":
                result = self.byref(element)
            if len(params) != param_count:
                raise BadImageError(array.module.path, f"{array}.{name} with {param_count} parameters")
            signature = MethodSignature(0, True, False, 0, result, tuple(params))
            flags = _SPECIAL_NAME_CTOR if name == ".ctor" else 0x6
            found = MethodDesc(self.core, 0, array, None, (), name, flags, 0, 0, 0, signature)
            self._array_methods[key] = found
        return found

    def field_on_owner(self, definition: FieldDesc, owner: TypeDesc) -> FieldDesc:
        """A field definition on an instantiation of its owner."""
        if definition.owner is owner:
            return definition
        key = (definition.id, owner.id)
        found = self._fields_on_owner.get(key)
        if found is None:
            found = FieldDesc(definition.module, definition.token, owner, definition, definition.flags)
            self._fields_on_owner[key] = found
        return found

    # --- keys --------------------------------------------------------------------------------------------------

    def type_key(self, type: TypeDesc) -> Key:
        """A nested tuple that means the type in every process that has the same assemblies; it pickles."""
        return type_key(type)

    def type_from_key(self, key: Key) -> TypeDesc:
        """The type of a `type_key`."""
        return type_from_key(self, key)

    def method_key(self, method: MethodDesc) -> Key:
        """A nested tuple that means the method, as `type_key`."""
        return method_key(method)

    def method_from_key(self, key: Key) -> MethodDesc:
        """The method of a `method_key`."""
        return method_from_key(self, key)
