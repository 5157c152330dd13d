#include "recordings/query/spikes_device.h"

#include "diagnostics/nearest.h"
#include "recordings/format/document.h"
#include "recordings/format/labelled_intervals.h"
#include "recordings/format/problem.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace enigma::recordings::query {
namespace {

constexpr double kSigmaMax = 1e4;  // samples: bounds the kernel before it is allocated
const std::array<std::string, 4> kOptions = {"interpolation_window", "interpolation_align",
                                             "smoothing_sigma", "cache_data"};

void refuse_unknown(const std::filesystem::path& folder, const nlohmann::json& config,
                    std::vector<Diagnostic>& diagnostics) {
  if (!config.is_object()) { return; }
  for (const auto& [key, value] : config.items()) {
    if (std::find(kOptions.begin(), kOptions.end(), key) != kOptions.end()) { continue; }
    diagnostics.push_back(problem_in(folder, "/" + key, "spikes take no such option",
                                     "interpolation_window, interpolation_align, smoothing_sigma",
                                     key));
    diagnostics.back().suggestion = suggest_name(key, kOptions);
  }
}

void take_align(SpikesDevice& device, const std::filesystem::path& folder, Fields& fields,
                std::vector<Diagnostic>& diagnostics) {
  const std::string align = fields.text_or("interpolation_align", "center");
  if (align == "left") { device.align = SpikesDevice::Align::left; }
  if (align == "right") { device.align = SpikesDevice::Align::right; }
  if (align != "left" && align != "right" && align != "center") {
    diagnostics.push_back(problem_in(folder, "/interpolation_align", "alignment is not known",
                                     "center, left or right", align));
  }
}

TimeInterval window_at(const SpikesDevice& device, double t_s) {
  switch (device.align) {
    case SpikesDevice::Align::left:
      return {t_s, t_s + device.window_s};
    case SpikesDevice::Align::right:
      return {t_s - device.window_s, t_s};
    case SpikesDevice::Align::center:
      break;
  }
  return {t_s - device.window_s / 2, t_s + device.window_s / 2};
}

// Weights of the samples 0, 1, … radius away; both sides together sum to one.
std::vector<double> gaussian(double sigma) {
  const auto radius = static_cast<size_t>(4.0 * sigma + 0.5);
  std::vector<double> weights(radius + 1);
  double sum = 0;
  for (size_t k = 0; k <= radius; ++k) {
    const double x = static_cast<double>(k);
    weights[k] = std::exp(-0.5 / (sigma * sigma) * x * x);
    sum += k == 0 ? weights[k] : 2 * weights[k];
  }
  for (double& weight : weights) { weight /= sum; }
  return weights;
}

// d c b a | a b c d | d c b a, as often as needed.
size_t reflected(int64_t index, int64_t length) {
  const int64_t period = 2 * length;
  const int64_t inside = ((index % period) + period) % period;
  return static_cast<size_t>(inside < length ? inside : period - 1 - inside);
}

void smooth(std::vector<double>& counts, size_t units, double sigma) {
  const std::vector<double> weights = gaussian(sigma);
  const auto times = static_cast<int64_t>(counts.size() / units);
  const std::vector<double> raw = counts;
  for (int64_t t = 0; t < times; ++t) {
    for (size_t u = 0; u < units; ++u) {
      double sum = raw[static_cast<size_t>(t) * units + u] * weights[0];
      for (auto k = static_cast<int64_t>(weights.size()) - 1; k > 0; --k) {
        sum +=
            (raw[reflected(t - k, times) * units + u] + raw[reflected(t + k, times) * units + u]) *
            weights[static_cast<size_t>(k)];
      }
      counts[static_cast<size_t>(t) * units + u] = sum;
    }
  }
}

}  // namespace

Parsed<SpikesDevice> open_spikes_device(const std::filesystem::path& folder,
                                        const nlohmann::json& meta, const nlohmann::json& config) {
  Parsed<SpikesDevice> parsed;
  SpikesDevice device;
  Fields fields(config, folder, "", parsed.diagnostics);
  refuse_unknown(folder, config, parsed.diagnostics);
  take_align(device, folder, fields, parsed.diagnostics);
  device.window_s = fields.number_or("interpolation_window", device.window_s);
  device.smoothing_sigma = fields.number_or("smoothing_sigma", 0);
  if (device.smoothing_sigma > kSigmaMax) {
    parsed.diagnostics.push_back(problem_in(folder, "/smoothing_sigma", "is too wide",
                                            "at most 1e4 samples",
                                            std::to_string(device.smoothing_sigma)));
  }
  Parsed<Spikes> spikes = open_spikes(folder, meta);
  parsed.diagnostics.insert(parsed.diagnostics.end(), spikes.diagnostics.begin(),
                            spikes.diagnostics.end());
  if (has_errors(parsed.diagnostics) || !spikes.ok()) { return parsed; }
  device.spikes = std::move(*spikes.value);
  parsed.value = std::move(device);
  return parsed;
}

Clock clock_of(const SpikesDevice& device) {
  const Spikes& spikes = device.spikes;
  return {spikes.start_s, spikes.end_s, spikes.start_s, spikes.end_s};
}

Parsed<Answer> ask(const SpikesDevice& device, const std::vector<double>& times_s) {
  const Spikes& spikes = device.spikes;
  Answer answer;
  answer.type = NumberType::f64;
  answer.valid = times_inside(times_s, spikes.start_s, spikes.end_s);
  const auto units = static_cast<size_t>(spikes.units());
  std::vector<double> counts(answer.valid.size() * units);
  for (size_t i = 0; i < answer.valid.size(); ++i) {
    const TimeInterval window = window_at(device, times_s[static_cast<size_t>(answer.valid[i])]);
    for (size_t u = 0; u < units; ++u) {
      counts[i * units + u] = static_cast<double>(
          count_spikes(spikes, static_cast<int64_t>(u), window.start_s, window.end_s));
    }
  }
  if (device.smoothing_sigma > 0 && answer.valid.size() > 1 && units > 0) {
    smooth(counts, units, device.smoothing_sigma);
  }
  store(answer, counts);
  answer.shape = {static_cast<int64_t>(answer.valid.size()), spikes.units()};
  return {std::move(answer), {}};
}

}  // namespace enigma::recordings::query
