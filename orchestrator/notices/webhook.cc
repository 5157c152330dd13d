#include "orchestrator/notices/webhook.h"

#include "files/atomic_file.h"
#include "http/client.h"
#include "input/fields.h"
#include "orchestrator/attempts/secret.h"
#include "orchestrator/notices/notice.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace enigma::notices {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFileBytesMax = 64 * 1024;
constexpr double kPauseMax_s = 600;
constexpr int kPost_s = 10;

fs::path told_file(const fs::path& store) {
  return store / "webhook.told";
}

bool is_web_address(const std::string& url) {
  return url.starts_with("https://") || url.starts_with("http://");
}

/// Where nothing was told yet, it begins behind what has happened.
Told told_of(const fs::path& store, const db::Store& events) {
  const fs::path file = told_file(store);
  if (fs::exists(file)) { return told_from(read_file(file, kFileBytesMax)); }
  const Told told{events.last_event_id(), {}};
  write_atomically(file, to_text(told));
  return told;
}

}  // namespace

Parsed<WebhookSettings> parse_webhook(std::string_view text, const std::string& file) {
  Parsed<WebhookSettings> result;
  const auto document = parse_document(text, file);
  result.diagnostics = document.diagnostics;
  if (!document.ok()) { return result; }
  WebhookSettings settings;
  Fields fields(*document.value, document.value->root, "", result.diagnostics);
  if (fields.need("url", "an address") != nullptr) { set(settings.url, fields.text("url")); }
  if (fields.need("secret", "a text") != nullptr) { set(settings.secret, fields.text("secret")); }
  fields.finish();
  if (!has_errors(result.diagnostics) && !is_web_address(settings.url)) {
    Diagnostic wrong = document.value->at("/url", "no address that can be posted to");
    wrong.expected = "https://… or http://…";
    wrong.found = settings.url;
    result.diagnostics.push_back(wrong);
  }
  if (!has_errors(result.diagnostics)) { result.value = std::move(settings); }
  return result;
}

std::optional<WebhookSettings> webhook_of(const fs::path& store) {
  const fs::path file = store / "webhook.json";
  if (!fs::exists(file)) { return std::nullopt; }
  const auto others = fs::perms::group_all | fs::perms::others_all;
  if ((fs::status(file).permissions() & others) != fs::perms::none) {
    throw InputError({{.file = file.string(),
                       .message = "it holds a secret, and others may read or write it",
                       .expected = "mode 0600",
                       .suggestion = "chmod 600 " + file.string()}});
  }
  auto settings = parse_webhook(read_file(file, kFileBytesMax), file.string());
  if (!settings.ok()) { throw InputError(settings.diagnostics); }
  return std::move(settings.value);
}

std::string signature_of(const std::string& secret, const std::string& body) {
  return "sha256=" + attempts::hmac_sha256(secret, body);
}

Webhook::Webhook(WebhookSettings settings, fs::path store, Edge edge)
    : settings_(std::move(settings)),
      store_(std::move(store)),
      edge_(std::move(edge)),
      thread_([this] { run(); }) {}

Webhook::~Webhook() {
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
  }
  stopping_.notify_all();
  thread_.join();
}

/// False: it is to end.
bool Webhook::wait(double seconds) {
  std::unique_lock lock(mutex_);
  return !stopping_.wait_for(lock, std::chrono::duration<double>(seconds),
                             [this] { return stops_; });
}

bool Webhook::is_taken(const std::string& body) {
  http::ClientRequest request{.url = settings_.url, .body = body};
  request.headers = {"X-Enigma-Signature: " + signature_of(settings_.secret, body)};
  request.timeout_s = kPost_s;
  const http::ClientResponse answer = http::send(request);
  if (answer.status >= 200 && answer.status < 300) { return true; }
  edge_.log("webhook: a notice was not taken: " +
            (answer.status == 0 ? answer.error : fmt::format("HTTP {}", answer.status)));
  return false;
}

/// Whether everything that there is to tell has been taken.
bool Webhook::deliver_next(const db::Store& store) {
  const Told told = told_of(store_, store);
  const Next next = next_notices(store, told, edge_.now());
  for (const std::string& notice : next.notices) {
    if (!is_taken(notice)) { return false; }
  }
  if (next.told != told) { write_atomically(told_file(store_), to_text(next.told)); }
  return true;
}

// A thread of its own: what breaks here is told, and tried again.
void Webhook::run() {
  double pause_s = edge_.first_pause_s;
  for (bool goes_on = true, begun = false; goes_on || begun;) {
    begun = goes_on;
    bool taken = false;
    try {
      taken = deliver_next(db::Store::open_read_only(store_ / "runs.db"));
    } catch (const std::exception& broken) { edge_.log(std::string("webhook: ") + broken.what()); }
    if (!goes_on) { return; }
    pause_s = taken ? edge_.first_pause_s : std::min(2 * pause_s, kPauseMax_s);
    goes_on = wait(taken ? edge_.look_s : pause_s);
  }
}

}  // namespace enigma::notices
