"""What `--method` of `readytorun dump` selects."""

from __future__ import annotations

import pytest

from readytorun.inspect.method_pattern import MethodPattern, without_type_arguments

ADD = "System.Collections.Generic.List<int>.Add(int)"
PARSE = "Newtonsoft.Json.Linq.JObject.Parse(string)"
SORT = "System.Array.Sort<System.Collections.Generic.KeyValuePair<int, string>>(System.Span<int>)"


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("JObject.Parse", PARSE),
        ("Parse", PARSE),
        ("Parse(string)", PARSE),
        (PARSE, PARSE),
        ("J*.Parse", PARSE),
        ("P?rse", PARSE),
        ("*", PARSE),
        ("List.Add", ADD),
        ("List<int>.Add", ADD),
        (ADD, ADD),
        ("Array.Sort", SORT),
        ("Sort<*", SORT),
        ("Map+Entry.Get", "A.Map<string, object>+Entry.Get()"),
        ("<Main>$", "Program.<Main>$(string[])"),
        ("<>c.<Bar>b__0", "Foo+<>c.<Bar>b__0()"),
    ],
)
def test_means(pattern: str, name: str) -> None:
    assert MethodPattern(pattern).matches(name)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("arse", PARSE),
        ("Object.Parse", PARSE),
        ("Parse(int)", PARSE),
        ("List<long>.Add", ADD),
        ("Add(long)", ADD),
        ("Array", SORT),
        ("", PARSE),
    ],
)
def test_does_not_mean(pattern: str, name: str) -> None:
    assert not MethodPattern(pattern).matches(name)


def test_a_token_means_the_method_of_that_token() -> None:
    assert MethodPattern("0x06000012").matches(PARSE, 0x06000012)
    assert not MethodPattern("0x06000012").matches(PARSE, 0x06000013)
    assert MethodPattern("0x0A00000b").matches(PARSE, 0x0A00000B)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (PARSE, PARSE),
        (ADD, "System.Collections.Generic.List.Add(int)"),
        (SORT, "System.Array.Sort(System.Span)"),
        ("Foo+<>c.<Bar>b__0()", "Foo+<>c.<Bar>b__0()"),
        ("Foo+<>c<T>.<Bar>b__0()", "Foo+<>c.<Bar>b__0()"),
        ("A<B<C>, D<E>>+F<G>.H(I<J>)", "A+F.H(I)"),
    ],
)
def test_without_type_arguments(name: str, expected: str) -> None:
    assert without_type_arguments(name) == expected
