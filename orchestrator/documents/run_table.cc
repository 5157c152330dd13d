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
  return value.is_string() ? value.get<std::string>() : value.dump();
}

constexpr size_t kStateColumn = 4;

/// Number of the terminal's colour.
int color_of(db::State state) {
  switch (state) {
    case db::State::done:
      return 32;
    case db::State::running:
      return 36;
    case db::State::failed:
      return 31;
    case db::State::held:
    case db::State::cancelled:
      return 33;
    case db::State::waiting:
      break;
  }
  return 39;
}

std::vector<std::string> row_of(const RunView& view) {
  const Json run = run_json(view);
  return {view.run.id.substr(0, 8),
          text(size_name(member(view.plan, "size"))),
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

std::string aligned(const std::vector<std::vector<std::string>>& rows, const Paint& paint) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (size_t r = 0; r < rows.size(); ++r) {
    for (size_t i = 0; i < rows[r].size(); ++i) {
      const std::string cell = i == 0 ? fmt::format("{:<{}}", rows[r][i], widths[i])
                                      : fmt::format("  {:>{}}", rows[r][i], widths[i]);
      out += paint ? paint(r, i, cell) : cell;
    }
    out += "\n";
  }
  return out;
}

std::string run_table(const std::vector<RunView>& runs, bool color) {
  std::vector<std::vector<std::string>> rows = {{"run", "size", "subset", "budget", "state",
                                                 "steps", "train loss", "test loss", "MFU",
                                                 "data wait", "wall"}};
  for (const RunView& view : runs) rows.push_back(row_of(view));
  if (!color) return aligned(rows);
  return aligned(rows, [&](size_t row, size_t column, const std::string& cell) {
    if (row == 0 || column != kStateColumn) return cell;
    return fmt::format("\x1b[{}m{}\x1b[0m", color_of(runs[row - 1].run.state), cell);
  });
}

}  // namespace enigma::documents
