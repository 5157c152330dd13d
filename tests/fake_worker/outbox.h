// The two ways of a report: a line of spool.jsonl first, then HTTP where the controller answers.
#pragma once

#include "worker/protocol/report.h"

#include <cstdio>
#include <deque>
#include <filesystem>
#include <string>

namespace enigma::fake {

class Outbox {
 public:
  /// `url` empty: the spool is the only way.
  Outbox(std::filesystem::path attempt_folder, std::string url, std::string bearer, std::string run,
         protocol::Identity identity);
  /// The line of this number will be no report, in the file and in posts.
  void spoil(int64_t seq) { bad_seq_ = seq; }
  ~Outbox();
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  void add(protocol::Body body, double now);
  /// Posts what waits, unless the controller was away less than a second ago.
  /// Notes the highest acknowledged seq in the file `acknowledged` of the attempt's folder.
  protocol::Command deliver(double now);
  bool fenced() const { return fenced_; }

 private:
  int post(const std::string& batch, std::string& answer) const;

  std::filesystem::path folder_;
  std::string url_, bearer_, run_;
  protocol::Identity identity_;
  int64_t seq_ = 0, bad_seq_ = 0;
  std::FILE* spool_ = nullptr;
  std::deque<std::string> waiting_;  ///< lines from seq_ − size + 1 on
  double not_before_ = 0;
  bool fenced_ = false;
};

}  // namespace enigma::fake
