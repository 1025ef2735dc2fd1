"""Types: what definitions say, interning, generics, names, keys."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from typesystem_support import (
    core_type,
    corpus_library,
    method_of,
    needs_corpus,
    needs_framework,
    new_context,
    shared_context,
)

from readytorun.errors import BadImageError, MissingMemberError, MissingReferenceError
from readytorun.typesystem import element_types as et
from readytorun.typesystem.context import TypeSystemContext
from readytorun.typesystem.layout import layout_of
from readytorun.typesystem.method_desc import (
    CONTEXT_METHOD_DESC,
    CONTEXT_METHOD_TABLE,
    CONTEXT_NONE,
    CONTEXT_THIS_OBJECT,
)
from readytorun.typesystem.names import find_methods, method_matches

pytestmark = needs_framework


def test_element_types() -> None:
    context = shared_context()
    for element, name, keyword in et.WELL_KNOWN:
        type = context.well_known(f"System.{name}")
        assert type.element_type == element
        assert context.primitive(element) is type
        assert str(type) == keyword
    assert core_type("DateTime").element_type == et.VALUETYPE
    assert core_type("Exception").element_type == et.CLASS
    assert core_type("DayOfWeek").element_type == et.VALUETYPE
    assert core_type("Array").element_type == et.CLASS


def test_kinds() -> None:
    day = core_type("DayOfWeek")
    assert day.is_enum and day.is_value_type and not day.is_primitive
    assert day.underlying is core_type("Int32")
    enum = core_type("Enum")
    assert not enum.is_enum and not enum.is_value_type and enum.is_abstract
    assert not core_type("ValueType").is_value_type
    assert core_type("Int32").is_primitive and core_type("IntPtr").is_primitive
    assert core_type("IDisposable").is_interface and core_type("IDisposable").is_gc_pointer
    action = core_type("Action")
    assert action.is_delegate and action.is_sealed
    assert not core_type("MulticastDelegate").is_delegate
    assert core_type("Nullable`1", core_type("Int32")).is_nullable
    assert core_type("Span`1").is_byref_like and core_type("Span`1").is_nonversionable
    assert core_type("Guid").is_nonversionable and not core_type("DateTime").is_nonversionable
    assert core_type("Runtime.CompilerServices.InlineArray3`1").inline_array_length == 3
    assert core_type("Runtime.Intrinsics.Vector128`1").is_intrinsic
    assert core_type("Object").base_type is None
    assert core_type("IDisposable").base_type is None
    assert core_type("Int32").base_type is core_type("ValueType")
    assert core_type("String").is_before_field_init
    assert core_type("Collections.Generic.List`1").has_cctor
    assert not core_type("Exception").has_cctor


def test_types_are_interned() -> None:
    context = shared_context()
    int32, string = core_type("Int32"), core_type("String")
    assert context.szarray(int32) is context.szarray(int32)
    assert context.szarray(int32) is not context.array(int32, 1)
    assert context.array(int32, 2) is not context.array(int32, 3)
    assert context.byref(int32) is context.byref(int32)
    assert context.pointer(int32) is not context.byref(int32)
    pairs = core_type("Collections.Generic.Dictionary`2")
    assert context.instantiate(pairs, (string, int32)) is context.instantiate(pairs, (string, int32))
    assert context.instantiate(pairs, (string, int32)) is not context.instantiate(pairs, (int32, string))
    with pytest.raises(BadImageError, match="instantiated with 1 arguments"):
        context.instantiate(pairs, (string,))
    with pytest.raises(BadImageError):
        context.instantiate(string, ())


def test_substitution_reaches_everything() -> None:
    context = shared_context()
    var, mvar = context.type_variable(0), context.method_variable(1)
    int32, string = core_type("Int32"), core_type("String")
    listed = core_type("Collections.Generic.List`1")
    opened = context.szarray(context.instantiate(listed, (context.array(context.byref(var), 2),)))
    assert opened.contains_variables
    assert str(opened.substitute((int32,), ())) == "System.Collections.Generic.List`1<int&[,]>[]"
    assert context.pointer(mvar).substitute((int32,), (int32, string)) is context.pointer(string)
    assert mvar.substitute((int32,), ()) is mvar
    with pytest.raises(BadImageError, match="parameter 1"):
        mvar.substitute((), (int32,))


def test_bases_and_interfaces_of_instantiations() -> None:
    context = shared_context()
    string = core_type("String")
    listed = core_type("Collections.Generic.List`1", string)
    assert core_type("Collections.Generic.IEnumerable`1", string) in listed.interfaces
    assert core_type("Collections.IEnumerable") in listed.interfaces
    assert len(set(listed.interfaces)) == len(listed.interfaces)
    comparer = context.well_known("System.Collections.Generic.ObjectEqualityComparer`1")
    base = context.instantiate(comparer, (string,)).base_type
    assert base is core_type("Collections.Generic.EqualityComparer`1", string)
    strings = context.szarray(string)
    assert strings.base_type is core_type("Array")
    assert core_type("Collections.Generic.IReadOnlyList`1", string) in strings.interfaces
    assert core_type("Collections.Generic.IList`1", string) not in context.array(string, 2).interfaces


def test_canonical_forms() -> None:
    context = shared_context()
    int32, string, canon = core_type("Int32"), core_type("String"), context.canon
    pair = core_type("ValueTuple`2")
    listed = core_type("Collections.Generic.List`1")
    assert context.instantiate(listed, (string,)).canonical() is context.instantiate(listed, (canon,))
    assert context.instantiate(listed, (int32,)).canonical() is context.instantiate(listed, (int32,))
    mixed = context.instantiate(pair, (int32, context.instantiate(pair, (context.szarray(int32), int32))))
    inner = context.instantiate(pair, (canon, int32))
    assert mixed.canonical() is context.instantiate(pair, (int32, inner))
    assert mixed.canonical().is_canonical_subtype and not mixed.is_canonical_subtype
    assert context.szarray(string).canonical() is context.szarray(canon)
    assert string.canonical() is string


def test_shared_code_finds_its_context() -> None:
    context = shared_context()
    string = core_type("String")
    listed = core_type("Collections.Generic.List`1")
    add = context.method_on_owner(method_of(listed, "Add"), context.instantiate(listed, (string,)))
    assert not add.is_shared and add.context_source == CONTEXT_NONE
    assert add.canonical().context_source == CONTEXT_THIS_OBJECT
    assert add.canonical().signature.params == (context.canon,)
    assert add.signature.params == (string,)
    cctor = context.method_on_owner(method_of(listed, ".cctor"), context.instantiate(listed, (context.canon,)))
    assert cctor.context_source == CONTEXT_METHOD_TABLE
    span = core_type("Span`1", context.canon)
    clear = context.method_on_owner(method_of(span.definition, "Clear"), span)
    assert clear.context_source == CONTEXT_METHOD_TABLE
    convert = method_of(listed, "ConvertAll")
    on_int = context.method_on_owner(convert, context.instantiate(listed, (core_type("Int32"),)))
    exact = context.method_instance(on_int, (string,))
    assert exact.context_source == CONTEXT_NONE
    assert exact.canonical().context_source == CONTEXT_METHOD_DESC
    assert exact.canonical().owner is on_int.owner
    assert context.method_instance(on_int, (core_type("Int64"),)).canonical().context_source == CONTEXT_NONE
    assert str(exact) == "System.Collections.Generic.List`1<int>.ConvertAll<string>(System.Converter`2<int, string>)"


def test_methods_of_arrays() -> None:
    context = shared_context()
    int32, string = core_type("Int32"), core_type("String")
    square = context.array(string, 2)
    get = context.array_method(square, "Get", 2)
    assert get.signature.return_type is string and get.signature.params == (int32, int32)
    assert context.array_method(square, "Set", 3).signature.params == (int32, int32, string)
    assert context.array_method(square, "Address", 2).signature.return_type is context.byref(string)
    assert context.array_method(square, ".ctor", 4).signature.params == (int32,) * 4
    assert get.is_array_method and get.canonical().owner is context.array(context.canon, 2)
    with pytest.raises(BadImageError):
        context.array_method(square, "Get", 3)


def test_attributes_and_flags_of_methods() -> None:
    string = core_type("String")
    assert method_of(string, "get_Length").is_intrinsic
    assert method_of(string, "GetPinnableReference").is_nonversionable
    assert not method_of(string, "Contains", (string,)).is_nonversionable
    invoke = method_of(core_type("Action"), "Invoke")
    assert invoke.is_runtime_implemented and not invoke.has_body and invoke.body() is None
    assert method_of(core_type("Object"), "ToString").is_virtual
    assert method_of(core_type("Object"), ".ctor").is_ctor
    body = method_of(core_type("Object"), "ToString").body()
    assert body is not None and len(body.code) > 0


def test_fields() -> None:
    listed = core_type("Collections.Generic.List`1", core_type("String"))
    items = listed.find_field("_items")
    assert items is not None
    assert items.type is shared_context().szarray(core_type("String"))
    assert items.definition.owner is listed.definition and not items.is_static
    empty = core_type("String").find_field("Empty")
    assert empty is not None and empty.is_static and empty.is_init_only
    maximum = core_type("Int32").find_field("MaxValue")
    assert maximum is not None and maximum.is_literal
    random = core_type("Random+ThreadSafeRandom").find_field("t_random")
    assert random is not None and random.is_thread_static
    data = [f for t in shared_context().core.type_defs() for f in t.fields() if f.has_rva]
    assert data and all(f.rva > 0 for f in data)


def test_keys_mean_the_same_in_another_context() -> None:
    here, there = shared_context(), new_context()
    int32, string = core_type("Int32"), core_type("String")
    listed = core_type("Collections.Generic.List`1")
    types = [
        string,
        here.szarray(here.array(int32, 3)),
        here.pointer(here.byref(int32)),
        here.instantiate(listed, (here.instantiate(listed, (here.canon,)),)),
        here.type_variable(2),
        here.method_variable(0),
        core_type("Environment+SpecialFolder"),
        here.function_pointer(method_of(listed, "Add").signature),
    ]
    for type in types:
        key = pickle.loads(pickle.dumps(here.type_key(type)))
        assert hash(key) == hash(here.type_key(type))
        assert here.type_from_key(key) is type
        assert str(there.type_from_key(key)) == str(type)
    on_string = here.instantiate(listed, (string,))
    methods = [
        method_of(listed, "Add"),
        here.method_on_owner(method_of(listed, "Add"), on_string),
        here.method_instance(here.method_on_owner(method_of(listed, "ConvertAll"), on_string), (int32,)),
        here.array_method(here.array(string, 2), "Set", 3),
    ]
    for method in methods:
        key = pickle.loads(pickle.dumps(here.method_key(method)))
        assert here.method_from_key(key) is method
        assert str(there.method_from_key(key)) == str(method)


def test_missing_things_are_named(tmp_path: Path) -> None:
    context = new_context()
    with pytest.raises(MissingReferenceError, match=r"assembly No\.Such, which Me refers to"):
        context.module_by_name("No.Such", "Me")
    with pytest.raises(MissingMemberError, match=r"System\.Nothing"):
        context.well_known("System.Nothing")
    nothing = tmp_path / "nothing.dll"
    nothing.write_bytes(b"MZ" + bytes(200))
    with pytest.raises(BadImageError, match=r"nothing\.dll"):
        context.load_module(str(nothing))
    with pytest.raises(BadImageError):
        context.core.type_def(0)
    with pytest.raises(BadImageError):
        context.core.resolve_type(0x06000001, None)


def test_a_missing_reference_of_an_input() -> None:
    core = Path(shared_context().core.path)
    context = TypeSystemContext([str(core), str(core.with_name("System.Linq.dll"))])
    linq = context.module_by_name("System.Linq")
    with pytest.raises(MissingReferenceError, match=r"which System\.Linq refers to"):
        for rid in range(1, linq.reader.row_count(0x01) + 1):
            linq.resolve_type(0x01000000 | rid, None)


@pytest.mark.corpus
@needs_corpus
def test_references_go_through_facades_and_forwarders() -> None:
    context = new_context()
    json = context.load_module(corpus_library("Newtonsoft.Json"))
    assert context.load_module(corpus_library("Newtonsoft.Json")) is json
    types = [json.resolve_type(0x01000000 | rid, None) for rid in range(1, json.reader.row_count(0x01) + 1)]
    assert context.well_known("System.String") in types
    homes = {type.module.name for type in types}
    assert {"System.Private.CoreLib", "System.Collections", "System.Private.Xml"} <= homes
    for type in types:
        token = json.type_ref_token(type)
        assert token is not None and json.resolve_type(token, None) is type
    assert json.type_ref_token(context.well_known("System.Half")) is None


@pytest.mark.corpus
@needs_corpus
def test_members_have_tokens_again() -> None:
    context = new_context()
    json = context.load_module(corpus_library("Newtonsoft.Json"))
    fields = 0
    for rid in range(1, json.reader.row_count(0x0A) + 1):
        token = 0x0A000000 | rid
        if json.is_field_token(token):
            field = json.resolve_field(token, None)
            found = json.field_token(field)
            assert found is not None and json.resolve_field(found, None).definition is field.definition
            fields += 1
        else:
            method = json.resolve_method(token, None)
            found = json.method_token(method)
            assert found is not None
            again = json.resolve_method(found, None)
            assert again.definition is method.definition or again.is_array_method
    assert fields > 20


@pytest.mark.corpus
@needs_corpus
def test_names_that_people_write() -> None:
    context = new_context()
    json = context.load_module(corpus_library("Newtonsoft.Json"))
    full = {str(method) for method in find_methods(json, "JObject.Parse")}
    assert full == {
        "Newtonsoft.Json.Linq.JObject.Parse(string)",
        "Newtonsoft.Json.Linq.JObject.Parse(string, Newtonsoft.Json.Linq.JsonLoadSettings)",
    }
    parse = find_methods(json, "Newtonsoft.Json.Linq.JObject.Parse(string)")
    assert len(parse) == 1
    assert method_matches(parse[0], "Parse") and not method_matches(parse[0], "arse")
    assert not method_matches(parse[0], "Object.Parse")
    assert find_methods(json, "NoSuchMethod") == []


def test_layouts_of_well_known_types() -> None:
    assert layout_of(core_type("Guid")).size == 16
    assert layout_of(core_type("Span`1", core_type("Int32"))).gc_refs == ((0, True),)
    assert layout_of(core_type("Object")).size == 8
    assert layout_of(core_type("Int128")).alignment == 16
    assert layout_of(core_type("Runtime.CompilerServices.InlineArray3`1", core_type("String"))).gc_refs == (
        (0, False),
        (8, False),
        (16, False),
    )
