"""Layouts of random types, and of the framework's own: the type system against the runtime that lays them out."""

from __future__ import annotations

from pathlib import Path

import pytest
from random_types import HEADER, TypeMaker
from toolchain import Toolchain, find_toolchain, why_no_toolchain

from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.layout import LayoutError, layout_of
from readytorun.typesystem.module import ModuleDesc
from readytorun.typesystem.static_layout import static_layout
from readytorun.typesystem.type_desc import TypeDesc

pytestmark = [
    pytest.mark.runtime,
    pytest.mark.skipif(find_toolchain() is None, reason=why_no_toolchain()),
]

# Prints for each type `index|size|field token=offset|...`. A FieldDesc holds the offset in the low 27 bits of its word
# at 12, a MethodTable the size of instances with both header words at 4. Offsets of classes count from behind the
# MethodTable pointer.
_PRINTER = """
static unsafe class Program {
    static Type[] types = { %s };
    const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic
        | BindingFlags.DeclaredOnly;
    static void Print(string name, Type t) {
        int size = 0;
        if (!t.IsValueType) size = *(int*)((byte*)t.TypeHandle.Value + 4);
        else if (t != typeof(void))
            try { size = (int)typeof(Unsafe).GetMethod("SizeOf").MakeGenericMethod(t).Invoke(null, null); }
            catch (BadImageFormatException) { size = -1; } // no type argument, like ArgIterator
        string line = name + "|" + size;
        foreach (var f in t.GetFields(All))
            if (!f.IsLiteral && (f.Attributes & FieldAttributes.HasFieldRVA) == 0)
                line += "|" + f.MetadataToken + "=" + (*(uint*)((byte*)f.FieldHandle.Value + 12) & 0x7FFFFFF);
        Console.WriteLine(line);
    }
    static void Main(string[] assemblies) {
        for (int i = 0; i < types.Length; i++) Print(i.ToString(), types[i]);
        foreach (var name in assemblies) {
            foreach (var t in Assembly.Load(name).GetTypes())
                if (!t.IsGenericTypeDefinition && !t.IsInterface) Print(name + ":" + t.MetadataToken, t);
        }
    }
}
"""


def _differences(type: TypeDesc, line: str) -> list[str]:
    """What the runtime's line about a type says otherwise than the type system."""
    parts = line.split("|")
    layout = layout_of(type)
    statics = static_layout(type)
    header = 0 if type.is_value_type else 8
    # The runtime counts two header words and whole words, at least three, for objects.
    size = layout.size if type.is_value_type else max(24, (layout.size + 7) // 8 * 8 + 8)
    result = []
    if size != int(parts[1]) and parts[1] != "-1":
        result.append(f"{type}: size {size}, not {parts[1]}")
    for part in parts[2:]:
        token, _, wanted = part.partition("=")
        field = type.context.field_on_owner(type.module.field_def(int(token) & 0xFFFFFF), type)
        offset = statics.offsets[field] if field.is_static else layout.field_offsets[field] - header
        if offset != int(wanted):
            result.append(f"{field} ({field.type}) at {offset}, not {wanted}")
    return result


def _closed_type(module: ModuleDesc, name: str) -> TypeDesc:
    definition, _, argument = name.rstrip(">").partition("<")
    if not argument:
        return _own(module, definition)
    keywords = {"byte": "Byte", "long": "Int64", "string": "String", "int": "Int32"}
    context = module.context
    return context.instantiate(_own(module, f"{definition}`1"), (context.well_known(f"System.{keywords[argument]}"),))


def _own(module: ModuleDesc, name: str) -> TypeDesc:
    found = module.find_type("", name)
    assert found is not None
    return found


def _toolchain() -> Toolchain:
    toolchain = find_toolchain()
    assert toolchain is not None
    if toolchain.csc is None:
        pytest.skip("no C# compiler")
    return toolchain


@pytest.mark.parametrize("precompiled", [False, True], ids=["il", "r2r"])
@pytest.mark.parametrize("seed", range(5))
def test_random_types(seed: int, precompiled: bool, tmp_path: Path) -> None:
    """A class of a ReadyToRun image begins aligned behind a base of another version bubble, one of an IL image not."""
    toolchain = _toolchain()
    maker = TypeMaker(seed)
    maker.make(120)
    source = tmp_path / f"types{seed}.cs"
    types = ", ".join(f"typeof({name})" for name in maker.closed)
    source.write_text(HEADER + "\n".join(maker.declarations) + _PRINTER % types)
    image = toolchain.compile_csharp([source], tmp_path / f"types{seed}.dll")
    running = image
    if precompiled:
        if toolchain.crossgen2 is None:
            pytest.skip("no crossgen2")
        running = tmp_path / "r2r" / image.name
        running.parent.mkdir()
        toolchain.run_crossgen2([image], running)
    result = toolchain.run(running)
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert len(lines) == len(maker.closed)

    context = TypeSystemContext([f"{toolchain.framework}/*.dll"])
    module = context.load_module(str(image))
    module.in_version_bubble = precompiled
    assert [
        d for n, line in zip(maker.closed, lines, strict=True) for d in _differences(_closed_type(module, n), line)
    ] == []


def test_framework_types(tmp_path: Path) -> None:
    """Every type of the core library; System.String alone has a part that metadata does not tell."""
    toolchain = _toolchain()
    source = tmp_path / "framework.cs"
    source.write_text(HEADER + _PRINTER % "")
    result = toolchain.run(toolchain.compile_csharp([source], tmp_path / "framework.dll"), ["System.Private.CoreLib"])
    assert result.exit_code == 0, result.stderr
    context = TypeSystemContext([f"{toolchain.framework}/*.dll"])
    differences = []
    compared = 0
    for line in result.stdout.splitlines():
        type = context.core.type_def(int(line.partition("|")[0].partition(":")[2]) & 0xFFFFFF)
        if type in (context.well_known("System.String"), context.well_known("System.Void")):
            continue
        compared += 1
        differences += _differences(type, line)
    assert differences == []
    assert compared > 1500


def test_vector_of_t_is_refused() -> None:
    context = TypeSystemContext([f"{_toolchain().framework}/*.dll"])
    vector = context.instantiate(context.well_known("System.Numerics.Vector`1"), (context.well_known("System.Int32"),))
    with pytest.raises(LayoutError, match="not known before run time"):
        layout_of(vector)
