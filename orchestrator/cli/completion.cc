// enigma-sweep completion: what shells and man(1) want to know of the commands.

#include "orchestrator/call/command_form.h"
#include "orchestrator/cli/verbs.h"

#include <iostream>

namespace enigma::cli {
namespace {

namespace po = boost::program_options;

/// Asked of each command itself: it declares its options before it does anything.
std::vector<CommandForm> forms_of(const Invocation& invocation) {
  std::vector<CommandForm> forms;
  for (const Command& command : commands()) {
    CommandForm& form = forms.emplace_back(CommandForm{command.name, command.help, {}});
    Invocation asked = invocation;
    asked.verb = command.name;
    asked.args.clear();
    asked.form = &form.form;
    command.run(asked);
  }
  return forms;
}

}  // namespace

int completion(const Invocation& invocation) {
  po::options_description options("completion");
  options.add_options()("for", po::value<std::string>(), "bash, zsh, or man for the manual page");
  po::positional_options_description positional;
  positional.add("for", 1);
  const auto values = parse_options(invocation, "completion bash|zsh|man", options, positional);
  if (!values) { return kDone; }
  const std::string reader = required(*values, "for");
  const auto forms = forms_of(invocation);
  std::string text;
  if (reader == "bash") {
    text = bash_completion(invocation.program_name, forms);
  } else if (reader == "zsh") {
    text = zsh_completion(invocation.program_name, forms);
  } else if (reader == "man") {
    text = manual_page(invocation.program_name, invocation.version, forms);
  } else {
    throw InputError({{.file = "command line",
                       .message = "completion: no such reader",
                       .expected = "bash, zsh or man",
                       .found = reader}});
  }
  if (invocation.json) {
    print_document(invocation, {{"for", reader}, {"text", text}});
  } else {
    std::cout << text;
  }
  return kDone;
}

}  // namespace enigma::cli
