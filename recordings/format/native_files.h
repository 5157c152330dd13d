// Writers of the native layout (recordings.md 1.1): an array of unknown length, a sequence, the
// screen. They write where they are told; who imports writes aside and renames.
#pragma once

#include "recordings/format/number_type.h"
#include "recordings/format/output_file.h"
#include "recordings/format/timebase.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace enigma::recordings {

/// A mapping as YAML: one key a line, values in flow style.
std::string yaml_of(const nlohmann::ordered_json& mapping);

/// A .npy file written row by row; the number of rows is filled in at the end.
class ArrayWriter {
 public:
  ArrayWriter(const std::filesystem::path& path, NumberType type, std::vector<int64_t> row_shape);
  void append(std::span<const std::byte> rows);
  /// Returns the number of rows.
  int64_t close();

 private:
  std::string header(int64_t rows) const;

  OutputFile file_;
  NumberType type_;
  std::vector<int64_t> row_shape_;
  size_t bytes_ = 0;
};

void write_array(const std::filesystem::path& path, NumberType type,
                 const std::vector<int64_t>& shape, const void* numbers);
void write_numbers(const std::filesystem::path& path, const std::vector<int64_t>& shape,
                   std::span<const double> numbers);

/// What a sequence's meta.yml says beyond its clock.
struct SequenceFacts {
  int64_t signals = 0;
  NumberType type = NumberType::f32;
  std::vector<std::string> signal_names;  ///< empty = unnamed
  std::vector<double> shifts_s;           ///< per signal; empty = none
  nlohmann::ordered_json more = nlohmann::ordered_json::object();
};

/// `folder`/data.mem, row by row.
class SequenceWriter {
 public:
  explicit SequenceWriter(std::filesystem::path folder);
  void append(std::span<const std::byte> rows) { file_.write(rows); }
  /// Writes meta.yml; the rows appended must be those of `base`.
  void close(const Timebase& base, const SequenceFacts& facts);

 private:
  std::filesystem::path folder_;
  OutputFile file_;
};

/// `folder`/meta/{means,stds}.npy, each where there are numbers: (1, signals) of a sequence, one a
/// channel of the screen.
void write_moments(const std::filesystem::path& folder, const std::vector<int64_t>& shape,
                   std::span<const double> means, std::span<const double> deviations);

/// screen/: pictures by name, trials in the order shown, a blank at the end.
class ScreenWriter {
 public:
  explicit ScreenWriter(std::filesystem::path folder);

  /// Where the array of a picture or film goes, for who writes it in pieces.
  std::filesystem::path picture_path(const std::string& name) const;
  /// A picture or film once under a name made of its content; returns the name.
  std::string add_picture(NumberType type, const std::vector<int64_t>& shape,
                          std::span<const std::byte> pixels);

  /// The same for a file that was written in pieces at picture_path(…): renames it, or removes it
  /// where its content is there already.
  std::string adopt_picture(const std::string& written_name);

  /// `fields` of the trial's yml but for first_frame_idx; one flip a frame, after those before.
  void add_trial(nlohmann::ordered_json fields, std::span<const double> flips_s);
  void add_blank(double flip_s);
  int64_t trials() const { return trials_; }
  int64_t frames() const { return static_cast<int64_t>(flips_s_.size()); }

  /// Writes the closing blank, timestamps.npy and meta.yml. Side lengths are [H, W] or [H, W, C].
  void close(double end_s, const std::vector<int64_t>& picture_size);

 private:
  std::filesystem::path folder_;
  std::vector<double> flips_s_;
  std::set<std::string> names_;
  std::vector<std::pair<int64_t, int64_t>> blanks_;  ///< (trial, first frame), written at the end
  int64_t trials_ = 0;
};

}  // namespace enigma::recordings
