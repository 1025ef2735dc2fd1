"""Runtime-async code: its size against what the JIT compiler of .NET 10 makes of the same IL, and the emulator's speed.

    python benchmarks/async.py [--json] [--target TARGET]... [PROGRAM...]

The programs are those of tests/emulator/programs/async (p30_generic_methods, ...; all by default), in one assembly.
.NET 10 runs them with optimisation at once and lists what its JIT compiler made; our compiler makes an image of the
assembly for each target. Of a method that both have compiled, the bytes of its async variant are counted: main body and
funclets, without the thunk that returns a task and without read-only data. The table has bytes for a method and for an
await; awaits are calls of AsyncHelpers in the IL, so both sides have the same number. Resumption stubs are counted by
themselves, since the JIT compiler's list does not say whose they are.

What is compared is not quite the same work. The JIT compiler inlines methods of the framework too, and .NET 10 handles
contexts at every await, which makes long methods long; .NET 11 saves and restores them once in a method, which makes
short methods longer. So methods with one await, and the median of the ratios of single methods, are shown as well.

The emulator then runs one program with many suspensions: instructions are counted in one run, and another one without
counting is timed, start-up included and left out.

Exit code 1 if our code is larger than LIMIT times theirs, in all programs together.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

from measure import ROOT, timed, tools
from toolchain import JittedMethod, Toolchain

import readytorun
from readytorun.compiler.driver import CompileOptions
from readytorun.compiler.emulator_framework import (
    compile_for_emulator,
    compiled_core_library,
    facades,
    framework_references,
)
from readytorun.compiler.targets import target_by_name
from readytorun.emulator.runtime import Runtime
from readytorun.il import opcodes as il
from readytorun.il.decoder import decode
from readytorun.inspect.image import Image, Method
from readytorun.metadata.assembly import AssemblyFile
from readytorun.metadata.method_body import read_method_body
from readytorun.metadata.tables import TableId

sys.path.insert(0, str(ROOT / "tests" / "emulator"))

from async_programs import AsyncProgram, Form, async_programs, build_all

LIMIT = 1.5
SPEED_PROGRAM = "p22_many_suspensions"
TARGETS = ("net11.0-preview-linux-x64", "net11.0-linux-x64")
_IMPL_ASYNC = 0x2000
_AWAITS = {"Await", "AwaitAwaiter", "UnsafeAwaitAwaiter"}
_STUB = "IL_STUB_AsyncResume_"
_TIER = "FullOpts"


# --- what a method is called, on both sides ---------------------------------------------------------------------------


class MethodKey(NamedTuple):
    """What tells a method and its instantiation from others in the JIT compiler's list.

    The size of the IL tells an async variant from the thunk that returns its task: the list has both under one name.
    """

    owner: str
    name: str
    type_arguments: str
    method_arguments: str
    il_size: int


def jitted_key(method: JittedMethod) -> MethodKey:
    """The key of an entry of the JIT compiler's list, `P31.Box`1[int]:With[System.__Canon](System.__Canon)`."""
    text = re.sub(r"`\d+", "", method.name).replace("System.__Canon", "__Canon")
    owner, types, rest = _split_arguments(text, ":")
    name, arguments, _ = _split_arguments(rest, "(")
    return MethodKey(owner, name, types, arguments, method.il_size)


def _split_arguments(text: str, end: str) -> tuple[str, str, str]:
    """(name, arguments, what follows) of `name[arguments]END...`; brackets may be nested."""
    start = next((place for place, letter in enumerate(text) if letter in ("[", end)), len(text))
    place, depth = start, 0
    while place < len(text) and (depth or text[place] != end):
        depth += {"[": 1, "]": -1}.get(text[place], 0)
        place += 1
    return text[:start], text[start + 1 : place - 1], text[place + 1 :]


