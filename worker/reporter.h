// Says what happened: into the spool, and from there to whoever listens.
#pragma once

#include "worker/environment.h"
#include "worker/post.h"
#include "worker/spool.h"

namespace enigma::worker {

class Reporter {
 public:
  explicit Reporter(const Environment& environment);

  /// Metrics are flushed to the file; everything else is synced to the disk before this returns.
  void say(protocol::Body body);
  bool fenced() const { return poster_.fenced(); }
  protocol::Command take_command() { return poster_.take_command(); }

 private:
  Spool spool_;
  Poster poster_;
};

}  // namespace enigma::worker
