// enigma-sweep: finds the command, runs it, turns what breaks into words and an exit code.

#include "diagnostics/nearest.h"
#include "orchestrator/call/background.h"
#include "orchestrator/call/invocation.h"
#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <unistd.h>

namespace enigma {
namespace {

void print_help(std::ostream& out) {
  out << "usage: enigma-sweep [--store DIR] [--json] [--color auto|always|never] COMMAND …\n\n";
  for (const cli::Command& command : cli::commands()) {
    out << fmt::format("  {:<12} {}\n", command.name, command.help);
  }
  out << "\n--store, or ENIGMA_STORE, names the folder that remembers sweeps (default ./.enigma).\n"
         "enigma-sweep COMMAND --help tells a command's options.\n";
}

const cli::Command& command_named(const std::string& verb) {
  std::vector<std::string> names;
  for (const cli::Command& command : cli::commands()) {
    if (verb == command.name) { return command; }
    names.emplace_back(command.name);
  }
  throw InputError({{.file = "command line",
                     .message = "unknown command '" + verb + "'",
                     .suggestion = suggest_name(verb, names)}});
}

std::filesystem::path this_program(const char* name) {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::absolute(name) : program;
}

int run(const cli::Request& request) {
  if (request.version) {
    std::cout << "enigma-sweep " << ENIGMA_VERSION << "\n";
    return cli::kDone;
  }
  if (request.help) {
    print_help(std::cout);
    return cli::kDone;
  }
  if (request.invocation.verb.empty()) {
    print_help(std::cerr);
    return cli::kWrongInput;
  }
  cli::Invocation invocation = request.invocation;
  invocation.version = ENIGMA_VERSION;
  return command_named(invocation.verb).run(invocation);
}

/// Says what broke in the right words; with --json also as the command's document, for which the
/// command is looked for among the arguments: they may be what cannot be read.
int told(const std::vector<Diagnostic>& diagnostics, const std::vector<std::string>& arguments,
         cli::Exit code) {
  const auto& known = cli::commands();
  const auto verb = std::find_first_of(
      arguments.begin(), arguments.end(), known.begin(), known.end(),
      [](const std::string& word, const cli::Command& command) { return word == command.name; });
  cli::Call call;
  call.json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
  if (verb != arguments.end()) { call.verb = *verb; }
  return cli::refuse(call, diagnostics, code);
}

/// Runs what is asked for and turns what breaks into words and an exit code.
int answer(const std::vector<std::string>& arguments, const char* name) {
  try {
    const bool terminal = ::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    return run(
        cli::read_request(arguments, this_program(name), std::getenv("ENIGMA_STORE"), terminal));
  } catch (const InputError& error) {
    return told(error.diagnostics(), arguments, cli::kWrongInput);
  } catch (const cli::NoSuchName& error) {
    return told({{.message = error.what(), .suggestion = error.suggestion}}, arguments,
                cli::kNotFound);
  } catch (const db::NewerStoreError& error) {
    return told({{.message = error.what()}}, arguments, cli::kWrongInput);
  } catch (const cli::NoController& error) {
    return told({{.message = error.what()}}, arguments, cli::kNoController);
  } catch (const StoreOwned& error) {
    return told({{.message = error.what()}}, arguments, cli::kNoController);
  } catch (const std::exception& error) {
    return told({{.message = error.what(),
                  .suggestion = "nothing half-done is left behind; it is safe to repeat"}},
                arguments, cli::kFault);
  }
}

}  // namespace
}  // namespace enigma

int main(int argc, char** argv) {
  return enigma::answer({argv + 1, argv + argc}, argv[0]);
}
