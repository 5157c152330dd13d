// enigma-sweep next: the runs that narrow a sweep's question most for what they cost, as a spec.

#include "files/atomic_file.h"
#include "orchestrator/call/law_request.h"
#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/columns.h"
#include "orchestrator/serve/clock.h"
#include "orchestrator/submit/proposal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace enigma::cli {

namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

/// A law is asked for a budget this many times the largest one fitted, where none is stated.
constexpr double kReach = 10;
constexpr int kMostRuns = 1000;

po::options_description next_options() {
  po::options_description options = law_options();
  auto add = options.add_options();
  add("usd", po::value<double>(), "dollars that the runs may cost together");
  add("device-hours", po::value<double>(), "device-hours that they may take together");
  add("flops", po::value<double>(), "budget of the question (default: ten times the largest run)");
  add("ask", po::value<std::string>()->default_value("loss"),
      "what to narrow at that budget: loss, or size (the best one)");
  add("design", po::value<std::string>()->default_value("v"),
      "v: what is asked for; d: all parameters of the law");
  add("most", po::value<int>()->default_value(16), "most runs to propose");
  add("out", po::value<std::string>(), "file that the spec is written to");
  return options;
}

double positive(const po::variables_map& values, const char* option,
                std::vector<Diagnostic>& wrong) {
  const double value = values[option].as<double>();
  if (value > 0 && std::isfinite(value)) { return value; }
  wrong.push_back({.message = fmt::format("--{}: not a valid value", option),
                   .expected = "a number > 0",
                   .found = fmt::format("{}", value)});
  return 0;
}

struct NextCall {
  std::string sweep;
  Wish wish;  ///< its budget in FLOPs is 0 where none is stated
};

void read_purse(const po::variables_map& values, NextCall& call, std::vector<Diagnostic>& wrong) {
  const bool usd = values.count("usd") > 0, hours = values.count("device-hours") > 0;
  if (usd == hours) {
    wrong.push_back({.message = "how much the runs may cost is said in one way",
                     .expected = "--usd X or --device-hours H",
                     .found = usd ? "both" : "neither"});
    return;
  }
  call.wish.purse = {positive(values, usd ? "usd" : "device-hours", wrong), usd};
}

void read_words(const po::variables_map& values, NextCall& call, std::vector<Diagnostic>& wrong) {
  const auto& ask = values["ask"].as<std::string>();
  const auto& design = values["design"].as<std::string>();
  const auto one_of = [&](const char* option, const std::string& word, const char* a,
                          const char* b) {
    if (word == a || word == b) { return; }
    wrong.push_back({.message = fmt::format("--{}: not a valid value", option),
                     .expected = fmt::format("{} or {}", a, b),
                     .found = word});
  };
  one_of("ask", ask, "loss", "size");
  one_of("design", design, "v", "d");
  call.wish.question.asked = ask == "size" ? law::Asked::size : law::Asked::loss;
  call.wish.criterion = design == "d" ? law::Criterion::parameters : law::Criterion::asked;
}

/// Everything that is wrong with the call, in one pass. Throws InputError.
NextCall next_call(const po::variables_map& values) {
  std::vector<Diagnostic> wrong;
  NextCall call;
  if (values.count("sweep") == 0 || values.count("csv") > 0 || values.count("map") > 0) {
    wrong.push_back({.message = "the next runs are those of a sweep, fitted to what it reports",
                     .expected = "SWEEP, neither --csv nor --map"});
  } else {
    call.sweep = values["sweep"].as<std::string>();
  }
  read_purse(values, call, wrong);
  read_words(values, call, wrong);
  if (values.count("flops") > 0) { call.wish.question.flops = positive(values, "flops", wrong); }
  const int most = values["most"].as<int>();
  if (most < 1 || most > kMostRuns) {
    wrong.push_back({.message = "--most: not a valid value",
                     .expected = fmt::format("a whole number from 1 to {}", kMostRuns),
                     .found = std::to_string(most)});
  }
  call.wish.most = static_cast<size_t>(std::max(most, 1));
  if (!wrong.empty()) { throw InputError(wrong); }
  return call;
}

/// The fit that the question is put to: of the group with the most unique data, else of all rows.
/// Throws FitRefused where it gives no optimum, which both questions are about.
const law::Fit& carrying(const law::Study& study) {
  if (study.fits.empty() && !study.pooled) { throw law::FitRefused("no rows carry a fit"); }
  const law::Fit& fit = study.fits.empty() ? *study.pooled : study.fits.back().fit;
  if (law::has_optimum(fit)) { return fit; }
  const bool form = !law::has_trade_off(fit.form);
  throw law::FitRefused("no runs follow from it. " +
                        (form ? fmt::format("The form {} gives no optimum for a budget; fit "
                                            "chinchilla.",
                                            fit.form)
                              : fit.verdict.sentence));
}

