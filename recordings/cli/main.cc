// enigma-data: finds the command, runs it, turns what breaks into words and an exit code.
#include "diagnostics/diagnostic.h"
#include "diagnostics/nearest.h"
#include "recordings/cli/verbs.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>

namespace enigma::recordings::cli {
namespace {

struct Command {
  std::string name;
  const char* arguments;
  const char* help;
  options::options_description (*known)();
  int (*run)(const Words& words);
};

/// In the order of the help.
const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      {"inspect", "DIR", "list sessions, modalities, neurons, hours, tiers, problems",
       inspect_options, inspect},
      {"verify", "DIR", "read everything; leave with 2 where something is wrong", verify_options,
       verify},
      {"stats", "DIR", "means and deviations per modality and tier", stats_options, stats},
      {"query", "EXPERIMENT", "a modality's values at some times, as experanto returns them",
       query_options, query},
      {"chunks", "EXPERIMENT", "where chunks may start, as experanto cuts them, and what they hold",
       chunks_options, chunks},
      {"score", "FILE", "how well predictions fit responses: repeats, correlations", score_options,
       score},
      {"generate", "--out DIR", "make the recordings of an invented mouse from a seed",
       generate_options, generate},
      {"import", "SRC", "read Sensorium folders, NWB files and videos into the native layout",
       import_options, import}};
  return table;
}

void print_help(std::ostream& out) {
  out << "enigma-data: recordings of neurons, video and behaviour\n\n";
  for (const Command& command : commands()) {
    out << fmt::format("  enigma-data {:9} {:10} {}\n", command.name, command.arguments,
                       command.help);
  }
  out << "  enigma-data help      [COMMAND]  this text, or a command's options\n\n"
         "Leaves with 0 done, 1 fault of ours or of the surroundings, 2 wrong input, 3 no such "
         "file.\n";
}

int help(const Words& words) {
  for (const Command& command : commands()) {
    if (!words.empty() && command.name == words.front()) {
      std::cout << "enigma-data " << command.name << " " << command.arguments << ": "
                << command.help << "\n\n"
                << command.known();
      return kDone;
    }
  }
  print_help(std::cout);
  return kDone;
}

int dispatch(const Words& words) {
  if (words.empty()) {
    print_help(std::cerr);
    return kWrongInput;
  }
  const Words rest(words.begin() + 1, words.end());
  const bool asks_help = std::find(rest.begin(), rest.end(), "--help") != rest.end();
  if (words.front() == "help" || words.front() == "--help") { return help(rest); }
  std::vector<std::string> names = {"help"};
  for (const Command& command : commands()) {
    if (command.name == words.front()) { return asks_help ? help(words) : command.run(rest); }
    names.push_back(command.name);
  }
  Diagnostic d;
  d.message = "no such command";
  d.found = words.front();
  d.suggestion = suggest_name(words.front(), names);
  throw InputError({d});
}

/// Says what is wrong on standard error, and with --json as one object on standard output.
int refuse(const Words& words, const std::vector<Diagnostic>& diagnostics, int exit_code) {
  print_diagnostics(diagnostics);
  if (std::find(words.begin(), words.end(), "--json") != words.end()) {
    print_document(words.front(), {{"diagnostics", to_json(diagnostics)}});
  }
  return exit_code;
}

Diagnostic said(const std::exception& error, std::string suggestion) {
  Diagnostic d;
  d.message = error.what();
  d.suggestion = std::move(suggestion);
  return d;
}

int answer(const Words& words) {
  try {
    return dispatch(words);
  } catch (const InputError& error) {
    return refuse(words, error.diagnostics(), kWrongInput);
  } catch (const options::error& error) {
    return refuse(words, {said(error, "enigma-data help " + words.front())}, kWrongInput);
  } catch (const NoSuchFile& error) {
    return refuse(words, {said(error, "")}, kNoSuchFile);
  } catch (const std::exception& error) {
    return refuse(words, {said(error, "what was finished stays; safe to repeat")}, kFault);
  }
}

}  // namespace
}  // namespace enigma::recordings::cli

int main(int argc, char** argv) {
  return enigma::recordings::cli::answer({argv + 1, argv + argc});
}
