#include "diagnostics/nearest.h"
#include "files/atomic_file.h"
#include "orchestrator/call/law_request.h"
#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "sweeps/law/figure/figure.h"
#include "sweeps/law/figure/gnuplot.h"
#include "sweeps/law/figure/script.h"

#include <algorithm>
#include <cstdio>
#include <unistd.h>

namespace enigma::cli {

namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) { text += (text.empty() ? "" : ", ") + name; }
  return text;
}

po::options_description plot_options() {
  static const std::string kinds = listed(law::figure_kinds());
  po::options_description options = law_options();
  auto add = options.add_options();
  add("kind", po::value<std::string>()->default_value("loss-flops"), kinds.c_str());
  add("out", po::value<std::string>(),
      "FILE.svg, .pdf or .png; .csv and .json come beside it (FILE.json: the numbers alone)");
  add("size", po::value<std::string>()->default_value("column"),
      "column (85 mm of print) or slide (16:9)");
  add("y-label", po::value<std::string>(), "the loss with its unit, for the axis");
  return options;
}

/// `figure.svg` → `figure.csv`.
fs::path beside(fs::path file, const char* ending) {
  return file.replace_extension(ending);
}

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code ignored;
  return a.lexically_normal() == b.lexically_normal() || fs::equivalent(a, b, ignored);
}

/// Refuses, before anything is computed, what could not be written or would overwrite the input.
void check_out(const fs::path& out, const po::variables_map& values) {
  const fs::path folder = out.has_parent_path() ? out.parent_path() : fs::path(".");
  if (!fs::is_directory(folder)) {
    throw InputError({{.message = "--out: its folder does not exist",
                       .expected = "a file in a folder that exists",
                       .found = out.string()}});
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw InputError({{.message = "--out: its folder cannot be written to",
                       .expected = "a folder with write permission",
                       .found = folder.string()}});
  }
  for (const fs::path& file : {out, beside(out, ".csv"), beside(out, ".json")}) {
    if (fs::is_directory(file)) {
      throw InputError({{.message = "--out: a folder of that name stands where a file would be",
                         .expected = "another name",
                         .found = file.string()}});
    }
    if (values.count("csv") > 0 && same_file(file, values["csv"].as<std::string>())) {
      throw InputError({{.message = "--out: the figure's numbers would overwrite the rows",
                         .expected = "another name for the figure",
                         .found = file.string()}});
    }
  }
}

void check_kind(const std::string& kind) {
  const std::vector<std::string> kinds = law::figure_kinds();
  if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) { return; }
  throw InputError({{.message = "--kind: there is no such figure",
                     .expected = listed(kinds),
                     .found = kind,
                     .suggestion = suggest_name(kind, kinds)}});
}

/// The fits, or none with the reason: rows that carry no law can still be looked at.
law::Study study_or_reason(const LawRequest& request, std::string& reason) {
  try {
    return study_of(request);
  } catch (const law::FitRefused& refused) {
    reason = refused.what();
    return law::Study{.by = request.by};
  }
}

std::string loss_label(const LawRequest& request, const po::variables_map& values) {
  if (values.count("y-label") > 0) { return values["y-label"].as<std::string>(); }
  const std::string& column = request.mapped.table.axis_names.at("loss");
  const bool own = request.sweep && column == "test_loss";
  return own ? "test loss (nats per neuron and sample)" : column;
}

int told(const Invocation& invocation, const fs::path& out, const std::string& note) {
  const std::string csv = beside(out, ".csv").string(), numbers = beside(out, ".json").string();
  if (invocation.json) {
    nlohmann::ordered_json document = {
        {"figure", out.string()}, {"csv", csv}, {"numbers", numbers}, {"note", nullptr}};
    if (!note.empty()) { document["note"] = note; }
    print_document(invocation, document);
    return kDone;
  }
  std::printf("%s\n%s\n%s\n", out.c_str(), csv.c_str(), numbers.c_str());
  if (!note.empty()) { std::printf("%s\n", note.c_str()); }
  return kDone;
}

/// The numbers of a figure that somebody else draws.
int told_numbers(const Invocation& invocation, const fs::path& out, const law::Picture& picture) {
  const auto replace = nlohmann::ordered_json::error_handler_t::replace;
  write_atomically(out, law::to_json(picture).dump(1, ' ', false, replace) + "\n");
  if (invocation.json) {
    print_document(invocation, {{"figure", nullptr},
                                {"csv", nullptr},
                                {"numbers", out.string()},
                                {"note", law::to_json(picture)["note"]}});
  } else {
    std::printf("%s\n", out.c_str());
  }
  return kDone;
}

/// The frozen forecasts of the sweep; none of a file.
std::vector<law::FrozenLoss> frozen_of(const Invocation& invocation,
                                       const po::variables_map& values) {
  std::vector<law::FrozenLoss> frozen;
  const auto store = store_if_any(invocation);
  if (values.count("sweep") == 0 || !store) { return frozen; }
  for (const db::ForecastRow& row : store->forecasts(values["sweep"].as<std::string>())) {
    frozen.push_back({row.name, row.flops, row.n, {row.loss, row.low, row.high}});
  }
  return frozen;
}

int draw_figure(const Invocation& invocation, const po::variables_map& values) {
  const std::string kind = values["kind"].as<std::string>();
  check_kind(kind);
  if (values.count("out") == 0) {
    throw InputError(
        {Diagnostic{.message = "--out is missing", .expected = "--out FILE.svg, .pdf or .png"}});
  }
  const fs::path out = values["out"].as<std::string>();
  const bool numbers_alone = out.extension() == ".json";
  const auto format = numbers_alone ? law::FigureFormat::svg : law::format_of(out);
  const law::FigureSize size = law::figure_size_of(values["size"].as<std::string>());
  check_out(out, values);
  LawRequest request = request_of(invocation, values, {"baseline_loss"});
  if (kind == "isoflop" && values["form"].defaulted()) {
    request.options.form = "isoflop:parabola";
  }
  if (request.mapped.table.rows.empty()) { throw law::FitRefused("no rows are left to draw"); }
  std::string reason;
  const law::Study study = study_or_reason(request, reason);
  const law::Picture picture =
      law::picture_of(kind, {request.mapped.table, study, request.options,
                             loss_label(request, values), reason, frozen_of(invocation, values)});
  if (numbers_alone) { return told_numbers(invocation, out, picture); }
  const std::string figure = law::drawn(law::script_of(picture, format, size));
  const auto replace = nlohmann::ordered_json::error_handler_t::replace;
  write_atomically(beside(out, ".csv"), law::csv_of(picture));
  write_atomically(beside(out, ".json"), law::to_json(picture).dump(1, ' ', false, replace) + "\n");
  write_atomically(out, figure);
  return told(invocation, out, picture.note);
}

}  // namespace

int plot(const Invocation& invocation) {
  po::positional_options_description positional;
  positional.add("sweep", 1);
  const auto values = parse_options(
      invocation, "plot [SWEEP | --csv FILE --map …] --kind KIND --out FILE [options]",
      plot_options(), positional);
  if (!values) { return kDone; }
  return guarded(invocation, [&] { return draw_figure(invocation, *values); });
}

}  // namespace enigma::cli
