// Which of LibTorch's attention operators this thread ran: what was chosen, not what was asked for.
#pragma once

#include <cstdint>
#include <set>
#include <string>

namespace enigma::worker {

/// Listens while it lives; one at a time in a thread.
class AttentionSeen {
 public:
  AttentionSeen();
  ~AttentionSeen();
  AttentionSeen(const AttentionSeen&) = delete;
  AttentionSeen& operator=(const AttentionSeen&) = delete;

  /// "flash_attention_for_cpu", with " + " between several; "none" where there was no attention.
  std::string text() const;

 private:
  std::set<std::string> names_;
  uint64_t handle_;
};

}  // namespace enigma::worker
