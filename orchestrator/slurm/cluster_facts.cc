#include "orchestrator/slurm/cluster_facts.h"

#include "orchestrator/slurm/answer.h"

#include <charconv>
#include <sstream>

namespace enigma::slurm {
namespace {

std::optional<double> number_of(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size() && !text.empty();
  return whole ? std::optional(number) : std::nullopt;
}

}  // namespace

Words parse_config(std::string_view text) {
  Words config;
  each_line(text, [&](std::string_view line) {
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos) { return; }
    const std::string key(trimmed(line.substr(0, equals)));
    if (!key.empty()) { config[key] = trimmed(line.substr(equals + 1)); }
  });
  return config;
}

std::vector<Words> parse_oneliners(std::string_view text) {
  std::vector<Words> all;
  each_line(text, [&](std::string_view line) {
    Words words;
    std::istringstream parts{std::string(line)};
    for (std::string part; parts >> part;) {
      const size_t equals = part.find('=');
      if (equals != std::string::npos && equals > 0) {
        words[part.substr(0, equals)] = part.substr(equals + 1);
      }
    }
    if (!words.empty()) { all.push_back(std::move(words)); }
  });
  return all;
}

std::optional<double> seconds_of(std::string_view limit) {
  double seconds = 0;
  const size_t dash = limit.find('-');
  if (dash != std::string_view::npos) {
    const auto days = number_of(limit.substr(0, dash));
    if (!days) { return std::nullopt; }
    seconds = *days * 86'400;
    limit.remove_prefix(dash + 1);
  }
  double part_s = 0;
  for (;;) {
    const size_t colon = limit.find(':');
    const auto part = number_of(limit.substr(0, colon));
    if (!part) { return std::nullopt; }
    part_s = part_s * 60 + *part;
    if (colon == std::string_view::npos) { return seconds + part_s; }
    limit.remove_prefix(colon + 1);
  }
}

}  // namespace enigma::slurm
