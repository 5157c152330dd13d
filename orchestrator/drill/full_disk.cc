#include "orchestrator/drill/full_disk.h"

namespace enigma::drill {
namespace {

/// Ranks are known by their environment: an attempt of several has a starter before each, which
/// knows the attempt and is no rank. $1: the attempt's folder. prlimit(1) comes with util-linux.
constexpr const char* kLimitRanks = R"sh(
for process in /proc/[0-9]*; do
  grep -qzxF "ENIGMA_ATTEMPT_DIR=$1" "$process/environ" 2>/dev/null || continue
  grep -qz '^ENIGMA_RANK=' "$process/environ" 2>/dev/null || continue
  prlimit --pid "${process#/proc/}" --fsize=0:0 && found=yes && echo limited
done
[ -n "$found" ] || { echo "no rank of $1 is at work on $(hostname)" >&2; exit 1; })sh";

std::string joined(const std::vector<std::string>& nodes) {
  std::string list;
  for (const std::string& node : nodes) { list += (list.empty() ? "" : ",") + node; }
  return list;
}

/// A step beside that of the ranks, once on each node (srun(1): --overlap shares what the job has).
std::vector<std::string> step_of(const Target& target) {
  const std::string count = std::to_string(target.nodes.size());
  return {"srun",
          "--jobid=" + target.job,
          "--overlap",
          "--nodelist=" + joined(target.nodes),
          "--nodes=" + count,
          "--ntasks=" + count,
          "--ntasks-per-node=1",
          "--input=none"};
}

}  // namespace

bool has_filled_disk(const std::string& said) {
  return said.find("limited\n") != std::string::npos;
}

std::vector<std::string> words_to_fill_disk(const Target& target) {
  std::vector<std::string> words;
  if (!target.job.empty()) { words = step_of(target); }
  for (const char* word : {"sh", "-c", kLimitRanks, "sh"}) { words.emplace_back(word); }
  words.push_back(target.folder);
  return words;
}

}  // namespace enigma::drill