CandidateRequest request_like(const db::Store& store, const std::string& sweep,
                              const law::Fit& fit) {
  const law::Row& best = *std::ranges::min_element(fit.rows, {}, &law::Row::loss);
  const std::string* const subset = best.columns.find("subset");
  CandidateRequest request =
      candidate_request(store, sweep, best.id.text(), subset == nullptr ? "" : *subset);
  request.like.sweep.day = today();
  return request;
}

Wish wish_of(const NextCall& call, const law::Fit& fit) {
  Wish wish = call.wish;
  if (wish.question.flops > 0) { return wish; }
  for (const law::Row& row : fit.rows) {
    wish.question.flops = std::max(wish.question.flops, kReach * row.c);
  }
  return wish;
}

std::string size_cell(const Json& size) {
  if (!size.is_object()) { return size.is_string() ? size.get<std::string>() : size.dump(); }
  return fmt::format("{}x{}x{}", size["width"].dump(), size["layers"].dump(), size["heads"].dump());
}

std::string to_text(const Json& document) {
  const Json& narrows = document["narrows"];
  const auto range = [](const Json& interval) {
    return fmt::format("{:.5g} .. {:.5g}", interval["low"].get<double>(),
                       interval["high"].get<double>());
  };
  std::string text =
      fmt::format("the {} at {:.4g} FLOPs, {:g} % interval\n  now        {}\n",
                  narrows["quantity"].get<std::string>(), narrows["flops"].get<double>(),
                  100 * narrows["level"].get<double>(), range(narrows["now"]));
  if (document["proposed"].empty()) {
    return text + "  nothing is proposed: " + document["why"].get<std::string>() + "\n";
  }
  text += fmt::format("  expected   {}, after these runs\n\n", range(narrows["expected"]));
  std::vector<std::vector<std::string>> rows = {
      {"size", "parameters", "FLOPs", "device-hours", "dollars"}};
  for (const Json& run : document["proposed"]) {
    rows.push_back(
        {size_cell(run["values"]["model.size"]), fmt::format("{:.4g}", run["n"].get<double>()),
         fmt::format("{:.4g}", run["flops"].get<double>()),
         fmt::format("{:.3g}", run["device_hours"].get<double>()),
         run["usd"].is_number() ? fmt::format("{:.2f}", run["usd"].get<double>()) : "-"});
  }
  return text + documents::aligned(std::move(rows), {}, {0});
}

/// Where the spec has gone, or how to get it.
std::string told_spec(const po::variables_map& values, const Json& spec) {
  if (spec.is_null()) { return ""; }
  if (values.count("out") == 0) { return "\n--out FILE writes them as a spec to submit\n"; }
  const auto& file = values["out"].as<std::string>();
  return fmt::format("\n{} holds them; submit it with: enigma-sweep submit {}\n", file, file);
}

int answer(const Invocation& invocation, const po::variables_map& values) {
  const NextCall call = next_call(values);
  const LawRequest request = request_of(invocation, values);
  const law::Study study = study_of(request);
  const law::Fit& fit = carrying(study);
  const db::Store store = store_of(invocation);
  const auto candidates =
      candidates_of(request_like(store, call.sweep, fit), store, invocation.store);
  if (!candidates.ok()) { throw InputError(candidates.diagnostics); }
  const Json document = proposal_of(*candidates.value, fit, request.options, wish_of(call, fit));
  if (values.count("out") > 0 && !document["spec"].is_null()) {
    write_atomically(values["out"].as<std::string>(), document["spec"].dump(1) + "\n");
  }
  if (invocation.json) {
    print_document(invocation, document);
  } else {
    std::fputs((to_text(document) + told_spec(values, document["spec"])).c_str(), stdout);
  }
  return kDone;
}

}  // namespace

int next(const Invocation& invocation) {
  po::positional_options_description positional;
  positional.add("sweep", 1);
  const auto values = parse_options(invocation, "next SWEEP --usd X | --device-hours H [options]",
                                    next_options(), positional);
  if (!values) { return kDone; }
  return guarded(invocation, [&] { return answer(invocation, *values); });
}

}  // namespace enigma::cli
