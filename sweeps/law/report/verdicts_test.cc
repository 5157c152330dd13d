// Refits that stop short are no parameter without identity: on published sweeps the verdicts are
// those of the profile, whatever the bootstrap did, and the bootstrap converges.
// ENIGMA_VERDICT_REFITS=1000 asks for more refits than a test takes, of more sweeps, and prints
// set, form, objective, refits asked and converged, verdicts with bootstrap and without.
#include "sweeps/law/fit/synthetic.h"
#include "sweeps/law/report/fit_document.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <iostream>
#include <map>

using namespace enigma;
using namespace enigma::law;

namespace {

constexpr int kRefits = 60;

struct Set {
  const char *file, *map, *form, *objective;
  Resampling kind = Resampling::by_case;
};

const Set kWorst[] = {
    {"gemstones/cool_begin.jsonl",
     "N=params_active_precise,D=tokens,loss=final_loss,group=run_name", "chinchilla", "huber:1e-4",
     Resampling::by_cluster},
    {"gemstones/hot.jsonl", "N=params_active_precise,D=tokens,loss=final_loss,group=run_name",
     "chinchilla", "huber:1e-3", Resampling::by_cluster},
    {"epoch-chinchilla/svg_extracted_data.csv", "N=Model Size,C=Training FLOP,loss=loss",
     "chinchilla", "l1"},
};

const char* const kGemstones = "N=params_active_precise,D=tokens,loss=final_loss,group=run_name";
const char* const kRepeats = "N=params,D=tokens,U=unique_tokens,loss=loss";
const Set kMore[] = {
    {"gemstones/hot.jsonl", kGemstones, "chinchilla", "huber:1e-3"},
    {"gemstones/hot.jsonl", kGemstones, "chinchilla", "huber:1e-4"},
    {"gemstones/hot.jsonl", kGemstones, "chinchilla", "huber:1e-4", Resampling::by_cluster},
    {"gemstones/cool_begin.jsonl", kGemstones, "chinchilla", "huber:1e-3"},
    {"gemstones/cool_begin.jsonl", kGemstones, "chinchilla", "huber:1e-3", Resampling::by_cluster},
    {"gemstones/hot_100b+.jsonl", kGemstones, "chinchilla", "huber:1e-3", Resampling::by_cluster},
    {"gemstones/hot_100b+.jsonl", kGemstones, "chinchilla", "huber:1e-4", Resampling::by_cluster},
    {"gemstones/hot_100b+.jsonl", kGemstones, "chinchilla", "huber:1e-4"},
    {"epoch-chinchilla/svg_extracted_data.csv", "N=Model Size,C=Training FLOP,loss=loss",
     "chinchilla", "huber:1e-3"},
    {"epoch-chinchilla/svg_extracted_data.csv", "N=Model Size,C=Training FLOP,loss=loss",
     "chinchilla", "huber:1e-5"},
    {"isoflop/raw_epochai_chinchilla.csv", "N=params,D=tokens,C=budget,loss=loss", "chinchilla",
     "huber:1e-3"},
    {"kyo-takano-chinchilla/df.csv", "N=N,D=D,C=C,loss=loss", "chinchilla", "huber:1e-3"},
    {"kyo-takano-chinchilla/df.csv", "N=N,D=D,C=C,loss=loss", "chinchilla", "l1"},
    {"gadre/models_rpj.csv", "N=N,D=D,C=flops,loss=loss_c4_val", "chinchilla", "huber:1e-3"},
    {"gadre/models_rpj.csv", "N=N,D=D,C=flops,loss=loss_c4_val", "overtrained", "huber:1e-4"},
    {"datablations/datablations_runs_182.csv", kRepeats, "chinchilla", "huber:1e-3"},
    {"datablations/datablations_runs_182.csv", kRepeats, "data_constrained", "huber:1e-3"},
    {"porian/isoflop_points.csv", "N=params,D=tokens,C=flops,loss=loss", "chinchilla",
     "huber:1e-3"},
    {"steplaw/dense_lr_bs_loss.csv", "N=N,D=D,loss=loss", "chinchilla", "huber:1e-3"},
    {"steplaw/moe_lr_bs_loss.csv", "N=N,D=D,loss=loss", "chinchilla", "huber:1e-3"},
    {"primate-vvs/parameter_scaling.csv", "N=n_params,loss=score", "power_offset", "huber:1e-3"},
    {"primate-vvs/compute_neuro.csv", "C=total_flops,loss=score", "power_offset", "huber:1e-3"},
    {"active-sl/data_constrained_scaling_law/train.csv", kRepeats, "data_constrained",
     "huber:1e-3"},
};

std::string verdicts(const Fit& fit) {
  std::string text;
  for (const ParameterFit& p : fit.parameters) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", p.name, name_of(p.verdict));
  }
  return text;
}

