// enigma-data: finds the command, runs it, turns what breaks into words and an exit code.
#include "diagnostics/diagnostic.h"
#include "diagnostics/nearest.h"
#include "recordings/cli/progress.h"
#include "recordings/cli/verbs.h"

#include <fmt/format.h>

#include <iostream>

namespace enigma::recordings::cli {
namespace {

struct Command {
  std::string name;
  const char* arguments;
  const char* help;
  int (*run)(const Call& call);
};

/// In the order of the help.
const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      {"inspect", "DIR", "list sessions, modalities, neurons, hours, tiers, problems", inspect},
      {"verify", "DIR", "read everything; exit with 2 where something is wrong", verify},
      {"stats", "DIR", "means and deviations per modality and tier", stats},
      {"query", "EXPERIMENT", "a modality's values at some times, as experanto returns them",
       query},
      {"chunks", "EXPERIMENT", "where chunks may start, as experanto cuts them, and what they hold",
       chunks},
      {"score", "FILE", "how well predictions fit responses: repeats, correlations", score},
      {"generate", "--out DIR", "make the recordings of an invented mouse from a seed", generate},
      {"tokens", "--out DIR", "write shards of tokens: of a text, or of a grammar of known entropy",
       tokens},
      {"import", "SRC", "read Sensorium folders, NWB files and videos into the native layout",
       import}};
  return table;
}

void print_help(std::ostream& out) {
  out << "enigma-data: recordings of neurons, video and behaviour\n\n";
  for (const Command& command : commands()) {
    out << fmt::format("  enigma-data {:9} {:10} {}\n", command.name, command.arguments,
                       command.help);
  }
  out << "  enigma-data help      [COMMAND]  this text, or a command's options\n\n"
         "--json makes standard output one JSON object.\n"
         "Exits with 0 done, 1 internal or environment error, 2 wrong input, 3 no such file.\n";
}

const Command& command_named(const std::string& verb) {
  std::vector<std::string> names = {"help"};
  for (const Command& command : commands()) {
    if (command.name == verb) { return command; }
    names.push_back(command.name);
  }
  throw InputError({{.file = "command line",
                     .message = "unknown command '" + verb + "'",
                     .suggestion = suggest_name(verb, names)}});
}

/// --json is taken out wherever it stands; `help VERB` is `VERB --help`.
Call call_of(std::vector<std::string> words) {
  Call call{"enigma-data", "", false, {}};
  call.json = std::erase(words, "--json") > 0;
  if (words.empty()) { return call; }
  call.verb = words.front() == "--help" || words.front() == "-h" ? "help" : words.front();
  call.args.assign(words.begin() + 1, words.end());
  if (call.verb != "help" || call.args.empty()) { return call; }
  return {call.program_name, call.args.front(), call.json, {"--help"}};
}

int run(const Call& call) {
  if (call.verb.empty()) {
    print_help(std::cerr);
    return kWrongInput;
  }
  if (call.verb != "help") { return command_named(call.verb).run(call); }
  print_help(std::cout);
  return kDone;
}

int answer(const Call& call) {
  using enigma::cli::refuse;
  try {
    return run(call);
  } catch (const InputError& error) {
    clear_progress();
    return refuse(call, error.diagnostics(), kWrongInput);
  } catch (const NoSuchFile& error) {
    return enigma::cli::not_found(call, error.what());
  } catch (const std::exception& error) {
    clear_progress();
    return refuse(
        call, {{.message = error.what(), .suggestion = "what was finished stays; safe to repeat"}},
        enigma::cli::kFault);
  }
}

}  // namespace
}  // namespace enigma::recordings::cli

int main(int argc, char** argv) {
  return enigma::recordings::cli::answer(enigma::recordings::cli::call_of({argv + 1, argv + argc}));
}
