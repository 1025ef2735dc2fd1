"""From input files to image files: what is compiled, in which order, and what is written.

The methods of an input are its own, and the instantiations of them that compiled code calls, as long as new ones are
found. Each method is compiled by itself, so that neither the order nor the number of processes changes the outcome; the
image has them in an order of their own: by MethodDef row, then instantiations by signature.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from readytorun.compiler.method_filter import MethodFilter
from readytorun.compiler.parallel import forget_unit, make_executor, share_unit
from readytorun.compiler.progress import Progress, Silent
from readytorun.compiler.references import find_references
from readytorun.compiler.report import AssemblyReport, RefusedEntry
from readytorun.compiler.schedule import compile_all
from readytorun.compiler.targets import DEFAULT_TARGET, CompilationTarget, target_by_name
from readytorun.compiler.unit import CompilationUnit, Outcome, UnitSpec, WorkItem
from readytorun.compiler.worklist import is_instantiation
from readytorun.errors import UsageError
from readytorun.importer.refusal import Reason
from readytorun.r2r.constants import FixupKind, HeaderFlag
from readytorun.r2r.fixup_blobs import Fixup, InstructionSetSupport, encode_fixup
from readytorun.r2r.instruction_sets import BASELINES
from readytorun.r2r.manifest import AssemblyIdentity, ManifestBuilder
from readytorun.r2r.model import Cell, ImportSectionKind, ThunkKind
from readytorun.r2r.writer import write_image


class MethodInternalError(Exception):
    """A defect of ours in the compilation of one method; raised only when it is not to be left to the JIT (strict).

    Attributes:
        input: the assembly.
        method: the refused method, with the traceback.
    """

    def __init__(self, input: str, method: RefusedEntry) -> None:
        super().__init__(f"{input}: internal error in method {method.method}: {method.detail}")
        self.input = input
        self.method = method


@dataclass(frozen=True, slots=True)
class CompileOptions:
    """How to compile.

    Attributes:
        target: what for.
        jobs: number of processes.
        methods: patterns for `MethodFilter`; only what they select is compiled into the image.
        strict: raise MethodInternalError instead of leaving the method to the JIT.
        is_core_library: see `UnitSpec`.
        core_in_bubble: take the core library for part of each input's version bubble: its layouts and IL are relied on,
            and instantiations of its generics that an input needs are compiled into the input's image. The image then
            runs with this very core library only.
    """

    target: CompilationTarget
    jobs: int = 1
    methods: tuple[str, ...] = ()
    strict: bool = False
    is_core_library: bool = False
    core_in_bubble: bool = False


def compile_assemblies(
    inputs: Sequence[str | Path],
    references: Sequence[str],
    output: str | Path,
    options: CompileOptions | None = None,
    progress: Progress | None = None,
    executor_factory: Callable[[int], Executor] = make_executor,
) -> list[AssemblyReport]:
    """Compile IL assemblies, each in a version bubble of its own.

    Args:
        inputs: the assemblies.
        references: patterns, see `find_references`.
        output: the image; with several inputs, or if it is a folder, the folder for the images.
        options: how; by default for the default target, in this process.
        progress: told how far it is.
        executor_factory: makes what runs the tasks, from the number of processes.

    Raises:
        UsageError: inputs and output do not go together.
        ReadyToRunError, OSError: about the input, the references, or where the output goes.
        MethodInternalError: only if strict.
    """
    if options is None:
        options = CompileOptions(target_by_name(DEFAULT_TARGET))
    paths = [Path(path) for path in inputs]
    outputs = _output_paths(paths, output)
    found = find_references(references, paths, options.target)
    told = progress if progress is not None else Silent()
    reports = []
    for path, image in zip(paths, outputs, strict=True):
        reports.append(_compile_assembly(path, image, found, options, told, executor_factory))
    return reports


def _output_paths(inputs: list[Path], given: str | Path) -> list[Path]:
    output = Path(given)
    if not inputs:
        raise UsageError("no input")
    names = [path.name for path in inputs]
    if len(set(names)) != len(names):
        raise UsageError("two inputs have the same file name")
    is_folder = len(inputs) > 1 or output.is_dir() or str(given).endswith(("/", os.sep))
    if is_folder and output.exists() and not output.is_dir():
        raise UsageError(f"{output} is a file, but several inputs need a folder")
    outputs = [output / name for name in names] if is_folder else [output]
    for path, image in zip(inputs, outputs, strict=True):
        if image.exists() and path.exists() and image.samefile(path):
            raise UsageError(f"the output would overwrite the input {path}")
    for image in outputs:
        image.parent.mkdir(parents=True, exist_ok=True)
    return outputs


def _compile_assembly(
    path: Path,
    output: Path,
    references: tuple[str, ...],
    options: CompileOptions,
    progress: Progress,
    executor_factory: Callable[[int], Executor],
) -> AssemblyReport:
    start = time.monotonic()
    unit = CompilationUnit(
        UnitSpec(str(path), references, options.is_core_library, options.target.name, options.core_in_bubble)
    )
    roots = unit.roots()
    filter = MethodFilter(options.methods)
    if not filter.selects_all:
        roots = _needed_roots(unit, roots, filter)
    progress.start(path.name, len(roots))
    try:
        share_unit(unit)
        outcomes = sorted(compile_all(unit, roots, options.jobs, progress, executor_factory), key=_image_order)
        if not filter.selects_all:
            outcomes = [o for o in outcomes if filter.matches(unit.method(o.key))]
        refused = _refused(outcomes)
        if options.strict:
            _fail_on_internal_error(path, refused)
        entries = [entry for outcome in outcomes if outcome.compiled is not None for entry in outcome.entries()]
        flags = HeaderFlag.PLATFORM_NEUTRAL_SOURCE
        if unit.compiler.bubble is not None:
            flags |= HeaderFlag.MULTIMODULE_VERSION_BUBBLE
        manifest, mvids = _manifest(unit, outcomes)
        image = write_image(
            unit.module.file,
            options.target.image,
            entries,
            flags=flags,
            eager_cells=[_baseline_check(options.target)],
            manifest=manifest,
            manifest_mvids=mvids,
        )
        _write_file(output, image)
    finally:
        progress.finish()
        forget_unit()
    return AssemblyReport(
        path.name,
        str(path),
        str(output),
        unit.method_count(),
        len({o.token for o in outcomes if o.compiled is not None and unit.method(o.key).module is unit.module}),
        sum(bool(entry.instance_signature) for entry in entries),
        refused,
        len(image),
        time.monotonic() - start,
    )


def _manifest(unit: CompilationUnit, outcomes: list[Outcome]) -> tuple[bytes | None, bytes]:
    """The image's manifest metadata, None if the image names nothing by it; and the MVIDs of the version bubble."""
    # Only async code names what the manifest has.
    manifest = unit.compiler.manifest if any(unit.method(o.key).task_kind for o in outcomes) else None
    builder = ManifestBuilder() if manifest is None else manifest.builder
    bubble = unit.compiler.bubble
    if bubble is not None:
        builder.assembly_ref(AssemblyIdentity(bubble.core.name))
        return builder.to_bytes(), builder.mvids({bubble.core.name: bubble.core.file.mvid})
    return None if manifest is None else builder.to_bytes(), b""


