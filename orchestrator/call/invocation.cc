#include "orchestrator/call/invocation.h"

#include "diagnostics/nearest.h"

namespace enigma::cli {
namespace {

[[noreturn]] void wrong(const std::string& message, const std::string& expected,
                        const std::string& found, const std::string& suggestion = {}) {
  throw InputError({{.file = "command line",
                     .message = message,
                     .expected = expected,
                     .found = found,
                     .suggestion = suggestion}});
}

/// Takes `--name VALUE` or `--name=VALUE` at `i`; moves `i` to the last argument taken.
bool take_value(const std::vector<std::string>& arguments, size_t& i, const std::string& name,
                std::string& value) {
  const std::string& argument = arguments[i];
  if (argument.starts_with(name + "=")) {
    value = argument.substr(name.size() + 1);
  } else if (argument == name) {
    if (i + 1 == arguments.size()) { wrong(name + " without a value", "a value", "the end"); }
    value = arguments[++i];
  } else {
    return false;
  }
  if (value.empty()) { wrong(name + " without a value", "a value", "nothing"); }
  return true;
}

}  // namespace

Request read_request(const std::vector<std::string>& arguments,
                     const std::filesystem::path& program, const char* store_variable,
                     bool terminal) {
  Request request;
  Invocation& invocation = request.invocation;
  invocation.program_name = "enigma-sweep";
  invocation.program = program;
  const bool has_variable = store_variable != nullptr && *store_variable != '\0';
  std::string store = has_variable ? store_variable : ".enigma", color = "auto";
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (take_value(arguments, i, "--store", store)) { continue; }
    if (take_value(arguments, i, "--color", color)) { continue; }
    if (argument == "--json") {
      invocation.json = true;
    } else if (!invocation.verb.empty()) {
      invocation.args.push_back(argument);
    } else if (argument == "--help" || argument == "-h") {
      request.help = true;
    } else if (argument == "--version") {
      request.version = true;
    } else if (argument.starts_with("-")) {
      static const std::vector<std::string> known = {"--store", "--json", "--color", "--help",
                                                     "--version"};
      wrong("unknown option '" + argument + "'", "an option or a command", argument,
            suggest_name(argument, known));
    } else {
      invocation.verb = argument;
    }
  }
  if (color != "auto" && color != "always" && color != "never") {
    wrong("--color", "auto, always or never", color);
  }
  invocation.store = store;
  invocation.color = color == "always" || (color == "auto" && terminal);
  return request;
}

}  // namespace enigma::cli
