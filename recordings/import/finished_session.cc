#include "recordings/import/finished_session.h"

#include "files/sha256.h"
#include "recordings/format/document.h"
#include "recordings/format/output_file.h"
#include "recordings/format/problem.h"

#include <map>

namespace enigma::recordings::importer {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr int kImporterVersion = 2;
const char* const kFile = "import.json";

Json files_json(const fs::path& session) {
  std::map<std::string, fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(session)) {
    if (entry.is_regular_file() && entry.path() != session / kFile) {
      files.emplace(entry.path().lexically_relative(session).generic_string(), entry.path());
    }
  }
  Json json = Json::object();
  for (const auto& [relative, path] : files) {
    json[relative] = {{"bytes", fs::file_size(path)}, {"sha256", sha256_of_file(path)}};
  }
  return json;
}

Json read_record(const fs::path& session) {
  const Parsed<nlohmann::json> parsed = read_json(session / kFile);
  if (!parsed.ok()) { throw InputError(parsed.diagnostics); }
  return *parsed.value;
}

Diagnostic refuse(const fs::path& session, const char* field, const char* message,
                  std::string expected, std::string found) {
  Diagnostic d = problem_in(session, field, message, std::move(expected), std::move(found));
  d.suggestion = "choose another --out, or remove the folder";
  return d;
}

// What the source's links led into belongs to the source.
std::optional<Diagnostic> unlike_linked(const fs::path& session, const nlohmann::json& stands,
                                        const fs::path& source) {
  for (const auto& file : stands.value("linked_files", nlohmann::json::array())) {
    const fs::path path = source.parent_path() / file.at("path").get<std::string>();
    const nlohmann::json now =
        fs::is_regular_file(path) ? nlohmann::json(identity_of(path)) : nlohmann::json();
    if (now != file.at("identity")) {
      return refuse(session, "linked_files", "a file that the source links to has changed",
                    file.at("identity").dump(), path.string() + ": " + now.dump());
    }
  }
  return std::nullopt;
}

}  // namespace

Json provenance_of(ImportFormat format, const ReadOptions& options, const fs::path& source) {
  return {{"format", name_of(format)},
          {"version", kImporterVersion},
          {"options", options_json(format, options)},
          {"source", identity_of(source)}};
}

void finish_session(const fs::path& session, const Json& provenance, const SessionRecord& record) {
  Json json = {{"schema", "enigma.imported/1"}};
  json.update(provenance);
  json.update(to_json(record));
  json["files"] = files_json(session);
  write_file(session / kFile, json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

Json finished_record(const fs::path& session) {
  Json json = read_record(session);
  json.erase("files");
  return json;
}

std::optional<Diagnostic> unlike(const fs::path& session, const Json& provenance,
                                 const fs::path& source) {
  if (!fs::is_regular_file(session / kFile)) {
    return refuse(session, kFile, "a folder of this session's name was not made by an import", "",
                  "");
  }
  const nlohmann::json stands = read_record(session);
  for (const auto& [key, value] : provenance.items()) {
    if (!stands.contains(key) || stands[key] != nlohmann::json(value)) {
      return refuse(session, key.c_str(), "a session of this name was imported otherwise",
                    value.dump(), stands.value(key, nlohmann::json()).dump());
    }
  }
  if (auto linked = unlike_linked(session, stands, source)) { return linked; }
  const nlohmann::json files = files_json(session);
  const nlohmann::json told = stands.value("files", nlohmann::json());
  for (const auto& [relative, facts] : files.items()) {
    if (!told.contains(relative) || told[relative] != facts) {
      return refuse(session / relative, "sha256", "file was changed since it was imported",
                    told.value(relative, nlohmann::json()).dump(), facts.dump());
    }
  }
  for (const auto& [relative, facts] : told.items()) {
    if (!files.contains(relative)) {
      return refuse(session / relative, "", "file of an imported session is gone", facts.dump(),
                    "");
    }
  }
  return std::nullopt;
}

}  // namespace enigma::recordings::importer
