"""Names of what images refer to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from readytorun.inspect.image import Image
from readytorun.inspect.module_names import instantiated_name
from readytorun.inspect.names import ImageNames, definition_module, layout_text, quoted
from readytorun.inspect.references import References
from readytorun.r2r.fixup_blobs import TypeLayout, decode_fixup
from readytorun.r2r.primitives import ByteReader
from readytorun.r2r.signatures import GenericInstanceType, ModuleType, TokenType, TypeSignature

FRAMEWORKS = sorted(Path(os.environ.get("R2R_DOTNET", "/nonexistent"), "shared", "Microsoft.NETCore.App").glob("10.*"))
IMAGES = Path(os.environ.get("R2R_CORPUS", "/nonexistent"), "images")
needs_framework = pytest.mark.skipif(not FRAMEWORKS, reason="needs R2R_DOTNET: a real framework")
needs_corpus = pytest.mark.skipif(not IMAGES.is_dir(), reason="needs R2R_CORPUS: real images")


@lru_cache(maxsize=2)
def framework_image(name: str) -> Image:
    return Image.open(FRAMEWORKS[-1] / f"{name}.dll")


def fixup_text(image: Image, blob: str) -> str:
    data = bytes.fromhex(blob)
    return image.names.fixup(decode_fixup(ByteReader(data, 0, len(data), "blob")))


@pytest.mark.parametrize(
    ("parts", "arguments", "name"),
    [
        ([("A.B", 0)], [], "A.B"),
        ([("A.List", 1)], ["int"], "A.List<int>"),
        ([("A.Map", 2), ("Entry", 0)], ["int", "string"], "A.Map<int, string>+Entry"),
        ([("A.Map", 1), ("Entry", 1)], ["int", "string"], "A.Map<int>+Entry<string>"),
        ([("A", 0)], ["int"], "A<int>"),  # a generic type whose name does not say so
        ([("A", 2), ("B", 0)], ["int"], "A<int>+B"),
    ],
)
def test_type_arguments_stand_behind_the_type_that_declares_them(
    parts: list[tuple[str, int]], arguments: list[str], name: str
) -> None:
    assert instantiated_name(parts, arguments) == name


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("abc", '"abc"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("line\r\n\ttab", '"line\\r\\n\\ttab"'),
        ("\x07 \u00e9 \ud800", '"\\u0007 \u00e9 \\ud800"'),
    ],
)
def test_string_literals_are_written_on_one_line(text: str, literal: str) -> None:
    assert quoted(text) == literal


@pytest.mark.parametrize(
    ("owner", "context", "module"),
    [
        (None, 5, 5),
        (ModuleType(3, GenericInstanceType(TokenType(0x12, 0x02000007), ())), 0, 3),
        (GenericInstanceType(ModuleType(3, TokenType(0x12, 0x02000007)), ()), 0, 3),
        # A TypeRef of one module names what another one defines, which the context says.
        (ModuleType(0, GenericInstanceType(TokenType(0x12, 0x01000007), ())), 5, 5),
        (TokenType(0x12, 0x02000007), 5, 5),
    ],
)
def test_the_row_of_a_member_belongs_to_the_module_that_defines_its_owner(
    owner: TypeSignature | None, context: int, module: int
) -> None:
    assert definition_module(owner, context) == module


def test_layouts() -> None:
    assert layout_text(TypeLayout(0x1E, 8)) == "size 8 align native no refs"
    assert layout_text(TypeLayout(0x0E, 32, gc_slots=b"\x05")) == "size 32 align native refs 0 16"
    assert layout_text(TypeLayout(0x1B, 8, 1, 4)) == "size 8 align 4 HFA of float no refs"


@needs_framework
class TestFramework:
    """Blobs that are read in the context of real metadata; the names are those of the public documentation."""

    def test_every_method_has_a_name_without_a_token(self) -> None:
        image = framework_image("System.Private.CoreLib")
        names = [method.name for method in image.methods]
        assert len(names) > 40_000
        assert not [name for name in names if "0x0" in name]
        for expected in (
            "System.String.Concat(string, string)",
            "System.Collections.Generic.Dictionary<__Canon, __Canon>.TryGetValue(__Canon, __Canon&)",
            "System.Collections.Generic.Dictionary<__Canon, int>+KeyCollection.CopyTo(__Canon[], int)",
            "System.Array.Resize<byte>(byte[]&, int)",
            "System.Object..ctor()",
        ):
            assert expected in names

    def test_every_fixup_has_a_text_without_a_token(self) -> None:
        image = framework_image("System.Linq")
        texts = [cell.text for cell in image.cells]
        assert len(texts) > 1_000
        assert not [text for text in texts if "]0x" in text]
        assert "MethodEntry System.Array.Resize<__Canon>(__Canon[]&, int)" in texts
        assert "Helper WriteBarrier" in texts

    def test_blobs(self) -> None:
        image = framework_image("System.Private.CoreLib")
        assert fixup_text(image, "1a30") == "Helper WriteBarrier"
        assert fixup_text(image, "1d1d0e") == "NewArray string[]"
        assert fixup_text(image, "101e00") == "TypeHandle !!0"
        assert fixup_text(image, "09101d1e00") == "MethodDictionaryLookup TypeHandle !!0[]"
        assert fixup_text(image, "30022d13") == "Check_InstructionSetSupport X86Base, Aes"

    def test_types_by_name(self) -> None:
        types = framework_image("System.Linq").types
        assert "System.Linq.Enumerable" in types
        assert "System.Linq.Lookup<TKey, TElement>" in types

    def test_inlining(self) -> None:
        records = {record.inlinee: record.inliners for record in framework_image("System.Linq").inlining()}
        inliners = records["System.Linq.Lookup<TKey, TElement>.get_Item(TKey)"]
        assert any("GroupJoinIterator" in name for name in inliners)

    def test_without_metadata_of_a_module_its_token_stands_for_the_name(self) -> None:
        raw = framework_image("System.Linq").raw
        names = ImageNames(raw, References())
        blob = bytes.fromhex("900111" + "08")  # TypeHandle in module 1, VALUETYPE TypeDef 2
        fixup = decode_fixup(ByteReader(blob, 0, len(blob), "blob"))
        assert names.fixup(fixup) == f"TypeHandle [{names.module_name(1)}]0x02000002"


@needs_corpus
@pytest.mark.corpus
def test_components_name_the_methods_of_a_composite_image() -> None:
    image = Image.open(IMAGES / "net10.0-composite-linux-x64" / "jint.r2r.dll", FRAMEWORKS[-1:])
    assert image.is_composite
    assert sorted(image.component_names) == ["Acornima", "Jint"]
    names = {method.name: method for method in image.methods}
    parse = names["Acornima.Parser.ParseScript(string, string, bool)"]
    assert parse.module == "Acornima"
    assert not [name for name in names if "0x0" in name]
    if FRAMEWORKS:  # the fixups name its methods by their tokens
        assert not [cell.text for cell in image.cells if "]0x" in cell.text]
    component = Image.open(IMAGES / "net10.0-composite-linux-x64" / "Jint.dll")
    assert component.is_component and component.owner_composite == "jint.r2r.dll"


def _all_images() -> Iterator[Path]:
    for folder in sorted(IMAGES.glob("*")):
        yield from sorted(folder.glob("*.dll"))


@needs_corpus
@pytest.mark.corpus
@pytest.mark.parametrize("path", list(_all_images()), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_everything_in_other_images_has_a_name(path: Path) -> None:
    image = Image.open(path)
    for method in image.methods:
        assert method.name
    for cell in image.cells:
        assert cell.text
