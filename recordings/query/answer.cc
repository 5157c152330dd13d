#include "recordings/query/answer.h"

namespace enigma::recordings::query {

int64_t Answer::elements() const {
  int64_t count = 1;
  for (int64_t side : shape) { count *= side; }
  return count;
}

double Answer::number(int64_t index) const {
  return number_at(bytes.data(), type, static_cast<size_t>(index));
}

std::vector<int64_t> times_inside(const std::vector<double>& times_s, double from_s, double to_s) {
  std::vector<int64_t> inside;
  for (size_t i = 0; i < times_s.size(); ++i) {
    if (times_s[i] >= from_s && times_s[i] <= to_s) { inside.push_back(static_cast<int64_t>(i)); }
  }
  return inside;
}

}  // namespace enigma::recordings::query
