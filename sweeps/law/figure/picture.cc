#include "sweeps/law/figure/picture.h"

#include <fmt/format.h>

#include <algorithm>

namespace enigma::law {

namespace {

using Json = nlohmann::ordered_json;

std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) { return text; }
  std::string quoted = "\"";
  for (const char byte : text) {
    quoted += byte == '"' ? std::string("\"\"") : std::string(1, byte);
  }
  return quoted + "\"";
}

std::string cell(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : "";
}

/// The key that all panels share for an axis, else `other`; `n` has its column already.
std::string shared_key(const Picture& picture, Axis Panel::*axis, const std::string& other) {
  const auto& panels = picture.panels;
  const auto same = [&](const Panel& panel) {
    return (panel.*axis).key == (panels.front().*axis).key;
  };
  const bool all = !panels.empty() && std::all_of(panels.begin(), panels.end(), same);
  return all && (panels.front().*axis).key != "n" ? (panels.front().*axis).key : other;
}

Json known(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json known(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json json_of(const Axis& axis) {
  return {{"key", axis.key},
          {"label", axis.label},
          {"scale", axis.scale == Scale::log ? "log" : "linear"}};
}

bool any(const Series& series, std::optional<double> Datum::*member) {
  return std::any_of(series.data.begin(), series.data.end(),
                     [&](const Datum& datum) { return (datum.*member).has_value(); });
}

Json json_of(const Series& series, const Panel& panel) {
  Json points = Json::array();
  const bool n = any(series, &Datum::n), x_error = any(series, &Datum::x_low);
  const bool y_error = any(series, &Datum::low) || any(series, &Datum::high);
  for (const Datum& datum : series.data) {
    Json point = Json::object();
    if (!datum.run.empty()) { point["run"] = datum.run; }
    point[panel.x.key] = datum.x;
    point[panel.y.key] = datum.y;
    if (n) { point["n"] = known(datum.n); }
    if (x_error) {
      point[panel.x.key + "_low"] = known(datum.x_low);
      point[panel.x.key + "_high"] = known(datum.x_high);
    }
    if (y_error) {
      point["low"] = known(datum.low);
      point["high"] = known(datum.high);
    }
    points.push_back(std::move(point));
  }
  return {{"kind", series.kind},        {"size", known(series.size)},
          {"n", known(series.n)},       {"subset", known(series.subset)},
          {"color", series.look.color}, {"points", points}};
}

Json json_of(const Rule& rule) {
  return {{"kind", rule.kind},
          {"subset", known(rule.subset)},
          {"axis", std::string(1, rule.axis)},
          {"value", rule.value}};
}

}  // namespace

std::string csv_of(const Picture& picture) {
  const std::string x = shared_key(picture, &Panel::x, "x");
  const std::string y = shared_key(picture, &Panel::y, "y");
  std::string text = fmt::format("panel,kind,size,n,subset,run,{0},{0}_low,{0}_high,{1},low,high\n",
                                 cell(x), cell(y));
  for (const Panel& panel : picture.panels) {
    for (const Series& series : panel.series) {
      if (!series.told) { continue; }
      for (const Datum& datum : series.data) {
        text +=
            fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\n", cell(panel.name),
                        cell(series.kind), cell(series.size), cell(datum.n ? datum.n : series.n),
                        cell(series.subset), cell(datum.run), datum.x, cell(datum.x_low),
                        cell(datum.x_high), datum.y, cell(datum.low), cell(datum.high));
      }
    }
    for (const Rule& rule : panel.rules) {
      const std::string value = fmt::format("{}", rule.value);
      text += fmt::format("{},{},,,{},,{},,,{},,\n", cell(panel.name), cell(rule.kind),
                          cell(rule.subset), rule.axis == 'x' ? value : "",
                          rule.axis == 'y' ? value : "");
    }
  }
  return text;
}

nlohmann::ordered_json to_json(const Picture& picture) {
  Json panels = Json::array();
  for (const Panel& panel : picture.panels) {
    Json series = Json::array(), rules = Json::array();
    for (const Series& one : panel.series) {
      if (one.told) { series.push_back(json_of(one, panel)); }
    }
    for (const Rule& rule : panel.rules) { rules.push_back(json_of(rule)); }
    Json entry = {{"name", panel.name}, {"x", json_of(panel.x)}, {"y", json_of(panel.y)}};
    if (!panel.facts.empty()) { entry["facts"] = panel.facts; }
    entry["series"] = series;
    entry["rules"] = rules;
    panels.push_back(std::move(entry));
  }
  return {{"kind", picture.kind}, {"note", known(picture.note)}, {"panels", panels}};
}

}  // namespace enigma::law
