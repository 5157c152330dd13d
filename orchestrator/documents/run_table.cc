#include "orchestrator/documents/run_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace enigma::documents {
namespace {

std::string number(const Json& value, const char* format, double scale = 1) {
  if (!value.is_number()) return "-";
  return fmt::format(fmt::runtime(format), value.get<double>() * scale);
}

std::string text(const Json& value) {
  if (value.is_null()) return "-";
  if (value.is_object()) {  // a size
    return member(value, "width").dump() + "x" + member(value, "layers").dump() + "x" +
           member(value, "heads").dump();
  }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::vector<std::string> row_of(const RunView& view) {
  const Json run = run_json(view);
  return {view.run.id.substr(0, 8),
          text(member(view.plan, "size")),
          text(member(member(view.plan, "data"), "subset")),
          number(member(view.plan, "budget_flops"), "{:.3g}"),
          text(run["state"]),
          fmt::format("{}/{}", view.summary.step.value_or(0), view.run.target_step),
          number(run["train_loss"], "{:.5f}"),
          number(run["test_loss"], "{:.5f}"),
          number(run["mfu_run"], "{:.1f}%", 100),
          number(run["data_wait_fraction"], "{:.1f}%", 100),
          number(run["wall_s"], "{:.1f}s")};
}

}  // namespace

std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += i == 0 ? fmt::format("{:<{}}", row[i], widths[i])
                     : fmt::format("  {:>{}}", row[i], widths[i]);
    }
    out += line + "\n";
  }
  return out;
}

std::string run_table(const std::vector<RunView>& runs) {
  std::vector<std::vector<std::string>> rows = {{"run", "size", "subset", "budget", "state",
                                                 "steps", "train loss", "test loss", "MFU",
                                                 "data wait", "wall"}};
  for (const RunView& view : runs) rows.push_back(row_of(view));
  return aligned(rows);
}

}  // namespace enigma::documents
