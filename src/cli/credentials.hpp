// Who pveform is to PVE, and what a gateway in front of it wants to see: from the environment,
// files, commands and the person at the terminal; never from the command line, which every user of
// the machine can read.
#pragma once

#include <vector>

#include "base/error.hpp"
#include "cli/context.hpp"
#include "cli/options.hpp"
#include "live/connect.hpp"

namespace pveform::cli {

/// - An API token: PVEFORM_API_TOKEN, or PVEFORM_TOKEN_ID with PVEFORM_TOKEN_SECRET or
///   PVEFORM_TOKEN_SECRET_FILE.
/// - A user with a password: `--user` or PVEFORM_USER, with PVEFORM_PASSWORD,
///   PVEFORM_PASSWORD_FILE, PVEFORM_PASSWORD_COMMAND, or a question.
/// - Where there is none of these, what the Terraform provider reads: PROXMOX_VE_API_TOKEN, or
///   PROXMOX_VE_USERNAME with PROXMOX_VE_PASSWORD or a question.
/// - Where there is nothing but `--header`: no credentials of our own.
///
/// An empty variable is none. Errors are of kind `usage` where sources contradict each other or
/// one lacks its other half. The context must outlive the result, which may ask for a second
/// factor.
[[nodiscard]] Result<live::Credentials> find_credentials(const Options& options, Context& context);

/// The headers of `--header 'Name: env:VARIABLE'` and `'Name: file:PATH'`.
[[nodiscard]] Result<std::vector<live::ExtraHeader>>
find_headers(const Options& options, Context& context);

} // namespace pveform::cli
