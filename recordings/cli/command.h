// What every command of enigma-data does alike, beside what it shares with enigma-sweep.
#pragma once

#include "input/command_line.h"

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace enigma::recordings::cli {

namespace options = boost::program_options;

using enigma::cli::Call;
using enigma::cli::kDone;
using enigma::cli::kWrongInput;
using enigma::cli::print_document;
using enigma::cli::required;

/// Thrown for a folder or file of the command line that is not there: exit code 3.
struct NoSuchFile : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The options of a call: `known` and, unless empty, the one word without a dash, kept under `word`
/// (`what` says what it is). Nothing where `--help` was asked for and printed; throws InputError.
std::optional<options::variables_map> parse(const Call& call, const std::string& usage,
                                            options::options_description known,
                                            const char* word = "", const char* what = "");

/// --cache, of commands over a folder of recordings.
options::options_description cache_option();

/// `path` itself; throws NoSuchFile where nothing is there.
const std::string& existing(const std::string& path);

/// Each as a line on standard error, after the bar of progress is gone.
void print_diagnostics(const std::vector<Diagnostic>& diagnostics);

/// Throws InputError: `option` was given as `found`.
[[noreturn]] void refuse_word(const std::string& option, const std::string& expected,
                              const std::string& found);

/// The value, its warnings printed; throws InputError where there is none.
template <typename T>
T taken(Parsed<T> parsed) {
  if (has_errors(parsed.diagnostics) || !parsed.ok()) {
    throw InputError(std::move(parsed.diagnostics));
  }
  print_diagnostics(parsed.diagnostics);
  return std::move(*parsed.value);
}

}  // namespace enigma::recordings::cli
