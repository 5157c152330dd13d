// The site profile that a sweep names: a file, or one of those that come with the program.
#pragma once

#include "orchestrator/submit/submission.h"

#include <filesystem>
#include <optional>
#include <string>

namespace enigma {

/// The profile of the request, else of the spec (a file relative to it); a value that holds nothing
/// where none is named. A name is looked for in share/enigma-sweep/sites beside the program, and in
/// examples/sites of a checkout that it was built in.
Parsed<std::optional<sweeps::Site>> site_of(const SweepRequest& request, const sweeps::Spec& spec);

/// The profile that `word` names, a file relative to `folder`.
Parsed<sweeps::Site> site_named(const std::string& word, const std::filesystem::path& folder);

/// A file as it is meant in `folder`, made absolute; a name stays.
std::string absolute_site(const std::string& word, const std::filesystem::path& folder = ".");

}  // namespace enigma
