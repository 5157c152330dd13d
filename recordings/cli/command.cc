#include "recordings/cli/command.h"

#include "recordings/cli/progress.h"
#include "recordings/format/problem.h"

#include <filesystem>

namespace enigma::recordings::cli {

std::optional<options::variables_map> parse(const Call& call, const std::string& usage,
                                            options::options_description known, const char* word,
                                            const char* what) {
  options::positional_options_description place;
  if (*word != '\0') {
    known.add_options()(word, options::value<std::string>(), what);
    place.add(word, 1);
  }
  return enigma::cli::parse_options(call, usage, known, place);
}

options::options_description cache_option() {
  options::options_description known("Options");
  known.add_options()("cache", options::value<std::string>()->default_value(""),
                      "file that remembers digests between calls");
  return known;
}

const std::string& existing(const std::string& path) {
  std::error_code error;
  if (auto link = broken_link(path)) { throw InputError({std::move(*link)}); }
  if (!std::filesystem::exists(path, error)) {
    throw NoSuchFile("no such file or folder: " + path);
  }
  return path;
}

void print_diagnostics(const std::vector<Diagnostic>& diagnostics) {
  clear_progress();
  enigma::cli::print_diagnostics(diagnostics);
}

void refuse_word(const std::string& option, const std::string& expected, const std::string& found) {
  throw InputError({{.file = "command line",
                     .pointer = option,
                     .message = "option cannot be read",
                     .expected = expected,
                     .found = found}});
}

}  // namespace enigma::recordings::cli
