#include "worker/reports/post.h"

#include "files/atomic_file.h"
#include "worker/clock/clock.h"
#include "worker/reports/spool.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <utility>

namespace enigma::worker {
namespace {

using std::chrono::duration;

constexpr double kPause_s = 0.25;  // between posts: reports gather into batches
constexpr double kBackoffMax_s = 30;
constexpr size_t kAnswerBytesMax = 64 * 1024;

std::string token_in(const std::filesystem::path& file) {
  if (file.empty()) { return ""; }
  try {
    std::string token = read_file(file, 4096);
    while (!token.empty() && (token.back() == '\n' || token.back() == ' ')) { token.pop_back(); }
    return token;
  } catch (const std::exception&) {
    return "";  // a token that is not there yet: the controller answers 401, and it is read again
  }
}

std::string report_address(std::string url) {
  while (!url.empty() && url.back() == '/') { url.pop_back(); }
  const std::string path = "/v1/report";
  return url.ends_with(path) ? url : url + path;
}

http::ClientResponse post(const PostTarget& target, const std::string& lines, int timeout_s) {
  return http::send({.url = report_address(target.url),
                     .body = lines,
                     .content_type = "application/x-ndjson",
                     .bearer = token_in(target.token_file),
                     .pinned_key = target.pin,
                     .timeout_s = timeout_s,
                     .answer_bytes_max = kAnswerBytesMax});
}

double backoff_s(int failures) {
  return std::min(kBackoffMax_s, 0.5 * std::pow(2.0, failures));
}

PostDecision decide_ok(const http::ClientResponse& answer, int64_t last_seq, int failures) {
  const auto parsed = protocol::parse_answer(answer.body);
  if (!parsed) { return {.wait_s = backoff_s(failures)}; }
  const bool whole = parsed->ack >= last_seq;
  return {.advance = whole,
          .wait_s = whole ? kPause_s : backoff_s(failures),
          .command = parsed->command};
}

}  // namespace

PostDecision decide_post(const http::ClientResponse& answer, int64_t last_seq,
                         int failures_in_a_row) {
  switch (answer.status) {
    case 200:
      return decide_ok(answer, last_seq, failures_in_a_row);
    case 400:
      return {.give_up = true};
    case 409:
      return {.fenced = true};
    case 413:
      return {.smaller = true, .wait_s = backoff_s(failures_in_a_row)};
    default:
      break;
  }
  // 401, 404, 429, 5xx, nobody there: the spool keeps the lines; later is soon enough.
  const double asked_s = static_cast<double>(std::min<int64_t>(answer.retry_after_s, 3600));
  return {.wait_s = asked_s > 0 ? asked_s : backoff_s(failures_in_a_row)};
}

Poster::Poster(PostTarget target, std::filesystem::path spool)
    : target_(std::move(target)), spool_(std::move(spool)) {
  if (!target_.url.empty()) {
    thread_ = std::thread([this] { loop(); });
  }
}

Poster::~Poster() {
  if (!thread_.joinable()) { return; }
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Poster::wake() {
  {
    const std::lock_guard lock(mutex_);
    news_ = true;
  }
  changed_.notify_all();
}

bool Poster::fenced() const {
  const std::lock_guard lock(mutex_);
  return fenced_;
}

protocol::Command Poster::take_command() {
  const std::lock_guard lock(mutex_);
  return std::exchange(command_, protocol::Command::none);
}

void Poster::loop() {
  std::unique_lock lock(mutex_);
  while (!fenced_ && !given_up_) {
    changed_.wait(lock, [this] { return news_ || stopping_; });
    if (stopping_) { break; }
    news_ = false;
    lock.unlock();
    const bool more = post_once(20);
    lock.lock();
    news_ = news_ || more;
    changed_.wait_for(lock, duration<double>(wait_s_), [this] { return stopping_; });
  }
  lock.unlock();
  // Once more at the end, even to a controller that was away; on while it takes what it is given.
  const double until_s = monotonic_s() + kFlush_s;
  while (!fenced_ && !given_up_ && monotonic_s() < until_s) {
    if (!post_once(static_cast<int>(kFlush_s)) || failures_ > 0) { break; }
  }
}

bool Poster::post_once(int timeout_s) {
  const SpoolPiece piece = read_spool(spool_, offset_, batch_bytes_);
  if (piece.lines.empty()) { return false; }
  const PostDecision decision =
      decide_post(post(target_, piece.lines, timeout_s), piece.last_seq, failures_);
  apply(decision, piece.lines.size());
  return true;
}

void Poster::apply(const PostDecision& decision, size_t posted_bytes) {
  const std::lock_guard lock(mutex_);
  if (decision.advance) { offset_ += static_cast<int64_t>(posted_bytes); }
  failures_ = decision.advance ? 0 : failures_ + 1;
  if (decision.smaller) { batch_bytes_ = std::max<size_t>(batch_bytes_ / 2, 1); }
  wait_s_ = decision.wait_s;
  fenced_ = fenced_ || decision.fenced;
  given_up_ = given_up_ || decision.give_up;
  command_ = std::max(command_, decision.command);
  if (decision.give_up) {
    std::fprintf(stderr, "the controller calls a report malformed; the spool keeps all reports\n");
  }
}

}  // namespace enigma::worker
