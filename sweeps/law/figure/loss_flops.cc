#include "sweeps/law/figure/loss_flops.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace enigma::law {

namespace {

/// Points of a frontier's curve.
constexpr int kCurvePoints = 48;
/// How far beyond the largest budget a frontier is drawn.
constexpr double kBeyond = 3;
/// Baselines that differ by less are one line.
constexpr double kSameBaseline = 5e-3;

double flops_of(const Row& row) {
  return std::isfinite(row.c) && row.c > 0 ? row.c : 6 * row.n * row.d;
}

std::string parameters_text(double n) {
  if (n >= 1e9) return fmt::format("{:.3g} B", n / 1e9);
  if (n >= 1e6) return fmt::format("{:.3g} M", n / 1e6);
  if (n >= 1e3) return fmt::format("{:.3g} k", n / 1e3);
  return fmt::format("{:.3g}", n);
}

/// Subsets in the order of the study (little data first), else by name.
std::vector<std::string> subsets_of(const Table& table, const Study& study) {
  std::vector<std::string> subsets;
  for (const GroupFit& fit : study.fits) subsets.push_back(fit.group);
  std::set<std::string> names;
  for (const Row& row : table.rows) names.insert(row.subset);
  for (const std::string& name : names) {
    if (std::find(subsets.begin(), subsets.end(), name) == subsets.end()) subsets.push_back(name);
  }
  return subsets;
}

/// N of a row for the eye: rows of one named size share the smallest N of that name. An animal more
/// adds a few shared parameters, which is no other size and no other colour.
std::map<std::string, double> smallest_by_name(const Table& table) {
  std::map<std::string, double> smallest;
  for (const Row& row : table.rows) {
    const auto name = row.columns.find("size");
    if (name == row.columns.end() || name->second.empty()) continue;
    const auto [entry, added] = smallest.emplace(name->second, row.n);
    if (!added) entry->second = std::min(entry->second, row.n);
  }
  return smallest;
}

double drawn_n(const Row& row, const std::map<std::string, double>& smallest) {
  const auto name = row.columns.find("size");
  const auto entry = name == row.columns.end() ? smallest.end() : smallest.find(name->second);
  return entry == smallest.end() ? row.n : entry->second;
}

void add_ladders(const Table& table, LossFlops& figure) {
  const std::map<std::string, double> smallest = smallest_by_name(table);
  std::map<std::pair<double, size_t>, std::vector<Row>> groups;
  std::set<double> sizes;
  for (const Row& row : table.rows) {
    const auto subset = std::find(figure.subsets.begin(), figure.subsets.end(), row.subset);
    const double n = drawn_n(row, smallest);
    groups[{n, static_cast<size_t>(subset - figure.subsets.begin())}].push_back(row);
    sizes.insert(n);
  }
  for (const double n : sizes) figure.sizes.push_back(parameters_text(n));
  for (auto& [key, rows] : groups) {
    std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
      return std::pair(flops_of(a), a.loss) < std::pair(flops_of(b), b.loss);
    });
    const auto size = static_cast<size_t>(std::distance(sizes.begin(), sizes.find(key.first)));
    PlottedLadder ladder{.n = key.first,
                         .size = figure.sizes[size],
                         .subset = figure.subsets[key.second],
                         .size_index = size,
                         .subset_index = key.second};
    for (const Row& row : rows) ladder.points.push_back({flops_of(row), row.loss, row.id});
    figure.ladders.push_back(std::move(ladder));
  }
}

PlottedFrontier frontier_of(const Fit& fit, const std::string& group) {
  double from = INFINITY, to = 0;
  for (const Row& row : fit.rows) {
    from = std::min(from, flops_of(row));
    to = std::max(to, flops_of(row));
  }
  to *= kBeyond;
  PlottedFrontier frontier{.group = group};
  for (int k = 0; k < kCurvePoints; ++k) {
    frontier.curve.push_back(optimum_at(fit, from * std::pow(to / from, k / (kCurvePoints - 1.0))));
  }
  return frontier;
}

void add_frontiers(const Study& study, LossFlops& figure) {
  figure.fitted = study.pooled || !study.fits.empty();
  for (const GroupFit& one : study.fits) {
    if (has_optimum(one.fit)) figure.frontiers.push_back(frontier_of(one.fit, one.group));
  }
  if (!study.pooled) return;
  figure.level = study.pooled->level;
  if (figure.frontiers.empty() && has_optimum(*study.pooled)) {
    figure.frontiers.push_back(frontier_of(*study.pooled, ""));
  }
  if (figure.frontiers.empty()) figure.note = study.pooled->verdict.sentence;
}

