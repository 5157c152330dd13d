#include "recordings/import/import_manifest.h"

#include "files/atomic_file.h"
#include "recordings/import/finished_session.h"

#include <algorithm>
#include <vector>

namespace enigma::recordings::importer {

void write_import_manifest(const std::filesystem::path& out, DigestCache& digests) {
  std::vector<std::filesystem::path> sessions;
  for (const auto& entry : std::filesystem::directory_iterator(out)) {
    if (!entry.path().filename().string().starts_with(".") &&
        std::filesystem::is_regular_file(entry.path() / "import.json")) {
      sessions.push_back(entry.path());
    }
  }
  std::sort(sessions.begin(), sessions.end());
  nlohmann::ordered_json json = {{"schema", "enigma.manifest/1"},
                                 {"sessions", nlohmann::ordered_json::array()}};
  for (const auto& session : sessions) {
    nlohmann::ordered_json entry = {{"name", session.filename().string()},
                                    {"digest", digest_of(session, digests)}};
    nlohmann::ordered_json record = finished_record(session);
    record.erase("schema");
    entry.update(record);
    json["sessions"].push_back(std::move(entry));
  }
  write_atomically(
      out / "manifest.json",
      json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

}  // namespace enigma::recordings::importer
