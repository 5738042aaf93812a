// A value and where it was written.
#pragma once

#include <optional>

#include "base/source.hpp"

namespace pveform::desired {

template<class T>
struct Declared {
    T value;
    Span span;
};

template<class T>
using Optional = std::optional<Declared<T>>;

} // namespace pveform::desired
