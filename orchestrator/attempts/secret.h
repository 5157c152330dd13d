// The store's secret and what is derived from it. Tokens of submissions are names that travel in
// the open (command lines, a scheduler's job names); what authorises a report is derived.
#pragma once

#include <filesystem>
#include <string>

namespace enigma::attempts {

/// `bytes` random bytes of the system as hexadecimal digits. Edge of the program: not for
/// decisions.
std::string random_hex(size_t bytes);

/// HMAC-SHA256 of `message` as hexadecimal digits (RFC 2104).
std::string hmac_sha256(const std::string& key, const std::string& message);

/// Compares in a time that depends on the lengths only.
bool same_secret(const std::string& a, const std::string& b);

/// STORE/secret (mode 0600), made where there is none.
std::string secret_of_store(const std::filesystem::path& store);

/// What a worker shows with its reports: derived from the store's secret and its submission.
std::string bearer_of(const std::string& secret, const std::string& token);

}  // namespace enigma::attempts
