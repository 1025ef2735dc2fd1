"""What `--method` selects."""

from __future__ import annotations

import pytest
from cli_support import sample

from readytorun.compiler.method_filter import MethodFilter
from readytorun.compiler.references import find_references
from readytorun.compiler.targets import target_by_name
from readytorun.compiler.type_depth import method_depth, type_depth
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.method_desc import MethodDesc


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> TypeSystemContext:
    path = tmp_path_factory.mktemp("filter") / "Hello.dll"
    path.write_bytes(sample())
    references = find_references([], [path], target_by_name("net10.0-linux-x64"), {})
    context = TypeSystemContext(list(references))
    context.load_module(str(path))
    return context


@pytest.fixture(scope="module")
def methods(context: TypeSystemContext) -> list[MethodDesc]:
    return context.module_by_name("Hello").method_defs()


def selected(methods: list[MethodDesc], *patterns: str) -> list[str]:
    return sorted({method.name for method in methods if MethodFilter(patterns).matches(method)})


@pytest.mark.parametrize(
    "pattern",
    [
        "Hello.Program.Fibonacci",
        "Program.Fibonacci",
        "Fibonacci",
        "Fibonacci(int)",
        "Hello.Program.Fib*",
        "Program.Fibonacc?",
        "*bonacci",
    ],
)
def test_names(pattern: str, methods: list[MethodDesc]) -> None:
    assert selected(methods, pattern) == ["Fibonacci"]


@pytest.mark.parametrize(
    "pattern", ["bonacci", "Fibonacci(long)", "gram.Fibonacci", "Fibonacci.", "program.fibonacci", ""]
)
def test_names_that_nothing_has(pattern: str, methods: list[MethodDesc]) -> None:
    assert selected(methods, pattern) == []


def test_tokens(methods: list[MethodDesc]) -> None:
    method = next(method for method in methods if method.name == "Mean")
    assert selected(methods, f"0x{method.token:08x}") == ["Mean"]


def test_any_of_several_patterns(methods: list[MethodDesc]) -> None:
    assert selected(methods, "Mean", "Largest") == ["Largest", "Mean"]


def test_no_pattern_selects_all(methods: list[MethodDesc]) -> None:
    assert MethodFilter().selects_all
    assert len(selected(methods)) > 10


def test_instantiations_are_selected_by_the_definition(context: TypeSystemContext, methods: list[MethodDesc]) -> None:
    largest = next(method for method in methods if method.name == "Largest")
    instance = context.method_instance(largest, (context.canon,))
    assert selected([instance], "Program.Largest") == ["Largest"]
    assert selected([instance], "Program.Largest<System.__Canon>") == ["Largest"]
    assert selected([instance], "Program.Largest<int>") == []


def test_depth_of_type_arguments(context: TypeSystemContext, methods: list[MethodDesc]) -> None:
    integer = context.well_known("System.Int32")
    list_type = context.well_known("System.Collections.Generic.List`1")
    pairs = context.well_known("System.Collections.Generic.Dictionary`2")
    one = context.instantiate(list_type, (integer,))
    assert [type_depth(t) for t in (integer, one, context.szarray(one))] == [0, 1, 2]
    assert type_depth(context.instantiate(pairs, (integer, context.szarray(one)))) == 3
    largest = next(method for method in methods if method.name == "Largest")
    assert method_depth(context.method_instance(largest, (one,))) == 1
