#pragma once
#include <stdint.h>

/// Calls of malloc, calloc, realloc and the aligned allocators of the whole process so far.
uint64_t allocation_count(void);
