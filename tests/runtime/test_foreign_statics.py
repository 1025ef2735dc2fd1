"""Static fields of another assembly's generic types in shared code: where they are is checked, not assumed.

The program is compiled against one version of a library and run with it, where its code is used, and with another one
in which the fields are elsewhere: there its code must be rejected, and the output the same.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import Harness, list_jitted

pytestmark = [pytest.mark.runtime]

LIBRARY = """
using System;
public class Statics<T>
{{
    {numbers}
    public static int Count;
    public static T Item;
    public static (int, T) Pair = (3, default);
}}
public struct OfStruct<T> {{ {numbers} public static byte Small = 7; public static string Name = typeof(T).Name; }}
public static class PerThread<T>
{{
    {per_thread}
    [ThreadStatic] public static T Item;
    [ThreadStatic] public static int Number;
}}
"""
FIRST = {"numbers": "", "per_thread": ""}
CHANGED = {
    "numbers": 'public static int Before = 1; public static byte Byte = 2; public static string More = "more"; '
    "public static (int, int) Struct;",
    "per_thread": "[ThreadStatic] public static string Text; [ThreadStatic] public static int More;",
}
PROGRAM = """
using System;
using System.Runtime.CompilerServices;

static class Program
{
    const MethodImplOptions No = MethodImplOptions.NoInlining;
    [MethodImpl(No)] static int Count<T>() => ++Statics<T>.Count;
    [MethodImpl(No)] static T Swap<T>(T value) { T old = Statics<T>.Item; Statics<T>.Item = value; return old; }
    [MethodImpl(No)] static string Pair<T>(T value)
    {
        Statics<T>.Pair.Item1++;
        Statics<T>.Pair.Item2 = value;
        return Statics<T>.Pair.ToString();
    }
    [MethodImpl(No)] static string Struct<T>() => OfStruct<T>.Small++ + OfStruct<T>.Name;
    [MethodImpl(No)] static string Thread<T>(T value)
    {
        T old = PerThread<T>.Item;
        PerThread<T>.Item = value;
        return PerThread<T>.Number++ + ":" + old;
    }
    [MethodImpl(No)] static ref int Reference<T>() => ref Statics<T>.Count;

    static int Main()
    {
        for (int i = 0; i < 3; i++)
        {
            Console.WriteLine(Count<string>() + " " + Count<object>() + " " + Swap("s" + i) + " " + Swap<object>(i));
            Console.WriteLine(Pair("p" + i) + Pair(new Version(i, 1)));
            Console.WriteLine(Struct<string>() + Struct<Version>() + " " + Thread("t" + i) + " " + Thread<object>(i));
            Reference<string>() += 10;
            GC.Collect();
        }
        return 3;
    }
}
"""
OWN_METHODS = {"Count", "Swap", "Pair", "Struct", "Thread", "Reference"}


def _library(harness: Harness, folder: Path, changes: dict[str, str]) -> Path:
    source = folder / "Library.cs"
    source.parent.mkdir(exist_ok=True)
    source.write_text(LIBRARY.format(**changes), encoding="utf-8")
    return harness.toolchain.compile_csharp([source], folder / "Library.dll", options=["-target:library"])


def test_offsets_are_checked(harness: Harness, tmp_path: Path) -> None:
    toolchain = harness.toolchain
    if toolchain.csc is None:
        pytest.skip("no C# compiler: set R2R_DOTNET, or install a .NET 10 SDK")
    first = _library(harness, tmp_path / "first", FIRST)
    changed = _library(harness, tmp_path / "changed", CHANGED)
    source = tmp_path / "Program.cs"
    source.write_text(PROGRAM, encoding="utf-8")
    il = toolchain.compile_csharp([source], tmp_path / "first" / "Program.dll", references=[first])
    expected = toolchain.run(il)
    assert expected.exit_code == 3, expected.stderr
    results = {}
    for library in (first, changed):
        folder = library.parent / "r2r"
        folder.mkdir()
        (folder / library.name).write_bytes(library.read_bytes())
        harness.compiler.compile([il], folder / il.name, [first])
        run = toolchain.run(folder / il.name)
        assert run.outcome == expected.outcome, run.stderr
        jitted = {method.name for method in list_jitted(toolchain, folder / il.name, (), 3)}
        results[library] = {name for name in OWN_METHODS if f"Program:{name}" in " ".join(jitted)}
    assert results[first] == set()
    assert results[changed] == OWN_METHODS
