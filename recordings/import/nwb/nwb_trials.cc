#include "recordings/import/nwb/nwb_trials.h"

#include "recordings/format/native_files.h"
#include "recordings/import/nwb/nwb_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace enigma::recordings::importer::nwb {
namespace {

using Json = nlohmann::ordered_json;

// Borders of trials and times of pictures are sums of the same numbers, rounded differently.
constexpr double kSameInstant_s = 1e-7;

const char* const kByRule =
    "the file assigns no tiers: trials whose condition is shown more than once are test, all "
    "others "
    "train";

double number_in(const NwbTable& table, const char* column, int64_t row) {
  const Json& value = (*table.column(column))[static_cast<size_t>(row)];
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

std::string text_in(const Json& fields, const char* column) {
  const auto found = fields.find(column);
  if (found == fields.end()) { return ""; }
  return found->is_string() ? found->get<std::string>() : found->is_number() ? found->dump() : "";
}

void take_trials(const NwbTable& table, const std::string& name, std::vector<NwbTrial>& trials) {
  for (int64_t row = 0; row < table.rows; ++row) {
    NwbTrial trial;
    trial.table = name;
    trial.place = table.place;
    trial.row = row;
    trial.start_s = number_in(table, "start_time", row);
    trial.stop_s = number_in(table, "stop_time", row);
    for (const auto& [column, values] : table.columns.items()) {
      if (column != "start_time" && column != "stop_time") {
        trial.fields[column] = values[static_cast<size_t>(row)];
      }
    }
    trial.tier = text_in(trial.fields, "tier");
    trial.condition = text_in(trial.fields, "condition_hash");
    trials.push_back(std::move(trial));
  }
}

// Rows that show a stimulus; the others describe the session.
bool is_stimulus(const NwbTrial& trial) {
  return trial.table != "epochs" && trial.table != "invalid_times";
}

void assign_tiers(NwbImport& import, std::vector<NwbTrial>& trials) {
  if (trials.empty() || std::any_of(trials.begin(), trials.end(),
                                    [](const NwbTrial& t) { return !t.tier.empty(); })) {
    return;
  }
  std::map<std::string, int64_t> shown;
  for (const NwbTrial& trial : trials) { ++shown[trial.table + "/" + trial.condition]; }
  for (NwbTrial& trial : trials) {
    trial.tier = !trial.condition.empty() && shown[trial.table + "/" + trial.condition] > 1
                     ? "test"
                     : "train";
  }
  import.record.notes.push_back(kByRule);
}

void write_table(NwbImport& import, const NwbObject& object, const std::string& label,
                 std::vector<NwbTrial>& trials) {
  const NwbTable table = read_nwb_table(import.file, object.place, {"timeseries"});
  for (const char* column : {"start_time", "stop_time"}) {
    if (table.column(column) == nullptr) {
      throw Hdf5Error(object.place + "/" + column, "interval table lacks a column", "seconds");
    }
  }
  for (const std::string& column : table.left_out) {
    import.record.left_out.emplace_back(object.place + "/" + column,
                                        "is no column of plain values");
  }
  std::vector<double> bounds_s;
  for (int64_t row = 0; row < table.rows; ++row) {
    bounds_s.push_back(number_in(table, "start_time", row));
    bounds_s.push_back(number_in(table, "stop_time", row));
  }
  const auto folder = import.request.session / "intervals";
  std::filesystem::create_directories(folder);
  write_numbers(folder / (label + ".npy"), {table.rows, 2}, bounds_s);
  take_trials(table, object.name(), trials);
}

Json trial_json(const NwbTrial& trial) {
  Json json = {{"table", trial.table},
               {"start_time", trial.start_s},
               {"stop_time", trial.stop_s},
               {"tier", trial.tier}};
  json.update(trial.fields);
  if (!trial.tier.empty()) { json["tier"] = trial.tier; }
  return json;
}

void write_trials(const NwbImport& import, const std::vector<NwbTrial>& trials) {
  Json rows = Json::array();
  for (const NwbTrial& trial : trials) { rows.push_back(trial_json(trial)); }
  write_file(import.request.session / "trials.json",
             rows.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

void close_intervals(NwbImport& import, const Json& labels, const std::vector<NwbTrial>& trials) {
  double start_s = std::numeric_limits<double>::infinity(), end_s = -start_s;
  for (const NwbTrial& trial : trials) {
    if (std::isfinite(trial.start_s)) { start_s = std::min(start_s, trial.start_s); }
    for (const double t_s : {trial.start_s, trial.stop_s}) {
      if (std::isfinite(t_s)) { end_s = std::max(end_s, t_s); }
    }
  }
  if (!(start_s <= end_s)) { start_s = end_s = 0; }
  write_file(import.request.session / "intervals" / "meta.yml",
             yaml_of({{"modality", "time_interval"},
                      {"start_time", start_s},
                      {"end_time", end_s},
                      {"labels", labels}}));
  import.record.modalities.push_back({"intervals", ModalityKind::time_interval, "interval tables",
                                      "/intervals", "bool", static_cast<int64_t>(labels.size()), 0,
                                      0});
}

}  // namespace

std::vector<NwbTrial> import_nwb_intervals(NwbImport& import) {
  std::vector<NwbTrial> trials;
  Json labels = Json::object();
  for (const NwbObject& object : import.of_types({"TimeIntervals"})) {
    import.attempt([&] {
      const std::string label = import.free_name("intervals/" + object.name()).substr(10);
      write_table(import, object, label, trials);
      labels[object.name()] = label + ".npy";
    });
  }
  if (labels.empty()) { return trials; }
  const auto start_of = [](const NwbTrial& trial) {
    return std::isfinite(trial.start_s) ? trial.start_s : std::numeric_limits<double>::infinity();
  };
  std::stable_sort(trials.begin(), trials.end(),
                   [&](const NwbTrial& a, const NwbTrial& b) { return start_of(a) < start_of(b); });
  std::vector<NwbTrial> shown;
  std::copy_if(trials.begin(), trials.end(), std::back_inserter(shown), is_stimulus);
  assign_tiers(import, shown);
  close_intervals(import, labels, trials);
  if (!shown.empty()) {
    size_t next = 0;
    for (NwbTrial& trial : trials) {
      if (is_stimulus(trial)) { trial.tier = shown[next++].tier; }
    }
  }
  write_trials(import, trials);
  return trials;
}

std::vector<int64_t> trials_at(const std::vector<NwbTrial>& trials,
                               const std::vector<double>& times_s) {
  const bool has_stimuli = std::any_of(trials.begin(), trials.end(), is_stimulus);
  std::vector<int64_t> found, open;
  size_t next = 0;
  for (const double time_s : times_s) {
    const double t_s = time_s + kSameInstant_s;
    for (; next < trials.size() && trials[next].start_s <= t_s; ++next) {
      if (is_stimulus(trials[next]) || (!has_stimuli && trials[next].table == "epochs")) {
        open.push_back(static_cast<int64_t>(next));
      }
    }
    std::erase_if(open, [&](int64_t i) { return !(trials[static_cast<size_t>(i)].stop_s > t_s); });
    const auto innermost = std::max_element(open.begin(), open.end(), [&](int64_t a, int64_t b) {
      const NwbTrial &left = trials[static_cast<size_t>(a)],
                     &right = trials[static_cast<size_t>(b)];
      return std::pair(left.start_s, -left.stop_s) < std::pair(right.start_s, -right.stop_s);
    });
    found.push_back(innermost == open.end() ? -1 : *innermost);
  }
  return found;
}

}  // namespace enigma::recordings::importer::nwb
