#include "worker/cli/bench_text.h"

#include <cstdio>
#include <utility>
#include <vector>

namespace enigma::worker {
namespace {

using Json = nlohmann::ordered_json;

/// `format` of one number.
std::string text_of(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// "61.2 G" of 6.12e10.
std::string with_prefix(double value) {
  const char* prefix = "";
  for (const char* next : {"k", "M", "G", "T", "P"}) {
    if (value < 1000) { break; }
    value /= 1000;
    prefix = next;
  }
  return text_of("%.3g ", value) + prefix;
}

std::string text_of_bytes(int64_t bytes) {
  return bytes < (1 << 20) ? std::to_string(bytes >> 10) + " KiB"
                           : std::to_string(bytes >> 20) + " MiB";
}

/// Of a call or a step.
std::string text_of_seconds(double seconds) {
  if (seconds < 1e-3) { return text_of("%.3g us", seconds * 1e6); }
  if (seconds < 1) { return text_of("%.3g ms", seconds * 1e3); }
  return text_of("%.3g s", seconds);
}

/// Of a whole run.
std::string text_of_duration(double seconds) {
  if (seconds < 120) { return text_of("%.0f s", seconds); }
  if (seconds < 7200) { return text_of("%.0f min", seconds / 60); }
  if (seconds < 48 * 3600) { return text_of("%.1f h", seconds / 3600); }
  return text_of("%.1f days", seconds / 86400);
}

std::string line(const std::string& what, const std::string& value, const std::string& note = "") {
  char text[128];
  std::snprintf(text, sizeof text, "%-20s %14s%s", what.c_str(), value.c_str(),
                note.empty() ? "" : "  ");
  return text + note + "\n";
}

std::string ceilings_text(const Json& document) {
  std::string text;
  for (const Json& rate : document["matmul"]) {
    text += line("matrix product", with_prefix(rate["flops_per_s"].get<double>()) + "FLOP/s",
                 rate["dtype"].get<std::string>());
  }
  text += line("copying memory", with_prefix(document["memory_bytes_per_s"].get<double>()) + "B/s",
               "read and written");
  for (const Json& time : document["collectives"]) {
    text += line(time["op"].get<std::string>(), text_of_seconds(time["seconds"].get<double>()),
                 text_of_bytes(time["bytes"].get<int64_t>()));
  }
  return text;
}

std::string parts_text(const Json& step) {
  static const std::vector<std::pair<const char*, const char*>> parts = {
      {"forward_s", "  forward"},
      {"backward_s", "  backward"},
      {"optimizer_s", "  optimizer"},
      {"communication_exposed_s", "  waiting for ranks"},
      {"data_wait_s", "  waiting for data"},
      {"other_s", "  other"}};
  const auto step_s = step["step_s"].get<double>();
  std::string text = line("a step", text_of_seconds(step_s));
  for (const auto& [key, name] : parts) {
    const auto seconds = step[key].get<double>();
    text += line(name, text_of_seconds(seconds), text_of("%.0f %%", 100 * seconds / step_s));
  }
  return text;
}

std::string share_text(const Json& share) {
  return share.is_null() ? "unknown" : text_of("%.3f", share.get<double>());
}

std::string utilisation_text(const Json& document) {
  std::string text;
  for (const auto& [key, name] : {std::pair("mfu_step", "MFU"),
                                  {"mfu_step_masked", "MFU, masked"},
                                  {"hardware_utilisation", "hardware utilised"}}) {
    text += line(name, share_text(document[key]), document["mfu_basis"][key].get<std::string>());
  }
  return text;
}

/// Beside the measured step.
std::string simulated_text(const Json& simulated) {
  if (simulated.is_null()) { return ""; }
  const Json& network = simulated["network"];
  return line("a simulated step", text_of_seconds(simulated["step_s"].get<double>()),
              network["basis"].get<std::string>() +
                  " network: " + text_of_seconds(network["latency_s"].get<double>()) + ", " +
                  with_prefix(network["bytes_per_s"].get<double>()) + "B/s") +
         line("  waiting for ranks",
              text_of_seconds(simulated["communication_exposed_s"].get<double>()),
              text_of("efficiency %.2f", simulated["efficiency"].get<double>()));
}

std::string run_text(const Json& document) {
  const auto number = [&](const char* key) { return document[key].get<double>(); };
  return line("attention", document["attention_backend"].get<std::string>()) +
         parts_text(document["step"]) +
         line("training", text_of("%.3g windows/s", number("windows_per_s"))) +
         line("reading alone", text_of("%.3g windows/s", number("loader_windows_per_s"))) +
         utilisation_text(document) + simulated_text(document["simulated"]) +
         line("limited by", document["limit"].get<std::string>()) +
         line("the whole run", text_of_duration(number("run_s")),
              std::to_string(document["run_steps"].get<int64_t>()) +
                  " steps, without scores and checkpoints");
}

}  // namespace

std::string text_of_bench(const Json& document) {
  const std::string head = document["device"].get<std::string>() +
                           ", ranks: " + std::to_string(document["ranks"].get<int64_t>()) + "\n";
  return head + ceilings_text(document) + (document["step"].is_null() ? "" : run_text(document));
}

}  // namespace enigma::worker
