// JSON as PVE's encoder writes it: members in no particular order, and whatever text is stored,
// also where it is no valid UTF-8 (an encoded surrogate), which is why json/write.hpp will not do.
#pragma once

#include <string>

#include "simulator/method.hpp"
#include "json/value.hpp"

namespace pveform::simulator {

[[nodiscard]] std::string json_text(const json::Value& value, Shuffler& shuffler);

} // namespace pveform::simulator
