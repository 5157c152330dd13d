#include "recordings/import/nwb/nwb_fluorescence.h"

#include "recordings/import/nwb/nwb_series.h"
#include "recordings/import/nwb/nwb_table.h"
#include "recordings/import/nwb/nwb_traces.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace enigma::recordings::importer::nwb {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kSameLagWithin = 0.05;  // of a sample
constexpr double kNoLag_s = 1e-9;
constexpr int64_t kMaskBytesMax = 256 << 20;

// The constant by which a field's samples come after the reference's, or nothing where there is no
// such constant.
std::optional<double> lag_of(const NwbSeries& field, const NwbSeries& reference) {
  if (field.rows() != reference.rows()) { return std::nullopt; }
  double smallest_s = INFINITY, largest_s = -INFINITY;
  for (int64_t row = 0; row < field.rows(); ++row) {
    const double lag_s = field.time_s(row) - reference.time_s(row);
    smallest_s = std::min(smallest_s, lag_s);
    largest_s = std::max(largest_s, lag_s);
  }
  const double period_s = 1 / reference.timebase().native_rate_hz;
  if (largest_s - smallest_s > kSameLagWithin * period_s) { return std::nullopt; }
  const double lag_s = (smallest_s + largest_s) / 2;
  return std::abs(lag_s) < kNoLag_s ? 0 : lag_s;
}

std::vector<double> times_of(const NwbSeries& series) {
  std::vector<double> times_s;
  for (int64_t row = 0; row < series.rows(); ++row) { times_s.push_back(series.time_s(row)); }
  return times_s;
}

struct Placed {
  std::vector<NwbColumn> columns;
  std::vector<double> shifts_s;  ///< per neuron
  Timebase base;
};

Placed place_fields(NwbImport& import, const NwbTraceSet& set) {
  Placed placed;
  for (const NwbObject& field : set.fields) {
    placed.columns.push_back({open_nwb_series(import, field.place), {}, 0});
  }
  const auto longest = std::max_element(
      placed.columns.begin(), placed.columns.end(),
      [](const NwbColumn& a, const NwbColumn& b) { return a.series.rows() < b.series.rows(); });
  const NwbSeries reference = longest->series;
  placed.base = reference.timebase();
  for (NwbColumn& column : placed.columns) {
    const std::optional<double> lag_s = lag_of(column.series, reference);
    placed.shifts_s.insert(placed.shifts_s.end(), static_cast<size_t>(column.series.signals()),
                           lag_s.value_or(0));
    column.lag_s = lag_s.value_or(0);
    if (lag_s && placed.base.regular) { continue; }
    int64_t lost = 0;
    column.samples = samples_on(placed.base, times_of(lag_s ? reference : column.series), lost);
    if (!lag_s) {
      import.record.notes.push_back(
          fmt::format("{}: its clock is not that of {}; its samples stand in the rows of that "
                      "clock that hold their times, {} found no row of their own",
                      column.series.place, reference.place, lost));
    }
  }
  if (std::all_of(placed.shifts_s.begin(), placed.shifts_s.end(),
                  [](double s) { return s == 0; })) {
    placed.shifts_s.clear();
  }
  return placed;
}

// Rows of the segmentation's table that the field's neurons are.
struct Rois {
  std::string table;
  std::vector<int64_t> rows;
};

Rois rois_of(const NwbImport& import, const NwbSeries& field) {
  const std::string place = field.place + "/rois";
  if (!import.file.exists(place)) {
    throw Hdf5Error(place, "is missing", "the neurons of the field");
  }
  Rois rois;
  rois.table = import.file.reference_attribute(place, "table");
  rois.rows = import.file.integers(place);
  if (static_cast<int64_t>(rois.rows.size()) != field.signals()) {
    throw Hdf5Error(place, "neurons and columns of data differ in number",
                    std::to_string(field.signals()), std::to_string(rois.rows.size()));
  }
  return rois;
}

