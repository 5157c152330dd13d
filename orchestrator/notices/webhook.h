// Notices posted to an address of the user's, signed, again until they are taken.
#pragma once

#include "db/store.h"
#include "diagnostics/diagnostic.h"

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace enigma::notices {

/// STORE/webhook.json: `{"url", "secret"}`, for its owner alone (mode 0600).
struct WebhookSettings {
  std::string url;
  std::string secret;
};
Parsed<WebhookSettings> parse_webhook(std::string_view text, const std::string& file);
/// Nothing where there is no such file. Throws InputError where it is wrong or others may read it.
std::optional<WebhookSettings> webhook_of(const std::filesystem::path& store);

/// What a receiver compares with the header X-Enigma-Signature: "sha256=" and the HMAC of the body.
std::string signature_of(const std::string& secret, const std::string& body);

/// A thread that reads the store and posts. What has been taken (an answer 2xx) stands in
/// STORE/webhook.told; the first start begins with what happens from then on. A notice that is not
/// taken is posted again after 1, 2, 4 … s, at most 10 minutes apart, and those behind it wait.
class Webhook {
 public:
  struct Edge {
    std::function<double()> now;  ///< seconds since the epoch
    std::function<void(const std::string& line)> log;
    double first_pause_s = 1;
    double look_s = 5;  ///< between two looks at the store
  };
  Webhook(WebhookSettings settings, std::filesystem::path store, Edge edge);
  /// Tries what is left once more, and ends.
  ~Webhook();
  Webhook(const Webhook&) = delete;
  Webhook& operator=(const Webhook&) = delete;

 private:
  void run();
  bool deliver_next(const db::Store& store);
  bool is_taken(const std::string& body);
  bool wait(double seconds);

  WebhookSettings settings_;
  std::filesystem::path store_;
  Edge edge_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stops_ = false;
  std::thread thread_;
};

}  // namespace enigma::notices
