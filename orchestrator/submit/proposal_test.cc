// Method: a table of a known law whose runs took an hour per 1e18 FLOPs, and candidates made by
// hand: three sizes by three budgets around and beyond it.
#include "orchestrator/submit/proposal.h"

#include "sweeps/law/fit/synthetic.h"

#include <doctest/doctest.h>

namespace enigma {
namespace {

using Json = nlohmann::ordered_json;

struct Asking {
  law::FitOptions options;
  law::Fit fit;
  Candidates candidates;
  Wish wish;

  Asking() {
    options.starts = 16;
    options.bootstrap = {law::Resampling::by_case, 100};
    law::MappedTable mapped =
        law::synthetic({.sd = 0.01}, law::log_grid(1e7, 1e9, 5), law::log_grid(1e9, 1e11, 5));
    for (law::Row& row : mapped.table.rows) {
      row.columns = law::Texts({{"device_hours", std::to_string(row.c / 1e18)}});
    }
    fit = law::fit_table(mapped, options, law::Cost{});
    candidates.spec = {{"name", "s"}, {"axes", Json::object()}};
    candidates.sizes = {"S", "M", "L"};
    candidates.budgets = {1e19, 1e20, 1e21};
    for (const double n : {1e8, 1e9, 4e9}) {
      for (const double c : candidates.budgets) { add(n, c); }
    }
    wish.purse = {1000, false};
    wish.question = {law::Asked::loss, 1e22};
  }
  void add(double n, double c) {
    CandidateRun run{.buildable = true};
    run.values = {{"model.size", "x"}, {"budget.flops", c}};
    run.n = n;
    run.d = c / (6 * n);
    run.c = c;
    run.u = run.d;
    candidates.runs.push_back(run);
  }
  Json proposal() const { return proposal_of(candidates, fit, options, wish); }
};

double total(const Json& proposed, const char* key) {
  double sum = 0;
  for (const Json& run : proposed) { sum += run[key].get<double>(); }
  return sum;
}

TEST_CASE("proposal: runs within what may be spent, which narrow the question") {
  Asking asking;
  const Json document = asking.proposal();
  REQUIRE(!document["proposed"].empty());
  CHECK(total(document["proposed"], "device_hours") <= 1000);
  CHECK(document["proposed"][0]["device_hours"].get<double>() ==
        doctest::Approx(document["proposed"][0]["flops"].get<double>() / 1e18).epsilon(0.02));
  CHECK(document["proposed"][0]["usd"].is_null());
  const Json& narrows = document["narrows"];
  CHECK(narrows["quantity"] == "loss");
  CHECK(narrows["flops"] == 1e22);
  CHECK(narrows["expected"]["low"].get<double>() > narrows["now"]["low"].get<double>());
  CHECK(narrows["expected"]["high"].get<double>() < narrows["now"]["high"].get<double>());
  CHECK(document["spec"]["name"] == "s");
  CHECK(document["why"].is_null());
  const size_t product = document["spec"]["axes"]["model.size"].size() *
                         document["spec"]["axes"]["budget.flops"].size();
  CHECK(product == document["proposed"].size());
}

TEST_CASE("proposal: the size can be asked for, and dollars counted") {
  Asking asking;
  asking.candidates.usd_per_device_hour = 2;
  asking.wish.purse = {500, true};
  asking.wish.question.asked = law::Asked::size;
  const Json document = asking.proposal();
  CHECK(document["narrows"]["quantity"] == "size");
  REQUIRE(!document["proposed"].empty());
  CHECK(total(document["proposed"], "usd") <= 500);
  CHECK(total(document["proposed"], "usd") ==
        doctest::Approx(2 * total(document["proposed"], "device_hours")));
}

TEST_CASE("proposal: no more runs than asked for, and none that are known or cannot be built") {
  Asking asking;
  asking.wish.most = 1;
  CHECK(asking.proposal()["proposed"].size() == 1);
  for (CandidateRun& run : asking.candidates.runs) { run.known = true; }
  const Json none = asking.proposal();
  CHECK(none["proposed"].empty());
  CHECK(none["spec"].is_null());
  CHECK(none["why"].get<std::string>().find("submitted already") != std::string::npos);
  CHECK(none["narrows"]["now"] == none["narrows"]["expected"]);
}

TEST_CASE("proposal: a budget under the cheapest run says what that costs") {
  Asking asking;
  asking.wish.purse.amount = 5;
  const Json document = asking.proposal();
  CHECK(document["proposed"].empty());
  CHECK(document["why"].get<std::string>().find("costs 10") != std::string::npos);
}

TEST_CASE("proposal: an unknown price or unknown hours are refused where they are needed") {
  Asking asking;
  asking.wish.purse = {100, true};
  CHECK_THROWS_AS(asking.proposal(), InputError);
  asking.wish.purse = {1000, false};
  for (law::Row& row : asking.fit.rows) { row.columns = law::Texts(); }
  CHECK_THROWS_AS(asking.proposal(), InputError);
}

}  // namespace
}  // namespace enigma
