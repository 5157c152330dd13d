#include "input/command_line.h"

#include "diagnostics/nearest.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <sstream>

namespace enigma::cli {
namespace {

namespace po = boost::program_options;

[[noreturn]] void wrong(const std::string& message, const std::string& suggestion,
                        const std::string& expected = {}) {
  throw InputError({{.file = "command line",
                     .message = message,
                     .expected = expected,
                     .suggestion = suggestion}});
}

/// Without those that stand for themselves by their place.
Form form_of(const std::string& usage, const po::options_description& options,
             const po::positional_options_description& positional) {
  std::vector<std::string> hidden;
  for (unsigned i = 0; i < positional.max_total_count() && i < 8; ++i) {
    hidden.push_back(positional.name_for_position(i));
  }
  Form form{usage, {}};
  for (const auto& option : options.options()) {
    if (std::find(hidden.begin(), hidden.end(), option->long_name()) != hidden.end()) { continue; }
    form.options.push_back(
        {option->long_name(), option->semantic()->max_tokens() > 0, option->description()});
  }
  return form;
}

std::vector<std::string> option_names(const po::options_description& options,
                                      const po::positional_options_description& positional) {
  std::vector<std::string> names = {"--help"};
  for (const FormOption& option : form_of("", options, positional).options) {
    names.push_back("--" + option.name);
  }
  return names;
}

void print_help(const Call& call, const std::string& usage,
                const po::options_description& options) {
  std::cout << "usage: " << call.program_name << " " << usage << "\n\n" << options << "\n";
}

}  // namespace

std::optional<po::variables_map> parse_options(
    const Call& call, const std::string& usage, const po::options_description& options,
    const po::positional_options_description& positional) {
  if (call.form != nullptr) {
    *call.form = form_of(usage, options, positional);
    return std::nullopt;
  }
  po::options_description all(options);
  all.add_options()("help", "this text");
  try {
    po::variables_map values;
    namespace style = po::command_line_style;
    po::store(po::command_line_parser(call.args)
                  .options(all)
                  .positional(positional)
                  .style(style::unix_style & ~style::allow_guessing)
                  .run(),
              values);
    po::notify(values);
    if (values.count("help") == 0) { return values; }
    print_help(call, usage, options);
    return std::nullopt;
  } catch (const po::unknown_option& error) {
    wrong(call.verb + ": unknown option '" + error.get_option_name() + "'",
          suggest_name(error.get_option_name(), option_names(options, positional)));
  } catch (const po::error& error) {
    wrong(call.verb + ": " + error.what(), call.program_name + " " + call.verb + " --help");
  }
}

std::string required(const po::variables_map& values, const std::string& name) {
  const auto found = values.find(name);
  if (found == values.end() || found->second.as<std::string>().empty()) {
    wrong("'" + name + "' is missing", "--help tells the order", "a " + name);
  }
  return found->second.as<std::string>();
}

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words;
  std::istringstream in(list);
  for (std::string word; std::getline(in, word, ',');) {
    if (!word.empty()) { words.push_back(word); }
  }
  return words;
}

void print_document(const Call& call, const nlohmann::ordered_json& document) {
  nlohmann::ordered_json whole = nlohmann::ordered_json::object();
  if (!call.verb.empty()) { whole["schema"] = fmt::format("enigma.{}/1", call.verb); }
  whole.update(document);
  std::cout << whole.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

void print_diagnostics(const std::vector<Diagnostic>& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics) { std::cerr << to_text(diagnostic) << "\n"; }
}

int refuse(const Call& call, const std::vector<Diagnostic>& diagnostics, Exit code) {
  print_diagnostics(diagnostics);
  if (call.json) { print_document(call, {{"diagnostics", to_json(diagnostics)}}); }
  return code;
}

int not_found(const Call& call, const std::string& message, const std::string& suggestion) {
  return refuse(call, {{.message = message, .suggestion = suggestion}}, kNotFound);
}

}  // namespace enigma::cli
