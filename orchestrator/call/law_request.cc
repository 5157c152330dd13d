#include "orchestrator/call/law_request.h"

#include "db/store.h"
#include "orchestrator/documents/export.h"
#include "sweeps/law/form/form.h"
#include "sweeps/law/table/cell_number.h"
#include "sweeps/law/table/metric.h"
#include "sweeps/law/table/sweep_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace enigma::cli {

namespace {

namespace po = boost::program_options;

constexpr int kMostStarts = 100'000;
constexpr int kMostThreads = 1024;

[[noreturn]] void wrong(const std::string& option, const std::string& expected,
                        const std::string& found) {
  throw InputError(
      {{.message = "--" + option + ": not a valid value", .expected = expected, .found = found}});
}

template <typename T>
T checked(Parsed<T> parsed) {
  if (!parsed.value) { throw InputError(parsed.diagnostics); }
  return std::move(*parsed.value);
}

law::Objective objective_of(const po::variables_map& values) {
  law::Objective objective = checked(law::parse_objective(values["objective"].as<std::string>()));
  const auto& space = values["space"].as<std::string>();
  const auto& reduction = values["reduction"].as<std::string>();
  if (space != "log" && space != "linear") { wrong("space", "log or linear", space); }
  if (reduction != "sum" && reduction != "mean") { wrong("reduction", "sum or mean", reduction); }
  objective.space = space == "log" ? law::Space::log : law::Space::linear;
  objective.reduction = reduction == "sum" ? law::Reduction::sum : law::Reduction::mean;
  return objective;
}

std::vector<law::Hold> holds_of(std::string_view text) {
  std::vector<law::Hold> holds;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view pair = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const size_t equals = std::min(pair.find('='), pair.size());
    const auto value = law::number_of(pair.substr(std::min(equals + 1, pair.size())));
    if (!value) { wrong("fix", "P=V[,P=V]", std::string(pair)); }
    holds.push_back({std::string(pair.substr(0, equals)), *value});
  }
  return holds;
}

int bounded(const po::variables_map& values, const std::string& option, int most) {
  const int value = values[option].as<int>();
  if (value < 1 || value > most) {
    wrong(option, fmt::format("a whole number from 1 to {}", most), std::to_string(value));
  }
  return value;
}

law::FitOptions fit_options(const po::variables_map& values) {
  law::FitOptions options;
  options.form = values["form"].as<std::string>();
  options.objective = objective_of(values);
  options.starts = bounded(values, "starts", kMostStarts);
  options.bootstrap = checked(law::parse_bootstrap(values["bootstrap"].as<std::string>()));
  options.level = values["level"].as<double>();
  if (!(options.level > 0 && options.level < 1)) {
    wrong("level", "a number between 0 and 1", fmt::format("{}", options.level));
  }
  options.material = values["material"].as<double>();
  if (!(options.material > 0 && options.material < 1)) {
    wrong("material", "a number between 0 and 1", fmt::format("{}", options.material));
  }
  if (values.count("fix") > 0) { options.holds = holds_of(values["fix"].as<std::string>()); }
  options.seed = values["seed"].as<uint64_t>();
  options.threads = bounded(values, "threads", kMostThreads);
  return options;
}

/// What the answers tell of rows besides their numbers.
const std::vector<std::string> kTold = {"size", "schedule", "seed", "subset"};

law::TableRequest table_request(const po::variables_map& values, law::Mapping mapping,
                                const std::vector<std::string>& keep) {
  law::TableRequest request{.mapping = std::move(mapping), .keep = kTold};
  request.keep.insert(request.keep.end(), keep.begin(), keep.end());
  if (values.count("where") > 0) { request.where = values["where"].as<std::string>(); }
  if (values.count("by") > 0) { request.keep.push_back(values["by"].as<std::string>()); }
  request.keep.push_back(checked(law::parse_metric(values["metric"].as<std::string>())).ceiling);
  return request;
}

law::MappedTable table_of_file(const po::variables_map& values,
                               const std::vector<std::string>& keep) {
  const std::string file = values["csv"].as<std::string>();
  if (values.count("map") == 0) {
    throw InputError(
        {{.file = file, .message = "--csv needs --map", .expected = "--map N=COL,D=COL,loss=COL"}});
  }
  if (!std::filesystem::is_regular_file(file)) { throw NoSuchInput("no such file: " + file); }
  const law::Mapping mapping = checked(law::parse_mapping(values["map"].as<std::string>()));
  return checked(law::read_table(file, table_request(values, mapping, keep)));
}

law::MappedTable table_of_runs(const Invocation& invocation, const po::variables_map& values,
                               const std::string& sweep) {
  const std::filesystem::path file = invocation.store / "runs.db";
  if (!std::filesystem::exists(file)) {
    throw NoSuchInput("no store at " + invocation.store.string());
  }
  const db::Store store = db::Store::open_read_only(file);
  if (!store.sweep(sweep)) { throw NoSuchInput("no such sweep: " + sweep); }
  const auto form = law::form_named(values["form"].as<std::string>());
  const law::Mapping mapping = values.count("map") > 0
                                   ? checked(law::parse_mapping(values["map"].as<std::string>()))
                                   : law::sweep_mapping(form && form->axes.empty());
  return checked(law::table_of_sweep(documents::export_rows(store, sweep), sweep,
                                     table_request(values, mapping, {})));
}

