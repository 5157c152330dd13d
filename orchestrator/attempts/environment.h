// The environment that workers get: the one in which their sweep was submitted, whoever started the
// controller. It is kept in STORE/environments/NAME.json (mode 0600), never on a command line, and
// the values of secrets are left out of every listing.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::attempts {

using Environment = std::map<std::string, std::string>;

/// Of "NAME=VALUE" variables, ended by null: all but those that belong to one terminal, login or
/// scheduler's job (is_of_session), and those that are not UTF-8.
Environment environment_of(const char* const* variables);
bool is_of_session(const std::string& name);

/// A name like *TOKEN*, *SECRET*, *PASSWORD*, *_KEY, or a URL with a password in it.
bool is_secret(const std::string& name, const std::string& value);

/// The inverse of environment_of: "NAME=VALUE" each.
std::vector<std::string> variables_of(const Environment& environment);

std::string to_text(const Environment& environment);

/// Puts it under STORE/environments; `name` is the placement's. Throws std::system_error.
void keep_environment(const std::filesystem::path& store, const std::string& name,
                      const Environment& environment);

/// Nothing where it is not there or may not be read.
std::optional<Environment> kept_environment(const std::filesystem::path& store,
                                            const std::string& name);

/// "NAME=VALUE" each of the kept environment of a submission. Nothing where `name` is empty: it was
/// submitted before environments were kept, and gets this program's own. Throws std::runtime_error
/// where the kept one is not there.
std::optional<std::vector<std::string>> variables_for(const std::filesystem::path& store,
                                                      const std::string& name);

/// For listings: {NAME: value}, with "(hidden)" for secrets.
nlohmann::ordered_json listed(const Environment& environment);

}  // namespace enigma::attempts