struct Pair {
  Fit with, without;
};

std::optional<Pair> fits_of(const Set& set, int refits) {
  const auto file = shared_file("verdicts", std::string("laws/") + set.file);
  if (!file) { return std::nullopt; }
  MappedTable mapped = *read_table(*file, {*parse_mapping(set.map).value, "", {}}).value;
  // A score becomes a loss, as its authors fit it.
  if (std::string(set.map).ends_with("score")) {
    for (Row& row : mapped.table.rows) { row.loss = 1 - row.loss; }
  }
  FitOptions options;
  options.form = set.form;
  options.objective = *parse_objective(set.objective).value;
  options.starts = 64;
  options.threads = 2;
  options.bootstrap = {Resampling::none, 0};
  Fit without = fit_table(mapped, options, {});
  options.bootstrap = {set.kind, refits};
  return Pair{fit_table(mapped, options, {}), std::move(without)};
}

void check_set(const Set& set, int refits, bool told) {
  CAPTURE(set.file);
  CAPTURE(set.form);
  CAPTURE(set.objective);
  const auto pair = fits_of(set, refits);
  if (!pair) { return; }
  const Refits& done = pair->with.refits;
  CHECK(verdicts(pair->with) == verdicts(pair->without));
  CHECK(pair->with.verdict.code == pair->without.verdict.code);
  CHECK(done.converged >= 0.98 * done.resamples);
  if (!told) { return; }
  std::cout << fmt::format(
      "{} | {} | {} | {} | {}/{} | {} | {} | {}\n", set.file, set.form, set.objective,
      name_of(set.kind), done.converged, done.resamples, verdicts(pair->with),
      verdicts(pair->with) == verdicts(pair->without) ? "the same without" : "others without",
      name_of(pair->with.verdict.code));
}

}  // namespace

TEST_CASE("verdicts: with refits they are those without, and refits converge") {
  for (const Set& set : kWorst) { check_set(set, kRefits, false); }
}

TEST_CASE("verdicts: by hand, of all published sweeps") {
  const char* const asked = std::getenv("ENIGMA_VERDICT_REFITS");
  if (asked == nullptr) {
    std::cout << "SKIP: verdicts: ENIGMA_VERDICT_REFITS is not set\n";
    return;
  }
  for (const Set& set : kWorst) { check_set(set, std::atoi(asked), true); }
  for (const Set& set : kMore) { check_set(set, std::atoi(asked), true); }
}

TEST_CASE("verdicts: refits that do not converge are counted, and change no verdict") {
  const MappedTable mapped = synthetic({}, log_grid(3e7, 1e10, 10), log_grid(5e8, 3e11, 6));
  FitOptions options;
  options.starts = 32;
  options.bootstrap = {Resampling::by_case, 100};
  Fit fit = fit_table(mapped, options, {});
  auto document = to_json(fit, std::nullopt);
  CHECK(document["certificate"]["refits"]["asked"] == 100);
  CHECK(document["certificate"]["refits"]["converged"] == 100);
  CHECK(document["interval"]["method"] == "case bootstrap, calibrated percentile");
  fit.refits.converged = 94;
  CHECK_FALSE(refits_carry(fit));
  document = to_json(fit, std::nullopt);
  CHECK(document["interval"]["method"] == "profile (94 of 100 case refits converged)");
  CHECK(document["interval"]["tail"].is_null());
  CHECK_FALSE(interval_over(fit, 1, {0.9, 1.1}).low);
}
