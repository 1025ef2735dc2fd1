"""Where the runtime's own compiler passes random structs on System V x64, against `system_v_classify`.

A method that takes a struct is called through a function pointer of another type, that fills all argument registers and
the first stack slots with known patterns. What the struct then holds tells where it was taken from.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from random_types import HEADER, TypeMaker
from toolchain import find_toolchain, why_no_toolchain

from readytorun.typesystem.abi import INTEGER, system_v_classify
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.layout import LayoutError

pytestmark = [
    pytest.mark.runtime,
    pytest.mark.skipif(find_toolchain() is None, reason=why_no_toolchain()),
]

_INTEGERS = (0x1111111111111111, 0x2222222222222222, 0x3333333333333333)
_FLOATS = (0x5151515151515151, 0x6161616161616161)
_STACK = (0x7171717171717171, 0x7272727272727272)

_RECORD = """
static unsafe class Program {
    [MethodImpl(MethodImplOptions.NoInlining)] static void Record(string name, void* p, int size, long next) =>
        Console.WriteLine(name + "|" + Convert.ToHexString(new ReadOnlySpan<byte>(p, size)) + "|" + next);
"""
_PROBE = """
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    static void Take%(name)s(%(name)s s, long next) => Record("%(name)s", &s, sizeof(%(name)s), next);
    static void Call%(name)s() {
        if (sizeof(%(name)s) > 16) { Console.WriteLine("%(name)s|large|0"); return; }
        ((delegate*<long, long, long, long, long, long, double, double, long, long, long, long, void>)
         (delegate*<%(name)s, long, void>)&Take%(name)s)(%(integers)s, 4, 5, 6, %(floats)s, %(stack)s, 7, 8);
    }
"""


@pytest.mark.parametrize("seed", range(3))
def test_random_structs(seed: int, tmp_path: Path) -> None:
    toolchain = find_toolchain()
    assert toolchain is not None
    if toolchain.csc is None:
        pytest.skip("no C# compiler")
    maker = TypeMaker(seed)
    maker.make_small_structs(200)
    values = {
        "integers": ", ".join(str(v) for v in _INTEGERS),
        "floats": ", ".join(f"BitConverter.Int64BitsToDouble({v})" for v in _FLOATS),
        "stack": ", ".join(str(v) for v in _STACK),
    }
    text = HEADER + "\n".join(maker.declarations) + _RECORD
    text += "".join(_PROBE % ({"name": name} | values) for name in maker.closed)
    # The patterns are no references: nothing may be collected while they pass for some.
    text += "    static void Main() { GC.TryStartNoGCRegion(1 << 26); "
    text += " ".join(f"Call{name}();" for name in maker.closed) + " } }"
    source = tmp_path / f"passing{seed}.cs"
    source.write_text(text)
    image = toolchain.compile_csharp([source], tmp_path / f"passing{seed}.dll")
    result = toolchain.run(image, environment={"DOTNET_TieredCompilation": "0"})
    assert result.exit_code == 0, result.stderr

    context = TypeSystemContext([f"{toolchain.framework}/*.dll"])
    module = context.load_module(str(image))
    in_registers = 0
    for line in result.stdout.splitlines():
        name, content, following = line.split("|")
        type = module.find_type("", name)
        assert type is not None
        try:
            classes = system_v_classify(type)
        except LayoutError:
            continue  # refused on purpose: the runtime reads registers that were never set
        if content == "large":
            assert classes is None, name
            continue
        assert classes is not None or len(content) == 0 or following == str(_INTEGERS[0]), name
        integers = iter(_INTEGERS)
        floats = iter(_FLOATS)
        parts = _STACK if classes is None else [next(integers if c == INTEGER else floats) for c in classes]
        expected = b"".join(v.to_bytes(8, "little") for v in parts)[: len(content) // 2]
        assert (content, following) == (expected.hex().upper(), str(next(integers))), f"{name} {classes}"
        in_registers += classes is not None
    assert in_registers > 50