void add_baselines(const Table& table, LossFlops& figure) {
  for (const std::string& subset : figure.subsets) {
    double sum = 0, count = 0;
    for (const Row& row : table.rows) {
      const auto found = row.columns.find("baseline_loss");
      if (row.subset != subset || found == row.columns.end()) continue;
      const auto loss = number_of(found->second);
      if (!loss || !std::isfinite(*loss) || *loss <= 0) continue;
      sum += *loss;
      count += 1;
    }
    if (count == 0) continue;
    const double loss = sum / count;
    const bool same = !figure.baselines.empty() &&
                      std::abs(loss / figure.baselines.back().loss - 1) < kSameBaseline;
    if (!same) figure.baselines.push_back({subset, loss});
  }
}

}  // namespace

LossFlops loss_flops(const Table& table, const Study& study, const std::string& y_label) {
  LossFlops figure;
  figure.y_label = y_label;
  figure.subsets = subsets_of(table, study);
  add_ladders(table, figure);
  add_frontiers(study, figure);
  add_baselines(table, figure);
  return figure;
}

std::string csv_of(const LossFlops& figure) {
  std::string text = "kind,size,n,subset,run,flops,loss,low,high\n";
  const auto quoted = [](std::string cell) {
    for (size_t at = 0; (at = cell.find('"', at)) != std::string::npos; at += 2)
      cell.insert(at, "\"");
    return cell.find_first_of(",\"\n") == std::string::npos ? cell : "\"" + cell + "\"";
  };
  for (const PlottedLadder& ladder : figure.ladders) {
    for (const PlottedPoint& point : ladder.points) {
      text += fmt::format("run,{},{},{},{},{},{},,\n", ladder.size, ladder.n, quoted(ladder.subset),
                          quoted(point.run), point.flops, point.loss);
    }
  }
  for (const PlottedFrontier& frontier : figure.frontiers) {
    for (const OptimumAt& at : frontier.curve) {
      text += fmt::format("frontier,,{},{},,{},{},{},{}\n", at.place.n, quoted(frontier.group),
                          at.flops, at.place.loss, at.low ? fmt::format("{}", *at.low) : "",
                          at.high ? fmt::format("{}", *at.high) : "");
    }
  }
  for (const Baseline& baseline : figure.baselines) {
    text += fmt::format("baseline,,,{},,,{},,\n", quoted(baseline.subset), baseline.loss);
  }
  return text;
}

nlohmann::ordered_json to_json(const LossFlops& figure) {
  using Json = nlohmann::ordered_json;
  Json ladders = Json::array(), frontiers = Json::array(), baselines = Json::array();
  for (const PlottedLadder& ladder : figure.ladders) {
    Json points = Json::array();
    for (const PlottedPoint& point : ladder.points) {
      points.push_back({{"run", point.run}, {"flops", point.flops}, {"loss", point.loss}});
    }
    ladders.push_back({{"n", ladder.n},
                       {"size", ladder.size},
                       {"subset", ladder.subset.empty() ? Json() : Json(ladder.subset)},
                       {"points", points}});
  }
  for (const PlottedFrontier& frontier : figure.frontiers) {
    Json curve = Json::array();
    for (const OptimumAt& at : frontier.curve) {
      curve.push_back({{"flops", at.flops},
                       {"n", at.place.n},
                       {"d", at.place.d},
                       {"loss", at.place.loss},
                       {"low", at.low ? Json(*at.low) : Json()},
                       {"high", at.high ? Json(*at.high) : Json()}});
    }
    frontiers.push_back({{"subset", frontier.group.empty() ? Json() : Json(frontier.group)},
                         {"level", figure.level},
                         {"curve", curve}});
  }
  for (const Baseline& baseline : figure.baselines) {
    baselines.push_back({{"subset", baseline.subset.empty() ? Json() : Json(baseline.subset)},
                         {"loss", baseline.loss}});
  }
  return {{"kind", "loss-flops"},
          {"x", figure.x_label},
          {"y", figure.y_label},
          {"ladders", ladders},
          {"frontiers", frontiers},
          {"baselines", baselines},
          {"note", figure.note.empty() ? Json() : Json(figure.note)}};
}

}  // namespace enigma::law
