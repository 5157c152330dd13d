#include "orchestrator/submit/proposal.h"

#include "sweeps/law/design/grid.h"
#include "sweeps/law/design/hours.h"
#include "sweeps/law/table/cell_number.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma {

namespace {

using Json = nlohmann::ordered_json;

std::optional<double> column_number(const law::Row& row, const char* column) {
  const std::string* const cell = row.columns.find(column);
  return cell == nullptr ? std::nullopt : law::number_of(*cell);
}

/// Throws InputError where no finished run says what it took.
law::HoursLaw measured_hours(const std::vector<law::Row>& rows) {
  std::vector<law::Worked> worked;
  for (const law::Row& row : rows) {
    const auto hours = column_number(row, "device_hours");
    if (hours) { worked.push_back({row.n, row.c, *hours}); }
  }
  if (const auto law = law::hours_law(worked)) { return *law; }
  throw InputError(
      {Diagnostic{.message = "no finished run of the sweep says how many device-hours it took",
                  .expected = "device_hours and flops in 'enigma-sweep export'"}});
}

/// Candidates as rows of the law and as a priced grid.
struct Market {
  std::vector<law::Row> rows;  ///< of what can be bought
  std::vector<size_t> runs;    ///< their places among the candidates
  std::vector<double> hours;
  law::Grid grid;
};

Market market_of(const Candidates& candidates, const law::HoursLaw& hours, double rate) {
  Market market{.grid = {.columns = candidates.budgets.size()}};
  for (size_t k = 0; k < candidates.runs.size(); ++k) {
    const CandidateRun& run = candidates.runs[k];
    law::GridCell cell{.known = run.known};
    if (run.buildable && !run.known) {
      cell.candidate = static_cast<Eigen::Index>(market.rows.size());
      law::Row row;
      row.n = run.n;
      row.d = run.d;
      row.c = run.c;
      row.u = run.u;
      row.loss = 1;  // not known: nothing rests on it
      market.rows.push_back(row);
      market.runs.push_back(k);
      market.hours.push_back(law::hours_of(hours, run.n, run.c));
      cell.cost = market.hours.back() * rate;
    }
    market.grid.cells.push_back(cell);
  }
  return market;
}

/// Dollars of a device hour. Throws InputError where they are asked for and unknown.
double rate_of(const Candidates& candidates, const Purse& purse) {
  if (!purse.in_usd) { return 1; }
  if (candidates.usd_per_device_hour && *candidates.usd_per_device_hour > 0) {
    return *candidates.usd_per_device_hour;
  }
  throw InputError(
      {Diagnostic{.message = "--usd: the price of a device-hour is not known",
                  .expected = "ceilings.usd_per_device_hour in the spec, or a site with rates",
                  .suggestion = "say --device-hours"}});
}

Json interval_json(const law::Interval& interval) {
  return {{"low", *interval.low}, {"high", *interval.high}};
}

Json proposed_json(const Candidates& candidates, const Market& market, const law::Choice& choice) {
  Json list = Json::array();
  for (const Eigen::Index candidate : choice.candidates) {
    const auto place = static_cast<size_t>(candidate);
    const CandidateRun& run = candidates.runs[market.runs[place]];
    const double hours = market.hours[place];
    const auto& rate = candidates.usd_per_device_hour;
    list.push_back({{"values", run.values},
                    {"device_hours", hours},
                    {"usd", rate ? Json(hours * *rate) : Json()},
                    {"n", run.n},
                    {"flops", run.c}});
  }
  return list;
}

/// Why nothing is proposed.
std::string why_none(const Market& market, const Purse& purse) {
  if (market.rows.empty()) { return "every run that could be made has been submitted already"; }
  double least = INFINITY;
  for (const law::GridCell& cell : market.grid.cells) {
    if (cell.candidate >= 0) { least = std::min(least, cell.cost); }
  }
  const char* const unit = purse.in_usd ? "dollars" : "device-hours";
  if (least > purse.amount) {
    return fmt::format("the cheapest run that could be made costs {:.3g} {}", least, unit);
  }
  return "no run that could be made for it narrows the question by a thousandth";
}

Json narrows_json(const law::Question& question, const law::Beliefs& beliefs,
                  const law::Choice& choice, double level) {
  law::Outlook outlook = law::outlook_of(beliefs);
  const double now = law::expected(beliefs, outlook, law::Criterion::asked);
  for (const Eigen::Index candidate : choice.candidates) { law::take(beliefs, candidate, outlook); }
  const double then = law::expected(beliefs, outlook, law::Criterion::asked);
  return {{"quantity", law::name_of(question.asked)},
          {"flops", question.flops},
          {"level", level},
          {"now", interval_json(law::answer_of(question, beliefs, now, level))},
          {"expected", interval_json(law::answer_of(question, beliefs, then, level))}};
}

}  // namespace

Json proposal_of(const Candidates& candidates, const law::Fit& fit, const law::FitOptions& options,
                 const Wish& wish) {
  const Market market =
      market_of(candidates, measured_hours(fit.rows), rate_of(candidates, wish.purse));
  const law::Beliefs beliefs = law::beliefs_about(wish.question, fit, options, market.rows);
  if (beliefs.basins.empty()) {
    throw law::FitRefused("the law tells nothing of the budget asked for");
  }
  const law::Choice choice = law::chosen(beliefs, law::products(market.grid), wish.purse.amount,
                                         wish.criterion, wish.most);
  std::vector<size_t> runs;
  for (const Eigen::Index k : choice.candidates) {
    runs.push_back(market.runs[static_cast<size_t>(k)]);
  }
  const bool none = runs.empty();
  return {{"proposed", proposed_json(candidates, market, choice)},
          {"narrows", narrows_json(wish.question, beliefs, choice, options.level)},
          {"spec", none ? Json() : spec_of(candidates, runs)},
          {"why", none ? Json(why_none(market, wish.purse)) : Json()}};
}

}  // namespace enigma
