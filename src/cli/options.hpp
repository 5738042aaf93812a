// What was said on the command line.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "plan/guard.hpp"
#include "plan/rotation.hpp"
#include "plan/selection.hpp"
#include "render/form.hpp"

namespace pveform::cli {

enum class Format { text, json, markdown };

/// A report in a file, or on standard output (`-`).
struct Output {
    render::Form form = render::Form::text;
    std::filesystem::path path;
};

struct Options {
    std::vector<std::filesystem::path> files = {"pveform.yaml"};
    std::optional<std::string> endpoint;
    std::optional<std::filesystem::path> ca_file;
    std::optional<std::string> fingerprint;
    bool insecure = false;            // takes any certificate
    std::vector<std::string> headers; // `Name: env:VARIABLE`, for a gateway
    std::optional<std::string> user;  // logs in with a password
    std::optional<std::filesystem::path> secrets_out;
    std::optional<std::filesystem::path> live;    // a file to read instead of a cluster
    std::optional<std::filesystem::path> domains; // domains.cfg that belongs to it
    std::optional<std::string> release;           // of the PVE that it comes from
    std::optional<std::filesystem::path> against; // drift: a snapshot instead of documents
    std::optional<std::filesystem::path> out;     // plan, export, snapshot: the file to write
    std::optional<std::filesystem::path> plan;    // show, apply: one that was saved
    std::optional<std::filesystem::path> target;  // init: the document to begin
    bool empty = false;                           // init: without a look at a cluster
    int timeout_s = 60;                           // for one answer
    std::optional<Format> format;                 // text
    std::vector<Output> outputs;                  // plan, drift, apply
    bool no_color = false;
    bool no_pager = false;
    bool quiet = false;
    int verbosity = 0;              // 1: each request, 2: with its parameters
    bool detailed_exitcode = false; // plan
    bool auto_approve = false;      // apply
    std::optional<std::string> as;  // plan: who will apply
    bool show_unmanaged = false;
    plan::Allowances allowances;
    plan::Selection selection;
    plan::Rotation rotation;
    bool only_due = false;          // rotate
    bool no_verify_secrets = false; // apply, rotate
    bool no_prune = false;
    std::string principal;            // explain
    std::optional<std::string> path;  // explain: without it, everywhere
    std::optional<std::string> why;   // explain: one privilege
    std::vector<std::string> who_can; // explain: a privilege and a path
    bool planned = false;             // explain: what the documents lead to
    bool batch = false;               // explain
    std::string rule;                 // policy explain
    std::string schema;               // schema: of what
    std::string shell;                // completion: whose script

    std::optional<std::string> digest; // apply: what the plan's begins with, in lower case
};

} // namespace pveform::cli