def _needed_roots(unit: CompilationUnit, roots: list[WorkItem], filter: MethodFilter) -> list[WorkItem]:
    """Which methods must be compiled to have the selected ones: all, if any method may call for an instantiation."""
    selected = []
    for root in roots:
        method = unit.method(root.key)
        if filter.matches(method):
            if is_instantiation(method):
                return roots
            selected.append(root)
    return selected


def _image_order(outcome: Outcome) -> tuple[bool, int, bytes, str]:
    is_instance = bool(outcome.instance_signature)
    return is_instance, 0 if is_instance else outcome.token, outcome.instance_signature, outcome.name


def _refused(outcomes: list[Outcome]) -> tuple[RefusedEntry, ...]:
    entries = []
    for outcome in outcomes:
        refused = outcome.refused
        if refused is not None:
            entries.append(RefusedEntry(outcome.token, outcome.name, refused.reason, refused.detail, refused.traceback))
    return tuple(sorted(entries, key=lambda entry: (entry.token, entry.method)))


def _fail_on_internal_error(path: Path, refused: tuple[RefusedEntry, ...]) -> None:
    for entry in refused:
        if entry.reason == Reason.INTERNAL_ERROR:
            raise MethodInternalError(str(path), entry)


def _baseline_check(target: CompilationTarget) -> Cell:
    """The cell by which the runtime rejects the whole image on a machine that lacks what all code relies on."""
    sets = InstructionSetSupport(tuple((number, True) for number in BASELINES[target.image.machine]))
    blob = encode_fixup(
        Fixup(FixupKind.CHECK_INSTRUCTION_SET_SUPPORT, (sets,)), (target.image.major, target.image.minor)
    )
    return Cell(ImportSectionKind.EAGER, blob, ThunkKind.NONE)


def _write_file(path: Path, content: bytes) -> None:
    """Write under a temporary name and rename, so that nobody ever sees a part of the file.

    What is there and no regular file (a device, a pipe) is written to as it is.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
