"""Real assemblies: the tokens of all method bodies resolve, and hashes are those of the framework's images."""

from __future__ import annotations

from pathlib import Path

import pytest
from typesystem_support import FRAMEWORKS, corpus_library, needs_corpus, needs_framework, new_context

from readytorun.errors import BadImageError
from readytorun.il import opcodes
from readytorun.il.decoder import decode
from readytorun.r2r import signatures as sig
from readytorun.r2r.constants import SectionType
from readytorun.r2r.entry_points import instance_entry_positions
from readytorun.r2r.reader import R2RImage
from readytorun.typesystem import element_types as et
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.hashing import method_hash
from readytorun.typesystem.module import ModuleDesc
from readytorun.typesystem.type_desc import TypeDesc

pytestmark = needs_framework

_CANON = 0x3E


def _resolve_all(module: ModuleDesc) -> int:
    """Resolve every signature, local and token of every method body; the number of bodies."""
    bodies = 0
    for method in module.method_defs():
        assert method.signature.return_type is not None
        body = method.body()
        if body is None:
            continue
        bodies += 1
        context = method.generic_context()
        module.local_signature(body.local_signature_token, context)
        for region in body.regions:
            if region.kind == 0:
                module.resolve_type(region.class_token, context)
        decoded = decode(body.code)
        for opcode, token in zip(decoded.opcodes, decoded.operands, strict=True):
            if opcodes.KINDS[opcode] != opcodes.TOKEN or token >> 24 == 0x70:
                continue
            if token >> 24 in (0x01, 0x02, 0x1B):
                module.resolve_type(token, context)
            elif token >> 24 == 0x11:
                module.resolve_standalone_signature(token, context)
            elif module.is_field_token(token):
                assert module.resolve_field(token, context).type is not None
            else:
                assert module.resolve_method(token, context).signature is not None
    return bodies


@pytest.mark.corpus
@needs_corpus
@pytest.mark.parametrize("name", ["Newtonsoft.Json", "Polly.Core"])
def test_all_tokens_of_a_library(name: str) -> None:
    assert _resolve_all(new_context().load_module(corpus_library(name))) > 500


@pytest.mark.slow
def test_all_tokens_of_the_framework() -> None:
    context = new_context()
    bodies = 0
    for path in sorted(FRAMEWORKS[-1].glob("*.dll")):
        try:
            module = context.load_module(str(path))
        except BadImageError as error:
            assert "not a .NET" in str(error) or "no metadata" in str(error)
            continue
        bodies += _resolve_all(module)
    assert bodies > 100_000


def _type(context: TypeSystemContext, modules: list[ModuleDesc], outer: int, signature: sig.TypeSignature) -> TypeDesc:
    """A type of a fixup blob; `modules` by module index, `outer` the index in force."""
    match signature:
        case sig.SimpleType(element):
            return context.canon if element == _CANON else context.primitive(element)
        case sig.TokenType(_, token):
            return modules[outer].resolve_type(token, None)
        case sig.WrappedType(et.SZARRAY, element):
            return context.szarray(_type(context, modules, outer, element))
        case sig.WrappedType(et.PTR, element):
            return context.pointer(_type(context, modules, outer, element))
        case sig.ArrayType(element, rank):
            return context.array(_type(context, modules, outer, element), rank)
        case sig.ModuleType(index, type):
            return _type(context, modules, index, type)
        case sig.GenericInstanceType(definition, arguments):
            return context.instantiate(
                _type(context, modules, outer, definition),
                tuple(_type(context, modules, outer, argument) for argument in arguments),
            )
    raise NotImplementedError(signature)


@pytest.mark.parametrize("name", ["System.Private.CoreLib", "System.Linq", "System.Collections"])
def test_hashes_are_those_of_the_images(name: str) -> None:
    """Each entry of an image's table of instantiated methods lies in the bucket and under the byte of its hash."""
    path = Path(FRAMEWORKS[-1], f"{name}.dll")
    context = new_context()
    module = context.load_module(str(path))
    image = R2RImage.open(path)
    assemblies = [module]
    for rid in range(1, module.reader.row_count(0x23) + 1):
        assembly = module.reader.string(module.reader.column(0x23, "Name")[rid - 1])
        assemblies.append(context.module_by_name(assembly))
    section = image.section_reader(image.sections[SectionType.INSTANCE_METHOD_ENTRY_POINTS])
    entries = instance_entry_positions(section)
    checked = 0
    used: dict[int, set[int]] = {}
    for bucket, low, position in entries:
        section.pos = position
        signature = sig.decode_method(section)
        if signature.module is not None or signature.flags & sig.METHOD_MEMBER_REF_TOKEN:
            continue
        method = module.method_def(signature.rid)
        if signature.owner is not None:
            method = context.method_on_owner(method, _type(context, assemblies, 0, signature.owner))
        if signature.arguments:
            method = context.method_instance(
                method, tuple(_type(context, assemblies, 0, argument) for argument in signature.arguments)
            )
        value = method_hash(method)
        assert value & 0xFF == low, f"{method} in {bucket}"
        used.setdefault(bucket, set()).add(value >> 8)
        checked += 1
    assert checked > 50
    # The bucket is the next bits of the hash, as many as the table has buckets for.
    mask = (1 << max(used).bit_length()) - 1
    assert all(high & mask == bucket for bucket, highs in used.items() for high in highs)
