"""Negative controls: GC stress has to notice GC info that is wrong, and to say where.

Each test spoils what the decoder made of one method's GC info, and expects the run to fail; the first makes sure that
nothing fails without that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from emulated_targets import RELEASE

if TYPE_CHECKING:
    from emulation import Emulation

    from readytorun.emulator.loader import MethodCode

SOURCE = """
using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
class Program
{
    sealed class Box { public int Value; public Box Next; }
    [MethodImpl(MethodImplOptions.NoInlining)] static Box Make(int value) => new Box { Value = value };
    [MethodImpl(MethodImplOptions.NoInlining)] static int Read(Box box) => box.Value;
    // The first box is live in a register over the second call, and dead behind the last.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static int Victim(int seed)
    {
        Box first = Make(seed);
        Box second = Make(seed + 1);
        int sum = Read(first) + Read(second);
        return sum + Math.Abs(Make(seed + 2).Value);
    }
    [MethodImpl(MethodImplOptions.NoInlining)]
    static async Task<int> AsyncVictim(int seed)
    {
        Box first = Make(seed);
        await Task.Yield();
        Box second = Make(seed + 1);
        return Read(first) + Read(second);
    }
    static async Task Main()
    {
        Console.WriteLine(Victim(1));
        Console.WriteLine(await AsyncVictim(1));
    }
}
"""


def spoil(emulation: Emulation, change: Callable[[MethodCode], None]) -> str:
    """Run under stress with changed GC info; the error."""
    from emulation import run_emulated

    from readytorun.emulator.errors import ExecutionError
    from readytorun.emulator.runtime import Runtime

    images = emulation.csharp(SOURCE, "gc_victims", RELEASE)

    def prepare(runtime: Runtime) -> None:
        program = runtime.images[0]
        victim = next(m for m in program.module.method_defs() if m.name == "Victim")
        change(program.code_of_function(program.method_defs[victim.token & 0xFFFFFF].function_index))

    with pytest.raises(ExecutionError) as caught:
        run_emulated(images, stress_limit=0, prepare=prepare)
    return str(caught.value)


def test_nothing_fails_untouched(emulation: Emulation) -> None:
    from emulation import run_emulated

    run = run_emulated(emulation.csharp(SOURCE, "gc_victims", RELEASE), stress_limit=0)
    assert (run.exit_code, run.stdout, run.stderr) == (0, "6\n3\n", "")
    assert run.collections > 100


def test_missed_roots(emulation: Emulation) -> None:
    def forget(code: MethodCode) -> None:
        assert any(code.safe_points.values())
        code.safe_points.update(dict.fromkeys(code.safe_points, 0))

    message = spoil(emulation, forget)
    # The reference is used where it is no more: by the callee that gets it as an argument, or by the method itself.
    assert re.search(r"Program\.(Read|Victim)\(.*\)\+0x", message), message


def test_roots_that_are_dead(emulation: Emulation) -> None:
    def name_all(code: MethodCode) -> None:
        every = (1 << len(code.gc_info.registers) + len(code.gc_info.stack)) - 1
        assert any(live != every for live in code.safe_points.values())
        code.safe_points.update(dict.fromkeys(code.safe_points, every))

    message = spoil(emulation, name_all)
    assert re.search(r"Program\.Victim\(int\)\+0x[0-9a-f]+: .* is named live, but its value", message), message


STORES = """
using System;
using System.Runtime.CompilerServices;
class Program
{
    sealed class Box { public int Value; public Box Next; }
    [MethodImpl(MethodImplOptions.NoInlining)] static Box Make(int value) => new Box { Value = value };
    [MethodImpl(MethodImplOptions.NoInlining)] static int Churn()
    {
        int sum = 0;
        for (int i = 0; i < 40; i++) sum += Make(1).Value;
        return sum;
    }
    static void Main()
    {
        Box old = Make(1);
        int count = Churn();
        old.Next = Make(2);
        count += Churn();
        Console.WriteLine(count + old.Next.Value);
    }
}
"""


@pytest.mark.parametrize("is_told", [True, False], ids=["with-barrier", "without"])
def test_stores_that_no_barrier_was_told_of(emulation: Emulation, is_told: bool) -> None:
    from emulation import run_emulated

    from readytorun.emulator.errors import GCStressError
    from readytorun.emulator.runtime import Runtime
    from readytorun.r2r.constants import HelperId

    def silence(runtime: Runtime) -> None:
        # mov [rdi], rsi; ret
        runtime.memory.write(runtime.machine.write_barriers()[HelperId.WRITE_BARRIER], bytes.fromhex("488937 c3"))

    images = emulation.csharp(STORES, "gc_stores", RELEASE)
    if is_told:
        assert run_emulated(images, stress_limit=0).stdout == "82\n"
        return
    with pytest.raises(GCStressError, match=r"Program.Box, at offset 0x[0-9a-f]+, to a younger object"):
        run_emulated(images, stress_limit=0, prepare=silence)
