// enigma-data: look at recordings, check them, make some. Recordings are never written to.
#include "diagnostics/diagnostic.h"
#include "diagnostics/nearest.h"
#include "recordings/generate/generate.h"
#include "recordings/manifest.h"

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace enigma::recordings {
namespace {

namespace options = boost::program_options;

constexpr int kDone = 0, kFault = 1, kWrongInput = 2, kNoSuchFile = 3;
constexpr double kQuiet_s = 2;  // work that takes longer says how far it is

struct NoSuchFile : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// At most once a second, and not at all for what is done within two.
void show_progress(const char* what, int64_t done, int64_t total) {
  static const auto begin = std::chrono::steady_clock::now();
  static double next_s = kQuiet_s;
  const std::chrono::duration<double> past = std::chrono::steady_clock::now() - begin;
  if (past.count() < next_s) return;
  next_s = past.count() + 1;
  const double left = static_cast<double>(total - done) / static_cast<double>(done);
  fmt::print(stderr, "{} of {} {}, about {:.0f} s left\n", done, total, what, past.count() * left);
}
void sessions_progress(int64_t done, int64_t total) {
  show_progress("sessions read", done, total);
}
void neurons_progress(int64_t done, int64_t total) {
  show_progress("neurons made", done, total);
}

options::variables_map parse(const std::vector<std::string>& words,
                             const options::options_description& known, bool with_folder) {
  options::options_description all;
  all.add(known).add_options()("DIR", options::value<std::string>());
  options::positional_options_description place;
  if (with_folder) place.add("DIR", 1);
  options::variables_map values;
  options::store(options::command_line_parser(words)
                     .options(all)
                     .positional(place)
                     .style(options::command_line_style::unix_style ^
                            options::command_line_style::allow_guessing)
                     .run(),
                 values);
  options::notify(values);
  if (with_folder && !values.count("DIR"))
    throw options::error("DIR is missing: the folder of recordings");
  return values;
}

options::options_description reading_options() {
  options::options_description known("Options");
  known.add_options()("json", "one JSON object on standard output")(
      "cache", options::value<std::string>()->default_value(""),
      "file that remembers digests between calls");
  return known;
}

options::options_description generate_options() {
  const GenerateOptions usual;
  options::options_description known("Options");
  known.add_options()("json", "one JSON object on standard output")(
      "out", options::value<std::string>()->required(), "folder to make sessions in")(
      "sessions", options::value<int64_t>()->default_value(usual.sessions), "how many")(
      "animals", options::value<int64_t>()->default_value(usual.animals), "of how many animals")(
      "neurons", options::value<int64_t>()->default_value(usual.neurons), "per session")(
      "minutes", options::value<double>()->default_value(usual.minutes), "per session")(
      "seed", options::value<int64_t>()->default_value(static_cast<int64_t>(usual.seed)),
      "what everything follows from");
  return known;
}

Manifest look(const std::string& folder, const std::string& cache, bool digests) {
  if (!std::filesystem::exists(folder)) throw NoSuchFile("no such folder: " + folder);
  InspectOptions first;
  first.cache = cache;
  first.digests = digests;
  first.progress = sessions_progress;
  Manifest manifest = inspect(folder, first);
  const WindowRule rule = natural_rule(manifest);
  if (rule.align == Align::free) return manifest;
  // Windows of short trials follow the trials: count them so.
  InspectOptions second;
  second.digests = false;
  second.rule = rule;
  Manifest again = inspect(folder, second);
  for (size_t i = 0; i < again.sessions.size(); ++i)
    again.sessions[i].digest = manifest.sessions[i].digest;
  return again;
}

void print_session(const SessionInfo& session) {
  fmt::print("{:28} {:>6} neurons {:>8.1f} s  {}\n", session.name, session.neurons, session.seconds,
             session.animal.empty() ? "animal unknown" : session.animal);
  for (const auto& [name, tier] : session.tiers)
    fmt::print("    tier {:12} {:>5} trials {:>8.1f} s {:>6} windows\n", name, tier.trials,
               tier.seconds, tier.windows);
  for (const Modality& m : session.modalities)
    fmt::print("    {:17} {:13} {:>9} {:>6} signals\n", m.name, m.kind,
               m.rate_hz > 0 ? fmt::format("{:.4g} Hz", m.rate_hz) : "irregular", m.signals);
  for (const Diagnostic& problem : session.problems) fmt::print("    {}\n", to_text(problem));
}

int inspect_command(const std::vector<std::string>& words) {
  const auto values = parse(words, reading_options(), true);
  const Manifest manifest =
      look(values["DIR"].as<std::string>(), values["cache"].as<std::string>(), true);
  if (values.count("json")) {
    std::cout << to_json(manifest).dump(1) << "\n";
    return kDone;
  }
  double seconds = 0;
  int64_t neurons = 0;
  size_t problems = 0;
  for (const SessionInfo& session : manifest.sessions) {
    print_session(session);
    seconds += session.seconds;
    neurons += session.neurons;
    problems += session.problems.size();
  }
  const WindowRule rule = natural_rule(manifest);
  fmt::print("{} sessions, {} neurons, {:.2f} hours, {} problems\n", manifest.sessions.size(),
             neurons, seconds / 3600, problems);
  fmt::print("windows: {} samples at {:g} Hz, {}\n", rule.samples, rule.rate_hz,
             rule.align == Align::trial ? "one a trial" : "free, counted end to end");
  return kDone;
}

int verify_command(const std::vector<std::string>& words) {
  const auto values = parse(words, reading_options(), true);
  const Manifest manifest =
      look(values["DIR"].as<std::string>(), values["cache"].as<std::string>(), false);
  std::vector<Diagnostic> problems;
  for (const SessionInfo& session : manifest.sessions)
    problems.insert(problems.end(), session.problems.begin(), session.problems.end());
  if (values.count("json")) {
    nlohmann::ordered_json json = {{"schema", "enigma.verify/1"},
                                   {"sessions", manifest.sessions.size()},
                                   {"diagnostics", to_json(problems)}};
    std::cout << json.dump(1) << "\n";
  }
  for (const Diagnostic& problem : problems) fmt::print(stderr, "{}\n", to_text(problem));
  if (problems.empty() && !values.count("json"))
    fmt::print("{} sessions, nothing wrong\n", manifest.sessions.size());
  return problems.empty() ? kDone : kWrongInput;
}

void print_ceiling(const GeneratedSession& session) {
  const auto& c = session.ceiling;
  fmt::print(
      "{}: {}; explainable variance {:.3f} (median; {:.0f} % of it from the video), noise-ceiling "
      "correlation {:.3f}, true rates {:.1f} % below the loss of the mean\n",
      session.name, session.made ? "made" : "there already, left alone",
      c.at("explainable_variance_median").get<double>(),
      100 * c.at("video_share_median").get<double>(),
      c.at("noise_ceiling_correlation_median").get<double>(),
      100 * c.at("rate_below_baseline").get<double>());
}

int generate_command(const std::vector<std::string>& words) {
  const auto values = parse(words, generate_options(), false);
  GenerateOptions how;
  how.out = values["out"].as<std::string>();
  how.sessions = values["sessions"].as<int64_t>();
  how.animals = values["animals"].defaulted() ? std::min(how.animals, how.sessions)
                                              : values["animals"].as<int64_t>();
  how.neurons = values["neurons"].as<int64_t>();
  how.minutes = values["minutes"].as<double>();
  how.seed = static_cast<uint64_t>(values["seed"].as<int64_t>());
  how.progress = neurons_progress;
  const std::vector<GeneratedSession> sessions = generate(how);
  if (!values.count("json")) {
    for (const GeneratedSession& session : sessions) print_ceiling(session);
    return kDone;
  }
  nlohmann::ordered_json json = {{"schema", "enigma.generate/1"}, {"sessions", nullptr}};
  json["sessions"] = nlohmann::ordered_json::array();
  for (const GeneratedSession& session : sessions)
    json["sessions"].push_back({{"name", session.name},
                                {"path", session.path.string()},
                                {"made", session.made},
                                {"ceiling", session.ceiling}});
  std::cout << json.dump(1) << "\n";
  return kDone;
}

struct Command {
  std::string name;
  const char* arguments;
  const char* help;
  options::options_description (*known)();
  int (*run)(const std::vector<std::string>& words);
};

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      {"inspect", "DIR", "list sessions, modalities, neurons, hours, tiers, problems",
       reading_options, inspect_command},
      {"verify", "DIR", "read everything; leave with 2 where something is wrong", reading_options,
       verify_command},
      {"generate", "--out DIR", "make the recordings of an invented mouse from a seed",
       generate_options, generate_command}};
  return table;
}

