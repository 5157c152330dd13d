#include "orchestrator/submit/site_file.h"

#include "diagnostics/nearest.h"
#include "files/atomic_file.h"
#include "input/document.h"

#include <system_error>

namespace enigma {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> folders() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  return {program.parent_path() / "share/enigma-sweep/sites",
          program.parent_path().parent_path().parent_path() / "examples/sites"};
}

/// The names of the profiles that come with the program, and where each lies.
std::map<std::string, fs::path> known_sites() {
  std::map<std::string, fs::path> sites;
  for (const fs::path& folder : folders()) {
    std::error_code absent;
    for (const auto& entry : fs::directory_iterator(folder, absent)) {
      if (entry.path().extension() == ".json") {
        sites.emplace(entry.path().stem().string(), entry.path());
      }
    }
  }
  return sites;
}

bool is_file_name(const std::string& word) {
  return word.find('/') != std::string::npos || word.ends_with(".json");
}

Diagnostic absent(const std::string& word, const std::map<std::string, fs::path>& known) {
  std::vector<std::string> names;
  for (const auto& [name, file] : known) { names.push_back(name); }
  Diagnostic diagnostic;
  diagnostic.message = "there is no such site profile";
  diagnostic.expected = "a file, or a name of examples/sites";
  diagnostic.found = word;
  diagnostic.suggestion = suggest_name(word, names);
  return diagnostic;
}

}  // namespace

std::string absolute_site(const std::string& word, const fs::path& folder) {
  return is_file_name(word) ? fs::weakly_canonical(folder / word).string() : word;
}

Parsed<sweeps::Site> site_named(const std::string& word, const fs::path& folder) {
  const auto known = known_sites();
  const auto named = known.find(word);
  const fs::path file = is_file_name(word)     ? folder / word
                        : named == known.end() ? fs::path()
                                               : named->second;
  if (!fs::is_regular_file(file)) { return {std::nullopt, {absent(word, known)}}; }
  return sweeps::parse_site(read_file(file, kDocumentBytesMax), file.string());
}

Parsed<std::optional<sweeps::Site>> site_of(const SweepRequest& request, const sweeps::Spec& spec) {
  const std::string& word = request.site.empty() ? spec.site : request.site;
  if (word.empty()) { return {std::optional<sweeps::Site>(), {}}; }
  auto site = site_named(word, fs::absolute(request.file).parent_path());
  Parsed<std::optional<sweeps::Site>> result;
  result.diagnostics = std::move(site.diagnostics);
  if (site.value) { result.value = std::move(site.value); }
  if (request.site.empty()) {
    // A profile that is not there is the spec's mistake.
    for (Diagnostic& each : result.diagnostics) {
      if (!each.file.empty()) { continue; }
      const Diagnostic placed = spec.document.at("/site", each.message);
      each.file = placed.file, each.line = placed.line, each.column = placed.column;
      each.pointer = placed.pointer;
    }
  }
  return result;
}

}  // namespace enigma