class OwnMethods:
    """What the assembly says about the methods of an image that was made of it."""

    def __init__(self, assembly: AssemblyFile, image: Image) -> None:
        self.assembly_name = assembly.name
        self._assembly = assembly
        self._reader = assembly.reader
        self._names = image.names

    def key(self, method: Method) -> MethodKey:
        """The key of a method of the assembly itself."""
        rid = method.token & 0xFFFFFF
        reader = self._reader
        signature = method.raw.signature
        types: Sequence[str] = ()
        arguments: Sequence[str] = ()
        if signature is not None:
            if signature.owner is not None:
                _, types = self._names.type_with_arguments(signature.owner, signature.module or 0)
            arguments = [self._names.type(argument) for argument in signature.arguments]
        name = reader.string(reader.cell(TableId.METHOD_DEF, "Name", rid))
        owner = self._type_name(reader.declaring_type(TableId.METHOD_DEF, rid))
        return MethodKey(owner, name, _as_listed(types), _as_listed(arguments), len(self._code(rid)))

    def is_async(self, method: Method) -> bool:
        """Whether the C# compiler made it an async method; other methods that return a task have variants too."""
        flags = self._reader.cell(TableId.METHOD_DEF, "ImplFlags", method.token & 0xFFFFFF)
        return method.is_async_variant and flags & _IMPL_ASYNC != 0

    def awaits(self, method: Method) -> int:
        """The number of calls in the IL at which the method may suspend."""
        code = decode(self._code(method.token & 0xFFFFFF))
        calls = (token for opcode, token in zip(code.opcodes, code.operands, strict=True) if opcode == il.CALL)
        return sum(map(self._is_await, calls))

    def _code(self, rid: int) -> bytes:
        return read_method_body(self._assembly.image, self._reader.cell(TableId.METHOD_DEF, "RVA", rid)).code

    def _type_name(self, rid: int) -> str:
        """`Namespace.Outer+Inner`, without the numbers of type parameters."""
        reader = self._reader
        namespace, name = (
            reader.string(reader.cell(TableId.TYPE_DEF, part, rid)) for part in ("TypeNamespace", "TypeName")
        )
        for row in reader.rows_of(TableId.NESTED_CLASS, "NestedClass", rid):
            name = f"{self._type_name(reader.cell(TableId.NESTED_CLASS, 'EnclosingClass', row))}+{name}"
        return re.sub(r"`\d+", "", f"{namespace}.{name}" if namespace else name)

    def _is_await(self, token: int) -> bool:
        reader = self._reader
        if token >> 24 == TableId.METHOD_SPEC:
            token = reader.cell(TableId.METHOD_SPEC, "Method", token & 0xFFFFFF)
        if token >> 24 != TableId.MEMBER_REF:
            return False
        owner = reader.cell(TableId.MEMBER_REF, "Class", token & 0xFFFFFF)
        if owner >> 24 != TableId.TYPE_REF:
            return False
        owner_name = reader.string(reader.cell(TableId.TYPE_REF, "TypeName", owner & 0xFFFFFF))
        name = reader.string(reader.cell(TableId.MEMBER_REF, "Name", token & 0xFFFFFF))
        return owner_name == "AsyncHelpers" and name in _AWAITS


def _as_listed(arguments: Iterable[str]) -> str:
    return ",".join(arguments).replace("<", "[").replace(">", "]").replace(", ", ",")


# --- the sizes --------------------------------------------------------------------------------------------------------


@dataclass
class Sizes:
    """Code sizes in bytes of methods that both compilers have compiled.

    Attributes:
        methods, awaits: how many.
        ours, theirs: bytes of their async variants.
    """

    methods: int = 0
    awaits: int = 0
    ours: int = 0
    theirs: int = 0

    def add(self, awaits: int, ours: int, theirs: int) -> None:
        """Count a method."""
        self.methods += 1
        self.awaits += awaits
        self.ours += ours
        self.theirs += theirs

    @property
    def ratio(self) -> float:
        """Our bytes for one of theirs."""
        return self.ours / self.theirs if self.theirs else 0.0


@dataclass
class Comparison:
    """The sizes for one target.

    Attributes:
        programs, total: by namespace, and all of them.
        one_await: methods with a single await.
        median_ratio: of the ratios of single methods.
        compiled: async methods in our image; those not matched were not run, or their names are ambiguous.
        stubs: resumption stubs of the matched methods in our image, and their bytes.
        their_stubs: all those of the JIT compiler, and their bytes.
    """

    target: str
    programs: dict[str, Sizes] = field(default_factory=dict)
    total: Sizes = field(default_factory=Sizes)
    one_await: Sizes = field(default_factory=Sizes)
    median_ratio: float = 0.0
    compiled: int = 0
    stubs: tuple[int, int] = (0, 0)
    their_stubs: tuple[int, int] = (0, 0)


