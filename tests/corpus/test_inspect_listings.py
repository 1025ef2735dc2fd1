"""Listings of images that our own compiler does not make: with hot and cold code apart, and composite ones."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from real_images import CORPUS, DOTNET, VARIANTS, WHY_NOT, framework, make

from readytorun.inspect.disassembly.method import ListingOptions, method_listing
from readytorun.inspect.image import Image, Method
from readytorun.inspect.lines import Style, plain_text
from readytorun.r2r.model import EHClauseKind

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(DOTNET is None or CORPUS is None, reason=WHY_NOT),
]
ALL_MARKS = ListingOptions(gc=True, unwind=True, eh=True, debug=True)


def checked_listing(image: Image, method: Method) -> list[str]:
    """The listing of a method, which has every mark once and every label once, and no error."""
    type_name = partial(image.names.type_token, method.raw)
    listed = list(method_listing(image.raw, method.raw, image.symbols, ALL_MARKS, type_name))
    assert not [line for line in listed if line[0][0] is Style.ERROR]
    text = [plain_text(line).strip() for line in listed]
    labels = [line for line in text if re.fullmatch(r"(L|COLD|STUB)_[0-9a-f]+:", line)]
    assert len(labels) == len(set(labels))
    marks = Counter(re.sub(r"\d+", "", line[2:].partition(":")[0]) for line in text if line.startswith("; "))
    info = method.gc_info
    assert marks["live"] == len(info.safe_points) + len(info.changes)
    assert marks["interruptible from here"] == marks["interruptible up to here"] == len(info.ranges)
    for mark in ("try  begins", "try  ends", "handler  begins", "handler  ends"):
        found = sum(line.startswith(f"; {mark.partition(' ')[0]} ") and mark.split()[1] in line for line in text)
        assert found == len(method.eh_clauses), mark
    assert all(re.search(r"handler \w+_[0-9a-f]{4}$", line) for line in text if re.match(r"; try \d+ begins", line))
    bounds = [] if method.debug_info is None else method.debug_info.bounds
    # Those at the end of the code have no instruction behind them.
    shown = [line for line in text if re.match(r"; (IL 0x|no mapping|prolog|epilog)", line)]
    assert len(shown) == sum(bound.native_offset < info.code_length for bound in bounds)
    return text


def test_hot_and_cold_code(tmp_path: Path) -> None:
    (made,) = (made for made in VARIANTS if made.name == "hot-cold")
    (path,) = make(made, tmp_path)
    image = Image.open(path, [framework() / "*.dll"])
    roles: Counter[str] = Counter()
    for method in image.methods:
        if method.function_index not in image.raw.cold_functions:
            continue
        text = checked_listing(image, method)
        for function in method.functions:
            symbol = function.symbol
            assert symbol is not None and symbol.method_rva == method.rva
            role = symbol.name.removeprefix(method.display_name).strip(" []")
            roles[role.rstrip(" 0123456789")] += 1
            assert f"{role or 'main body'} 0x{function.rva:08x}..0x{function.rva + function.size:08x}" in "\n".join(
                text
            )
    assert roles[""] == len(image.raw.hot_cold_map) > 20
    assert roles["cold part"] > 3 and roles["cold catch"] > 5 and roles["cold fault"] > 5
    assert not roles["funclet"] and not roles["cold funclet"]


def test_composite_image() -> None:
    assert CORPUS is not None
    (path,) = (CORPUS / "images").glob("*composite*/*.r2r.dll")
    image = Image.open(path, [framework() / "*.dll"])
    first, second = image.component_names
    of_module = {name: [method for method in image.methods if method.module == name] for name in (first, second)}
    assert sum(map(len, of_module.values())) == len(image.methods)
    cells = {cell.text for cell in image.cells}
    seen: Counter[str] = Counter()
    with_catch = [m for m in image.methods if any(c.kind == EHClauseKind.TYPED for c in m.eh_clauses)]
    for method in [*of_module[first][::40], *of_module[second][::40], *with_catch]:
        text = "\n".join([method.display_name, *checked_listing(image, method)])
        assert not re.search(r"\]0x[0-9a-f]{8}", text)  # what stands for a name that is not known
        for operand in re.findall(r"call +\[((?:MethodEntry|NewObject|ChkCast) .*)\]$", text, re.MULTILINE):
            assert operand in cells
            seen["cells"] += 1
        seen["calls of the other"] += method.module == first and bool(re.search(rf"call +\S*{second}\.", text))
        seen[method.module] += 1
    assert min(seen[first], seen[second]) > 20
    assert seen["cells"] > 1000
    assert any(method.is_instance_entry and method.module == first for method in with_catch)
    assert seen["calls of the other"]
