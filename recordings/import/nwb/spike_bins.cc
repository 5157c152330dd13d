#include "recordings/import/nwb/spike_bins.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace enigma::recordings::importer::nwb {
namespace {

constexpr int64_t kBlockBytes = 8 << 20;
constexpr int64_t kExactInHalf = 2048, kExactInSingle = 1 << 24;
constexpr double kRounding = 1e-3;  // of a bin: clocks may count from 1970

int64_t largest_count(const std::vector<CountedUnit>& units, double rate_hz) {
  int64_t largest = 0;
  for (const CountedUnit& unit : units) {
    int64_t bin = std::numeric_limits<int64_t>::min(), count = 0;
    for (const double t_s : unit.times_s) {
      const int64_t here = bin_of(t_s, rate_hz);
      count = here == bin ? count + 1 : 1;
      bin = here;
      largest = std::max(largest, count);
    }
  }
  return largest;
}

// Rows [first, end) of the bins.
struct Rows {
  int64_t first, end;
};

// Those that meet a span: infinite spans end with the recording.
Rows rows_meeting(const SpikeBins& bins, const TimeSpan& span) {
  const double first = std::floor(std::max(span.from_s, bins.start_s()) * bins.rate_hz + kRounding);
  const double end = std::ceil(std::min(span.to_s, bins.end_s()) * bins.rate_hz - kRounding);
  return {std::max<int64_t>(0, static_cast<int64_t>(first) - bins.first),
          std::min(bins.count, static_cast<int64_t>(end) - bins.first)};
}

using Gaps = std::vector<std::vector<Rows>>;  // per unit

Gaps gaps_of(const SpikeBins& bins, const std::vector<CountedUnit>& units) {
  Gaps gaps;
  for (const CountedUnit& unit : units) {
    gaps.emplace_back();
    for (const TimeSpan& span : unit.unobserved) {
      gaps.back().push_back(rows_meeting(bins, span));
    }
  }
  return gaps;
}

int64_t rows_with_gap(const Gaps& gaps) {
  std::vector<Rows> all;
  for (const auto& rows : gaps) { all.insert(all.end(), rows.begin(), rows.end()); }
  std::sort(all.begin(), all.end(), [](const Rows& a, const Rows& b) { return a.first < b.first; });
  int64_t count = 0, end = 0;
  for (const Rows& rows : all) {
    count += std::max<int64_t>(0, rows.end - std::max(rows.first, end));
    end = std::max(end, rows.end);
  }
  return count;
}

template <typename T, typename Store>
void append_counts(SequenceWriter& writer, const SpikeBins& bins,
                   const std::vector<CountedUnit>& units, Store store, T nan) {
  const Gaps gaps = gaps_of(bins, units);
  std::vector<size_t> next(units.size(), 0);
  const auto step = std::max<int64_t>(
      1, kBlockBytes / static_cast<int64_t>(std::max<size_t>(units.size(), 1) * sizeof(T)));
  std::vector<int64_t> counts;
  std::vector<T> rows;
  for (int64_t from = 0; from < bins.count; from += step) {
    const int64_t many = std::min(step, bins.count - from);
    counts.assign(static_cast<size_t>(many) * units.size(), 0);
    for (size_t unit = 0; unit < units.size(); ++unit) {
      for (const auto train = units[unit].times_s; next[unit] < train.size(); ++next[unit]) {
        const int64_t row = bin_of(train[next[unit]], bins.rate_hz) - bins.first - from;
        if (row >= many) { break; }
        ++counts[static_cast<size_t>(row) * units.size() + unit];
      }
    }
    rows.resize(counts.size());
    std::transform(counts.begin(), counts.end(), rows.begin(), store);
    for (size_t unit = 0; unit < units.size(); ++unit) {
      for (const Rows& gap : gaps[unit]) {
        for (int64_t row = std::max(gap.first, from); row < std::min(gap.end, from + many); ++row) {
          rows[static_cast<size_t>(row - from) * units.size() + unit] = nan;
        }
      }
    }
    writer.append(std::as_bytes(std::span(rows)));
  }
}

}  // namespace

int64_t bin_of(double t_s, double rate_hz) {
  auto bin = static_cast<int64_t>(std::floor(t_s * rate_hz));
  while (static_cast<double>(bin + 1) / rate_hz <= t_s) { ++bin; }
  while (static_cast<double>(bin) / rate_hz > t_s) { --bin; }
  return bin;
}

int64_t write_spike_counts(const std::filesystem::path& folder, const SpikeBins& bins,
                           const std::vector<CountedUnit>& units, NumberType& type) {
  const int64_t largest = largest_count(units, bins.rate_hz);
  SequenceWriter writer(folder);
  if (largest <= kExactInHalf) {
    type = NumberType::f16;
    append_counts<uint16_t>(
        writer, bins, units, [](int64_t n) { return half_of(static_cast<float>(n)); },
        half_of(std::numeric_limits<float>::quiet_NaN()));
  } else if (largest <= kExactInSingle) {
    type = NumberType::f32;
    append_counts<float>(
        writer, bins, units, [](int64_t n) { return static_cast<float>(n); },
        std::numeric_limits<float>::quiet_NaN());
  } else {
    type = NumberType::f64;
    append_counts<double>(
        writer, bins, units, [](int64_t n) { return static_cast<double>(n); },
        std::numeric_limits<double>::quiet_NaN());
  }
  SequenceFacts facts;
  facts.signals = static_cast<int64_t>(units.size());
  facts.type = type;
  const int64_t unobserved = rows_with_gap(gaps_of(bins, units));
  facts.more["rows_unobserved"] = unobserved;
  writer.close(regular_timebase(bins.start_s(), bins.rate_hz, bins.count), facts);
  return unobserved;
}

}  // namespace enigma::recordings::importer::nwb
