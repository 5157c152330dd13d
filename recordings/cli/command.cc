#include "recordings/cli/command.h"

#include "recordings/cli/progress.h"
#include "recordings/format/problem.h"

#include <filesystem>
#include <iostream>

namespace enigma::recordings::cli {

options::variables_map parse(const Words& words, const options::options_description& known,
                             const std::string& positional, const std::string& what) {
  options::options_description all;
  all.add(known);
  options::positional_options_description place;
  if (!positional.empty()) {
    all.add_options()(positional.c_str(), options::value<std::string>());
    place.add(positional.c_str(), 1);
  }
  options::variables_map values;
  options::store(options::command_line_parser(words)
                     .options(all)
                     .positional(place)
                     .style(options::command_line_style::unix_style ^
                            options::command_line_style::allow_guessing)
                     .run(),
                 values);
  options::notify(values);
  if (!positional.empty() && !values.count(positional)) {
    throw options::error(positional + " is missing: " + what);
  }
  return values;
}

options::options_description json_options() {
  options::options_description known("Options");
  known.add_options()("json", "one JSON object on standard output");
  return known;
}

options::options_description reading_options() {
  options::options_description known = json_options();
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
  for (const Diagnostic& d : diagnostics) { std::cerr << to_text(d) << "\n"; }
}

void print_document(const std::string& command, const nlohmann::ordered_json& document) {
  nlohmann::ordered_json json = {{"schema", "enigma." + command + "/1"}};
  json.update(document);
  // File names and fields may hold any bytes.
  std::cout << json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

}  // namespace enigma::recordings::cli
