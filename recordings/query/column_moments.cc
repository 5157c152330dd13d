#include "recordings/query/column_moments.h"

#include <cmath>
#include <cstdint>

namespace enigma::recordings::query {
namespace {

double through_half(double value) {
  const uint16_t half = half_of(static_cast<float>(value));
  return number_at(reinterpret_cast<const std::byte*>(&half), NumberType::f16, 0);
}

// One precision of arithmetic: results of double operations rounded to it. (For one addition,
// subtraction, product, quotient or root that is the same as computing in the precision itself.)
using Round = double (*)(double);
double as_double(double value) {
  return value;
}
double as_float(double value) {
  return static_cast<double>(static_cast<float>(value));
}

Round rounding_of(NumberType type) {
  if (type == NumberType::f16) { return through_half; }
  return type == NumberType::f32 ? as_float : as_double;
}

double number_in(const SequenceDevice& device, int64_t row, size_t signal) {
  const Sequence& sequence = device.sequence;
  const double value = number_at(sequence.row(row), sequence.type, signal);
  return device.cached ? as_float(value) : value;
}

// Sums down the columns of what `value(row, signal)` gives, one row after the other; a single
// column lies in one row of memory, and there numpy adds pairwise (float16 then in float32).
template <typename Value>
std::vector<double> column_sums(const SequenceDevice& device, Value value) {
  const Sequence& sequence = device.sequence;
  const NumberType type = device.type();
  const Round round = rounding_of(type);
  const auto signals = static_cast<size_t>(sequence.signals);
  std::vector<double> sums(signals);
  if (signals != 1) {
    for (int64_t r = 0; r < sequence.rows; ++r) {
      for (size_t n = 0; n < signals; ++n) { sums[n] = round(sums[n] + value(r, n)); }
    }
    return sums;
  }
  std::vector<double> column(static_cast<size_t>(sequence.rows));
  for (int64_t r = 0; r < sequence.rows; ++r) { column[static_cast<size_t>(r)] = value(r, 0); }
  const std::vector<float> narrow(column.begin(), column.end());
  const bool wide = round == as_double;
  return {wide ? pairwise_sum(column.data(), column.size())
               : round(pairwise_sum(narrow.data(), narrow.size()))};
}

}  // namespace

ColumnMoments column_moments(const SequenceDevice& device) {
  const Round round = rounding_of(device.type());
  const auto or_zero = [](double value) { return std::isnan(value) ? 0 : value; };
  const auto stored = [&](int64_t r, size_t n) { return number_in(device, r, n); };
  std::vector<double> counts(static_cast<size_t>(device.sequence.signals));
  for (int64_t r = 0; r < device.sequence.rows; ++r) {
    for (size_t n = 0; n < counts.size(); ++n) { counts[n] += std::isnan(stored(r, n)) ? 0 : 1; }
  }
  ColumnMoments moments;
  moments.mean = column_sums(device, [&](int64_t r, size_t n) { return or_zero(stored(r, n)); });
  for (size_t n = 0; n < counts.size(); ++n) {
    moments.mean[n] = round(moments.mean[n] / counts[n]);
  }
  moments.deviation = column_sums(device, [&](int64_t r, size_t n) {
    const double off = or_zero(round(stored(r, n) - moments.mean[n]));
    return round(off * off);
  });
  for (size_t n = 0; n < counts.size(); ++n) {
    moments.deviation[n] = round(std::sqrt(round(moments.deviation[n] / counts[n])));
  }
  return moments;
}

}  // namespace enigma::recordings::query
