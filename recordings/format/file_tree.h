// The files below a folder, links followed: to another disk, into git-annex's objects, into the
// cache of a model hub.
#pragma once

#include "diagnostics/diagnostic.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace enigma::recordings {

/// What macOS leaves beside the files of other people: ._NAME, .DS_Store.
bool is_left_by_system(const std::filesystem::path& file);

/// Calls `visit` for everything below `folder`; it says whether a folder is gone into. Links are
/// followed; one that leads nowhere, or to a folder that it lies in, is not: it stands in
/// `problems`, as a warning. Throws std::filesystem::filesystem_error where a folder cannot be
/// listed.
using Visit = std::function<bool(const std::filesystem::directory_entry&)>;
void walk(const std::filesystem::path& folder, const Visit& visit,
          std::vector<Diagnostic>& problems);

struct FileTree {
  std::map<std::string, std::filesystem::path> files;  ///< by their path from the folder on
  std::vector<Diagnostic> problems;                    ///< those of walk()
};
/// All files but those that is_left_by_system.
FileTree files_below(const std::filesystem::path& folder);

/// A session's name: its folder's own, or that of the link by which it is reached.
std::string session_name(const std::filesystem::path& folder);

/// A link that leads nowhere and is called as a folder is: without an ending, not hidden. It may
/// stand for a session or a modality that is missed.
bool is_lost_folder(const std::filesystem::path& link);

}  // namespace enigma::recordings
