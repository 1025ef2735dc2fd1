"""Names of methods against the reference compiler's: it mangles them, but the letters are the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from crossgen2_map import read_map
from real_images import CORPUS, DOTNET, WHY_NOT, Made, make

from readytorun.inspect.image import Image
from readytorun.inspect.method_pattern import without_type_arguments

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(DOTNET is None or CORPUS is None, reason=WHY_NOT),
]


def letters(text: str) -> str:
    """What mangling leaves of a name."""
    return re.sub(r"[^A-Za-z]", "", text)


def without_brackets(symbol: str) -> str:
    """A mangled name without its type arguments; brackets of compiler-made names are underscores there."""
    while (inner := re.sub(r"<[^<>]*>", "", symbol)) != symbol:
        symbol = inner
    return symbol


def mangled_pattern(name: str) -> str:
    """What the letters of a mangled name without type arguments match.

    Names of explicit implementations of generic interfaces hold type arguments as mere text, which stay.
    """
    plain = without_type_arguments(name)
    if plain == name:
        return letters(name)
    out = ""
    rest = name
    while (match := re.search(r"<(?:[^<>]|<[^<>]*>)*>", rest)) is not None:
        out += letters(rest[: match.start()]) + f"(?:{letters(match[0])})?"
        rest = rest[match.end() :]
    return out + letters(rest)


@pytest.mark.parametrize("library", ["System.CommandLine", "Serilog", "Polly.Core", "Acornima", "Markdig"])
def test_names_of_methods(library: str, tmp_path: Path) -> None:
    (path,) = make(Made(f"names-{library}", (library,), "x64"), tmp_path, "--mapcsv")
    nodes = read_map(path.with_suffix(".map.csv")).methods()
    image = Image.open(path)
    assert len(image.methods) == len(nodes) > 500
    instantiated = 0
    for method in image.methods:
        symbol = nodes[method.rva].symbol
        owner_and_name = method.name.partition("(")[0]
        expected = letters(method.module) + mangled_pattern(owner_and_name)
        assert re.fullmatch(expected, letters(without_brackets(symbol))), (symbol, method.name)
        arguments = owner_and_name.count("__Canon")
        assert symbol.count("System___Canon") == arguments, (symbol, method.name)
        instantiated += arguments > 0
    assert instantiated > 10
