// enigma-sweep show: one run.

#include "orchestrator/documents/show.h"

#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/communication_table.h"
#include "orchestrator/documents/run_table.h"
#include "orchestrator/documents/time_text.h"

#include <fmt/format.h>

#include <functional>
#include <iostream>

namespace enigma::cli {
namespace {

namespace po = boost::program_options;
using documents::Json;

std::string cell(const Json& value) {
  if (value.is_null()) { return "-"; }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string time_cell(const Json& at) {
  return at.is_number() ? documents::time_text(at) : "-";
}

std::string correlation_cell(const Json& eval) {
  if (!eval["correlation"].is_number()) { return "-"; }
  const std::string value = fmt::format("{:.3f}", eval["correlation"].get<double>());
  if (!eval["se"].is_number()) { return value; }
  return value + fmt::format(" ± {:.3f}", eval["se"].get<double>());
}

std::string score_cell(const Json& score) {
  return score.is_number() ? fmt::format("{:.3f}", score.get<double>()) : "-";
}

std::string bytes_cell(const Json& bytes) {
  return fmt::format("{:.1f} MB", bytes.get<double>() / 1e6);
}

/// How long it took; "-" where it has not begun or has not ended.
std::string duration_cell(const Json& attempt) {
  if (!attempt["started_at"].is_number() || !attempt["ended_at"].is_number()) { return "-"; }
  return documents::duration_text(attempt["ended_at"].get<double>() -
                                  attempt["started_at"].get<double>());
}

std::string ending_cell(const Json& attempt) {
  if (attempt["class"].is_string()) { return attempt["class"]; }
  return attempt["ended_at"].is_null() ? "-" : "as asked";
}

/// The list as a table under a title, where it is not empty.
void print_list(const std::string& title, const Json& list, const std::vector<std::string>& head,
                const std::function<std::vector<std::string>(const Json&)>& row_of) {
  if (list.empty()) { return; }
  std::vector<std::vector<std::string>> rows = {head};
  for (const Json& entry : list) { rows.push_back(row_of(entry)); }
  std::cout << "\n" << title << "\n" << documents::aligned(std::move(rows));
}

void print_attempts(const Json& list) {
  print_list("attempts (times in UTC)", list,
             {"number", "job", "started", "took", "steps", "resumed from", "ended"},
             [](const Json& attempt) -> std::vector<std::string> {
               return {cell(attempt["number"]),
                       cell(attempt["job"]),
                       time_cell(attempt["started_at"]),
                       duration_cell(attempt),
                       cell(attempt["first_step"]) + " to " + cell(attempt["last_step"]),
                       cell(attempt["resumed_from_step"]),
                       ending_cell(attempt)};
             });
}

void print_evals(const Json& list) {
  print_list("evaluations", list, {"strategy", "step", "tier", "loss", "baseline", "correlation"},
             [](const Json& eval) -> std::vector<std::string> {
               return {cell(eval["strategy"]),
                       cell(eval["step"]),
                       cell(eval["tier"]),
                       documents::loss_text(eval["loss"]),
                       documents::loss_text(eval["baseline_loss"]),
                       correlation_cell(eval)};
             });
}

void print_evaluations(const Json& list) {
  print_list("scored after the fact", list,
             {"strategy", "step", "tier", "loss", "correlation", "FEVE", "CCnorm"},
             [](const Json& eval) -> std::vector<std::string> {
               return {cell(eval["strategy"]),    cell(eval["step"]),
                       cell(eval["tier"]),        documents::loss_text(eval["loss"]),
                       correlation_cell(eval),    score_cell(eval["feve"]),
                       score_cell(eval["ccnorm"])};
             });
}

std::string inside_cell(const Json& inside) {
  return inside.is_boolean() ? (inside.get<bool>() ? "yes" : "no") : "-";
}

void print_forecasts(const Json& list) {
  print_list("frozen forecasts of it (times in UTC)", list,
             {"name", "frozen", "foretold", "low", "high", "came out", "inside"},
             [](const Json& forecast) -> std::vector<std::string> {
               const Json& loss = forecast["loss"];
               return {forecast["name"],
                       time_cell(forecast["at"]),
                       documents::loss_text(loss["value"]),
                       documents::loss_text(loss["low"]),
                       documents::loss_text(loss["high"]),
                       documents::loss_text(forecast["actual"]),
                       inside_cell(forecast["inside"])};
             });
}

void print_checkpoints(const Json& list) {
  print_list("checkpoints", list, {"path", "step", "size"},
             [](const Json& point) -> std::vector<std::string> {
               return {cell(point["path"]), cell(point["step"]), bytes_cell(point["bytes"])};
             });
}

void print_skipped(const Json& list) {
  print_list("skipped steps", list, {"why", "from", "to"},
             [](const Json& part) -> std::vector<std::string> {
               return {cell(part["why"]), cell(part["from"]), cell(part["to"])};
             });
}

void print_events(const Json& list) {
  if (!list.empty()) { std::cout << "\nevents (times in UTC)\n"; }
  for (const Json& event : list) {
    std::cout << documents::wrapped(
        time_cell(event["at"]) + " " + cell(event["kind"]) + ": " + cell(event["text"]), 4);
  }
}

void print_summary(const Json& document) {
  std::cout << "\nid: " << cell(document["id"]) << "\n";
  std::cout << documents::wrapped("state: " + cell(document["state"]), 4);
  if (document["why"].is_string() && document["why"] != document["state"]) {
    std::cout << documents::wrapped("why: " + cell(document["why"]), 4);
  }
  std::cout << fmt::format("test loss: {} (baseline {})\n",
                           documents::loss_text(document["test_loss"]),
                           documents::loss_text(document["baseline_loss"]));
  const Json correlation = {{"correlation", document["test_correlation"]}, {"se", nullptr}};
  std::cout << "correlation: " << correlation_cell(correlation) << "\n\npoint\n";
  const Json leaves = document["point"].flatten();
  for (const auto& [pointer, value] : leaves.items()) {
    std::cout << documents::wrapped(pointer + " " + value.dump(), 4);
  }
}

void print_ranks(const Json& list) {
  if (!list.is_array() || list.size() < 2) { return; }
  print_list(
      "ranks", list, {"device", "rank", "node"}, [](const Json& rank) -> std::vector<std::string> {
        return {cell(documents::member(rank, "device")), cell(documents::member(rank, "rank")),
                cell(documents::member(rank, "node"))};
      });
}

void print_communication(const Json& communication) {
  const std::string table = documents::communication_table(communication);
  if (!table.empty()) { std::cout << "\n" << table; }
}

// Names and values are for programs: dozens of long lines.
void print_environment(const Json& environment) {
  if (!environment.is_object()) { return; }
  std::cout << fmt::format("\nenvironment: {} variables of the submission (--json lists them)\n",
                           environment.size());
}

}  // namespace

int show(const Invocation& invocation) {
  po::options_description options("show");
  options.add_options()("run", po::value<std::string>(), "run (the first digits will do)");
  po::positional_options_description positional;
  positional.add("run", 1);
  const auto values = parse_options(invocation, "show RUN", options, positional);
  if (!values) { return kDone; }
  const std::string name = required(*values, "run");
  const auto store = store_of(invocation);
  const std::string id = run_named(store, name);
  const Json document = *documents::show(store, id, invocation.store);
  if (invocation.json) {
    print_document(invocation, document);
    return kDone;
  }
  std::cout << documents::run_table({*documents::view(store, id)}, invocation.color);
  print_summary(document);
  print_environment(document["environment"]);
  print_attempts(document["attempts"]);
  print_ranks(document["ranks"]);
  print_communication(document["communication"]);
  print_evals(document["evals"]);
  print_evaluations(document["evaluations"]);
  print_forecasts(document["forecasts"]);
  print_checkpoints(document["checkpoints"]);
  print_skipped(document["skipped"]);
  print_events(document["events"]);
  return kDone;
}

}  // namespace enigma::cli
