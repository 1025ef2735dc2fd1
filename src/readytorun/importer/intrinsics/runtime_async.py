"""Members of AsyncHelpers that stand for what no IL instruction does; only the core library calls them."""

from __future__ import annotations

from typing import Final

from readytorun.importer.frame import Frame
from readytorun.importer.intrinsics.shapes import Handler
from readytorun.ir import ops
from readytorun.ir.types import REF
from readytorun.typesystem.method_desc import MethodDesc


def _import_suspend(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """AsyncSuspend(continuation): return from the async method with it."""
    state = frame.state
    facts = state.function.runtime_async
    if facts is None or facts.saves_contexts or frame.parent is not None:
        raise frame.invalid("suspension in a method that cannot suspend by itself")
    continuation = frame.coerce(frame.pop(), REF)
    state.builder.terminate(ops.SUSPEND, [continuation], [], [])
    frame.stack = []
    return position + 1


def _import_tail_await(frame: Frame, method: MethodDesc, token: int, position: int) -> int:
    """TailAwait(): nothing is left to do behind the next await."""
    facts = frame.state.function.runtime_async
    if facts is None or facts.saves_contexts or frame.parent is not None:
        raise frame.invalid("tail await in a method that restores contexts")
    frame.is_tail_await = True
    return position + 1


_HELPERS: Final = ("System.Runtime.CompilerServices", "AsyncHelpers")

HANDLERS: Final[dict[tuple[str, str, str], Handler]] = {
    (*_HELPERS, "AsyncSuspend"): _import_suspend,
    (*_HELPERS, "TailAwait"): _import_tail_await,
}
