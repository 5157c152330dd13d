// NWB's TimeSeries: numbers with a clock, and several of them side by side as one sequence.
#pragma once

#include "recordings/format/native_files.h"
#include "recordings/format/timebase.h"
#include "recordings/import/nwb/nwb_file.h"

#include <string>
#include <vector>

namespace enigma::recordings::importer::nwb {

struct NwbSeries {
  std::string place;
  Hdf5Shape shape;  ///< of `data`: rows × signals
  double conversion = 1, offset = 0;
  std::vector<double> channel_conversion;  ///< per signal; empty = none
  NumberType type = NumberType::f32;       ///< of its values after conversion
  std::string unit;
  std::vector<double> times_s;  ///< explicit, rising; empty: starting_time and rate
  double starting_s = 0, rate_hz = 0;

  int64_t rows() const { return shape.rows(); }
  int64_t signals() const { return shape.row_elements(); }
  Timebase timebase() const;
  double time_s(int64_t row) const;
  /// data · conversion · channel_conversion + offset; the stored bits where these change nothing.
  bool is_converted() const {
    return conversion != 1 || offset != 0 || !channel_conversion.empty();
  }
};

/// How many rows to read at once: some megabytes, and whole chunks where they are not huge, since a
/// chunk is unpacked anew for each read that touches it.
int64_t rows_at_once(const Hdf5Shape& shape, int64_t row_bytes);

/// Opens `place`/data with its clock. Throws Hdf5Error where there is none, where lengths do not
/// agree or times do not rise.
NwbSeries open_nwb_series(const NwbImport& import, const std::string& place);
/// The clock alone, of `rows` samples.
void take_nwb_times(const NwbImport& import, NwbSeries& series, int64_t rows);

/// Series side by side. `samples` says per row which sample stands there (−1: NaN); empty = each
/// row is the sample of its number.
struct NwbColumn {
  NwbSeries series;
  std::vector<int64_t> samples;
  double lag_s = 0;  ///< of its rows behind those of the clock
};
/// Writes `name` as a sequence and adds it to the record. Rows in the file's invalid times, and
/// those without a sample, are NaN; returns how many rows have such a NaN.
int64_t write_nwb_sequence(NwbImport& import, const std::string& name, const Timebase& base,
                           const std::vector<NwbColumn>& columns, SequenceFacts facts,
                           const std::string& quantity);

/// Eye, pupil, treadmill and every other series of behaviour that nothing else takes.
void import_nwb_behaviour(NwbImport& import);

}  // namespace enigma::recordings::importer::nwb
