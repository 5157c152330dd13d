#include "sweeps/law/figure/legend.h"

#include <fmt/format.h>

#include <algorithm>

namespace enigma::law {

namespace {

/// Keys of one block that are shown; the rest are counted.
constexpr size_t kKeysShown = 12;
constexpr double kLineEm = 1.4, kGapEm = 0.5, kBetweenEm = 1.1;
constexpr double kMostTextEm = 17;
constexpr double kBarLengthEm = 14, kBarWidthEm = 0.8;

/// The block with at most kKeysShown keys, the last of which says how many are left out.
KeyBlock shown(KeyBlock block) {
  if (block.keys.size() > kKeysShown) {
    const size_t left_out = block.keys.size() - kKeysShown + 1;
    block.keys.resize(kKeysShown - 1);
    block.keys.push_back({fmt::format("and {} more", left_out), Look{.color = "#ffffff"}});
  }
  for (Key& key : block.keys) { key.text = shortened(key.text, kMostTextEm); }
  return block;
}

/// A block on its own, from its own upper left corner.
LegendPlan flowed_bar(const ColorBar& bar, double em) {
  LegendPlan plan;
  const double y = 0.5 * kLineEm * em;
  const double x = (width_em(bar.heading) + kGapEm + 0.6) * em;
  plan.texts.push_back({0, y, bar.heading});
  plan.bar = PlacedBar{x, y - kBarWidthEm * em / 2, kBarLengthEm * em, kBarWidthEm * em};
  for (const auto& [share, text] : bar.numbers) {
    plan.texts.push_back({x + share * kBarLengthEm * em, y + 1.2 * em, text, Anchor::centre});
  }
  plan.width = x + (kBarLengthEm + 1) * em;
  plan.height = (kLineEm + 1) * em;
  return plan;
}

LegendPlan flowed_block(const KeyBlock& block, double em, double width) {
  LegendPlan plan;
  const double indent = block.heading.empty() ? 0 : (width_em(block.heading) + kGapEm + 0.3) * em;
  double x = indent, y = 0.5 * kLineEm * em;
  if (!block.heading.empty()) { plan.texts.push_back({0, y, block.heading}); }
  for (const Key& key : block.keys) {
    const double length = (kSwatchEm + kGapEm + width_em(key.text)) * em;
    if (x > indent && x + length > width) {
      x = indent;
      y += kLineEm * em;
    }
    plan.keys.push_back({x, y, key.look});
    plan.texts.push_back({x + (kSwatchEm + kGapEm) * em, y, key.text});
    plan.width = std::max(plan.width, x + length);
    x += length + kBetweenEm * em;
  }
  plan.height = y + 0.5 * kLineEm * em;
  return plan;
}

void place(const LegendPlan& block, double x, double y, LegendPlan& plan) {
  for (PlacedText text : block.texts) {
    text.x += x;
    text.y += y;
    plan.texts.push_back(std::move(text));
  }
  for (PlacedKey key : block.keys) {
    key.x += x;
    key.y += y;
    plan.keys.push_back(key);
  }
  if (block.bar) {
    plan.bar = block.bar;
    plan.bar->x += x;
    plan.bar->y += y;
  }
  plan.width = std::max(plan.width, x + block.width);
  plan.height = std::max(plan.height, y + block.height);
}

void stack_bar(const ColorBar& bar, const Sheet& sheet, LegendPlan& plan) {
  const double em = sheet.font, length = 0.8 * kBarLengthEm * em;
  plan.texts.push_back({0, plan.height + 0.5 * kLineEm * em, bar.heading});
  const double top = plan.height + (kLineEm + 0.4) * em;
  plan.bar = PlacedBar{0, top, kBarWidthEm * em, length, true};
  for (const auto& [share, text] : bar.numbers) {
    const double x = (kBarWidthEm + kGapEm) * em;
    plan.texts.push_back({x, top + (1 - share) * length, text});
    plan.width = std::max(plan.width, x + width_em(text) * em);
  }
  plan.width = std::max(plan.width, width_em(bar.heading) * em);
  plan.height = top + length + 1.2 * em;
}

void stack_block(const KeyBlock& block, const Sheet& sheet, LegendPlan& plan) {
  const double em = sheet.font;
  double y = plan.height + 0.5 * kLineEm * em;
  if (!block.heading.empty()) {
    plan.texts.push_back({0, y, block.heading});
    plan.width = std::max(plan.width, width_em(block.heading) * em);
    y += kLineEm * em;
  }
  for (const Key& key : block.keys) {
    plan.keys.push_back({0, y, key.look});
    plan.texts.push_back({(kSwatchEm + kGapEm) * em, y, key.text});
    plan.width = std::max(plan.width, (kSwatchEm + kGapEm + width_em(key.text)) * em);
    y += kLineEm * em;
  }
  plan.height = y + 0.1 * em;
}

}  // namespace

LegendPlan flowing_legend(const Picture& picture, const Sheet& sheet, double width) {
  const double em = sheet.font;
  std::vector<LegendPlan> blocks;
  if (picture.bar) { blocks.push_back(flowed_bar(*picture.bar, em)); }
  for (const KeyBlock& block : picture.legend) {
    blocks.push_back(flowed_block(shown(block), em, width));
  }
  LegendPlan plan;
  double x = 0, y = 0;
  for (const LegendPlan& block : blocks) {
    if (x > 0 && x + block.width > width) {
      x = 0;
      y = plan.height;
    }
    place(block, x, y, plan);
    x += block.width + 2 * kBetweenEm * em;
  }
  return plan;
}

LegendPlan stacked_legend(const Picture& picture, const Sheet& sheet) {
  LegendPlan plan;
  if (picture.bar) { stack_bar(*picture.bar, sheet, plan); }
  for (const KeyBlock& block : picture.legend) { stack_block(shown(block), sheet, plan); }
  return plan;
}

}  // namespace enigma::law
