// enigma-sweep spend: what runs have cost, and what of that was lost.

#include "orchestrator/documents/spend.h"

#include "orchestrator/call/lookup.h"
#include "orchestrator/cli/verbs.h"
#include "orchestrator/documents/columns.h"

#include <fmt/format.h>

#include <iostream>

namespace enigma::cli {
namespace {

namespace po = boost::program_options;
using documents::Json;

std::string text_of(const Json& value, const char* otherwise) {
  return value.is_string() ? value.get<std::string>() : otherwise;
}

std::string number_of(const Json& value, const char* form) {
  return value.is_number() ? fmt::format(fmt::runtime(form), value.get<double>()) : "-";
}

std::vector<std::string> cells_of(const Json& sums) {
  return {number_of(sums["device_hours"], "{:.3g}"), number_of(sums["usd"], "{:.2f}"),
          number_of(sums["wasted_device_hours"], "{:.3g}")};
}

void print(const Json& document) {
  std::vector<std::vector<std::string>> rows = {
      {"sweep", "size", "ended by", "device-hours", "dollars", "of them lost (h)"}};
  const auto add = [&](std::vector<std::string> head, const Json& sums) {
    const auto cells = cells_of(sums);
    head.insert(head.end(), cells.begin(), cells.end());
    rows.push_back(std::move(head));
  };
  for (const Json& row : document["rows"]) {
    add({row["sweep"], text_of(row["size"], "-"), text_of(row["class"], "-")}, row);
  }
  add({"total", "", ""}, document["total"]);
  std::cout << documents::aligned(std::move(rows), {}, {0, 1});
  for (const Json& ceiling : document["ceilings"]) {
    std::cout << fmt::format(
        "\nsweep {} may use {}: {:.3g} of {:.3g} device-hours are used, and "
        "runs at work will take about {:.3g} more\n",
        ceiling["sweep"].get<std::string>(), ceiling["text"].get<std::string>(),
        ceiling["used_device_hours"].get<double>(), ceiling["device_hours"].get<double>(),
        ceiling["reserved_device_hours"].get<double>());
  }
}

}  // namespace

int spend(const Invocation& invocation) {
  po::options_description options("spend");
  options.add_options()("sweep", po::value<std::string>(), "one sweep (default: all)");
  po::positional_options_description positional;
  positional.add("sweep", 1);
  const auto values = parse_options(invocation, "spend [SWEEP]", options, positional);
  if (!values) { return kDone; }
  const auto store = store_of(invocation);
  std::optional<std::string> sweep;
  if (values->count("sweep") != 0) {
    sweep = sweep_named(store, (*values)["sweep"].as<std::string>());
  }
  const Json document = documents::spend(store, sweep);
  if (invocation.json) {
    print_document(invocation, document);
  } else {
    print(document);
  }
  return kDone;
}

}  // namespace enigma::cli