def run_jitted(tool: Toolchain, assembly: Path, programs: Sequence[AsyncProgram]) -> list[JittedMethod]:
    """What the JIT compiler of .NET 10 made when the programs ran; the end of the script if they did not run well."""
    names = [program.name for program in programs]
    environment = {**Form.RUNTIME_ASYNC.environment, "DOTNET_TieredCompilation": "0"}
    result = tool.run(assembly, names, environment, list_jitted=True)
    if result.exit_code:
        sys.exit(f"the programs ended with {result.exit_code}:\n{result.stderr[-2000:]}")
    unoptimised = {method.tier for method in result.jitted if not method.tier.startswith(_TIER)}
    if unoptimised:
        sys.exit(f"some methods were not optimised: {', '.join(sorted(unoptimised))}")
    return result.jitted


def compare(assembly: Path, jitted: Sequence[JittedMethod], target: str, folder: Path) -> Comparison:
    """Compile the assembly for a target and compare with the JIT compiler's list."""
    references = framework_references(target_by_name(target))
    output = folder / target / assembly.name
    output.parent.mkdir()
    options = [word for reference in references for word in ("-r", reference)]
    timed(
        [sys.executable, "-m", "readytorun", "compile", str(assembly), *options, "--target", target, "-o", str(output)]
    )
    image = readytorun.open(output, references)
    own = OwnMethods(AssemblyFile.open(assembly), image)
    theirs = _sizes_by_key((jitted_key(method), method.code_size) for method in jitted if not method.is_stub)
    variants = [method for method in image.methods if method.module == own.assembly_name and own.is_async(method)]
    by_key: dict[MethodKey, list[Method]] = defaultdict(list)
    for method in variants:
        by_key[own.key(method)].append(method)

    result = Comparison(target, compiled=len(variants))
    ratios = []
    stubs = []
    for key, methods in sorted(by_key.items()):
        found = theirs.get(key, set())
        if len(methods) != 1 or len(found) != 1:
            continue
        (method,), (size,) = methods, found
        awaits = own.awaits(method)
        sums = [result.programs.setdefault(key.owner.partition(".")[0], Sizes()), result.total]
        for sizes in [*sums, result.one_await] if awaits == 1 else sums:
            sizes.add(awaits, method.size, size)
        ratios.append(method.size / size)
        if method.resumption_stub is not None:
            stubs.append(method.resumption_stub.size)
    if not ratios:
        sys.exit(f"{target}: no method was compiled by both compilers")
    their_stubs = [method.code_size for method in jitted if _STUB in method.name]
    result.median_ratio = statistics.median(ratios)
    result.stubs = len(stubs), sum(stubs)
    result.their_stubs = len(their_stubs), sum(their_stubs)
    return result


def _sizes_by_key(methods: Iterable[tuple[MethodKey, int]]) -> Mapping[MethodKey, set[int]]:
    sizes: dict[MethodKey, set[int]] = defaultdict(set)
    for key, size in methods:
        sizes[key].add(size)
    return sizes


# --- the emulator -----------------------------------------------------------------------------------------------------


@dataclass
class Speed:
    """How fast the emulator runs a program.

    Attributes:
        instructions: that the program executes.
        load: seconds until it starts.
        seconds: of the program itself; each method's cells are bound in it.
    """

    program: str
    target: str
    instructions: int
    load: float
    seconds: float

    @property
    def instructions_per_second(self) -> float:
        """Of the program itself."""
        return self.instructions / self.seconds


