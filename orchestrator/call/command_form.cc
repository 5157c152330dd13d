#include "orchestrator/call/command_form.h"

#include <fmt/format.h>

#include <algorithm>

namespace enigma::cli {
namespace {

// Of the whole program, wherever they stand.
const std::vector<FormOption>& global_options() {
  static const std::vector<FormOption> options = {
      {"store", true, "folder that remembers sweeps (ENIGMA_STORE; default ./.enigma)"},
      {"json", false, "one JSON document on standard output"},
      {"color", true, "auto, always or never"},
      {"help", false, "the options of a command"},
  };
  return options;
}

std::vector<FormOption> all_options(const CommandForm& command) {
  std::vector<FormOption> options = command.form.options;
  options.insert(options.end(), global_options().begin(), global_options().end());
  return options;
}

/// Whether the command is about sweeps or runs, by the line of its usage.
bool takes_names(const CommandForm& command) {
  return command.form.usage.find("SWEEP") != std::string::npos ||
         command.form.usage.find("RUN") != std::string::npos;
}

std::string names_command(const std::string& program) {
  return program +
         " query --csv --sql 'SELECT name FROM sweeps UNION SELECT id FROM runs' 2>/dev/null"
         " | tail -n +2 | tr -d '\\r\"'";
}

/// Within single quotes of a shell.
std::string quoted(const std::string& text) {
  std::string safe = "'";
  for (const char c : text) { safe += c == '\'' ? std::string("'\\''") : std::string(1, c); }
  return safe + "'";
}

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) { line += (line.empty() ? "" : " ") + word; }
  return line;
}

std::vector<std::string> names_of(const std::vector<CommandForm>& commands) {
  std::vector<std::string> names;
  for (const CommandForm& command : commands) { names.push_back(command.name); }
  return names;
}

std::string identifier(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

/// What an option may be followed by in zsh: [help], and a value where it takes one.
std::string zsh_option(const FormOption& option) {
  std::string help;
  for (const char c : option.help) {
    if (c == '[' || c == ']' || c == ':') { help += '\\'; }
    help += c == '\n' ? ' ' : c;
  }
  return quoted("--" + option.name + "[" + help + "]" +
                (option.takes_value ? ":value:_files" : ""));
}

/// Text of man(7): no line of it is taken for a request, no dash for a hyphen.
std::string manual_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
      continue;
    }
    if (c == '-') {
      out += "\\-";
      continue;
    }
    out += c == '\n' ? ' ' : c;
  }
  return !out.empty() && (out[0] == '.' || out[0] == '\'') ? "\\&" + out : out;
}

void add_options(std::string& page, const std::vector<FormOption>& options) {
  for (const FormOption& option : options) {
    page += fmt::format(".TP\n\\fB{}\\fR{}\n{}\n", manual_text("--" + option.name),
                        option.takes_value ? " \\fIvalue\\fR" : "", manual_text(option.help));
  }
}

}  // namespace

std::string bash_completion(const std::string& program, const std::vector<CommandForm>& commands) {
  const std::string function = "_" + identifier(program);
  std::string script = fmt::format(
      "# {0} completion bash\n{1}() {{\n"
      "  local word=${{COMP_WORDS[COMP_CWORD]}} verb= i options= names=\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case ${{COMP_WORDS[i]}} in --store | --color) ((i++)) ;; -*) ;; *) "
      "verb=${{COMP_WORDS[i]}}; break ;; esac\n"
      "  done\n  case $verb in\n",
      program, function);
  script += fmt::format("    '') options='{}' ;;\n", joined(names_of(commands)));
  for (const CommandForm& command : commands) {
    std::vector<std::string> options;
    for (const FormOption& option : all_options(command)) { options.push_back("--" + option.name); }
    script += fmt::format("    {}) options='{}'{} ;;\n", command.name, joined(options),
                          takes_names(command) ? "; names=yes" : "");
  }
  return script + fmt::format(
                      "  esac\n"
                      "  if [[ -n $names && $word != -* ]]; then options+=\" $({})\"; fi\n"
                      "  mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
                      "}}\ncomplete -o default -F {} {}\n",
                      names_command(program), function, program);
}

std::string zsh_completion(const std::string& program, const std::vector<CommandForm>& commands) {
  const std::string function = "_" + identifier(program);
  std::string script =
      fmt::format("#compdef {}\n{}() {{\n  local -a verbs names\n  verbs=(\n", program, function);
  for (const CommandForm& command : commands) {
    script += "    " + quoted(command.name + ":" + command.help) + "\n";
  }
  script += "  )\n  local verb=${words[(r)";
  for (size_t i = 0; i < commands.size(); ++i) {
    script += (i == 0 ? "(" : "|") + commands[i].name;
  }
  script += ")]}\n  case $verb in\n    '') _describe command verbs ;;\n";
  for (const CommandForm& command : commands) {
    script += fmt::format("    {}) _arguments -S", command.name);
    for (const FormOption& option : all_options(command)) { script += " " + zsh_option(option); }
    script +=
        takes_names(command) ? fmt::format(" '*:name:{}_names'", function) : " '*:file:_files'";
    script += " ;;\n";
  }
  script += "  esac\n}\n";
  script += fmt::format(
      "{0}_names() {{\n  local -a names\n  names=(${{(f)\"$({1})\"}})\n"
      "  compadd -a names\n  _files\n}}\n",
      function, names_command(program));
  return script +
         fmt::format("if [ \"$funcstack[1]\" = {0} ]; then {0} \"$@\"; else compdef {0} {1}; fi\n",
                     function, program);
}

std::string manual_page(const std::string& program, const std::string& version,
                        const std::vector<CommandForm>& commands) {
  std::string title = program;
  std::transform(title.begin(), title.end(), title.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  std::string page = fmt::format(
      ".TH {} 1 \"\" \"{} {}\"\n.SH NAME\n{} \\- sweeps, scaling laws and the runs behind them\n"
      ".SH SYNOPSIS\n.B {}\n[\\fB\\-\\-store\\fR \\fIDIR\\fR] [\\fB\\-\\-json\\fR] \\fICOMMAND\\fR "
      "...\n"
      ".SH OPTIONS OF EVERY COMMAND\n",
      manual_text(title), manual_text(program), version, manual_text(program),
      manual_text(program));
  add_options(page, global_options());
  page += ".SH COMMANDS\n";
  for (const CommandForm& command : commands) {
    page += fmt::format(".SS {}\n{}.\n.PP\nusage: \\fB{} {}\\fR\n", manual_text(command.name),
                        manual_text(command.help), manual_text(program),
                        manual_text(command.form.usage));
    add_options(page, command.form.options);
  }
  return page;
}

}  // namespace enigma::cli
