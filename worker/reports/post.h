// Posting the spool to a controller that may be away: what an answer means, and the thread that
// posts. Nothing here ever holds up a training step.
#pragma once

#include "http/client.h"
#include "worker/protocol/report.h"

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

namespace enigma::worker {

struct PostTarget {
  std::string url;  ///< of the controller; `/v1/report` is added where it is not there
  std::string pin;  ///< curl's pinned-key format; empty = the system's certificates decide
  std::filesystem::path token_file;
};

/// What to do after an answer to a batch that ended with `last_seq`. Pure.
struct PostDecision {
  bool advance = false;  ///< the batch is committed
  bool fenced = false;   ///< another attempt counts: stop at once
  bool give_up = false;  ///< the controller will never take these lines
  bool smaller = false;  ///< the batch was too large
  double wait_s = 0;     ///< before the next post
  protocol::Command command = protocol::Command::none;
};
PostDecision decide_post(const http::ClientResponse& answer, int64_t last_seq,
                         int failures_in_a_row);

/// Reads the spool from where the last acknowledgement ended, and posts it in a thread of its own.
class Poster {
 public:
  Poster(PostTarget target, std::filesystem::path spool);
  /// Posts what is left for at most `kFlush_s`, if the controller answers at all.
  ~Poster();
  Poster(const Poster&) = delete;
  Poster& operator=(const Poster&) = delete;

  /// There is something new in the spool.
  void wake();
  bool fenced() const;
  /// Commands since the last call: `stop` wins over `checkpoint`.
  protocol::Command take_command();

  static constexpr double kFlush_s = 5;

 private:
  void loop();
  bool post_once(int timeout_s);
  void apply(const PostDecision& decision, size_t posted_bytes);

  PostTarget target_;
  std::filesystem::path spool_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false, news_ = false, fenced_ = false, given_up_ = false;
  protocol::Command command_ = protocol::Command::none;
  int64_t offset_ = 0;
  size_t batch_bytes_ = protocol::kBatchBytesMax / 4;
  int failures_ = 0;
  double wait_s_ = 0;
  std::thread thread_;
};

}  // namespace enigma::worker