void print_help(std::ostream& out) {
  out << "enigma-data: recordings of neurons, video and behaviour\n\n";
  for (const Command& command : commands())
    out << fmt::format("  enigma-data {:9} {:10} {}\n", command.name, command.arguments,
                       command.help);
  out << "  enigma-data help      [COMMAND]  this text, or a command's options\n\n"
         "Leaves with 0 done, 1 fault of ours or of the surroundings, 2 wrong input, 3 no such "
         "file.\n";
}

int help_command(const std::vector<std::string>& words) {
  for (const Command& command : commands())
    if (!words.empty() && command.name == words.front()) {
      std::cout << "enigma-data " << command.name << " " << command.arguments << ": "
                << command.help << "\n\n"
                << command.known();
      return kDone;
    }
  print_help(std::cout);
  return kDone;
}

int dispatch(const std::vector<std::string>& words) {
  if (words.empty()) {
    print_help(std::cerr);
    return kWrongInput;
  }
  const std::vector<std::string> rest(words.begin() + 1, words.end());
  const bool asks_help = std::find(rest.begin(), rest.end(), "--help") != rest.end();
  if (words.front() == "help" || words.front() == "--help") return help_command(rest);
  std::vector<std::string> names = {"help"};
  for (const Command& command : commands()) {
    if (command.name == words.front()) return asks_help ? help_command(words) : command.run(rest);
    names.push_back(command.name);
  }
  Diagnostic d;
  d.message = "no such command";
  d.found = words.front();
  d.suggestion = suggest_name(words.front(), names);
  throw InputError({d});
}

// Says what is wrong on standard error, and with --json as one object on standard output.
int refuse(const std::vector<std::string>& words, const std::vector<Diagnostic>& diagnostics,
           int exit_code) {
  for (const Diagnostic& d : diagnostics) fmt::print(stderr, "{}\n", to_text(d));
  if (std::find(words.begin(), words.end(), "--json") != words.end())
    std::cout << nlohmann::ordered_json{{"schema", "enigma." + words.front() + "/1"},
                                        {"diagnostics", to_json(diagnostics)}}
                     .dump(1)
              << "\n";
  return exit_code;
}

Diagnostic said(const std::exception& error, std::string suggestion) {
  Diagnostic d;
  d.message = error.what();
  d.suggestion = std::move(suggestion);
  return d;
}

int run(const std::vector<std::string>& words) {
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
}  // namespace enigma::recordings

int main(int argc, char** argv) {
  return enigma::recordings::run({argv + 1, argv + argc});
}
