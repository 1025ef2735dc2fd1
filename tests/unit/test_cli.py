"""The command line doing what it is for: images, reports, filters, the same bytes from any number of processes."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import signal
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from cli_support import run, sample

from readytorun.compiler import schedule
from readytorun.compiler.driver import CompileOptions, compile_assemblies
from readytorun.compiler.targets import target_by_name
from readytorun.compiler.unit import CompilationUnit, Outcome
from readytorun.ir.parser import parse_function
from readytorun.r2r.constants import FixupKind, ImportSectionFlag
from readytorun.r2r.fixup_blobs import InstructionSetSupport
from readytorun.r2r.reader import R2RImage
from readytorun.typesystem.keys import Key


@pytest.fixture
def hello(tmp_path: Path) -> Path:
    path = tmp_path / "Hello.dll"
    path.write_bytes(sample())
    return path


def test_version_says_which_build_it_is() -> None:
    result = run("--version")
    assert result.code == 0
    assert re.fullmatch(r"readytorun \d+\.\d+\.\d+ \((compiled with mypyc|pure Python)\)\n", result.out)


def test_compile_writes_an_image_and_one_closing_line(hello: Path, tmp_path: Path) -> None:
    output = tmp_path / "out" / "image.dll"
    result = run("compile", hello, "-o", output)
    assert (result.code, result.err) == (0, "")
    pattern = r"Hello\.dll: (\d+) of (\d+) methods native \((\d+\.\d) %\), \d+\.\d kB, \d+\.\d s\n"
    match = re.fullmatch(pattern, result.out)
    assert match
    image = R2RImage.open(output)
    rids = {m.method_def_rid if m.signature is None else m.signature.rid for m in image.methods}
    assert int(match[1]) == len(rids)
    assert float(match[3]) == round(100 * int(match[1]) / int(match[2]), 1)
    assert [path.name for path in output.parent.iterdir()] == ["image.dll"]  # and no temporary file


def test_an_output_with_a_slash_is_a_folder(hello: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    assert run("compile", hello, "-o", f"{folder}/").code == 0
    assert [path.name for path in folder.iterdir()] == ["Hello.dll"]


def test_the_image_checks_the_instruction_sets_that_all_code_relies_on(hello: Path, tmp_path: Path) -> None:
    assert run("compile", hello, "-o", tmp_path / "image.dll").code == 0
    image = R2RImage.open(tmp_path / "image.dll")
    (eager,) = (
        cells
        for section, cells in zip(image.import_sections, image.import_cells, strict=True)
        if section.flags & ImportSectionFlag.EAGER
    )
    first = image.fixup_of(eager[0])
    assert (first.kind, first.operands) == (
        FixupKind.CHECK_INSTRUCTION_SET_SUPPORT,
        (InstructionSetSupport(((22, True),)),),
    )


def test_report_has_the_documented_form(hello: Path, tmp_path: Path) -> None:
    output, report = tmp_path / "image.dll", tmp_path / "report.json"
    assert run("compile", hello, "-o", output, "--report", report).code == 0
    document = json.loads(report.read_text(encoding="utf-8"))
    assert list(document) == ["assemblies"]
    (assembly,) = document["assemblies"]
    assert list(assembly) == ["input", "output", "methods", "instantiations", "refused", "seconds"]
    assert (assembly["input"], assembly["output"]) == (str(hello), str(output))
    assert list(assembly["methods"]) == ["total", "native"]
    assert 0 < assembly["methods"]["native"] <= assembly["methods"]["total"]
    assert assembly["instantiations"] >= 1  # Largest<__Canon>
    assert isinstance(assembly["seconds"], float)


def test_report_names_what_was_refused(hello: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _break_method(monkeypatch, "Mean")
    report = tmp_path / "report.json"
    result = run("compile", hello, "-o", tmp_path / "image.dll", "-j", "1", "--report", report)
    assert result.code == 0
    assert "1 left to the JIT after an internal error" in result.out
    assert "Traceback" not in result.err
    (refused,) = json.loads(report.read_text(encoding="utf-8"))["assemblies"][0]["refused"]
    assert list(refused) == ["token", "method", "reason", "detail"]
    assert re.fullmatch(r"0x06[0-9a-f]{6}", refused["token"])
    assert "Program.Mean(" in refused["method"]
    assert (refused["reason"], refused["detail"]) == ("internal-error", "ZeroDivisionError: broken on purpose")


def test_strict_fails_on_an_internal_error_and_says_how_to_reproduce_it(
    hello: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break_method(monkeypatch, "Mean")
    output = tmp_path / "image.dll"
    result = run("compile", hello, "-o", output, "-j", "1", "--strict")
    assert result.code == 3
    assert "Program.Mean(" in result.err
    assert "ZeroDivisionError: broken on purpose" in result.err
    assert "Traceback" not in result.err
    assert not output.exists()
    command = re.search(r"to reproduce it: readytorun (.+)\n", result.err)
    assert command
    again = run(*command[1].split())
    assert again.code == 3
    assert "Traceback" in again.err  # the command says --debug


def _break_method(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    from readytorun.compiler import method_compiler
    from readytorun.ir.function import Function

    original = method_compiler.compile_function

    def broken(function: Function):  # type: ignore[no-untyped-def]
        if f".{name}(" in function.name:
            raise ZeroDivisionError("broken on purpose")
        return original(function)

    monkeypatch.setattr(method_compiler, "compile_function", broken)


def test_several_inputs_go_into_a_folder(hello: Path, tmp_path: Path) -> None:
    other = tmp_path / "Other.dll"
    other.write_bytes(sample())
    output = tmp_path / "images"
    result = run("compile", hello, other, "-o", output)
    assert result.code == 0
    assert [line.partition(":")[0] for line in result.out.splitlines()] == ["Hello.dll", "Other.dll"]
    assert sorted(path.name for path in output.iterdir()) == ["Hello.dll", "Other.dll"]


@pytest.mark.parametrize("jobs", [2, 3])
def test_the_image_does_not_depend_on_the_number_of_processes(
    jobs: int, hello: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "_MINIMUM_PARALLEL_SIZE", 0)
    images = []
    for count, chunk_size in ((1, 6000), (jobs, 60), (jobs, 1)):
        monkeypatch.setattr(schedule, "_CHUNK_SIZE", chunk_size)
        output = tmp_path / "image.dll"
        compile_assemblies([hello], [], output, CompileOptions(target_by_name("net10.0-linux-x64"), count))
        images.append(output.read_bytes())
    assert images[0] == images[1] == images[2]


def test_workers_that_share_no_memory_open_the_unit_themselves(
    hello: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "_MINIMUM_PARALLEL_SIZE", 0)
    options = CompileOptions(target_by_name("net10.0-linux-x64"), 2)
    images = []
    for method in ("fork", "spawn"):
        context = multiprocessing.get_context(method)
        output = tmp_path / f"{method}.dll"
        compile_assemblies(
            [hello], [], output, options, executor_factory=lambda n, c=context: ProcessPoolExecutor(n, c)
        )
        images.append(output.read_bytes())
    assert images[0] == images[1]


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="workers must have the patched unit")
@pytest.mark.parametrize("dies_always", [True, False])
def test_a_worker_that_dies_costs_no_more_than_its_method(
    dies_always: bool, hello: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "_MINIMUM_PARALLEL_SIZE", 0)
    options = CompileOptions(target_by_name("net10.0-linux-x64"), 2)
    compile_assemblies([hello], [], tmp_path / "whole.dll", options)
    died = tmp_path / "died"
    compile_one = CompilationUnit._compile

    def compile_or_die(unit: CompilationUnit, key: Key) -> Outcome:
        if unit.method(key).name == "Fibonacci" and (dies_always or not died.exists()):
            died.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return compile_one(unit, key)

    monkeypatch.setattr(CompilationUnit, "_compile", compile_or_die)
    (report,) = compile_assemblies([hello], [], tmp_path / "image.dll", options)
    assert died.exists()
    if dies_always:
        (refused,) = report.refused
        assert (refused.reason, refused.detail) == ("internal-error", "the process that compiled it died")
        assert "Fibonacci" in refused.method
        whole = R2RImage.open(tmp_path / "whole.dll")
        assert len(R2RImage.open(tmp_path / "image.dll").methods) == len(whole.methods) - 1
    else:
        assert report.refused == ()
        assert (tmp_path / "image.dll").read_bytes() == (tmp_path / "whole.dll").read_bytes()


def test_method_filter_leaves_the_others_to_the_jit(hello: Path, tmp_path: Path) -> None:
    output = tmp_path / "image.dll"
    result = run("compile", hello, "-o", output, "--method", "Program.Fibonacci")
    assert result.code == 0
    assert result.out.startswith("Hello.dll: 1 of ")
    assert len(R2RImage.open(output).methods) == 1


@pytest.mark.parametrize("stage", ["import", "dead_code"])
def test_stop_after_prints_ir_that_parses(stage: str, hello: Path) -> None:
    result = run("compile", hello, "--method", "Program.Fibonacci", "--stop-after", stage)
    assert result.code == 0
    function = parse_function(result.out)
    assert "Fibonacci" in function.name


def test_stop_after_an_unknown_stage_lists_the_stages(hello: Path) -> None:
    result = run("compile", hello, "--stop-after", "selection")
    assert result.code == 2
    assert "import, " in result.err


@pytest.mark.corpus
@pytest.mark.slow
def test_a_real_library_does_not_depend_on_the_number_of_processes(tmp_path: Path) -> None:
    from test_cli_errors import corpus_library

    library = corpus_library("Serilog")
    images = []
    for jobs in (1, 2):
        output = tmp_path / f"{jobs}.dll"
        compile_assemblies([library], [], output, CompileOptions(target_by_name("net10.0-linux-x64"), jobs))
        images.append(output.read_bytes())
    assert images[0] == images[1]
