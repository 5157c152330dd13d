#include "orchestrator/documents/run_table.h"

#include "orchestrator/documents/time_text.h"

#include <fmt/format.h>

#include <cmath>

namespace enigma::documents {
namespace {

/// "6.9e11" rather than "6.9e+11".
std::string number(const Json& value, const char* format, double scale = 1) {
  if (!value.is_number()) { return "-"; }
  std::string text = fmt::format(fmt::runtime(format), value.get<double>() * scale);
  if (const size_t sign = text.find("e+"); sign != std::string::npos) {
    text.erase(sign + 1, text.find_first_not_of("+0", sign + 1) - sign - 1);
  }
  return text;
}

std::string text(const Json& value) {
  if (value.is_null()) { return "-"; }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

constexpr size_t kStateColumn = 4;
constexpr size_t kHeadRows = 2;
const std::vector<size_t> kNameColumns = {1, 2};
constexpr double kLossLarge = 100;

/// "9800", "12k", "3M".
std::string count_text(int64_t count) {
  if (count < 10'000) { return std::to_string(count); }
  const bool thousands = count < 1'000'000;
  return fmt::format("{:.0f}{}", static_cast<double>(count) / (thousands ? 1e3 : 1e6),
                     thousands ? "k" : "M");
}

/// The target of a run that is done, else how much of it.
std::string steps_text(const RunView& view) {
  const std::string target = count_text(view.run.target_step);
  if (view.run.state == db::State::done) { return target; }
  return count_text(view.summary.step.value_or(0)) + "/" + target;
}

/// Number of the terminal's color.
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
          steps_text(view),
          loss_text(run["train_loss"]),
          loss_text(run["test_loss"]),
          run["wall_s"].is_number() ? duration_text(run["wall_s"]) : "-",
          number(run["mfu_run"], "{:.0f}%", 100),
          number(run["data_wait_fraction"], "{:.0f}%", 100)};
}

}  // namespace

std::string loss_text(const Json& loss) {
  const bool small = loss.is_number() && std::abs(loss.get<double>()) < kLossLarge;
  return number(loss, small ? "{:.4f}" : "{:.3g}");
}

std::string run_table(const std::vector<RunView>& runs, bool color) {
  std::vector<std::vector<std::string>> rows = {
      {"run", "size", "sub", "budget", "state", "steps", "train", "test", "wall", "MFU", "data"},
      {"", "", "set", "", "", "", "loss", "loss", "time", "", "wait"}};
  for (const RunView& view : runs) { rows.push_back(row_of(view)); }
  if (!color) { return aligned(rows, {}, kNameColumns); }
  const auto paint = [&](size_t row, size_t column, const std::string& cell) {
    if (row < kHeadRows || column != kStateColumn) { return cell; }
    return fmt::format("\x1b[{}m{}\x1b[0m", color_of(runs[row - kHeadRows].run.state), cell);
  };
  return aligned(rows, paint, kNameColumns);
}

}  // namespace enigma::documents
