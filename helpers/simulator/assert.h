// SPDX-License-Identifier: Apache-2.0
// Before the standard's header of this name: in a kernel assert is CANN's, which takes a format and values too.
// Without a guard, as the standard's is: each #include <cassert> defines assert anew.
#include_next <assert.h>

#ifdef SIMULATOR_API_ASSERTION_H
#undef assert
#define assert(...) ascendc_assert(__VA_ARGS__)
#endif
