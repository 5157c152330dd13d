#include "sweeps/law/figure/size_scale.h"

#include "sweeps/law/figure/palette.h"
#include "sweeps/law/figure/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

/// With more sizes than this a bar replaces their names.
constexpr size_t kSizesNamed = 8;
constexpr int kBarColors = 48;
/// Numbers nearer than this share of the bar would touch.
constexpr double kShareApart = 0.28;
constexpr const char* kHeading = "parameters";

double share_of(const SizeScale& scale, double n) {
  const double low = std::log(scale.sizes.front()), high = std::log(scale.sizes.back());
  return high > low ? (std::log(n) - low) / (high - low) : 0;
}

}  // namespace

SizeScale size_scale(const Table& table) {
  SizeScale scale;
  if (!table.has('N')) { return scale; }
  for (const Row& row : table.rows) {
    const std::string* const name = row.columns.find("size");
    if (name == nullptr || name->empty()) { continue; }
    const auto [entry, added] = scale.named.emplace(*name, row.n);
    if (!added) { entry->second = std::min(entry->second, row.n); }
  }
  for (const Row& row : table.rows) { scale.sizes.push_back(drawn_n(scale, row)); }
  std::sort(scale.sizes.begin(), scale.sizes.end());
  scale.sizes.erase(std::unique(scale.sizes.begin(), scale.sizes.end()), scale.sizes.end());
  scale.many = scale.sizes.size() > kSizesNamed;
  return scale;
}

double drawn_n(const SizeScale& scale, const Row& row) {
  const std::string* const name = row.columns.find("size");
  const auto entry = name == nullptr ? scale.named.end() : scale.named.find(*name);
  return entry == scale.named.end() ? row.n : entry->second;
}

std::string color_of(const SizeScale& scale, double n) {
  if (scale.sizes.empty() || !(n > 0)) { return "#333333"; }
  if (scale.many) { return size_color(share_of(scale, n)); }
  const auto at = std::lower_bound(scale.sizes.begin(), scale.sizes.end(), n);
  const auto index = static_cast<double>(at - scale.sizes.begin());
  const auto last = static_cast<double>(scale.sizes.size() - 1);
  return size_color(last > 0 ? index / last : 0.6);
}

std::string size_text(double n) {
  if (n >= 1e15) { return fmt::format("{:.2g}", n); }
  if (n >= 1e12) { return fmt::format("{:.3g} T", n / 1e12); }
  if (n >= 1e9) { return fmt::format("{:.3g} B", n / 1e9); }
  if (n >= 1e6) { return fmt::format("{:.3g} M", n / 1e6); }
  if (n >= 1e3) { return fmt::format("{:.3g} k", n / 1e3); }
  return fmt::format("{:.3g}", n);
}

std::vector<double> numbered_sizes(const SizeScale& scale) {
  if (!scale.many) { return scale.sizes; }
  std::vector<double> sizes;
  for (int most = 4; most >= 2; --most) {
    sizes = round_values(scale.sizes.front(), scale.sizes.back(), most);
    bool apart = true;
    for (size_t k = 1; k < sizes.size(); ++k) {
      apart = apart && share_of(scale, sizes[k]) - share_of(scale, sizes[k - 1]) > kShareApart;
    }
    if (apart) { break; }
  }
  return sizes;
}

void add_size_legend(const SizeScale& scale, const Look& look, Picture& picture) {
  if (scale.sizes.empty()) { return; }
  if (!scale.many) {
    KeyBlock block{kHeading, {}};
    for (const double n : scale.sizes) {
      Look key = look;
      key.color = color_of(scale, n);
      block.keys.push_back({size_text(n), key});
    }
    picture.legend.push_back(std::move(block));
    return;
  }
  ColorBar bar{.heading = kHeading};
  for (int k = 0; k < kBarColors; ++k) { bar.colors.push_back(size_color(k / (kBarColors - 1.0))); }
  for (const double n : numbered_sizes(scale)) {
    bar.numbers.emplace_back(share_of(scale, n), size_text(n));
  }
  picture.bar = std::move(bar);
}

}  // namespace enigma::law
