#include "tests/fake_worker/outbox.h"

#include "files/atomic_file.h"
#include "http/client.h"

#include <cerrno>
#include <system_error>
#include <utility>

namespace enigma::fake {

Outbox::Outbox(std::filesystem::path attempt_folder, std::string url, std::string bearer,
               std::string run, protocol::Identity identity)
    : folder_(std::move(attempt_folder)),
      url_(std::move(url)),
      bearer_(std::move(bearer)),
      run_(std::move(run)),
      identity_(identity),
      spool_(std::fopen((folder_ / "spool.jsonl").c_str(), "ae")) {
  if (spool_ == nullptr) {
    throw std::system_error(errno, std::generic_category(), (folder_ / "spool.jsonl").string());
  }
}

Outbox::~Outbox() {
  std::fclose(spool_);
}

void Outbox::add(protocol::Body body, double now) {
  std::string line = protocol::to_line({run_, identity_, ++seq_, now, std::move(body)}) + "\n";
  if (seq_ == bad_seq_) { line.replace(0, line.size() / 2, "\xff\xfe"); }
  if (std::fputs(line.c_str(), spool_) < 0 || std::fflush(spool_) != 0) {
    throw std::system_error(errno, std::generic_category(), "spool.jsonl");
  }
  if (!url_.empty()) { waiting_.push_back(line); }
}

int Outbox::post(const std::string& batch, std::string& answer) const {
  auto response = http::send({.url = url_ + "/v1/report",
                              .body = batch,
                              .content_type = "application/x-ndjson",
                              .bearer = bearer_,
                              .timeout_s = 2});
  answer = std::move(response.body);
  return response.status;
}

protocol::Command Outbox::deliver(double now) {
  if (waiting_.empty() || now < not_before_) { return protocol::Command::none; }
  std::string batch, body;
  for (const std::string& line : waiting_) {
    if (batch.size() + line.size() <= protocol::kBatchBytesMax) { batch += line; }
  }
  const int status = post(batch, body);
  fenced_ = fenced_ || status == 409;
  const auto answer = status == 200 ? protocol::parse_answer(body) : std::nullopt;
  if (!answer) {
    not_before_ = now + 1;
    return protocol::Command::none;
  }
  const int64_t first = seq_ - static_cast<int64_t>(waiting_.size()) + 1;
  for (int64_t seq = first; seq <= answer->ack && !waiting_.empty(); ++seq) {
    waiting_.pop_front();
  }
  write_atomically(folder_ / "acknowledged", std::to_string(answer->ack) + "\n");
  return answer->command;
}

}  // namespace enigma::fake
