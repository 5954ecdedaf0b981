// SPDX-License-Identifier: Apache-2.0
// AscendC::Std, the part of the C++ standard library that CANN has for kernels under its own name.
#ifndef SIMULATOR_API_STD_H
#define SIMULATOR_API_STD_H

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace AscendC {
namespace Std {

using std::add_const;
using std::add_const_t;
using std::add_cv;
using std::add_cv_t;
using std::add_lvalue_reference;
using std::add_lvalue_reference_t;
using std::add_pointer;
using std::add_pointer_t;
using std::add_rvalue_reference;
using std::add_rvalue_reference_t;
using std::add_volatile;
using std::add_volatile_t;
using std::bool_constant;
using std::conditional;
using std::conditional_t;
using std::decay;
using std::decay_t;
using std::enable_if;
using std::enable_if_t;
using std::false_type;
using std::forward;
using std::get;
using std::index_sequence;
using std::integral_constant;
using std::is_array;
using std::is_base_of;
using std::is_const;
using std::is_convertible;
using std::is_floating_point;
using std::is_integral;
using std::is_pointer;
using std::is_reference;
using std::is_same;
using std::is_same_v;
using std::is_void;
using std::make_index_sequence;
using std::make_tuple;
using std::move;
using std::remove_const;
using std::remove_const_t;
using std::remove_cv;
using std::remove_cv_t;
using std::remove_pointer;
using std::remove_pointer_t;
using std::remove_reference;
using std::remove_reference_t;
using std::remove_volatile;
using std::remove_volatile_t;
using std::true_type;
using std::tuple;
using std::tuple_element;
using std::tuple_element_t;
using std::tuple_size;
using std::tuple_size_v;

// Unlike the standard's, these give a value, and take two types.
template <typename T, typename U>
constexpr auto min(const T &src0, const U &src1)
{
    return src0 < src1 ? src0 : src1;
}

template <typename T, typename U>
constexpr auto max(const T &src0, const U &src1)
{
    return src0 > src1 ? src0 : src1;
}

}  // namespace Std
}  // namespace AscendC

#endif  // SIMULATOR_API_STD_H
