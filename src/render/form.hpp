// The forms that a report can have.
#pragma once

namespace pveform::render {

enum class Form { text, json, markdown, junit, sarif, prometheus, codequality };

} // namespace pveform::render
