#include "orchestrator/call/command_form.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace enigma::cli;

namespace {

const std::vector<CommandForm>& two() {
  static const std::vector<CommandForm> commands = {
      {"plan", "what it's worth", {"plan SPEC", {{"data", true, "folder [of recordings]"}}}},
      {"show", "one run", {"show RUN", {{"all-attempts", false, "those, too"}}}}};
  return commands;
}

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 256> part{};
  while (std::fgets(part.data(), part.size(), pipe) != nullptr) { out += part.data(); }
  CHECK(::pclose(pipe) == 0);
  return out;
}

/// What bash would offer after these words.
std::string offered(const std::string& words, int word) {
  const auto script = std::filesystem::temp_directory_path() /
                      ("enigma-completion-" + std::to_string(::getpid()) + ".bash");
  std::ofstream(script) << "enigma-sweep() { printf 'name\\nsweep-1\\n'; }\n"
                        << bash_completion("enigma-sweep", two()) << "COMP_WORDS=(" << words
                        << "); COMP_CWORD=" << word
                        << "; _enigma_sweep; echo \"${COMPREPLY[*]}\"\n";
  const std::string out = output_of("bash " + script.string());
  std::filesystem::remove(script);
  return out;
}

}  // namespace

TEST_CASE("completion: bash offers commands, then the options of the one that was named") {
  CHECK(offered("enigma-sweep ''", 1) == "plan show\n");
  CHECK(offered("enigma-sweep sh", 1) == "show\n");
  CHECK(offered("enigma-sweep plan --d", 2) == "--data\n");
  CHECK(offered("enigma-sweep --store x show --a", 4) == "--all-attempts\n");
  CHECK(offered("enigma-sweep show sw", 2) == "sweep-1\n");
  CHECK(offered("enigma-sweep plan sw", 2) == "\n");
}

TEST_CASE("completion: zsh knows the same, with the help beside it") {
  const std::string script = zsh_completion("enigma-sweep", two());
  CHECK(script.starts_with("#compdef enigma-sweep\n"));
  CHECK(script.find("'plan:what it'\\''s worth'") != std::string::npos);
  CHECK(script.find("'--data[folder \\[of recordings\\]]:value:_files'") != std::string::npos);
  CHECK(script.find("'--all-attempts[those, too]'") != std::string::npos);
  CHECK(script.find("'*:name:_enigma_sweep_names'") != std::string::npos);
}

TEST_CASE("manual page: every command with its usage and options, dashes kept") {
  const std::string page = manual_page("enigma-sweep", "1.2.3", two());
  CHECK(page.starts_with(".TH ENIGMA\\-SWEEP 1 \"\" \"enigma\\-sweep 1.2.3\"\n"));
  CHECK(page.find(".SS show\none run.\n") != std::string::npos);
  CHECK(page.find("\\fB\\-\\-all\\-attempts\\fR\nthose, too\n") != std::string::npos);
  CHECK(page.find("\\fB\\-\\-data\\fR \\fIvalue\\fR\n") != std::string::npos);
}
