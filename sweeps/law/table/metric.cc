#include "sweeps/law/table/metric.h"

#include "diagnostics/nearest.h"
#include "sweeps/law/table/cell_number.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::law {

namespace {

[[noreturn]] void refuse(const std::string& expected, const std::string& found) {
  throw InputError({{.message = "--metric: not a ceiling", .expected = expected, .found = found}});
}

double ceiling_of(const Metric& metric, const Row& row) {
  if (const auto number = number_of(metric.ceiling)) { return *number; }
  const std::string* const cell = row.columns.find(metric.ceiling);
  return cell != nullptr ? number_of(*cell).value_or(NAN) : NAN;
}

std::string name_of(const Metric& metric, const std::string& column) {
  return metric.kind == MetricKind::ceiling
             ? fmt::format("1 - {}/{}", column, metric.ceiling)
             : fmt::format("atanh({}) - atanh({})", metric.ceiling, column);
}

/// The distance of a score to its ceiling, or why there is none.
std::optional<std::string> transform(const Metric& metric, double ceiling, double& loss) {
  const bool fisher = metric.kind == MetricKind::fisher;
  if (!(ceiling > 0) || ceiling > 1 || (fisher && ceiling >= 1)) {
    return fmt::format("its ceiling {} is not above 0 and {} 1", ceiling,
                       fisher ? "below" : "at most");
  }
  if (fisher && !(loss > -1)) { return fmt::format("its score {} has no Fisher z", loss); }
  if (loss >= ceiling) {
    return fmt::format("its score {} is not below the ceiling {}", loss, ceiling);
  }
  loss = fisher ? std::atanh(ceiling) - std::atanh(loss) : 1 - loss / ceiling;
  return std::nullopt;
}

}  // namespace

Parsed<Metric> parse_metric(std::string_view text) {
  if (text == "plain") { return {.value = Metric{}}; }
  for (const auto& [prefix, kind] : {std::pair(std::string_view("ceiling:"), MetricKind::ceiling),
                                     std::pair(std::string_view("fisher:"), MetricKind::fisher)}) {
    if (text.starts_with(prefix) && text.size() > prefix.size()) {
      return {.value = Metric{kind, std::string(text.substr(prefix.size()))}};
    }
  }
  return {.diagnostics = {{.message = "--metric: not a valid value",
                           .expected = "plain, ceiling:R or fisher:R (R a number or a column)",
                           .found = std::string(text)}}};
}

void apply_metric(MappedTable& mapped, const Metric& metric) {
  if (metric.kind == MetricKind::plain) { return; }
  const auto number = number_of(metric.ceiling);
  if (number && !(*number > 0 && *number <= 1)) { refuse("above 0 and at most 1", metric.ceiling); }
  if (number && metric.kind == MetricKind::fisher && *number >= 1) {
    refuse("below 1: Fisher's z of 1 is infinite", metric.ceiling);
  }
  const auto& columns = mapped.table.columns;
  if (!number && std::find(columns.begin(), columns.end(), metric.ceiling) == columns.end()) {
    refuse("a number, or a column: " + suggest_name(metric.ceiling, columns), metric.ceiling);
  }
  std::erase_if(mapped.table.rows, [&](Row& row) {
    const auto why = transform(metric, ceiling_of(metric, row), row.loss);
    if (why) { exclude(mapped.excluded, row.id, *why); }
    return why.has_value();
  });
  std::string& name = mapped.table.axis_names["loss"];
  name = name_of(metric, name);
}

}  // namespace enigma::law
