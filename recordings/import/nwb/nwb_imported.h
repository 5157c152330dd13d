// An NWB file imported by a test, and what it is refused for.
#pragma once

#include "recordings/format/problem.h"
#include "recordings/import/imported_session.h"
#include "recordings/import/nwb/nwb.h"
#include "recordings/temporary_folder.h"

#include <filesystem>
#include <string>
#include <vector>

namespace enigma::recordings::importer::nwb {

struct Imported {
  TemporaryFolder place;
  std::filesystem::path folder = place.path();
  SessionRecord record;

  explicit Imported(const std::filesystem::path& source, const ReadOptions& options = {}) {
    ReadRequest request;
    request.source = source;
    request.session = folder;
    request.name = source.stem().string();
    request.options = options;
    record = read_nwb(request);
  }
  Sequence sequence(const std::string& name) const { return sequence_at(folder / name); }
  nlohmann::json neurons() const { return json_at(folder / "neurons.json"); }
  /// Of those left out, the reason; "" where it is not left out.
  std::string left_out(const std::string& where) const {
    for (const auto& [place, why] : record.left_out) {
      if (place == where) { return why; }
    }
    return "";
  }
};

inline std::vector<Diagnostic> refused(const std::filesystem::path& source,
                                       const ReadOptions& options = {}) {
  try {
    const Imported session(source, options);
  } catch (const InputError& error) { return error.diagnostics(); }
  return {};
}

}  // namespace enigma::recordings::importer::nwb
