// What was said on the command line.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "plan/guard.hpp"

namespace pveform::cli {

enum class Format { text, json };

struct Options {
    std::vector<std::filesystem::path> files = {"pveform.yaml"};
    std::optional<std::string> endpoint;
    std::optional<std::filesystem::path> ca_file;
    std::optional<std::string> fingerprint;
    std::optional<std::filesystem::path> secrets_out;
    int timeout_s = 60; // for one answer
    Format format = Format::text;
    bool no_color = false;
    bool quiet = false;
    bool detailed_exitcode = false; // plan
    bool auto_approve = false;      // apply
    std::optional<std::string> as;  // plan: who will apply
    bool show_unmanaged = false;
    plan::Allowances allowances;
};

} // namespace pveform::cli
