#include "orchestrator/notices/notice.h"

#include "orchestrator/decide/ceiling.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <stdexcept>

namespace enigma::notices {
namespace {

using nlohmann::ordered_json;

// So many events are looked at in one go.
constexpr int64_t kEventsMax = 1000;

std::string notice(const char* kind, const std::string& id, db::Time at, const std::string& text,
                   const ordered_json& more) {
  ordered_json body = {
      {"schema", "enigma.notice/1"}, {"kind", kind}, {"id", id}, {"at", at}, {"text", text}};
  body.update(more);
  return body.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

bool ends_a_run(const db::Event& event) {
  return event.kind == "done" || event.kind == "failed" || event.kind == "cancelled" ||
         event.kind == "held";
}

std::vector<std::string> sweeps_of(const db::Store& store, const std::string& run) {
  std::vector<std::string> names;
  const auto row = store.run(run);
  if (!row) { return names; }
  for (const db::Membership& member : row->memberships) { names.push_back(member.sweep); }
  return names;
}

/// "3 done, 1 failed"
std::string text_of(const std::map<std::string, int64_t>& counts) {
  std::string text;
  for (const auto& [state, runs] : counts) {
    if (runs > 0) { text += fmt::format("{}{} {}", text.empty() ? "" : ", ", runs, state); }
  }
  return text;
}

std::string failed(const db::Event& event, const std::vector<std::string>& sweeps) {
  return notice("run_failed", fmt::format("event-{}", event.id), event.at,
                fmt::format("run {} failed for good: {}", event.run, event.text),
                {{"run", event.run}, {"sweeps", sweeps}});
}

/// Nothing where something of it still runs or waits.
std::vector<std::string> ended(const db::Store& store,
                               const std::map<std::string, db::Event>& last) {
  std::vector<std::string> notices;
  for (const auto& [sweep, event] : last) {
    const auto counts = store.counts(sweep);
    if (counts.at("waiting") + counts.at("running") > 0) { continue; }
    notices.push_back(notice("sweep_ended", fmt::format("event-{}-{}", event.id, sweep), event.at,
                             fmt::format("sweep {} has ended: {}", sweep, text_of(counts)),
                             {{"sweep", sweep}, {"counts", counts}}));
  }
  return notices;
}

std::string near(const decide::Account& account, db::Time now) {
  const db::Ceiling& ceiling = account.ceiling;
  return notice("ceiling_near",
                fmt::format("ceiling-{}-{:.6g}", ceiling.sweep, ceiling.device_hours), now,
                fmt::format("sweep {} has used {:.3g} of {:.3g} device-hours ({})", ceiling.sweep,
                            account.used_device_hours, ceiling.device_hours, ceiling.text),
                {{"sweep", ceiling.sweep},
                 {"used_device_hours", account.used_device_hours},
                 {"device_hours", ceiling.device_hours}});
}

/// Once for each sweep, until its ceiling is raised.
void add_near(const db::Store& store, db::Time now, Next& next) {
  std::set<std::string> still;
  for (const auto& account : decide::accounts_of(store.ceilings(), store.charges())) {
    const std::string& sweep = account.ceiling.sweep;
    if (account.used_device_hours < kNear * account.ceiling.device_hours) { continue; }
    still.insert(sweep);
    if (!next.told.near_ceiling.contains(sweep)) { next.notices.push_back(near(account, now)); }
  }
  next.told.near_ceiling = std::move(still);
}

}  // namespace

std::string to_text(const Told& told) {
  return ordered_json{{"event", told.event}, {"near_ceiling", told.near_ceiling}}.dump();
}

Told told_from(const std::string& text) {
  const auto json = ordered_json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("event") || !json["event"].is_number_integer()) {
    throw std::runtime_error("expected {\"event\": NUMBER, \"near_ceiling\": []}");
  }
  Told told{json["event"].get<int64_t>(), {}};
  for (const auto& sweep : json.value("near_ceiling", ordered_json::array())) {
    if (sweep.is_string()) { told.near_ceiling.insert(sweep.get<std::string>()); }
  }
  return told;
}

Next next_notices(const db::Store& store, const Told& told, db::Time now) {
  const db::Store::Moment moment = store.moment();
  Next next{{}, told};
  std::map<std::string, db::Event> last;  // of each sweep, what has ended a run of it
  for (const db::Event& event : store.events_after(told.event, kEventsMax)) {
    next.told.event = event.id;
    if (!ends_a_run(event)) { continue; }
    const auto sweeps = sweeps_of(store, event.run);
    if (event.kind == "failed") { next.notices.push_back(failed(event, sweeps)); }
    for (const std::string& sweep : sweeps) { last[sweep] = event; }
  }
  for (std::string& notice : ended(store, last)) { next.notices.push_back(std::move(notice)); }
  add_near(store, now, next);
  return next;
}

}  // namespace enigma::notices
