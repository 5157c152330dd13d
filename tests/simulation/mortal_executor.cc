#include "tests/simulation/mortal_executor.h"

#include <algorithm>

namespace enigma::simulation {
namespace {

/// Where the first whole line ends that is no report; npos: there is none.
size_t end_of_bad_line(const std::string& bytes, size_t from) {
  for (size_t end = bytes.find('\n', from); end != std::string::npos;
       end = bytes.find('\n', from)) {
    const std::string line = bytes.substr(from, end - from);
    if (!line.empty() && !protocol::parse_line(line).report) { return end; }
    from = end + 1;
  }
  return std::string::npos;
}

void blank(std::string& bytes, size_t from) {
  std::replace_if(
      bytes.begin() + static_cast<std::ptrdiff_t>(from), bytes.end(),
      [](char c) { return c != '\n'; }, ' ');
}

}  // namespace

decide::SubmitAnswer MortalExecutor::submit(const decide::Submission& submission) {
  step_();
  const auto answer = world_.submit(submission);
  step_();
  return answer;
}

std::vector<decide::SubmitAnswer> MortalExecutor::submit_all(
    const std::vector<decide::Submission>& submissions) {
  if (!world_.options.scheduler) { return Executor::submit_all(submissions); }
  step_();
  const auto answers = world_.submit_all(submissions);
  step_();
  return answers;
}

std::vector<decide::Observation> MortalExecutor::observe(
    const std::vector<decide::Watch>& watches) {
  step_();
  auto seen = world_.observe(watches);
  step_();
  return seen;
}

std::string MortalExecutor::read_spool(const decide::SpoolSlice& slice) {
  step_();
  std::string bytes = world_.read_spool(slice);
  falsify(slice, bytes);
  step_();
  return bytes;
}

void MortalExecutor::falsify(const decide::SpoolSlice& slice, std::string& bytes) {
  if (fault_ == Fault::drops_a_last_line_without_newline) {
    bytes.resize(bytes.rfind('\n') + 1);
  } else if (fault_ == Fault::drops_what_follows_a_bad_line) {
    const size_t first = slice.offset > 0 ? 1 : 0;
    if (broken_.contains(slice.token)) { return blank(bytes, std::min(first, bytes.size())); }
    const size_t end = end_of_bad_line(bytes, first);
    if (end == std::string::npos) { return; }
    broken_.insert(slice.token);
    blank(bytes, end);
  }
}

void MortalExecutor::cancel(const std::string& run, const std::string& token) {
  step_();
  world_.cancel(run, token);
  step_();
}

void MortalExecutor::mark(const std::string& run, const std::string& word) {
  step_();
  world_.mark(run, word);
  step_();
}

void MortalExecutor::unmark(const std::string& run) {
  step_();
  world_.unmark(run);
  step_();
}

}  // namespace enigma::simulation