/// Rows of which none is left say by their reasons why.
void refuse_none_left(const law::MappedTable& mapped) {
  if (!mapped.table.rows.empty()) { return; }
  const size_t excluded = law::rows_in(mapped.excluded);
  if (excluded == 0) { throw law::FitRefused("there are columns and no rows"); }
  throw law::FitRefused(
      fmt::format("no row is left, {} excluded; {}", excluded, law::reasons_of(mapped.excluded)));
}

std::string law_forms() {
  std::string names;
  for (const std::string& name : law::form_names()) { names += name + " "; }
  return names + "envelope isoflop:parabola|akima|cubic";
}

}  // namespace

po::options_description law_options() {
  po::options_description options("Options");
  auto add = options.add_options();
  add("sweep", po::value<std::string>(), "sweep whose finished runs are fitted");
  add("csv", po::value<std::string>(), "file of runs instead of a sweep (CSV, or .jsonl)");
  add("map", po::value<std::string>(), "N=COL,D=COL,C=COL,U=COL,loss=COL[,group=COL][,weight=COL]");
  add("form", po::value<std::string>()->default_value("chinchilla"), law_forms().c_str());
  add("objective", po::value<std::string>()->default_value("huber:1e-3"),
      "huber:DELTA, l1, l2 or student:NU");
  add("space", po::value<std::string>()->default_value("log"), "residuals in log or linear space");
  add("reduction", po::value<std::string>()->default_value("sum"), "sum or mean");
  add("starts", po::value<int>()->default_value(256), "starts of the minimiser");
  add("bootstrap", po::value<std::string>()->default_value("case:1000"),
      "case:K, cluster:K, residual:K, seed:K or none");
  add("level", po::value<double>()->default_value(0.95, "0.95"), "level of intervals and verdicts");
  add("material", po::value<double>()->default_value(0.002, "0.002"),
      "improvement of the loss, relative, that a doubling of N must be shown to fall short of "
      "before a sweep is called data-limited");
  add("where", po::value<std::string>(), "rows to keep, e.g. 'loss < 3 && size != \"S\"'");
  add("by", po::value<std::string>(), "column: one fit for each of its values, and one over all");
  add("metric", po::value<std::string>()->default_value("plain"),
      "plain, or of a score: ceiling:R for 1 - r/R, fisher:R for its distance in Fisher's z");
  add("cut", po::value<double>(), "fit below this compute, score above (default: a natural gap)");
  add("fix", po::value<std::string>(), "parameters to hold: P=V[,P=V]");
  add("seed", po::value<uint64_t>()->default_value(0), "seed of the resampling");
  add("threads", po::value<int>()->default_value(1), "threads; the answer does not depend on it");
  return options;
}

LawRequest request_of(const Invocation& invocation, const po::variables_map& values,
                      const std::vector<std::string>& keep) {
  const bool file = values.count("csv") > 0, sweep = values.count("sweep") > 0;
  if (file == sweep) {
    throw InputError({{.message = "rows come from a sweep or from a file",
                       .expected = "SWEEP, or --csv FILE --map …",
                       .found = file ? "both" : "neither"}});
  }
  LawRequest request{.options = fit_options(values), .sweep = sweep};
  law::MappedTable& mapped = request.mapped;
  mapped = file ? table_of_file(values, keep)
                : table_of_runs(invocation, values, values["sweep"].as<std::string>());
  law::apply_metric(mapped, checked(law::parse_metric(values["metric"].as<std::string>())));
  if (values.count("cut") > 0) {
    request.cut = values["cut"].as<double>();
    if (!(*request.cut > 0)) { wrong("cut", "a number > 0", fmt::format("{}", *request.cut)); }
  }
  if (values.count("by") > 0) { request.by = values["by"].as<std::string>(); }
  if (request.by.empty() && sweep && law::differs(mapped.table, "subset")) {
    request.by = "subset";
  }
  if (!request.by.empty()) { law::group_by(mapped.table, request.by); }
  refuse_none_left(mapped);
  return request;
}

law::Study study_of(const LawRequest& request) {
  law::Study study = law::study_table(request.mapped, request.options, request.by, request.sweep);
  study.irreducible_loss = law::irreducible_loss(request.mapped.table);
  if (request.cut) { law::extrapolate_from(study, request.options, *request.cut); }
  return study;
}

int guarded(const Invocation& invocation, const std::function<int()>& work) {
  try {
    return work();
  } catch (const NoSuchInput& missing) {
    return not_found(invocation, missing.what());
  } catch (const law::FitRefused& refused) {
    const std::vector<Diagnostic> diagnostics = {
        {.message = std::string("the fit is refused: ") + refused.what()}};
    print_diagnostics(diagnostics);
    if (invocation.json) { print_document(invocation, {{"diagnostics", to_json(diagnostics)}}); }
    return kFitRefused;
  }
}

}  // namespace enigma::cli
