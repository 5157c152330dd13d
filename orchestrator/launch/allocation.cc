#include "orchestrator/launch/allocation.h"

#include "orchestrator/launch/node_list.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace enigma::launch {
namespace {

constexpr size_t kAnswerBytesMax = 1 << 20;

void execute(const std::vector<std::string>& command) {
  std::vector<char*> words;
  for (const std::string& word : command) { words.push_back(const_cast<char*>(word.c_str())); }
  words.push_back(nullptr);
  ::execvp(words.front(), words.data());
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> part{};
  ssize_t got = 0;
  while (text.size() < kAnswerBytesMax && (got = ::read(fd, part.data(), part.size())) > 0) {
    text.append(part.data(), static_cast<size_t>(got));
  }
  return text;
}

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

std::vector<std::string> lines_of(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) { return {}; }
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    execute(command);
    ::_exit(127);
  }
  ::close(ends[1]);
  const std::string text = child < 0 ? "" : read_all(ends[0]);
  ::close(ends[0]);
  int status = 1;
  if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) { return {}; }
  std::vector<std::string> lines;
  std::istringstream rest(text);
  for (std::string line; std::getline(rest, line);) { lines.push_back(line); }
  return lines;
}

std::vector<std::string> allocated_nodes() {
  const char* list = std::getenv("SLURM_JOB_NODELIST");
  if (list == nullptr || *list == '\0') { return {}; }
  return lines_of({"scontrol", "show", "hostnames", list});
}

std::vector<std::string> nodes_down(const std::vector<std::string>& lines) {
  std::vector<std::string> down;
  for (const std::string& line : lines) {
    std::istringstream words(line);
    std::string node, state;
    words >> node >> state;
    const bool is_down = state.starts_with("down") || state.starts_with("fail") ||
                         state.starts_with("unk") || state.ends_with('*');
    if (is_down && !contains(down, node)) { down.push_back(node); }
  }
  return down;
}

std::vector<std::string> nodes_that_answer(const std::vector<std::string>& nodes) {
  const auto down = nodes_down(lines_of({"sinfo", "-h", "-N", "-n", joined(nodes), "-o", "%N %t"}));
  std::vector<std::string> usable;
  std::copy_if(nodes.begin(), nodes.end(), std::back_inserter(usable),
               [&](const std::string& node) { return !contains(down, node); });
  return usable;
}

std::vector<std::string> chosen_nodes(std::vector<std::string> usable,
                                      const std::vector<std::string>& suspects,
                                      const std::vector<int64_t>& accepted) {
  int64_t most = 0;
  for (const int64_t count : accepted) {
    if (count <= static_cast<int64_t>(usable.size())) { most = std::max(most, count); }
  }
  std::stable_partition(usable.begin(), usable.end(),
                        [&](const std::string& node) { return !contains(suspects, node); });
  usable.resize(static_cast<size_t>(most));
  return usable;
}

}  // namespace enigma::launch
