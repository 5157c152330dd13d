#include "orchestrator/serve/events.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace enigma {
namespace {

using nlohmann::ordered_json;

constexpr double kLook_s = 0.5;
constexpr double kBeat_s = 10;
constexpr int64_t kEventsAtOnce = 200;

std::string line_of(const ordered_json& document) {
  return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string text_of(const db::Event& event) {
  const ordered_json document = {{"id", event.id},
                                 {"at", event.at},
                                 {"run", event.run},
                                 {"kind", event.kind},
                                 {"text", event.text}};
  return fmt::format("event: event\nid: {}\ndata: {}\n\n", event.id, line_of(document));
}

std::string text_of(const db::Run& run) {
  ordered_json document = {{"id", run.id}, {"state", db::name_of(run.state)}};
  document["why"] = run.why.empty() ? ordered_json() : ordered_json(run.why);
  if (!run.attempts.empty()) {
    const db::Attempt& attempt = run.attempts.back();
    const bool reported = attempt.progress.reported_at > 0;
    if (attempt.number) { document["attempt"] = *attempt.number; }
    if (reported) { document["step"] = attempt.progress.step; }
    if (reported) { document["reported_at"] = attempt.progress.reported_at; }
  }
  return fmt::format("event: run\ndata: {}\n\n", line_of(document));
}

}  // namespace

struct Events::Listener {
  explicit Listener(std::shared_ptr<int> all) : count(std::move(all)) { ++*count; }
  ~Listener() { --*count; }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::shared_ptr<int> count;
  int64_t event = 0, change = 0;  ///< up to which it has been told
  double said_at_s = -1e9;
};

Events::Events(const Controller& controller, std::function<double()> clock_s)
    : controller_(controller), clock_s_(std::move(clock_s)) {}

std::optional<http::Stream> Events::follow(std::optional<int64_t> after) {
  if (*listeners_ >= kListenersMax) { return std::nullopt; }
  look();
  auto listener = std::make_shared<Listener>(listeners_);
  listener->event = after.value_or(newest_);
  return [self = self_, listener]() -> std::optional<std::string> {
    if (*self == nullptr) { return std::nullopt; }
    return (*self)->text_for(*listener);
  };
}

// Once for all listeners, however often they ask.
void Events::look() {
  if (clock_s_() - looked_at_s_ < kLook_s) { return; }
  looked_at_s_ = clock_s_();
  newest_ = controller_.store().last_event_id();
  if (!controller_.live_runs()) { return; }
  const auto& active = controller_.live_runs()->active();
  std::erase_if(told_, [&](const auto& one) { return !active.contains(one.first); });
  for (const auto& [id, run] : active) { take(*run); }
}

void Events::take(const db::Run& run) {
  const auto step = run.attempts.empty() ? 0 : run.attempts.back().progress.step;
  Told& told = told_[run.id];
  const bool same = told.step == step && told.attempts == run.attempts.size() &&
                    told.state == run.state && told.change > 0;
  if (same) { return; }
  told = {++changes_, step, run.attempts.size(), run.state, text_of(run)};
}

std::string Events::events_for(Listener& listener) {
  if (newest_ - listener.event > kReplayMax || listener.event > newest_) {
    listener.event = newest_;
    return fmt::format("event: reset\nid: {}\ndata: {{}}\n\n", newest_);
  }
  std::string text;
  if (newest_ == listener.event) { return text; }
  for (const db::Event& event : controller_.store().events_after(listener.event, kEventsAtOnce)) {
    text += text_of(event);
    listener.event = event.id;
  }
  return text;
}

std::string Events::text_for(Listener& listener) {
  look();
  std::string text = events_for(listener);
  for (const auto& [run, told] : told_) {
    if (told.change > listener.change) { text += told.text; }
  }
  listener.change = changes_;
  if (text.empty() && clock_s_() - listener.said_at_s >= kBeat_s) {
    text = "event: beat\ndata: {}\n\n";
  }
  if (!text.empty()) { listener.said_at_s = clock_s_(); }
  return text;
}

}  // namespace enigma
