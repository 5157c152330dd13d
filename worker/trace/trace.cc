#include "worker/trace/trace.h"

#include <nlohmann/json.hpp>

namespace enigma::worker {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kMicro = 1e6;

std::string text_of(const Json& event) {
  return event.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

const char* name_of(Part part) {
  switch (part) {
    case Part::data:
      return "data";
    case Part::forward:
      return "forward";
    case Part::backward:
      return "backward";
    case Part::communication:
      return "communication";
    case Part::optimizer:
      return "optimizer";
    case Part::checkpoint:
      return "checkpoint";
    case Part::evaluation:
      break;
  }
  return "evaluation";
}

void Trace::add(const Span& span) {
  if (spans_.size() < spans_max_) {
    spans_.push_back(span);
  } else {
    left_out_ += 1;
  }
}

std::string Trace::events() const {
  std::string text =
      text_of({{"ph", "M"}, {"name", "process_name"}, {"pid", rank_}, {"args", {{"name", name_}}}});
  for (const Span& span : spans_) {
    const bool is_step = span.step >= 0;
    Json event = {{"ph", "X"},
                  {"name", is_step ? "step" : name_of(span.part)},
                  {"pid", rank_},
                  {"tid", 0},
                  {"ts", (span.lap.from_s + epoch_s_) * kMicro},
                  {"dur", span.lap.seconds() * kMicro}};
    if (is_step) { event["args"] = {{"step", span.step}}; }
    text += ",\n" + text_of(event);
  }
  return text;
}

std::string trace_document(const std::vector<std::string>& events, size_t left_out) {
  std::string text = "{\"displayTimeUnit\": \"ms\", \"otherData\": {\"spans_left_out\": " +
                     std::to_string(left_out) + "},\n\"traceEvents\": [\n";
  for (size_t rank = 0; rank < events.size(); ++rank) {
    text += (rank == 0 ? "" : ",\n") + events[rank];
  }
  return text + "\n]}\n";
}

}  // namespace enigma::worker
