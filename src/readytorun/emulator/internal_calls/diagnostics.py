"""The process: clock, exit, stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from readytorun.emulator.errors import ExecutionError, ProgramExit
from readytorun.emulator.internal_calls.registry import internal_call

if TYPE_CHECKING:
    from readytorun.emulator.runtime import Runtime

_STACK_MARGIN = 0x1_0000


@internal_call("System.Environment::Clock")
def _clock(runtime: Runtime) -> int:
    return runtime.clock


@internal_call("System.Environment::Exit")
def _exit(runtime: Runtime, code: int) -> None:
    raise ProgramExit(code)


@internal_call("System.Environment::FailFastCore")
def _fail_fast(runtime: Runtime, message: int) -> None:
    text = runtime.heap.text(message) if message else ""
    raise ExecutionError(f"Process terminated. {text}")


@internal_call("System.Environment::get_ExitCode")
def _get_exit_code(runtime: Runtime) -> int:
    return runtime.exit_code


@internal_call("System.Environment::set_ExitCode")
def _set_exit_code(runtime: Runtime, value: int) -> None:
    runtime.exit_code = value


@internal_call("System.Runtime.CompilerServices.RuntimeHelpers::HasStack")
def _has_stack(runtime: Runtime) -> bool:
    return runtime.machine.sp > runtime.memory.stack_limit + _STACK_MARGIN


@internal_call("System.Runtime.InteropServices.Marshal::AllocHGlobal")
def _allocate(runtime: Runtime, size: int) -> int:
    return runtime.memory.allocate_data(max(size, 1), 16)


@internal_call("System.Runtime.InteropServices.Marshal::FreeHGlobal")
def _free(runtime: Runtime, address: int) -> None:
    """Such memory stays until the end."""
