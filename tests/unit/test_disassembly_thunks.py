"""Import thunks are recognised: those that the encoders make, the forms of other writers, and those of real images."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from disassembly_support import br, ldr, ldr_literal, words

from readytorun.inspect.image import Image
from readytorun.inspect.symbols import CodeSymbol, SymbolKind
from readytorun.inspect.thunks import thunk_at, thunk_name
from readytorun.r2r import thunks_arm64, thunks_x64
from readytorun.r2r.constants import SectionType
from readytorun.r2r.model import ThunkKind
from readytorun.r2r.target import Machine
from readytorun.r2r.thunks import Thunk, ThunkShape

RVA = 0x2000
HELPER = 0x5008
MODULE = 0x5000
BASE = 0x180000000
KINDS = [kind for kind in ThunkKind if kind is not ThunkKind.NONE]
X64_SHAPES = {ThunkKind.METHOD_CALL_JUMPABLE: ThunkShape.JUMPABLE, ThunkKind.DISPATCH: ThunkShape.DISPATCH}
DOTNET = Path(os.environ.get("R2R_DOTNET", "/nonexistent"))
IMAGES = [
    *sorted(DOTNET.glob("shared/Microsoft.NETCore.App/*/System.Linq.dll")),
    *DOTNET.glob("linux-arm64/System.Linq.dll"),
    *sorted(Path(os.environ.get("R2R_CORPUS", "/nonexistent"), "images").glob("*/System.Linq.dll")),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("offset", [0, 8])
def test_lazy_thunks_of_x64(kind: ThunkKind, offset: int) -> None:
    code, _ = thunks_x64.encode_lazy(kind, 4, RVA, MODULE, HELPER, BASE)
    assert len(code) == thunks_x64.lazy_size(kind)
    expected = Thunk(X64_SHAPES.get(kind, ThunkShape.CALL), len(code), HELPER, MODULE, 4)
    assert thunks_x64.recognise(b"\xcc" * offset + code, offset, RVA, BASE) == expected
    assert thunks_x64.recognise(code[:-1], 0, RVA, BASE) is None


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("offset", [0, 8])
def test_lazy_thunks_of_arm64(kind: ThunkKind, offset: int) -> None:
    code, _ = thunks_arm64.encode_lazy(kind, 300, RVA, MODULE, HELPER, BASE)
    expected = Thunk(ThunkShape.CELL_IN_X11, 24, HELPER, MODULE, 300)
    assert thunks_arm64.recognise(bytes(offset) + code, offset, RVA, BASE) == expected
    assert thunks_arm64.recognise(code[:-1], 0, RVA, BASE) is None


def test_eager_thunks() -> None:
    code, _ = thunks_x64.encode_eager(RVA, HELPER, BASE)
    assert thunks_x64.recognise(code, 0, RVA, BASE) == Thunk(ThunkShape.EAGER, 6, HELPER)
    code, _ = thunks_arm64.encode_eager(RVA, HELPER, BASE)
    assert thunks_arm64.recognise(code, 0, RVA, BASE) == Thunk(ThunkShape.EAGER, 12, HELPER)


@pytest.mark.parametrize("register", [0x35, 0x15], ids=["rsi", "rdx"])
def test_lazy_string_thunk_of_x64(register: int) -> None:
    code = struct.pack("<3Bi2Bi", 0x48, 0x8B, register, MODULE - RVA - 7, 0xFF, 0x25, HELPER - RVA - 13)
    assert thunks_x64.recognise(code, 0, RVA, BASE) == Thunk(ThunkShape.LAZY_STRING, 13, HELPER, MODULE)


def test_arm64_thunks_with_the_module_literal_in_front() -> None:
    """The form of the .NET 11 line."""
    module, helper = struct.pack("<Q", BASE + MODULE), struct.pack("<Q", BASE + HELPER)
    jump = [ldr_literal(12, 12), ldr(12, 12), br(12)]
    lazy = words([0xD2800009 | 3 << 5, ldr_literal(10, -12), ldr(10, 10), *jump])
    data = module + lazy + helper
    assert thunks_arm64.recognise(data, 8, RVA, BASE) == Thunk(ThunkShape.CELL_IN_X11, 24, HELPER, MODULE, 3)
    string = words([ldr_literal(1, -8), ldr(1, 1), *jump])
    data = module + string + helper
    assert thunks_arm64.recognise(data, 8, RVA, BASE) == Thunk(ThunkShape.LAZY_STRING, 20, HELPER, MODULE)
    # A literal outside of what is known of the file.
    assert thunks_arm64.recognise(data[8:], 0, RVA, BASE) is None


@pytest.mark.parametrize("recognise", [thunks_x64.recognise, thunks_arm64.recognise])
def test_other_code_is_no_thunk(recognise: object) -> None:
    assert callable(recognise)
    for code in (b"", b"\xff", bytes(64), b"\xcc" * 64, b"\x33\xc0" * 20, b"\x6a\x04" * 20, words([0xD65F03C0] * 12)):
        assert recognise(code, 0, RVA, BASE) is None


def test_names() -> None:
    cells = {HELPER: "Helper DelayLoad_MethodCall"}
    assert thunk_name(Thunk(ThunkShape.CALL, 16, HELPER, MODULE, 4), cells.get) == (
        "Helper DelayLoad_MethodCall for import section 4"
    )
    assert thunk_name(Thunk(ThunkShape.JUMPABLE, 14, HELPER, MODULE, 4), cells.get).endswith("section 4, jumpable")
    assert thunk_name(Thunk(ThunkShape.EAGER, 6, 0x7000), cells.get) == "cell 0x7000"


@pytest.mark.corpus
@pytest.mark.skipif(not IMAGES, reason="needs R2R_DOTNET or R2R_CORPUS: real images")
@pytest.mark.parametrize("path", IMAGES, ids=lambda path: path.parent.name)
def test_all_thunks_of_a_real_image(path: Path) -> None:
    """The section of thunks holds nothing else, and every lazy cell points to one that serves its section."""
    image = Image.open(path)
    raw = image.raw
    section = raw.sections[SectionType.DELAY_LOAD_METHOD_CALL_THUNKS]
    content = raw.image.read(section.rva, section.size)
    found: dict[int, Thunk] = {}
    rva = section.rva
    covered = [False] * section.size
    while rva < section.rva + section.size:
        thunk = thunk_at(raw, rva)
        if thunk is not None:
            found[rva] = thunk
            covered[rva - section.rva : rva - section.rva + thunk.size] = [True] * thunk.size
        rva += 4
    if raw.machine is Machine.AMD64:
        rest = {byte for byte, known in zip(content, covered, strict=True) if not known}
        assert rest <= {0xCC}
    else:
        # Only the literals are left: addresses of cells.
        rest_bytes = bytes(byte for byte, known in zip(content, covered, strict=True) if not known)
        values = {
            value - raw.image.image_base for (value,) in struct.iter_unpack("<Q", rest_bytes[: len(rest_bytes) & ~7])
        }
        assert values - {-raw.image.image_base} <= raw.cells_by_rva.keys()
    assert {thunk.shape for thunk in found.values()} >= {ThunkShape.EAGER}
    count = 0
    for cell in image.cells:
        target = cell.initial - raw.image.image_base
        if cell.initial and section.rva <= target < section.rva + section.size:
            assert found[target].section in (cell.section, -1)
            count += 1
            symbol = image.symbols.code_symbol(target)
            assert isinstance(symbol, CodeSymbol) and symbol.kind is SymbolKind.THUNK
            assert symbol.name.startswith("Helper DelayLoad_")
    assert count > 300
    assert all(raw.cells_by_rva.get(thunk.cell_rva) is not None for thunk in found.values())
