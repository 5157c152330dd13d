// enigma-data import: other people's recordings into the native layout.
#include "recordings/import/import.h"

#include "recordings/cli/progress.h"
#include "recordings/cli/verbs.h"
#include "recordings/format/problem.h"

#include <fmt/format.h>

#include <charconv>

namespace enigma::recordings::cli {
namespace {

gather::PictureSize size_of(const std::string& text) {
  gather::PictureSize size;
  const char* end = text.data() + text.size();
  const auto height = std::from_chars(text.data(), end, size.height);
  if (height.ec == std::errc() && height.ptr != end && *height.ptr == 'x') {
    const auto width = std::from_chars(height.ptr + 1, end, size.width);
    if (width.ec == std::errc() && width.ptr == end) { return size; }
  }
  refuse_word("--size", "HEIGHTxWIDTH, as in 36x64", text);
}

importer::ReadOptions reading(const options::variables_map& values) {
  importer::ReadOptions how;
  if (values.count("size")) { how.size = size_of(values["size"].as<std::string>()); }
  const auto color = values["color"].as<std::string>();
  if (color != "grey" && color != "rgb") { refuse_word("--color", "grey or rgb", color); }
  how.color = color == "rgb";
  how.bin_hz = values["bin-hz"].as<double>();
  how.trace = values["trace"].as<std::string>();
  return how;
}

void tell_progress(int64_t finished, double reading, int64_t total) {
  const double share = (static_cast<double>(finished) + reading) / static_cast<double>(total);
  show_progress("per cent imported", static_cast<int64_t>(100 * share), 100);
}

importer::ImportOptions wanted(const options::variables_map& values) {
  importer::ImportOptions how;
  how.format = importer::import_format_of(values["from"].as<std::string>());
  how.options = reading(values);
  how.source = existing(required(values, "SRC"));
  how.out = values["out"].as<std::string>();
  how.limits.memory_bytes = values["memory-limit-mb"].as<int64_t>() << 20;
  how.limits.time_s = values["time-limit-s"].as<int64_t>();
  how.jobs = values["jobs"].as<int64_t>();
  how.progress = tell_progress;
  return how;
}

void print_session(const importer::ImportedSession& session) {
  if (!session.problems.empty()) { return; }
  const auto& r = session.record;
  fmt::print("{}: {}; {} neurons, {:.4g} h{}\n", session.name,
             session.made ? "imported" : "there already, left alone",
             r.at("neurons").is_null() ? "no" : r.at("neurons").dump(), r.at("hours").get<double>(),
             r.at("animal").is_null() ? "" : ", " + r.at("animal").get<std::string>());
  for (const auto& [tier, facts] : r.at("tiers").items()) {
    fmt::print("    tier {:16} {:>5} trials {:>9.1f} s\n", tier, facts.at("trials").get<int64_t>(),
               facts.at("seconds").get<double>());
  }
  for (const auto& m : r.at("modalities")) {
    fmt::print("    {:16} {:>6} signals, {}, from {}\n", m.at("name").get<std::string>(),
               m.at("signals").get<int64_t>(), m.at("quantity").get<std::string>(),
               m.at("source").get<std::string>());
  }
  for (const auto& note : r.at("notes")) { fmt::print("    note: {}\n", note.get<std::string>()); }
  for (const auto& file : r.value("linked_files", nlohmann::ordered_json::array())) {
    fmt::print("    read through links: {}\n", file.at("path").get<std::string>());
  }
  for (const auto& left : r.at("left_out")) {
    fmt::print("    left out: {}: {}\n", left.at("where").get<std::string>(),
               left.at("why").get<std::string>());
  }
}

nlohmann::ordered_json session_json(const importer::ImportedSession& session) {
  nlohmann::ordered_json json = {{"name", session.name},
                                 {"path", session.path.string()},
                                 {"made", session.made},
                                 {"digest", nullptr},
                                 {"problems", to_json(session.problems)}};
  if (!session.problems.empty()) { return json; }
  json["digest"] = session.digest;
  nlohmann::ordered_json record = session.record;
  record.erase("schema");
  json.update(record);
  return json;
}

options::options_description import_options() {
  const importer::ImportOptions usual;
  options::options_description known("Options");
  known.add_options()("from", options::value<std::string>()->required(),
                      "sensorium2022, sensorium2023, nwb (links are followed into files in the "
                      "folder of SRC or below, and into no others) or video")(
      "out", options::value<std::string>()->required(), "folder to make sessions in")(
      "size", options::value<std::string>(), "of videos: HEIGHTxWIDTH; as they are where absent")(
      "color", options::value<std::string>()->default_value("grey"), "of videos: grey or rgb")(
      "bin-hz", options::value<double>()->default_value(usual.options.bin_hz),
      "of spike times: rate at which they are counted for responses")(
      "trace", options::value<std::string>()->default_value(""),
      "of NWB fluorescence: the trace that becomes responses, by the name of its series or "
      "container, or deconvolved, dff, denoised, raw, neuropil or baseline; by default the first "
      "of these that there is")("jobs", options::value<int64_t>()->default_value(usual.jobs),
                                "sessions read at once; 0 = one a core")(
      "memory-limit-mb", options::value<int64_t>()->default_value(usual.limits.memory_bytes >> 20),
      "of the process that reads a session")(
      "time-limit-s", options::value<int64_t>()->default_value(usual.limits.time_s),
      "of the process that reads a session");
  return known;
}

}  // namespace

int import(const Call& call) {
  const auto parsed = parse(call, "import SRC --from FORMAT --out DIR [options]", import_options(),
                            "SRC", "the file or folder to import");
  if (!parsed) { return kDone; }
  const auto& values = *parsed;
  const std::vector<importer::ImportedSession> sessions = importer::import_sessions(wanted(values));
  std::vector<Diagnostic> problems;
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const importer::ImportedSession& session : sessions) {
    problems.insert(problems.end(), session.problems.begin(), session.problems.end());
    rows.push_back(session_json(session));
    if (!call.json) { print_session(session); }
  }
  for (const Diagnostic& problem : problems) { fmt::print(stderr, "{}\n", to_text(problem)); }
  if (call.json) {
    print_document(call, {{"sessions", std::move(rows)}, {"diagnostics", to_json(problems)}});
  }
  return problems.empty() ? kDone : kWrongInput;
}

}  // namespace enigma::recordings::cli
