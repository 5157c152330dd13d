#include "orchestrator/launch/options.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>

namespace enigma::launch {
namespace {

constexpr int kCpusMax = 4096;

std::map<std::string, std::string*> texts_of(Options& options) {
  return {{"--run", &options.run},        {"--run-dir", &options.run_folder},
          {"--token", &options.token},    {"--worker", &options.worker},
          {"--data", &options.data},      {"--start", &options.start},
          {"--url", &options.report_url}, {"--pin", &options.report_pin},
          {"--job", &options.job},        {"--chain", &options.chain}};
}

/// "1,2,4"; empty where one is no positive number.
std::vector<int64_t> parse_counts(const std::string& list) {
  std::vector<int64_t> counts;
  std::istringstream parts(list);
  for (std::string part; std::getline(parts, part, ',');) {
    char* end = nullptr;
    counts.push_back(std::strtoll(part.c_str(), &end, 10));
    if (part.empty() || *end != '\0' || counts.back() < 1) { return {}; }
  }
  return counts;
}

bool take(Options& options, const std::string& name, const std::string& value) {
  const auto texts = texts_of(options);
  if (const auto text = texts.find(name); text != texts.end()) {
    *text->second = value;
    return true;
  }
  if (name == "--srun") {
    options.srun.push_back(value);
    return value.starts_with("--");
  }
  if (name == "--cpus") {
    options.cpus = parse_cpus(value);
    return !options.cpus.empty();
  }
  if (name == "--nodes") {
    options.nodes = parse_counts(value);
    return !options.nodes.empty();
  }
  if (name == "--restart" || name == "--ranks-per-node") {
    const bool ranks = name == "--ranks-per-node";
    int64_t& number = ranks ? options.ranks_per_node : options.restart;
    char* end = nullptr;
    number = std::strtoll(value.c_str(), &end, 10);
    return end != value.c_str() && *end == '\0' && number >= (ranks ? 1 : 0);
  }
  double* seconds = name == "--silence-s" ? &options.silence_s
                    : name == "--grace-s" ? &options.grace_s
                                          : nullptr;
  if (seconds == nullptr) { return false; }
  char* end = nullptr;
  *seconds = std::strtod(value.c_str(), &end);
  return end != value.c_str() && *end == '\0' && *seconds >= 0;
}

}  // namespace

std::vector<int> parse_cpus(const std::string& list) {
  std::vector<int> cpus;
  std::istringstream parts(list);
  for (std::string part; std::getline(parts, part, ',');) {
    char* end = nullptr;
    const long from = std::strtol(part.c_str(), &end, 10);
    const long to = *end == '-' ? std::strtol(end + 1, &end, 10) : from;
    if (part.empty() || *end != '\0' || from < 0 || to < from || to >= kCpusMax) { return {}; }
    for (long cpu = from; cpu <= to; ++cpu) { cpus.push_back(static_cast<int>(cpu)); }
  }
  return cpus;
}

std::string to_text(const std::vector<int>& cpus) {
  std::string list;
  for (const int cpu : cpus) { list += (list.empty() ? "" : ",") + std::to_string(cpu); }
  return list;
}

bool has_several_ranks(const Options& options) {
  return options.ranks_per_node > 1 ||
         std::any_of(options.nodes.begin(), options.nodes.end(), [](int64_t n) { return n > 1; });
}

bool is_started_by_rank(const Options& options) {
  return has_several_ranks(options) || !options.srun.empty();
}

std::optional<Options> parse_options(const std::vector<std::string>& words, std::string& why) {
  Options options;
  for (size_t i = 0; i < words.size(); i += 2) {
    if (i + 1 == words.size()) {
      why = words[i] + " needs a value";
      return std::nullopt;
    }
    if (!take(options, words[i], words[i + 1])) {
      why = "cannot use " + words[i] + " " + words[i + 1];
      return std::nullopt;
    }
  }
  if (options.run.empty() || options.run_folder.empty() || options.token.empty() ||
      options.worker.empty()) {
    why = "--run, --run-dir, --token and --worker are needed";
    return std::nullopt;
  }
  return options;
}

}  // namespace enigma::launch
