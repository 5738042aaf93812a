// A place for secrets in memory, for the tests of sinks.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catch.hpp"
#include "secrets/sink.hpp"
#include "support/fake_processes.hpp"
#include "support/memory_files.hpp"
#include "json/read.hpp"

namespace pveform::test {

inline secrets::IssuedSecret issued(const std::string& id, const std::string& secret) {
    return {
        .name = id,
        .id = split_token_id(id),
        .secret = Secret(secret),
        .issued = 1'800'000'000,
        .expires = Expiry{1'830'297'600},
        .cluster = "prod",
    };
}

inline std::vector<TokenId> tokens(std::initializer_list<const char*> ids) {
    std::vector<TokenId> result;
    for (const char* id : ids) {
        result.push_back(split_token_id(id));
    }
    return result;
}

/// The error of something that must fail; `help` after a newline.
template<class T>
std::string error_of(const Result<T>& result) {
    if (result) {
        FAIL("should have been refused");
    }
    return result.error().message + "\n" + result.error().help;
}

template<class T>
T value_of(Result<T> result) {
    if (!result) {
        FAIL(result.error().message);
    }
    return std::move(*result);
}

inline json::Value parsed(const std::string& text) {
    auto value = json::parse(text);
    if (!value) {
        FAIL(value.error());
    }
    return std::move(*value);
}

inline std::string text_at(const json::Value& value, std::initializer_list<const char*> path) {
    const json::Value* place = &value;
    for (const char* key : path) {
        place = place->find(key);
        if (place == nullptr) {
            return "(absent)";
        }
    }
    return place->as_string() != nullptr ? *place->as_string() : "(no string)";
}

} // namespace pveform::test
