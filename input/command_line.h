// What the commands of enigma-sweep and enigma-data do alike: read their options, print one JSON
// document, speak to people on standard error, and end with an exit code.
#pragma once

#include "diagnostics/diagnostic.h"

#include <boost/program_options.hpp>
#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace enigma::cli {

/// Exit codes of both programs (contract section 1).
enum Exit : int {
  kDone = 0,
  kFault = 1,
  kWrongInput = 2,
  kNotFound = 3,
  kRunEnded = 4,
  kHeld = 5,
  kNoController = 6,
  kFitRefused = 7,
  kInterrupted = 130,
};

/// What a command takes, as it declares it.
struct FormOption {
  std::string name;  ///< without dashes
  bool takes_value = false;
  std::string help;
};
struct Form {
  std::string usage;  ///< the line after the program's name
  std::vector<FormOption> options;
};

/// One call of one command, after the options of the whole program were taken out.
struct Call {
  std::string program_name;       ///< enigma-sweep, enigma-data
  std::string verb;               ///< empty = none was named
  bool json = false;              ///< standard output is one JSON object, all else on stderr
  std::vector<std::string> args;  ///< what follows the verb
  Form* form = nullptr;           ///< where the command is asked only for what it takes
};

/// The command's options, or nothing when `--help` was asked for and printed, or the form. `usage`
/// is the line after the program's name ("plan SPEC [options]"). Throws InputError for an unknown
/// option (with the nearest known one), a missing value, or positional arguments beyond those
/// declared.
std::optional<boost::program_options::variables_map> parse_options(
    const Call& call, const std::string& usage,
    const boost::program_options::options_description& options,
    const boost::program_options::positional_options_description& positional = {});

/// A required positional or option; throws InputError naming it where it is absent.
std::string required(const boost::program_options::variables_map& values, const std::string& name);

/// The words of a list with commas between; empty ones are left out.
std::vector<std::string> words_of(const std::string& list);

/// Prints `document` with "schema": "enigma.<verb>/1" as its first key on standard output (without
/// it where no command was named).
void print_document(const Call& call, const nlohmann::ordered_json& document);

/// Prints each diagnostic as a line on standard error.
void print_diagnostics(const std::vector<Diagnostic>& diagnostics);

/// Each diagnostic on standard error, with --json also {"diagnostics": […]}; returns `code`.
int refuse(const Call& call, const std::vector<Diagnostic>& diagnostics, Exit code);

/// The same for what is not there: kNotFound.
int not_found(const Call& call, const std::string& message, const std::string& suggestion = {});

}  // namespace enigma::cli
