"""`readytorun dump`: every part as text and as JSON, on an image that this project's compiler made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli_support import run, sample

from readytorun.inspect.image import Image

SCHEMA = json.loads((files("readytorun") / "data" / "dump.schema.json").read_text(encoding="utf-8"))
SELECTIONS = ("header", "sections", "imports", "methods", "types", "runtime-functions", "inlining", "manifest")
DETAILS = ("fixups", "disasm", "gc", "unwind", "eh", "debug")
FRAMEWORKS = sorted(Path(os.environ.get("R2R_DOTNET", "/nonexistent"), "shared", "Microsoft.NETCore.App").glob("10.*"))
IMAGES = Path(os.environ.get("R2R_CORPUS", "/nonexistent"), "images")
needs_corpus = pytest.mark.skipif(not IMAGES.is_dir(), reason="needs R2R_CORPUS: real images")


@pytest.fixture(scope="module")
def hello(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dump")
    il = folder / "il" / "Hello.dll"
    il.parent.mkdir()
    il.write_bytes(sample())
    assert run("compile", il, "-o", folder / "Hello.dll").code == 0
    return folder / "Hello.dll"


def dump(*words: str | Path) -> str:
    result = run("dump", *words)
    assert (result.code, result.err) == (0, "")
    return result.out


def dump_json(*words: str | Path) -> Any:
    document = json.loads(dump(*words, "--format", "json"))
    jsonschema.validate(document, SCHEMA)
    return document


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_without_options_a_summary(hello: Path) -> None:
    out = dump(hello)
    assert "format      16.0 (.NET 10)" in out
    assert "MethodDefEntryPoints" in out
    assert "methods (" in out
    document = dump_json(hello)
    assert document["header"]["assembly"] == "Hello"
    assert document["header"]["version"] == {"major": 16, "minor": 0, "product": ".NET 10"}


@pytest.mark.parametrize("selection", SELECTIONS)
def test_each_selection_as_json(hello: Path, selection: str) -> None:
    document = dump_json(hello, f"--{selection}")
    assert set(document) == {"schema_version", "path", selection.replace("-", "_")}
    assert document[selection.replace("-", "_")] or selection == "inlining"  # our compiler records none


def test_all_details_as_json(hello: Path) -> None:
    document = dump_json(hello, "--imports", "--raw", *(f"--{detail}" for detail in DETAILS))
    image = Image.open(hello)
    methods = {method["name"]: method for method in document["methods"]}
    assert sorted(methods) == sorted(method.display_name for method in image.methods)
    main = methods["Hello.Program.Main(string[])"]
    assert [function["kind"] for function in main["functions"]] == ["method", "funclet"]
    assert main["functions"][1]["name"] == "Hello.Program.Main(string[]) [catch 0]"
    (clause,) = main["eh"]
    assert (clause["kind"], clause["class"]) == ("catch", "System.InvalidOperationException")
    assert main["bytes"] == image.find_methods("Program.Main")[0].code.hex()
    assert sum(instruction["size"] for instruction in main["instructions"]) <= main["size"]
    greet = methods["Hello.Polite.Greet(Hello.Person)"]
    assert [cell["fixup"] for cell in greet["fixups"]] == ['StringHandle "Good day, "', 'StringHandle "."']
    assert greet["gc"]["code_length"] == greet["size"]
    assert greet["debug"]["bounds"][0] == {
        "native_offset": 0, "il_offset": -2, "special": "prolog", "source": [],
    }  # fmt: skip
    cells = [cell for section in document["imports"] for cell in section["cells"]]
    concat = next(cell for cell in cells if cell["fixup"] == "MethodEntry System.String.Concat(string, string, string)")
    assert concat["kind"].startswith("MethodEntry") and concat["bytes"] and concat["gc_ref_map"] == {
        "0": 1, "1": 1, "2": 1,
    }  # fmt: skip


def test_one_method_as_text(hello: Path) -> None:
    out = dump(hello, "--method", "Polite.Greet", "--disasm", "--gc", "--unwind", "--eh", "--debug")
    assert out.startswith("Hello.Polite.Greet(Hello.Person)\n")
    assert 'mov     rdi, [StringHandle "Good day, "]' in out
    assert "call    [MethodEntry System.String.Concat(string, string, string)]" in out
    assert "IL 0x0000" in out
    assert "unwind data at" in out
    assert "\033[" not in out  # no colours in a pipe


def test_details_without_disassembly_as_text(hello: Path) -> None:
    out = dump(hello, "--method", "Program.Main", "--gc", "--unwind", "--eh", "--debug", "--raw")
    for expected in (
        "System.InvalidOperationException",
        "EH clauses: 1",
        "GC info",
        "unwind data of function",
        "debug bounds:",
        "  code\n",
    ):
        assert expected in out


def test_text_and_json_name_the_same_methods(hello: Path) -> None:
    lines = dump(hello, "--methods").splitlines()[1:]
    names = [method["name"] for method in dump_json(hello, "--methods")["methods"]]
    assert [line.split(maxsplit=2)[2] for line in lines] == names


def test_selection_by_token_and_by_a_pattern_that_matches_nothing(hello: Path) -> None:
    token = Image.open(hello).find_methods("Fibonacci")[0].token
    assert dump(hello, "--method", f"{token:#010x}").startswith("Hello.Program.Fibonacci(int)\n")
    assert "no compiled method matches Nothing" in dump(hello, "--method", "Nothing")
    assert dump_json(hello, "--method", "Nothing")["methods"] == []


def test_at(hello: Path) -> None:
    image = Image.open(hello)
    method = image.find_methods("Fibonacci")[0]
    cell = next(cell for cell in image.cells if cell.text.startswith("StringHandle"))
    out = dump(hello, "--at", hex(method.rva + 4), "--at", hex(cell.rva))
    assert "method Hello.Program.Fibonacci(int)" in out
    assert f"import cell {cell.text}" in out
    (places,) = dump_json(hello, "--at", hex(cell.signature_rva))["at"]
    assert places["places"][-1]["what"] == "fixup blob"
    assert places["places"][-1]["name"] == cell.text
    assert "nothing: the image has no section there" in dump(hello, "--at", "0x7fff0000")
    function = method.functions[0]
    assert "Hello.Program" in dump(hello, "--at", hex(function.unwind_rva))


def test_two_dumps_are_the_same(hello: Path) -> None:
    words = [hello, "--imports", "--methods", "--disasm", "--raw"]
    assert dump(*words) == dump(*words)


@pytest.mark.parametrize(
    ("words", "code"),
    [(["--at", "here"], 2), (["--format", "xml"], 2), (["--nothing"], 2)],
)
def test_wrong_usage(hello: Path, words: list[str], code: int) -> None:
    result = run("dump", hello, *words)
    assert result.code == code
    assert "Traceback" not in result.err


def test_what_is_no_image_is_bad_input(tmp_path: Path) -> None:
    il = tmp_path / "Hello.dll"
    il.write_bytes(sample())
    result = run("dump", il)
    assert result.code == 1
    assert "not a ReadyToRun image" in result.err
    assert run("dump", tmp_path / "missing.dll").code == 1


def test_a_reader_that_stops_early_is_no_error(hello: Path) -> None:
    command = f"{sys.executable} -m readytorun dump {hello} --methods --disasm | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@needs_corpus
@pytest.mark.corpus
@pytest.mark.parametrize("name", sorted(path.name for path in IMAGES.glob("*")) if IMAGES.is_dir() else [])
def test_images_of_other_systems_and_versions_as_json(name: str) -> None:
    for path in sorted((IMAGES / name).glob("*.dll"))[:2]:
        words = [f"--{selection}" for selection in SELECTIONS]
        document = dump_json(path, *words)
        if not document["header"]["owner_composite"]:
            assert document["methods"] and not [method for method in document["methods"] if "error" in method]
        details = dump_json(path, "--method", "*.Get*", *(f"--{detail}" for detail in DETAILS))
        for method in details["methods"]:
            assert not [key for key, part in method.items() if isinstance(part, dict) and "error" in part], method
