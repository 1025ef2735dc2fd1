"""Which layouts code relies on: every field and type check in the reference compiler's images against `bubble`.

The reference compiler lists a fixup for each field of another version bubble that it touches, saying how it reached the
field, and for each struct from there, saying how it is laid out.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from toolchain import find_toolchain, why_no_toolchain

from readytorun.r2r import signatures as sig
from readytorun.r2r.constants import FixupKind
from readytorun.r2r.fixup_blobs import LAYOUT_ALIGNMENT_NATIVE, TypeLayout
from readytorun.r2r.reader import R2RImage
from readytorun.typesystem import element_types as et
from readytorun.typesystem.bubble import CONSTANT, FIELD_BASE_OFFSET, FIELD_OFFSET, field_access, needs_layout_check
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.field_desc import FieldDesc
from readytorun.typesystem.layout import layout_of
from readytorun.typesystem.module import ModuleDesc
from readytorun.typesystem.type_desc import TypeDesc

_CANON = 0x3E

pytestmark = [
    pytest.mark.runtime,
    pytest.mark.corpus,
    pytest.mark.skipif(find_toolchain() is None, reason=why_no_toolchain()),
    pytest.mark.skipif("R2R_CORPUS" not in os.environ, reason="needs R2R_CORPUS: real assemblies"),
]


def _type(module: ModuleDesc, signature: sig.TypeSignature) -> TypeDesc:
    context = module.context
    match signature:
        case sig.SimpleType(element):
            return context.canon if element == _CANON else context.primitive(element)
        case sig.TokenType(_, token):
            return module.resolve_type(token, None)
        case sig.WrappedType(et.SZARRAY, element):
            return context.szarray(_type(module, element))
        case sig.GenericInstanceType(definition, arguments):
            return context.instantiate(_type(module, definition), tuple(_type(module, a) for a in arguments))
    raise NotImplementedError(signature)


def _field(module: ModuleDesc, signature: sig.FieldSignature) -> FieldDesc:
    table = 0x0A if signature.flags & sig.FIELD_MEMBER_REF_TOKEN else 0x04
    field = module.resolve_field(table << 24 | signature.rid, None)
    if signature.owner is None:
        return field
    return module.context.field_on_owner(field.definition, _type(module, signature.owner))


def _check_layout(type: TypeDesc, wanted: TypeLayout) -> list[str]:
    layout = layout_of(type)
    slots = [i for i in range(8 * len(wanted.gc_slots)) if wanted.gc_slots[i // 8] >> i % 8 & 1]
    alignment = 8 if wanted.flags & LAYOUT_ALIGNMENT_NATIVE else wanted.alignment
    mine = (layout.size, layout.alignment, [at // 8 for at, is_byref in layout.gc_refs if not is_byref])
    if mine != (wanted.size, alignment, slots) or not needs_layout_check(type):
        return [f"{type}: {mine}, not {(wanted.size, alignment, slots)}; checked: {needs_layout_check(type)}"]
    return []


@pytest.mark.parametrize("name", ["Newtonsoft.Json", "Polly.Core", "FSharp.Core", "dnlib"])
def test_reference_images(name: str, tmp_path: Path) -> None:
    toolchain = find_toolchain()
    assert toolchain is not None
    if toolchain.crossgen2 is None:
        pytest.skip("no crossgen2")
    library = Path(os.environ["R2R_CORPUS"], "libs", f"{name}.dll")
    toolchain.run_crossgen2([library], tmp_path / library.name)
    image = R2RImage.open(tmp_path / library.name)
    context = TypeSystemContext([f"{toolchain.framework}/*.dll"])
    module = context.load_module(str(library))
    module.in_version_bubble = True
    wrong: list[str] = []
    kinds: set[int] = set()
    for cells in image.import_cells:
        for cell in cells:
            fixup = image.fixup_of(cell)
            operands = fixup.operands
            if fixup.kind == FixupKind.FIELD_BASE_OFFSET:
                owner = _type(module, operands[0])  # type: ignore[arg-type]
                if FIELD_BASE_OFFSET not in {field_access(f).kind for f in owner.fields() if not f.is_static}:
                    wrong.append(f"base offset of {owner}")
            elif fixup.kind == FixupKind.FIELD_OFFSET:
                field = _field(module, operands[0])  # type: ignore[arg-type]
                if field_access(field).kind != FIELD_OFFSET:
                    wrong.append(f"offset of {field}")
            elif fixup.kind == FixupKind.CHECK_FIELD_OFFSET:
                field = _field(module, operands[1])  # type: ignore[arg-type]
                access = field_access(field)
                if (access.kind, access.needs_check, access.offset) != (CONSTANT, True, operands[0]):
                    wrong.append(f"checked offset of {field}: {access.offset}, not {operands[0]}")
            elif fixup.kind == FixupKind.CHECK_TYPE_LAYOUT:
                layout = operands[1]
                assert isinstance(layout, TypeLayout)
                wrong += _check_layout(_type(module, operands[0]), layout)  # type: ignore[arg-type]
            else:
                continue
            kinds.add(fixup.kind)
    assert wrong == []
    assert len(kinds) == 4
