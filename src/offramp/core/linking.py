"""Kernels that only kernels call, compiled as parts of their callers.

numba makes machine code of every compiled function, of all that it calls over again, and keeps it.
Of a function that no Python code calls that is waste: its callers take it in anyway. Here such a
function is typed and lowered, and goes no further than a module that its callers link.

This is numba's way to customize its compiler (`pipeline_class`); what it does not say in its manual
is held by `tests/core/test_linking.py`.
"""

from __future__ import annotations

import weakref
from importlib import import_module
from typing import Any

from numba.core import codegen, typed_passes
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.environment import lookup_environment

ENVIRONMENT = "_ZN08NumbaEnv"
"""How the names begin under which compiled code finds what its errors are made of."""

_dynfunc: Any = import_module("numba._dynfunc")  # C code, without types


class LinkedLibrary(codegen.JITCodeLibrary):
    """Code that others link: it is optimised with them, and never made machine code by itself."""

    def _optimize_final_module(self) -> None:
        """Nothing: its callers' modules are optimised with all that they link."""

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        module: Any = self._final_module
        module.__library = weakref.proxy(self)
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class LinkedLowering(typed_passes.NativeLowering):
    """Lowering into a library that is linked only, known by an empty function."""

    _name = "linked_lowering"

    def run_pass(self, state: Any) -> bool:
        """Lower, and register what was lowered for compiled callers."""
        context = state.targetctx
        state.library = LinkedLibrary(context.codegen(), state.func_id.func_qualname)
        state.flags.no_compile = True
        super().run_pass(state)
        lowered = state["cr"]
        name = lowered.fndesc.qualname.rpartition(".")[2]
        module = lowered.fndesc.lookup_module()
        key = _dynfunc.make_function(module, name, "linked only", 0, lowered.env, (state.library,))
        context.insert_user_function(key, lowered.fndesc, [state.library])
        state.reload_init.extend(state.library._reload_init)
        state["cr"] = lowered._replace(cfunc=key)
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class EntryLowering(typed_passes.NativeLowering):
    """Lowering of what Python calls; what it links gets the environments that it would have."""

    _name = "entry_lowering"

    def run_pass(self, state: Any) -> bool:
        """Lower, make machine code, and tell it where the environments are, as a cache would."""
        super().run_pass(state)
        machine = state.library.codegen
        for one in state.library._final_module.global_variables:
            if one.name.startswith(ENVIRONMENT):
                known = lookup_environment(one.name)
                if known is not None and machine._engine.get_global_value_address(one.name):
                    machine.set_env(one.name, known)
        return True


class LinkedOnly(CompilerBase):
    """numba's compiler with another end, for what only kernels call."""

    lowering: type = LinkedLowering

    def define_pipelines(self) -> list[Any]:
        """The usual passes, the lowering replaced."""
        manager = DefaultPassBuilder.define_nopython_pipeline(self.state)
        manager.passes = [
            (self.lowering, told) if one is typed_passes.NativeLowering else (one, told)
            for one, told in manager.passes
        ]
        manager.finalize()
        return [manager]


class Entry(LinkedOnly):
    """The same for what Python calls."""

    lowering = EntryLowering