def measure_emulator(assembly: Path, program: str, target: str, folder: Path) -> Speed:
    """Run a program of the assembly in the emulator, counting and timed."""
    chosen = target_by_name(target)
    output = folder / "emulator" / target / assembly.name
    output.parent.mkdir(parents=True)
    options = CompileOptions(chosen)
    compile_for_emulator([assembly], [], output, options)
    images = [output, compiled_core_library(chosen, folder / "cache", 1)]
    counts = []
    for is_counting in (True, False):
        start = time.perf_counter()
        runtime = Runtime(images, [str(path) for path in facades()], stdout=io.StringIO())
        if is_counting:
            runtime.machine.count_instructions()
        loaded = time.perf_counter()
        if runtime.run([program]):
            sys.exit(f"{program} did not run well in the emulator")
        ended = time.perf_counter()
        counts.append(runtime.machine.instruction_count)
    return Speed(program, target, counts[0], loaded - start, ended - loaded)


# --- output -----------------------------------------------------------------------------------------------------------


def print_table(comparison: Comparison) -> None:
    """One target: a line for each program, then the sums."""
    print(f"{comparison.target} (ours / JIT of .NET 10)")
    print(f"{'program':24}{'methods':>8}{'awaits':>8}{'bytes/method':>18}{'bytes/await':>18}{'ratio':>7}")
    sums = [("all", comparison.total), ("one await", comparison.one_await)]
    for name, sizes in [*sorted(comparison.programs.items()), *sums]:
        row = f"{name:24}{sizes.methods:8}{sizes.awaits:8}"
        for count in (sizes.methods, sizes.awaits):
            row += f"{sizes.ours / count:9.0f}{sizes.theirs / count:9.0f}" if count else f"{'-':>9}{'-':>9}"
        print(f"{row}{sizes.ratio:7.2f}")
    print(f"median of the ratios of methods: {comparison.median_ratio:.2f}")
    print(f"async methods compiled: {comparison.compiled}, matched: {comparison.total.methods}")
    (count, size), (their_count, their_size) = comparison.stubs, comparison.their_stubs
    means = f"{size / max(count, 1):.0f} / {their_size / max(their_count, 1):.0f}"
    print(f"resumption stubs: {count} / {their_count}, bytes each: {means}", flush=True)


def print_speed(speed: Speed) -> None:
    """A line."""
    print(
        f"emulator, {speed.program} for {speed.target}: {speed.instructions:,} instructions in {speed.seconds:.2f} s "
        f"({speed.instructions_per_second:,.0f} a second), loaded in {speed.load:.2f} s",
        flush=True,
    )


def as_record(comparison: Comparison) -> dict[str, object]:
    """One target for --json."""
    return {**asdict(comparison), "ratio": comparison.total.ratio}


def main(words: Sequence[str]) -> int:
    """Compare for each target; the exit code says whether our code is small enough for all of them."""
    parser = argparse.ArgumentParser(
        description="Runtime-async code: size against the JIT compiler's, speed in the emulator."
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document in place of tables")
    parser.add_argument("--target", action="append", help=f"default: {', '.join(TARGETS)}")
    parser.add_argument("programs", nargs="*", metavar="PROGRAM", help="names of programs; default: all")
    options = parser.parse_args(words)
    programs = [program for program in async_programs() if program.runs_on_net10]
    if options.programs:
        programs = [program for program in programs if program.name in options.programs]
    if not programs or len(programs) < len(options.programs):
        sys.exit("no such program, or one that .NET 10 cannot run")
    tool = tools()
    comparisons = []
    speeds = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        assembly = build_all(tool, Form.RUNTIME_ASYNC, folder, programs)
        jitted = run_jitted(tool, assembly, programs)
        for target in options.target or TARGETS:
            comparisons.append(compare(assembly, jitted, target, folder))
            if not options.json:
                print_table(comparisons[-1])
            speeds.append(measure_emulator(assembly, (options.programs or [SPEED_PROGRAM])[0], target, folder))
            if not options.json:
                print_speed(speeds[-1])
    if options.json:
        document = {
            "limit": LIMIT,
            "sizes": [as_record(comparison) for comparison in comparisons],
            "emulator": [{**asdict(s), "instructions_per_second": s.instructions_per_second} for s in speeds],
        }
        print(json.dumps(document, indent=2))
    return 1 if any(comparison.total.ratio > LIMIT for comparison in comparisons) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
