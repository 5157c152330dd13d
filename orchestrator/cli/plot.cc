#include "files/atomic_file.h"
#include "orchestrator/cli/law_request.h"
#include "orchestrator/cli/verbs.h"
#include "sweeps/law/figure/gnuplot.h"
#include "sweeps/law/figure/loss_flops.h"

#include <cstdio>

namespace enigma::cli {

namespace {

namespace po = boost::program_options;

po::options_description plot_options() {
  po::options_description options = law_options();
  auto add = options.add_options();
  add("kind", po::value<std::string>()->default_value("loss-flops"), "loss-flops");
  add("out", po::value<std::string>(), "FILE.svg, .pdf or .png; .csv and .json come beside it");
  add("y-label", po::value<std::string>(), "the loss with its unit, for the axis");
  return options;
}

void check_kind(const std::string& kind) {
  if (kind == "loss-flops") return;
  throw InputError(
      {{.message = "--kind: there is no such figure", .expected = "loss-flops", .found = kind}});
}

void check_axes(const law::Table& table) {
  if (table.has_n && (table.has_c || table.has_d)) return;
  throw InputError({Diagnostic{.message = "the figure needs a size and FLOPs for every row",
                               .expected = "N and C (or N and D) in --map"}});
}

/// `figure.svg` → `figure.csv`.
std::filesystem::path beside(std::filesystem::path file, const char* ending) {
  return file.replace_extension(ending);
}

/// The fits, or none with the reason: rows that carry no law can still be looked at.
law::Study study_or_reason(const LawRequest& request, std::string& reason) {
  try {
    return study_of(request);
  } catch (const law::FitRefused& refused) {
    reason = std::string("no law is fitted: ") + refused.what();
    return law::Study{.by = request.by};
  }
}

std::string loss_label(const LawRequest& request, const po::variables_map& values) {
  if (values.count("y-label") > 0) return values["y-label"].as<std::string>();
  if (request.sweep) return "test loss (nats per neuron and sample)";
  return request.mapped.table.axis_names.at("loss") + " (unit of the file)";
}

int draw_figure(const Invocation& invocation, const po::variables_map& values) {
  check_kind(values["kind"].as<std::string>());
  const std::filesystem::path out = required(values, "out");
  law::format_of(out);
  const LawRequest request = request_of(invocation, values);
  check_axes(request.mapped.table);
  if (request.mapped.table.rows.empty()) throw law::FitRefused("no rows are left to draw");
  std::string reason;
  const law::Study study = study_or_reason(request, reason);
  law::LossFlops figure = law::loss_flops(request.mapped.table, study, loss_label(request, values));
  if (!reason.empty()) figure.note = reason;
  law::draw(law::script_of(figure), out);
  write_atomically(beside(out, ".csv"), law::csv_of(figure));
  write_atomically(beside(out, ".json"), law::to_json(figure).dump(1) + "\n");
  if (invocation.json) {
    nlohmann::ordered_json document = {{"figure", out.string()},
                                       {"csv", beside(out, ".csv").string()},
                                       {"numbers", beside(out, ".json").string()}};
    document["note"] = nullptr;
    if (!figure.note.empty()) document["note"] = figure.note;
    print_document(invocation, document);
    return kDone;
  }
  std::printf("%s\n%s\n%s\n", out.c_str(), beside(out, ".csv").c_str(),
              beside(out, ".json").c_str());
  if (!figure.note.empty()) std::printf("%s\n", figure.note.c_str());
  return kDone;
}

}  // namespace

int plot(const Invocation& invocation) {
  po::positional_options_description positional;
  positional.add("sweep", 1);
  const auto values =
      parse_options(invocation, "plot [SWEEP | --csv FILE --map …] --out FILE [options]",
                    plot_options(), positional);
  if (!values) return kDone;
  return guarded(invocation, [&] { return draw_figure(invocation, *values); });
}

}  // namespace enigma::cli