void write_masks(NwbImport& import, const std::string& table) {
  const std::string place = table + "/image_mask";
  if (!import.file.exists(place)) { return; }
  const Hdf5Shape shape = import.file.shape(place);
  const auto bytes = shape.elements * static_cast<int64_t>(bytes_of(shape.type));
  if (shape.content != Hdf5Content::number || shape.sides.size() < 2 || bytes > kMaskBytesMax) {
    import.record.left_out.emplace_back(place, "masks are no array of up to 256 MiB");
    return;
  }
  const auto folder = import.request.session / "rois" / table.substr(table.rfind('/') + 1);
  std::filesystem::create_directories(folder);
  write_array(folder / "image_mask.npy", shape.type, shape.sides,
              import.file.rows(place, 0, shape.rows()).data());
}

// Columns of all fields' tables, one entry a neuron; null where a field's table lacks one.
class Neurons {
 public:
  void add(NwbImport& import, const NwbSeries& field) {
    const Rois rois = rois_of(import, field);
    NwbTable table;
    if (!rois.table.empty()) {
      table = read_nwb_table(import.file, rois.table, {"image_mask", "pixel_mask", "voxel_mask"});
    }
    for (const int64_t row : rois.rows) {
      if (!rois.table.empty() && (row < 0 || row >= table.rows)) {
        throw Hdf5Error(field.place + "/rois", "refers to a row that its table does not have",
                        fmt::format("0 to {}", table.rows - 1), std::to_string(row));
      }
    }
    for (const auto& [name, values] : table.columns.items()) { column(name); }
    column("field");
    for (const int64_t row : rois.rows) {
      for (auto& [name, values] : columns_.items()) {
        const Json* source = table.column(name);
        values.push_back(source == nullptr ? Json() : (*source)[static_cast<size_t>(row)]);
      }
      columns_["field"].back() = field.place.substr(field.place.rfind('/') + 1);
      ++count_;
    }
    if (!rois.table.empty()) { write_masks(import, rois.table); }
  }
  void write(const std::filesystem::path& session) const {
    write_file(session / "neurons.json",
               columns_.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  }

 private:
  void column(const std::string& name) {
    if (!columns_.contains(name)) { columns_[name] = Json(static_cast<size_t>(count_), Json()); }
  }

  Json columns_ = Json::object();
  int64_t count_ = 0;
};

void write_set(NwbImport& import, const NwbTraceSet& set, bool is_responses) {
  Placed placed = place_fields(import, set);
  const std::string quantity = quantity_of(set.kind);
  SequenceFacts facts;
  facts.shifts_s = std::move(placed.shifts_s);
  facts.more["quantity"] = quantity;
  const std::string wish = set.container.substr(set.container.rfind('/') + 1);
  const std::string name = is_responses ? "responses" : import.free_name(wish);
  const int64_t unobserved =
      write_nwb_sequence(import, name, placed.base, placed.columns, facts, quantity);
  if (!is_responses) { return; }
  Neurons neurons;
  for (const NwbColumn& column : placed.columns) {
    neurons.add(import, column.series);
    import.record.neurons += column.series.signals();
  }
  neurons.write(import.request.session);
  import.record.seconds = static_cast<double>(placed.base.rows) / placed.base.rate_hz;
  import.record.unobserved.emplace();
  import.record.unobserved->seconds = static_cast<double>(unobserved) / placed.base.rate_hz;
  import.record.unobserved->invalid_s =
      seconds_in(import.invalid_times, {placed.base.start_s, placed.base.end_s()});
  if (set.kind == TraceKind::raw) {
    import.record.notes.push_back(
        "responses are raw fluorescence, as recorded: nothing was deconvolved or divided by a "
        "baseline");
  }
}

}  // namespace

void import_nwb_fluorescence(NwbImport& import) {
  std::vector<NwbTraceSet> sets;
  import.attempt([&] { sets = nwb_trace_sets(import); });
  for (size_t i = 0; i < sets.size(); ++i) {
    import.attempt([&] { write_set(import, sets[i], i == 0); });
  }
}

}  // namespace enigma::recordings::importer::nwb
