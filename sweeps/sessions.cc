#include "sweeps/sessions.h"

#include "diagnostics/nearest.h"
#include "input/condition.h"
#include "sweeps/family.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace enigma::sweeps {
namespace {

using recordings::Manifest;
using recordings::SessionInfo;

NamedValues values_of(const SessionInfo& session) {
  const auto text = [](const std::string& word) {
    return word.empty() ? NamedValue() : NamedValue(word);
  };
  return {{"name", session.name},           {"species", text(session.species)},
          {"animal", text(session.animal)}, {"neurons", static_cast<double>(session.neurons)},
          {"seconds", session.seconds},     {"hours", session.seconds / 3600}};
}

class SetResolver {
 public:
  SetResolver(const Spec& spec, const Manifest& manifest, std::vector<Diagnostic>& diagnostics)
      : spec_(spec), manifest_(manifest), diagnostics_(diagnostics) {
    for (const SessionInfo& session : manifest.sessions) { names_.push_back(session.name); }
  }

  SessionSets resolve() {
    SessionSets sets;
    for (const SessionSet& set : spec_.session_sets) {
      std::vector<size_t> sessions = sessions_of(set);
      std::sort(sessions.begin(), sessions.end());
      sets[set.name] = std::move(sessions);
    }
    return sets;
  }

 private:
  static std::string place_of(const SessionSet& set) {
    return child_pointer("/session_sets", set.name);
  }

  void report(const std::string& pointer, std::string message, std::string expected,
              std::string found, std::string suggestion = {}) {
    Diagnostic diagnostic = spec_.document.at(pointer, std::move(message));
    diagnostic.expected = std::move(expected);
    diagnostic.found = std::move(found);
    diagnostic.suggestion = std::move(suggestion);
    diagnostics_.push_back(std::move(diagnostic));
  }

  std::vector<size_t> sessions_of(const SessionSet& set) {
    if (set.first) { return first_of(set); }
    return set.where.empty() ? listed(set) : matching(set);
  }

  std::vector<size_t> listed(const SessionSet& set) {
    std::vector<size_t> sessions;
    for (size_t i = 0; i < set.list.size(); ++i) {
      const auto found = std::find(names_.begin(), names_.end(), set.list[i]);
      if (found != names_.end()) {
        sessions.push_back(static_cast<size_t>(found - names_.begin()));
        continue;
      }
      const std::string place = place_of(set) + "/list/" + std::to_string(i);
      report(place, "no session of this name in the recordings",
             "a session of " + manifest_.data.string(), "'" + set.list[i] + "'",
             suggest_name(set.list[i], names_));
    }
    return sessions;
  }

  std::vector<size_t> first_of(const SessionSet& set) {
    std::vector<size_t> order(manifest_.sessions.size());
    std::iota(order.begin(), order.end(), size_t{0});
    const auto size_of = [&](size_t i) {
      const SessionInfo& session = manifest_.sessions[i];
      return set.order == "neurons" ? static_cast<double>(session.neurons) : session.seconds;
    };
    if (set.order != "name") {
      std::stable_sort(order.begin(), order.end(),
                       [&](size_t a, size_t b) { return size_of(a) > size_of(b); });
    }
    const auto count = static_cast<size_t>(*set.first);
    if (count > order.size()) {
      report(place_of(set) + "/first", "more sessions than the recordings hold",
             "at most " + std::to_string(order.size()), std::to_string(count));
      return {};
    }
    order.resize(count);
    return order;
  }

  std::vector<size_t> matching(const SessionSet& set) {
    std::vector<size_t> sessions;
    for (size_t i = 0; i < manifest_.sessions.size(); ++i) {
      const ConditionResult result = evaluate(set.where, values_of(manifest_.sessions[i]));
      if (result.fault) {
        diagnostics_.push_back(unreadable(spec_.document, place_of(set) + "/where", *result.fault));
        return {};
      }
      if (result.holds) { sessions.push_back(i); }
    }
    if (sessions.empty()) {
      report(place_of(set) + "/where", "no session matches", "at least one session",
             "none of " + std::to_string(names_.size()));
    }
    return sessions;
  }

  const Spec& spec_;
  const Manifest& manifest_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<std::string> names_;
};

}  // namespace

Parsed<SessionSets> resolve_sets(const Spec& spec, const Manifest& manifest) {
  Parsed<SessionSets> parsed;
  SessionSets sets = SetResolver(spec, manifest, parsed.diagnostics).resolve();
  if (has_errors(parsed.diagnostics)) { return parsed; }
  for (Diagnostic& one : family_named(spec.family).check_sets(spec, sets, manifest)) {
    parsed.diagnostics.push_back(std::move(one));
  }
  if (!has_errors(parsed.diagnostics)) { parsed.value = std::move(sets); }
  return parsed;
}

std::vector<std::string> training_sets(const Spec& spec) {
  std::vector<std::string> names;
  const auto is_sessions = [](const Assignment& value) { return value.path == "data.sessions"; };
  const auto add = [&](const Assignment& assignment) {
    if (!is_sessions(assignment)) { return; }
    const auto name = assignment.value.get<std::string>();
    if (std::find(names.begin(), names.end(), name) == names.end()) { names.push_back(name); }
  };
  const auto add_axes = [&](const std::vector<Axis>& axes) {
    for (const Axis& axis : axes) {
      for (const Assignment& value : axis.values) { add(value); }
    }
  };
  add_axes(spec.axes);
  for (const ZipGroup& group : spec.zip) { add_axes(group.axes); }
  // An axis stands above the default, and so does an included point that names a set.
  bool is_default_used = names.empty() && has_product(spec);
  for (const IncludedPoint& point : spec.include) {
    for (const Assignment& value : point.values) { add(value); }
    is_default_used |= std::none_of(point.values.begin(), point.values.end(), is_sessions);
  }
  if (!is_default_used) { return names; }
  for (const Assignment& assignment : spec.defaults) { add(assignment); }
  return names;
}

recordings::WindowRule rule_of(const Spec& spec, const Manifest& manifest) {
  recordings::WindowRule rule = recordings::natural_rule(manifest);
  if (spec.data.rate_hz) {
    // A window as long as a trial stays as long at another rate.
    const double seconds = rule.seconds();
    rule.rate_hz = *spec.data.rate_hz;
    if (rule.align == recordings::Align::trial) {
      rule.samples = std::llround(seconds * rule.rate_hz);
    }
  }
  if (spec.data.window_samples) { rule.samples = *spec.data.window_samples; }
  if (spec.data.align) {
    rule.align = *spec.data.align == "trial" ? recordings::Align::trial : recordings::Align::free;
  }
  rule.modalities = spec.data.modalities;
  return rule;
}

std::vector<SessionRef> refs_of(const std::vector<size_t>& sessions, const Manifest& manifest) {
  std::vector<SessionRef> refs;
  for (const size_t i : sessions) {
    const SessionInfo& session = manifest.sessions[i];
    refs.push_back({session.name, session.digest, session.neurons, session.animal});
  }
  std::sort(refs.begin(), refs.end(), [](const SessionRef& a, const SessionRef& b) {
    return std::tie(a.digest, a.name) < std::tie(b.digest, b.name);
  });
  return refs;
}

}  // namespace enigma::sweeps
