#include "orchestrator/decide/signature.h"

#include <algorithm>
#include <cctype>

namespace enigma::decide {
namespace {

using enum protocol::FailureClass;

Signature root(std::vector<std::string> words, protocol::FailureClass failure_class) {
  return {std::move(words), {}, failure_class, Role::root};
}
Signature cascade(std::vector<std::string> words) {
  return {std::move(words), {}, nccl, Role::cascade};
}

std::string lowered(std::string_view line) {
  std::string text(line);
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool has(const Signature& signature, const std::string& lower, std::string_view line) {
  const auto contains = [&](const std::string& word) {
    return lower.find(word) != std::string::npos;
  };
  if (!std::ranges::all_of(signature.words, contains)) { return false; }
  return !signature.pattern || std::regex_search(line.begin(), line.end(), *signature.pattern);
}

}  // namespace

// Specific before general: the first that a line has counts.
const Signatures& house_signatures() {
  static const Signatures table = {
      root({"cuda", "out of memory"}, gpu_memory),
      root({"cuda_error_out_of_memory"}, gpu_memory),
      root({"cublas_status_alloc_failed"}, gpu_memory),
      root({"oom-kill"}, host_memory),
      root({"oom_kill event"}, host_memory),
      root({"out of memory: killed process"}, host_memory),
      root({"exceeded", "memory limit"}, host_memory),
      root({"std::bad_alloc"}, host_memory),
      root({"cannot allocate memory"}, host_memory),
      root({"uncorrectable", "ecc"}, hardware),
      root({"fallen off the bus"}, hardware),
      root({"gpu is lost"}, hardware),
      root({"nvrm: xid"}, hardware),
      root({"no cuda-capable device"}, hardware),
      root({"hardware error"}, hardware),
      root({"worked out twice", "other bits"}, hardware),
      root({"no space left on device"}, disk_full),
      root({"disk quota exceeded"}, disk_full),
      root({"stale file handle"}, node_failure),
      root({"input/output error"}, node_failure),
      root({"transport endpoint is not connected"}, node_failure),
      root({"node failure"}, node_failure),
      root({"due to time limit"}, time_limit),
      root({"due to preemption"}, preempted),
      root({"loss is nan"}, nan),
      root({"non-finite"}, nan),
      root({"error while loading shared libraries"}, code),
      root({"illegal memory access"}, code),
      root({"device-side assert"}, code),
      root({"segmentation fault"}, code),
      cascade({"nccl", "error"}),
      cascade({"ncclsystemerror"}),
      cascade({"ncclremoteerror"}),
      cascade({"watchdog", "collective"}),
      cascade({"net/ib"}),
      cascade({"connection reset by peer"}),
      cascade({"connection closed by peer"}),
      cascade({"connection refused"}),
      cascade({"broken pipe"}),
      cascade({"gloo", "timeout"}),
      cascade({"gloo", "timed out"}),
  };
  return table;
}

const Signature* signature_of(std::string_view line, const Signatures& table) {
  const std::string lower = lowered(line);
  const auto found =
      std::ranges::find_if(table, [&](const Signature& each) { return has(each, lower, line); });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace enigma::decide
