#include "recordings/format/native_files.h"

#include "diagnostics/check.h"
#include "files/sha256.h"
#include "recordings/format/npy.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace enigma::recordings {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kHeaderBytes = 192;    // room for any number of rows
constexpr int64_t kTrialsMax = 99'999;  // five digits name them
constexpr int kGrey = 128;
constexpr size_t kNameDigits = 16;

// Python's YAML reads "1e-05" as text: a number with an exponent needs its point.
std::string flow(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (!value.is_number_float()) { return text; }
  const size_t e = text.find('e');
  if (e != std::string::npos && text.find('.') == std::string::npos) { text.insert(e, ".0"); }
  return text;
}

std::filesystem::path made(std::filesystem::path folder) {
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace

std::string yaml_of(const Json& mapping) {
  std::string text;
  for (const auto& [key, value] : mapping.items()) { text += key + ": " + flow(value) + "\n"; }
  return text;
}

ArrayWriter::ArrayWriter(const std::filesystem::path& path, NumberType type,
                         std::vector<int64_t> row_shape)
    : file_(path), type_(type), row_shape_(std::move(row_shape)) {
  file_.write(header(0));
}

std::string ArrayWriter::header(int64_t rows) const {
  std::vector<int64_t> shape = {rows};
  shape.insert(shape.end(), row_shape_.begin(), row_shape_.end());
  // npy_bytes of an empty array ends with the header; its shape is then put right.
  std::string sides;
  for (const int64_t side : shape) { sides += fmt::format("{}, ", side); }
  const std::string descr = npy_bytes(type_, {0}, nullptr);
  const size_t from = descr.find("'descr'"), to = descr.find("'shape'");
  std::string text = "{" + descr.substr(from, to - from) + "'shape': (" + sides + "), }";
  std::string whole = std::string("\x93NUMPY\x01\x00", 8);
  const size_t length = kHeaderBytes - whole.size() - 2;
  ENIGMA_CHECK(text.size() < length, "a picture has few axes");
  text.append(length - 1 - text.size(), ' ');
  whole += static_cast<char>(length & 0xff);
  whole += static_cast<char>(length >> 8);
  return whole + text + "\n";
}

void ArrayWriter::append(std::span<const std::byte> rows) {
  file_.write(rows);
  bytes_ += rows.size();
}

int64_t ArrayWriter::close() {
  size_t row_bytes = bytes_of(type_);
  for (const int64_t side : row_shape_) { row_bytes *= static_cast<size_t>(side); }
  const auto rows = static_cast<int64_t>(row_bytes == 0 ? 0 : bytes_ / row_bytes);
  file_.rewrite_head(header(rows));
  file_.close();
  return rows;
}

void write_array(const std::filesystem::path& path, NumberType type,
                 const std::vector<int64_t>& shape, const void* numbers) {
  write_file(path, npy_bytes(type, shape, numbers));
}

void write_numbers(const std::filesystem::path& path, const std::vector<int64_t>& shape,
                   std::span<const double> numbers) {
  write_array(path, NumberType::f64, shape, numbers.data());
}

SequenceWriter::SequenceWriter(std::filesystem::path folder)
    : folder_(made(std::move(folder))), file_(folder_ / "data.mem") {}

void SequenceWriter::close(const Timebase& base, const SequenceFacts& facts) {
  file_.close();
  if (!facts.shifts_s.empty()) {
    write_numbers(made(folder_ / "meta") / "phase_shifts.npy", {facts.signals}, facts.shifts_s);
  }
  Json meta = {{"modality", "sequence"},
               {"start_time", base.start_s},
               {"end_time", base.end_s()},
               {"sampling_rate", base.rate_hz},
               {"n_signals", facts.signals},
               {"n_timestamps", base.rows},
               {"dtype", name_of(facts.type)},
               {"is_mem_mapped", true},
               {"phase_shift_per_signal", !facts.shifts_s.empty()}};
  if (!facts.signal_names.empty()) { meta["signal_names"] = facts.signal_names; }
  for (const auto& [key, value] : facts.more.items()) { meta[key] = value; }
  write_file(folder_ / "meta.yml", yaml_of(meta));
}

void write_moments(const std::filesystem::path& folder, const std::vector<int64_t>& shape,
                   std::span<const double> means, std::span<const double> deviations) {
  made(folder / "meta");
  if (!means.empty()) { write_numbers(folder / "meta" / "means.npy", shape, means); }
  if (!deviations.empty()) { write_numbers(folder / "meta" / "stds.npy", shape, deviations); }
}

ScreenWriter::ScreenWriter(std::filesystem::path folder) : folder_(made(std::move(folder))) {
  made(folder_ / "data");
  made(folder_ / "meta");
}

std::filesystem::path ScreenWriter::picture_path(const std::string& name) const {
  return folder_ / "data" / (name + ".npy");
}

std::string ScreenWriter::add_picture(NumberType type, const std::vector<int64_t>& shape,
                                      std::span<const std::byte> pixels) {
  const std::string file = npy_bytes(type, shape, pixels.data());
  const std::string name = "stimulus-" + sha256(file).substr(0, kNameDigits);
  if (names_.insert(name).second) { write_file(picture_path(name), file); }
  return name;
}

std::string ScreenWriter::adopt_picture(const std::string& written_name) {
  const auto written = picture_path(written_name);
  const std::string name = "stimulus-" + sha256_of_file(written).substr(0, kNameDigits);
  if (names_.insert(name).second) {
    std::filesystem::rename(written, picture_path(name));
  } else {
    std::filesystem::remove(written);
  }
  return name;
}

void ScreenWriter::add_trial(Json fields, std::span<const double> flips_s) {
  if (trials_ >= kTrialsMax) { throw std::length_error("more than 99,999 trials on one screen"); }
  fields["first_frame_idx"] = frames();
  write_file(folder_ / "meta" / fmt::format("{:05}.yml", trials_++), yaml_of(fields));
  flips_s_.insert(flips_s_.end(), flips_s.begin(), flips_s.end());
}

void ScreenWriter::add_blank(double flip_s) {
  if (trials_ >= kTrialsMax) { throw std::length_error("more than 99,999 trials on one screen"); }
  blanks_.emplace_back(trials_++, frames());
  flips_s_.push_back(flip_s);
}

void ScreenWriter::close(double end_s, const std::vector<int64_t>& picture_size) {
  add_blank(end_s);
  for (const auto& [trial, frame] : blanks_) {
    write_file(folder_ / "meta" / fmt::format("{:05}.yml", trial),
               yaml_of({{"modality", "blank"},
                        {"first_frame_idx", frame},
                        {"image_size", picture_size},
                        {"interleave_value", kGrey},
                        {"tier", "blank"},
                        {"valid_trial", true}}));
  }
  write_numbers(folder_ / "timestamps.npy", {frames()}, flips_s_);
  write_file(folder_ / "meta.yml", yaml_of({{"modality", "screen"},
                                            {"start_time", flips_s_.front()},
                                            {"end_time", flips_s_.back()},
                                            {"image_size", picture_size},
                                            {"use_stimuli_names", true}}));
}

}  // namespace enigma::recordings
