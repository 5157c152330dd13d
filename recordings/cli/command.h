// What every command of enigma-data does alike: exit codes, options, one JSON document.
#pragma once

#include "diagnostics/diagnostic.h"

#include <boost/program_options.hpp>
#include <nlohmann/json.hpp>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace enigma::recordings::cli {

namespace options = boost::program_options;

/// Exit codes of `enigma-data` (contract section 1).
enum Exit : int { kDone = 0, kFault = 1, kWrongInput = 2, kNoSuchFile = 3 };

/// Thrown for a folder or file of the command line that is not there: exit code 3.
struct NoSuchFile : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What follows the command's name.
using Words = std::vector<std::string>;

/// The options in `words`, unabbreviated. `positional` names one required word without a dash ("" =
/// none), found under that name; `what` says what it is where it is missing. Throws options::error.
options::variables_map parse(const Words& words, const options::options_description& known,
                             const std::string& positional = "", const std::string& what = "");

/// --json alone, to be added to.
options::options_description json_options();
/// --json and --cache: what commands over a folder of recordings take.
options::options_description reading_options();

/// `path` itself; throws NoSuchFile where nothing is there.
const std::string& existing(const std::string& path);

/// Each as a line on standard error.
void print_diagnostics(const std::vector<Diagnostic>& diagnostics);

/// The value, its warnings printed; throws InputError where there is none.
template <typename T>
T taken(Parsed<T> parsed) {
  if (has_errors(parsed.diagnostics) || !parsed.ok()) {
    throw InputError(std::move(parsed.diagnostics));
  }
  print_diagnostics(parsed.diagnostics);
  return std::move(*parsed.value);
}

/// {"schema": "enigma.<command>/1", …document} on standard output.
void print_document(const std::string& command, const nlohmann::ordered_json& document);

}  // namespace enigma::recordings::cli
