// Says what happened: into the spool, and from there to whoever listens.
#pragma once

#include "worker/environment.h"
#include "worker/reports/post.h"
#include "worker/reports/spool.h"

#include <optional>

namespace enigma::worker {

class Reporter {
 public:
  /// Of several ranks, rank 0 speaks for all; the others say nothing.
  explicit Reporter(const Environment& environment);

  /// Metrics are flushed to the file; everything else is synced to the disk before this returns.
  void say(protocol::Body body);
  bool fenced() const { return voice_ && voice_->poster.fenced(); }
  protocol::Command take_command() {
    return voice_ ? voice_->poster.take_command() : protocol::Command::none;
  }

 private:
  struct Voice {
    Spool spool;
    Poster poster;
    explicit Voice(const Environment& environment);
  };
  std::optional<Voice> voice_;  // of rank 0
};

}  // namespace enigma::worker
