"""Compiler: kernels to object code; loaded by the process that compiles, never by a window that finds it done."""

from __future__ import annotations

import hashlib
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, cast

import numba
from llvmlite import binding
from numba import types

from app.views.map2d.compiled import PARTS, Array, Bundle, Kind, Scalar, all_kernels, codes
from app.views.map2d.machine import earlier, remember, target_machine

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.views.map2d.compiled import Kernel

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
"""No reference counting: two threads that count the same arrays wait for each other at every call. Kernels
therefore allocate nothing; scratch is handed in."""

BARE: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Kernels are called by their address: nothing in them knows Python."""

WORDS = {"ptr": "p", "i64": "q", "double": "d", "i8": "b"}


def machine_code(name: str) -> tuple[str, bytes]:
    """Compile a kernel, or find it as an earlier state of the sources left it; give its entry and its object code.

    Raises
    ------
    RuntimeError
        The compiler hands arguments over in another way than `compiled.codes` says.
    """
    kernel = next(kernel for kernel in all_kernels() if kernel.name == name)
    content = content_of(kernel)
    found = earlier(name, content)
    if found is not None:
        return found
    entry, code = _compiled(kernel)
    remember(name, content, entry, code)
    return entry, code


def content_of(kernel: Kernel) -> str:
    """Give a digest of all that a kernel's machine code follows from, beside compiler and processor."""
    digest = hashlib.sha256(repr((kernel.takes, OPTIONS)).encode())
    seen: set[FunctionType] = set()

    def add(function: FunctionType) -> None:
        if function in seen:
            return
        seen.add(function)
        digest.update(_words_of(function.__code__).encode())
        for name in sorted(set(function.__code__.co_names)):
            value = function.__globals__.get(name)
            if isinstance(value, FunctionType):
                digest.update(f"{name} {getattr(value, PARTS, '')}".encode())
                add(value)
            elif not isinstance(value, ModuleType):
                digest.update(f"{name} {getattr(value, '_fields', value)!r}".encode())

    add(cast("FunctionType", kernel.source))
    return digest.hexdigest()[:16]


def _words_of(code: CodeType) -> str:
    consts = [_words_of(const) if isinstance(const, CodeType) else repr(const) for const in code.co_consts]
    return repr((code.co_code, consts, code.co_names, code.co_varnames))


def _compiled(kernel: Kernel) -> tuple[str, bytes]:
    name = kernel.name
    signature = types.void(*(_type(kind) for kind in kernel.takes))
    dispatcher: Any = numba.njit(**OPTIONS, **BARE)(_with_parts(kernel.source))
    dispatcher.compile(signature)
    made = dispatcher.overloads[signature.args]
    entry = made.fndesc.llvm_func_name
    module = binding.parse_assembly(dispatcher.inspect_llvm(signature.args))
    found = [WORDS.get(str(word.type), str(word.type)) for word in module.get_function(entry).arguments]
    wanted = ["p", "p", *(code for kind in kernel.takes for code in codes(kind))]
    if found != wanted:
        raise RuntimeError(f"{name} takes {''.join(found)}, not {''.join(wanted)}: this numba is not the locked one")
    return entry, target_machine().emit_object(module)


def _type(kind: Kind) -> Any:
    if isinstance(kind, Scalar):
        return getattr(types, kind.dtype)
    if isinstance(kind, Array):
        return types.Array(getattr(types, kind.dtype), kind.dimensions, "C", readonly=not kind.writable)
    if isinstance(kind, Bundle):
        return types.BaseTuple.from_types([_type(member) for member in kind.members], kind.kind)
    raise TypeError(kind)


@cache
def _part(function: FunctionType) -> Callable[..., Any]:
    """Give a part of kernels as the compiler takes it."""
    options: dict[str, Any] = {"forceinline": True} if getattr(function, PARTS) == "inline" else {}
    return numba.njit(**options, **OPTIONS)(_with_parts(function))


def _with_parts(function: Callable[..., Any]) -> FunctionType:
    """Give a copy of a function that finds the compiler's form of each part it names."""
    if not isinstance(function, FunctionType):
        raise TypeError(f"{function!r} is no plain function")
    names = {
        name: _part(value) if isinstance(value, FunctionType) and hasattr(value, PARTS) else value
        for name, value in function.__globals__.items()
        if name in function.__code__.co_names or name.startswith("__")
    }
    return FunctionType(function.__code__, names, function.__name__, function.__defaults__, function.__closure__)
