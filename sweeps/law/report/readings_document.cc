#include "sweeps/law/report/readings_document.h"

#include <fmt/format.h>

#include <cmath>

namespace enigma::law {

namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json();
}

Json vertex_json(const Vertex& vertex) {
  return {{"n", vertex.n},
          {"low", number(vertex.range.low)},
          {"high", number(vertex.range.high)},
          {"log_n_sd", number(vertex.log_n_sd)},
          {"d", number(vertex.d)},
          {"loss", vertex.loss},
          {"outside_sizes", vertex.beyond}};
}

Json valleys_json(const IsoFlop& isoflop) {
  Json budgets = Json::array();
  for (const Valley& valley : isoflop.valleys) {
    budgets.push_back({{"flops", valley.flops},
                       {"rows", valley.rows.size()},
                       {"sizes", valley.points.size()},
                       {"vertex", valley.vertex ? vertex_json(*valley.vertex) : Json()},
                       {"refused", valley.vertex ? Json() : Json(valley.refused)}});
  }
  return {{"budgets", budgets},
          {"noise_sd", number(isoflop.noise_sd)},
          {"noise_basis", isoflop.noise_basis}};
}

Json envelope_json(const Envelope& envelope, const std::vector<Row>& rows) {
  Json runs = Json::array();
  for (const size_t k : envelope.rows) {
    runs.push_back({{"id", rows[k].id.text()},
                    {"flops", rows[k].c},
                    {"n", rows[k].n},
                    {"d", number(rows[k].d)},
                    {"loss", rows[k].loss}});
  }
  return {{"runs", runs}};
}

std::string valley_lines(const IsoFlop& isoflop) {
  std::string text = fmt::format("  {:<12}{:>8}{:>14}{:>14}{:>14}{:>14}\n", "budget", "sizes",
                                 "vertex N", "low", "high", "loss");
  for (const Valley& valley : isoflop.valleys) {
    text += fmt::format("  {:<12.4g}{:>8}", valley.flops, valley.points.size());
    if (!valley.vertex) {
      text += "  refused: " + valley.refused + "\n";
      continue;
    }
    const auto limit = [](const std::optional<double>& value) {
      return value ? fmt::format("{:.4g}", *value) : std::string("-");
    };
    text += fmt::format("{:>14.4g}{:>14}{:>14}{:>14.5g}\n", valley.vertex->n,
                        limit(valley.vertex->range.low), limit(valley.vertex->range.high),
                        valley.vertex->loss);
  }
  return text;
}

}  // namespace

Json readings_json(const Fit& fit) {
  Json document = Json::object();
  if (fit.readings.isoflop) { document["isoflop"] = valleys_json(*fit.readings.isoflop); }
  if (fit.readings.envelope) {
    document["envelope"] = envelope_json(*fit.readings.envelope, fit.rows);
  }
  return document;
}

std::string readings_text(const Fit& fit) {
  return fit.readings.isoflop ? valley_lines(*fit.readings.isoflop) : "";
}

}  // namespace enigma::law
