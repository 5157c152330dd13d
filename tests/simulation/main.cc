// enigma_simulation --seeds A..B [--log]: runs seeds A to B and says which of them fail, and how.
#include "tests/simulation/simulation.h"

#include <charconv>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace {

struct Range {
  uint64_t first = 0, last = 0;
};

std::optional<Range> parse_range(std::string_view text) {
  const size_t dots = text.find("..");
  if (dots == std::string_view::npos) { return std::nullopt; }
  Range range;
  const char* const middle = text.data() + dots;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), middle, range.first);
  const auto last = std::from_chars(middle + 2, end, range.last);
  if (first.ptr != middle || last.ptr != end || first.ec != std::errc{} || last.ec != std::errc{}) {
    return std::nullopt;
  }
  return range;
}

void print_failure(uint64_t seed, const enigma::simulation::Outcome& outcome, bool with_log) {
  std::printf("seed %llu fails\n%s", static_cast<unsigned long long>(seed),
              outcome.options.c_str());
  for (const std::string& problem : outcome.problems) { std::printf("  %s\n", problem.c_str()); }
  if (with_log) { std::printf("%s", outcome.log.c_str()); }
}

}  // namespace

int main(int argc, char** argv) {
  const bool with_log = argc == 4 && std::strcmp(argv[3], "--log") == 0;
  const bool known = (argc == 3 || with_log) && std::strcmp(argv[1], "--seeds") == 0;
  const std::optional<Range> range = known ? parse_range(argv[2]) : std::nullopt;
  if (!range) {
    std::fprintf(stderr, "usage: enigma_simulation --seeds FIRST..LAST [--log]\n");
    return 2;
  }
  long long failed = 0, ticks = 0, attempts = 0;
  std::map<std::string, int64_t> states;
  for (uint64_t seed = range->first; seed <= range->last; ++seed) {
    const enigma::simulation::Outcome outcome = enigma::simulation::simulate(seed);
    ticks += outcome.ticks;
    attempts += outcome.attempts;
    for (const auto& [state, count] : outcome.states) { states[state] += count; }
    if (outcome.problems.empty()) { continue; }
    ++failed;
    print_failure(seed, outcome, with_log);
  }
  std::printf("%llu seeds, %lld ticks, %lld attempts;",
              static_cast<unsigned long long>(range->last - range->first + 1), ticks, attempts);
  for (const auto& [state, count] : states) {
    std::printf(" %s %lld", state.c_str(), static_cast<long long>(count));
  }
  std::printf("; %lld seeds fail\n", failed);
  return failed == 0 ? 0 : 1;
}
