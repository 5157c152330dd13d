#include "tests/fake_worker/outbox.h"

#include "files/atomic_file.h"

#include <curl/curl.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

namespace enigma::fake {
namespace {

size_t take(char* bytes, size_t size, size_t count, void* body) {
  static_cast<std::string*>(body)->append(bytes, size * count);
  return size * count;
}

}  // namespace

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
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(),
                                                                 curl_easy_cleanup);
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      curl_slist_append(nullptr, ("Authorization: Bearer " + bearer_).c_str()),
      curl_slist_free_all);
  curl_easy_setopt(easy.get(), CURLOPT_URL, (url_ + "/v1/report").c_str());
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, batch.data());
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(batch.size()));
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, 2000L);
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_NOPROXY, "*");
  long status = 0;
  if (curl_easy_perform(easy.get()) == CURLE_OK) {
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  }
  return static_cast<int>(status);
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
