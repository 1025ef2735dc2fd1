"""Where references are found, and which one of a name counts."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from readytorun.compiler.references import CORE_LIBRARY, find_references, installed_framework
from readytorun.compiler.targets import target_by_name
from readytorun.errors import MissingReferenceError, ReadyToRunError

TARGET = target_by_name("net10.0-linux-x64")
LINUX_X64, WINDOWS_X64, LINUX_ARM64 = 0x8664 ^ 0x7B79, 0x8664, 0xAA64 ^ 0x7B79


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    return path


def make_framework(root: Path, version: str, machine: int = LINUX_X64) -> Path:
    """A framework folder whose core library has no more than the headers that tell what it is for."""
    folder = root / "shared" / "Microsoft.NETCore.App" / version
    image = bytearray(0x200)
    image[:2] = b"MZ"
    struct.pack_into("<I", image, 0x3C, 0x80)
    struct.pack_into("<4sH", image, 0x80, b"PE\0\0", machine)
    touch(folder / f"{CORE_LIBRARY}.dll").write_bytes(image)
    touch(folder / "System.Console.dll")
    return folder


def found(*patterns: str | Path, inputs: list[Path]) -> list[str]:
    return list(find_references([str(p) for p in patterns], inputs, TARGET, {}))


def test_the_first_of_a_name_counts(tmp_path: Path) -> None:
    core = touch(tmp_path / "fx" / f"{CORE_LIBRARY}.dll")
    first = touch(tmp_path / "one" / "Library.dll")
    second = touch(tmp_path / "two" / "library.DLL")
    app = touch(tmp_path / "app" / "App.dll")
    beside = touch(tmp_path / "app" / "Beside.dll")
    touch(tmp_path / "app" / "Library.dll")
    assert found(second, first, core, inputs=[app]) == [str(p) for p in (second, core, app, beside)]
    assert found(first, second, core, inputs=[app])[0] == str(first)


def test_folders_and_patterns(tmp_path: Path) -> None:
    core = touch(tmp_path / "fx" / f"{CORE_LIBRARY}.dll")
    a, b = touch(tmp_path / "fx" / "a.dll"), touch(tmp_path / "fx" / "deep" / "b.dll")
    touch(tmp_path / "fx" / "libnative.so")
    app = touch(tmp_path / "app" / "App.dll")
    assert found(tmp_path / "fx", inputs=[app]) == [str(p) for p in (core, a, app)]
    assert found(tmp_path / "fx" / "*", inputs=[app]) == [str(p) for p in (core, a, app)]
    assert found(tmp_path / "fx" / "**" / "*.dll", inputs=[app]) == [str(p) for p in (core, a, b, app)]


def test_patterns_that_name_nothing(tmp_path: Path) -> None:
    for pattern in ("none.dll", "*.none"):
        with pytest.raises(ReadyToRunError, match=r"no such file|no file matches"):
            found(tmp_path / pattern, inputs=[tmp_path / "App.dll"])


def test_the_newest_framework_of_the_version_that_fits(tmp_path: Path) -> None:
    for version in ("9.0.8", "10.0.0-rc.1.25451.107", "10.0.2", "10.0.12", "11.0.0"):
        make_framework(tmp_path, version)
    make_framework(tmp_path, "10.0.13", WINDOWS_X64)
    make_framework(tmp_path, "10.0.14", LINUX_ARM64)
    assert installed_framework(TARGET, {"DOTNET_ROOT": str(tmp_path)}).name == "10.0.12"


def test_a_prerelease_is_better_than_nothing(tmp_path: Path) -> None:
    make_framework(tmp_path, "10.0.0-rc.1.25451.107")
    assert installed_framework(TARGET, {"DOTNET_ROOT": str(tmp_path)}).name == "10.0.0-rc.1.25451.107"


def test_an_installed_framework_is_used_where_no_core_library_is_given(tmp_path: Path) -> None:
    folder = make_framework(tmp_path / "dotnet", "10.0.12")
    app = touch(tmp_path / "app" / "App.dll")
    references = find_references([], [app], TARGET, {"DOTNET_ROOT": str(tmp_path / "dotnet")})
    assert references == (str(app), str(folder / "System.Console.dll"), str(folder / f"{CORE_LIBRARY}.dll"))


def test_no_framework_is_an_error_that_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readytorun.compiler.references._USUAL_PLACES", ())
    with pytest.raises(MissingReferenceError, match=r"no \.NET 10\.0 framework .* -r .* DOTNET_ROOT"):
        installed_framework(TARGET, {"DOTNET_ROOT": str(tmp_path)})
