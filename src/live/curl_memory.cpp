#include "live/curl_memory.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <malloc.h>

#include <openssl/crypto.h>

namespace pveform::live {

namespace {

void wipe_and_free(void* memory) {
    if (memory != nullptr) {
        OPENSSL_cleanse(memory, malloc_usable_size(memory));
    }
    std::free(memory);
}

/// Never in place: the allocator would leave a copy behind where it moves a block.
void* reallocate(void* memory, std::size_t size) {
    void* larger = std::malloc(size);
    if (memory == nullptr || larger == nullptr) {
        return larger;
    }
    std::memcpy(larger, memory, std::min(size, malloc_usable_size(memory)));
    wipe_and_free(memory);
    return larger;
}

} // namespace

CURLcode initialise_curl() {
    static const CURLcode code = curl_global_init_mem(
        CURL_GLOBAL_DEFAULT, std::malloc, wipe_and_free, reallocate, strdup, std::calloc
    );
    return code;
}

} // namespace pveform::live
