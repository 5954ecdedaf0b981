# SPDX-License-Identifier: Apache-2.0
"""Headers that published kernels include by CANN's names, beside `kernel_operator.h`: `folder()` holds what stands in.

Four kinds: parts of `kernel_operator.h`, which open it here; headers of host programs, which are empty here, as the
code that needs them is left out (`helpers/host_code.py`); headers that a build of CANN generates; and the one of the
matrix unit that vector kernels include without need. A header of one
of these names beside the kernel, or in a folder of `include`, comes first. The one exception is `data_utils.h`, which
samples call the reading and writing of their files: one without device code is passed over (`host_only(folder)`).
Other headers of the matrix unit and of the high-level API are not among them: that they are missing is then said with
the reason.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from helpers.build_cache import cache_directory, make_folder
from helpers.host_code import has_device_code

_KERNEL = """
    kernel_basic_intf.h kernel_common.h kernel_operator_data_copy_intf.h kernel_operator_dump_tensor_intf.h
    kernel_operator_intf.h kernel_operator_list_tensor_intf.h kernel_operator_scalar_intf.h
    kernel_operator_sys_var_intf.h kernel_operator_vec_binary_intf.h kernel_operator_vec_binary_scalar_intf.h
    kernel_operator_vec_duplicate_intf.h kernel_operator_vec_reduce_intf.h kernel_operator_vec_unary_intf.h
    kernel_struct_data_copy.h kernel_tensor.h kernel_tpipe.h kernel_type.h kernel_vec_intf.h
    basic_api/kernel_basic_intf.h basic_api/kernel_common.h basic_api/kernel_operator_block_sync_intf.h
    basic_api/kernel_operator_common_intf.h basic_api/kernel_operator_data_copy_intf.h
    basic_api/kernel_operator_dump_tensor_intf.h basic_api/kernel_operator_intf.h
    basic_api/kernel_operator_scalar_intf.h basic_api/kernel_operator_sys_var_intf.h
    basic_api/kernel_tensor.h basic_api/kernel_tpipe.h basic_api/kernel_type.h basic_api/kernel_vec_intf.h
    impl/dav_c220/kernel_operator_reg_others_impl.h
    lib/std/algorithm.h lib/std/tuple.h lib/std/type_traits.h std/algorithm.h std/tuple.h std/type_traits.h
    utils/debug/asc_assert.h utils/debug/asc_dump.h utils/debug/asc_printf.h utils/debug/asc_time.h
    utils/std/algorithm.h utils/std/tuple.h utils/std/type_traits.h
"""
_HOST = """
    acl/acl.h acl/acl_base.h acl/acl_mdl.h acl/acl_op.h acl/acl_op_compiler.h acl/acl_prof.h acl/acl_rt.h
    acl/acl_rt_compile.h aclnn/acl_meta.h aclnn/aclnn_base.h
    cpu_debug_launch.h tikicpulib.h securec.h
    exe_graph/runtime/tiling_context.h ge/ge_api.h graph/c_types.h graph/custom_op.h graph/operator.h
    graph/operator_reg.h graph/tensor.h graph/types.h graph/utils/type_utils.h
    log/log.h platform/platform_ascendc.h platform/platform_info.h platform/platform_infos_def.h
    pybind11/pybind11.h pybind11/stl.h
    register/device_op_impl_registry.h register/op_def_registry.h register/op_impl_registry.h register/register.h
    tiling/platform/platform_ascendc.h tiling/tiling_api.h
    torch/extension.h torch/library.h torch/torch.h
    torch_npu/csrc/core/npu/NPUStream.h torch_npu/csrc/framework/OpCommand.h
"""
_GENERATED = """
    kernel_tiling/kernel_tiling.h
"""
_MATRIX = """
    lib/matmul_intf.h
"""
_TEXTS = {
    _KERNEL: "Part of kernel_operator.h in CANN; here it opens the whole of it.\n#include <kernel_operator.h>",
    _HOST: "Empty: in CANN a header for host programs, whose code is left out where a kernel is simulated.\n"
    "#include <stddef.h>\n#include <stdint.h>",
    _GENERATED: "Empty: a build of CANN generates it with the tiling structs. Here they come from the operator's own\n"
    "// header, by #include or the prelude of from_source.",
    _MATRIX: "Empty: the matrix unit is not simulated. Vector kernels that include it without need compile.",
}


_FILES_OF_SAMPLES = "data_utils.h"


def folder() -> Path:
    """The folder to search behind all others; made once. Raises BuildError where the cache cannot be written."""
    return _filled({name: text for names, text in _TEXTS.items() for name in names.split()})


def host_only(beside: Path) -> tuple[Path, ...]:
    """The folders to search before `beside`, the one of a kernel: there is none if its own header has device code."""
    own = beside / _FILES_OF_SAMPLES
    if own.is_file() and has_device_code(own.read_text(encoding="utf-8", errors="replace")):
        return ()
    return (_filled({_FILES_OF_SAMPLES: _TEXTS[_HOST]}),)


def _filled(texts: dict[str, str]) -> Path:
    """A folder of the build cache with headers of these names and texts."""
    key = hashlib.sha256(repr(sorted(texts.items())).encode()).hexdigest()[:24]
    target = cache_directory() / f"headers-{key}"

    def write(final: Path) -> None:
        for name, text in texts.items():
            (final / name).parent.mkdir(parents=True, exist_ok=True)
            (final / name).write_text(f"// {text}\n", encoding="utf-8")

    make_folder(target, write)
    return target
