#include "orchestrator/call/freeze.h"

#include "orchestrator/call/background.h"
#include "orchestrator/documents/forecasts.h"
#include "orchestrator/serve/clock.h"

namespace enigma::cli {
namespace {

namespace po = boost::program_options;

constexpr size_t kNameMax = 100;

bool is_name(const std::string& text) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !text.empty() && text.size() <= kNameMax && text.front() != '-' &&
         text.find_first_not_of(kLetters) == std::string::npos;
}

/// Whether what the law is fitted to is the test loss that runs report.
void check_test_loss(const po::variables_map& values, std::vector<Diagnostic>& wrong) {
  if (values.count("sweep") == 0) {
    wrong.push_back({.message = "--freeze: only a sweep's forecast can be frozen",
                     .expected = "the name of a sweep",
                     .found = "rows of a file"});
  }
  const bool plain = values["metric"].as<std::string>() == "plain";
  if (values.count("map") > 0 || !plain) {
    wrong.push_back({.message = "--freeze: a frozen forecast is held against the test loss of runs",
                     .expected = "neither --map nor --metric",
                     .found = plain ? "--map" : "--metric"});
  }
}

}  // namespace

void add_freeze_option(po::options_description& options) {
  options.add_options()("freeze", po::value<std::string>(),
                        "name under which the forecast is kept, to be scored when its run ends");
}

std::optional<std::string> freeze_name_of(const po::variables_map& values) {
  if (values.count("freeze") == 0) { return std::nullopt; }
  const auto& name = values["freeze"].as<std::string>();
  std::vector<Diagnostic> wrong;
  if (!is_name(name)) {
    wrong.push_back({.message = "--freeze: not a name of a forecast",
                     .expected = "up to 100 letters, digits, '.', '_' and '-', not '-' first",
                     .found = name});
  }
  check_test_loss(values, wrong);
  if (!wrong.empty()) { throw InputError(wrong); }
  return name;
}

db::ForecastRow frozen(const Invocation& invocation, db::ForecastRow forecast) {
  if (read_address(invocation.store)) {
    const auto answer = post_to(controller_of(invocation.store), "/api/v1/forecasts",
                                nlohmann::json(documents::to_json(forecast)));
    return documents::forecast_from_json(nlohmann::json(answer.at("forecast")));
  }
  const Ownership ownership(invocation.store);
  db::Store store = db::Store::open(invocation.store / "runs.db");
  forecast.at = wall_clock_s();
  const db::ForecastRow standing = store.freeze(forecast);
  documents::check_stands(forecast, standing);
  return standing;
}

}  // namespace enigma::cli
