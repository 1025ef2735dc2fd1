"""One input assembly while it is compiled: its type system, its methods, and the outcome for each of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from readytorun.compiler.method_compiler import MethodCompiler, RefusedMethod
from readytorun.compiler.references import CORE_LIBRARY
from readytorun.compiler.targets import DEFAULT_TARGET, target_by_name
from readytorun.compiler.type_depth import method_depth
from readytorun.compiler.worklist import is_instantiation, root_methods
from readytorun.errors import BadImageError, MissingReferenceError, ReadyToRunError
from readytorun.importer.async_library import require_dialect
from readytorun.importer.refusal import Reason, Refusal
from readytorun.metadata.tables import TableId
from readytorun.r2r.model import CompiledMethod, MethodEntry
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.hashing import method_hash
from readytorun.typesystem.keys import Key, method_from_key, method_key, type_from_key, type_key
from readytorun.typesystem.method_desc import MethodDesc
from readytorun.typesystem.type_desc import TypeDesc

# Code that instantiates itself over ever larger types would never end; what nests deeper is left to the JIT.
MAXIMUM_TYPE_DEPTH = 8


@dataclass(frozen=True, slots=True)
class UnitSpec:
    """All that it takes to open the same unit in another process.

    Attributes:
        input: the assembly to compile.
        references: files of the assemblies that it may refer to.
        is_core_library: whether the input may be the core library: one whose members mean what their IL says, as those
            of the framework of the emulator do. That of .NET leaves some to the JIT.
        target: name of the target.
        core_in_bubble: whether the core library is in the input's version bubble.
    """

    input: str
    references: tuple[str, ...]
    is_core_library: bool = False
    target: str = DEFAULT_TARGET
    core_in_bubble: bool = False


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A method to compile.

    Attributes:
        key: names the method in any process.
        size: bytes of IL, a measure of the work.
    """

    key: Key
    size: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a method: code, or a refusal.

    Attributes:
        key, token, name: the method.
        compiled: the code, or None.
        refused: the refusal, or None.
        instance_signature, instance_hash: how the table of instantiations names it; b"" and 0 for other methods.
        required: instantiations of methods of the input that the code reaches.
        generic_virtuals: declared generic methods that the code calls on types known at run time only.
        types: instantiated types of the input that the code uses.
        symbol, stub, stub_symbol: of an async method that may suspend, see `MethodResult`.
    """

    key: Key
    token: int
    name: str
    compiled: CompiledMethod | None
    refused: RefusedMethod | None
    instance_signature: bytes = b""
    instance_hash: int = 0
    required: tuple[WorkItem, ...] = ()
    generic_virtuals: tuple[Key, ...] = ()
    types: tuple[Key, ...] = ()
    symbol: str = ""
    stub: CompiledMethod | None = None
    stub_symbol: str = ""

    def entries(self) -> list[MethodEntry]:
        """The compiled method as the image writer takes it, its resumption stub directly behind it."""
        assert self.compiled is not None
        rid = 0 if self.instance_signature else self.token & 0xFFFFFF
        entries = [MethodEntry(self.compiled, rid, self.instance_signature, self.instance_hash, self.name, self.symbol)]
        if self.stub is not None:
            entries.append(MethodEntry(self.stub, name=f"[RESUME] {self.name}", symbol=self.stub_symbol))
        return entries


class CompilationUnit:
    """An opened input.

    Attributes:
        spec: what it was opened from.
        context, module: its type system and the input in it, which is a version bubble of its own.
        compiler: compiles its methods.
    """

    __slots__ = ("compiler", "context", "module", "spec")

    def __init__(self, spec: UnitSpec) -> None:
        """Open the input.

        Raises:
            BadImageError: not an IL assembly.
            MissingReferenceError: the core library, or an assembly that the input refers to, is not there.
        """
        self.spec = spec
        self.context = TypeSystemContext(list(spec.references))
        self.module = self.context.load_module(spec.input)
        self.module.in_version_bubble = True
        if spec.core_in_bubble:
            self.context.core.in_version_bubble = True
        header = self.module.file.image.cor_header
        if header is not None and header.managed_native_header[1]:
            raise BadImageError(
                spec.input, "has native code already (a ReadyToRun image); give the IL assembly that it was made from"
            )
        if self.module.is_core and not spec.is_core_library:
            raise BadImageError(spec.input, f"{CORE_LIBRARY} itself cannot be compiled")
        self._check_references()
        self._check_hierarchy()
        target = target_by_name(spec.target)
        dialect = require_dialect(self.context, target.dialect, target.name)
        self.compiler = MethodCompiler(self.context, self.module, dialect)

    def _check_references(self) -> None:
        """Every assembly that the input names must be there; what those refer to in turn may be missing."""
        reader = self.module.reader
        known = {str(path) for path in self.spec.references}
        for name in (CORE_LIBRARY, *map(reader.string, reader.column(TableId.ASSEMBLY_REF, "Name"))):
            try:
                self.context.module_by_name(name)
            except MissingReferenceError as error:
                raise MissingReferenceError(
                    f"{self.spec.input}: refers to assembly {name}, which is not among the {len(known)} references; "
                    f"give its file with -r, or put it beside the input"
                ) from error

    def _check_hierarchy(self) -> None:
        """No type of the input may extend itself: whoever walks its base types would never come to an end."""
        sound: set[int] = set()  # ids of definitions whose base types are known to end
        for definition in self.module.type_defs():
            way: set[int] = set()
            type: TypeDesc | None = definition
            while type is not None and type.definition.id not in sound:
                if type.definition.id in way:
                    raise BadImageError(self.spec.input, f"type {type.definition} extends itself")
                way.add(type.definition.id)
                try:
                    type = type.definition.base_type
                except ReadyToRunError:
                    break  # whoever needs it will say what is wrong
            sound |= way

    def method_count(self) -> int:
        """How many methods of the input have IL."""
        return sum(method.has_body for method in self.module.method_defs())

    def roots(self) -> list[WorkItem]:
        """The input's own methods, in metadata order; of those that return a task both faces."""
        roots: list[WorkItem] = []
        for method in root_methods(self.context, self.module):
            roots.append(self._work_item(method))
            if self.compiler.library is not None and method.task_kind:
                roots.append(self._work_item(method.async_variant))
        return roots

    def _work_item(self, method: MethodDesc) -> WorkItem:
        size = 0
        try:
            body = method.body()
            size = len(body.code) if body is not None else 0
        except ReadyToRunError:
            pass  # whoever compiles it will say what is wrong
        return WorkItem(method_key(method), size)

    def method(self, key: Key) -> MethodDesc:
        """The method of a key."""
        return method_from_key(self.context, key)

    def type(self, key: Key) -> TypeDesc:
        """The type of a key."""
        return type_from_key(self.context, key)

    def compile(self, keys: Sequence[Key]) -> list[Outcome]:
        """Compile methods, each by itself."""
        return [self._compile(key) for key in keys]

    def _compile(self, key: Key) -> Outcome:
        method = self.method(key)
        token, name = method.token, str(method)
        if method_depth(method) > MAXIMUM_TYPE_DEPTH:
            detail = f"type arguments nest deeper than {MAXIMUM_TYPE_DEPTH}"
            return Outcome(key, token, name, None, RefusedMethod(Reason.GENERIC_RECURSION, detail))
        result = self.compiler.compile(method)
        if result.compiled is None:
            return Outcome(key, token, name, None, result.refused)
        signature, hash = b"", 0
        if is_instantiation(method) or method.is_async_variant:
            try:
                signature = self.compiler.instance_signature(method)
            except Refusal as refusal:
                return Outcome(key, token, name, None, RefusedMethod(refusal.reason, refusal.detail))
            hash = method_hash(method)
        dependencies = result.dependencies
        assert dependencies is not None
        return Outcome(
            key,
            token,
            name,
            result.compiled,
            None,
            signature,
            hash,
            self.work_items(dependencies.methods.values()),
            tuple(method_key(m) for m in dependencies.generic_virtuals.values() if not m.contains_variables),
            tuple(type_key(t) for t in dependencies.types.values() if not t.contains_variables),
            result.symbol,
            result.stub,
            result.stub_symbol,
        )

    def work_items(self, methods: Iterable[MethodDesc]) -> tuple[WorkItem, ...]:
        """Those of the methods that the image should have and that are instantiations.

        Of virtual methods that return a task both faces: a call says which, but not of which method.
        """
        items: list[WorkItem] = []
        for method in methods:
            if self._belongs_to_image(method):
                items.append(self._work_item(method))
                if self.compiler.library is not None and method.task_kind and method.is_virtual:
                    items.append(self._work_item(method.async_variant))
        return tuple(items)

    def _belongs_to_image(self, method: MethodDesc) -> bool:
        """Whether the image should have an instantiation that its code reaches.

        Of another module of the version bubble it has those that are not all over reference types: that module's own
        image has these.
        """
        if method.module is not self.module:
            if not method.module.in_version_bubble or _is_all_canonical(method):
                return False
        return (
            is_instantiation(method)
            and not method.is_array_method
            and not method.contains_variables
            and method.has_body
        )


def _is_all_canonical(method: MethodDesc) -> bool:
    canon = method.owner.context.canon
    arguments = (*method.owner.instantiation, *method.instantiation)
    return all(argument is canon for argument in arguments)
