#include "recordings/import/nwb/nwb_treadmill.h"

#include <algorithm>
#include <cctype>
#include <regex>
#include <tuple>

namespace enigma::recordings::importer::nwb {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool says(const std::string& text, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const char* word) { return text.find(word) != std::string::npos; });
}

// Letters, digits and what joins them: "m / s", "(cm/s)" and "cm/s." are written for the same.
std::string bare(const std::string& unit) {
  std::string text;
  for (const char c : lower(unit)) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0 &&
        std::string_view(".()[]{}_*").find(c) == std::string_view::npos) {
      text += c;
    }
  }
  return text;
}

struct Candidate {
  std::string place;
  bool has_no_unit, is_acquired, is_raw, is_not_named_speed;

  auto rank() const { return std::tie(has_no_unit, is_acquired, is_raw, is_not_named_speed); }
};

bool has_samples(const Hdf5File& file, const std::string& data) {
  try {
    if (!file.exists(data) || file.kind(data) != Hdf5Kind::dataset) { return false; }
    const Hdf5Shape shape = file.shape(data);
    return shape.content == Hdf5Content::number && shape.elements > 0 &&
           (shape.sides.size() == 1 || shape.sides.size() == 2);
  } catch (const Hdf5Error&) {
    return false;  // told where the series is read
  }
}

std::optional<Candidate> candidate(const NwbImport& import, const NwbObject& series) {
  const std::string name = lower(series.name()), place = lower(series.place);
  const bool runs = says(place, {"treadmill", "running", "wheel", "locomotion"});
  const bool speed = says(name, {"speed", "velocity"});
  if (!runs && name != "speed" && name != "velocity") { return std::nullopt; }
  const std::string data = series.place + "/data";
  if (!has_samples(import.file, data)) { return std::nullopt; }
  const std::string unit = import.file.text_attribute(data, "unit");
  const bool no_unit = is_no_unit(unit);
  const bool other = says(name, {"voltage", "signal", "rotation", "position", "angle", "angular",
                                 "encoder", "distance", "tick", "revolution", "acceleration"});
  if (!is_unit_of_speed(unit) && (!no_unit || other)) { return std::nullopt; }
  if (no_unit && !speed && !says(name, {"treadmill", "running"})) { return std::nullopt; }
  return Candidate{series.place, no_unit, !series.place.starts_with("/processing"),
                   says(name, {"raw"}), !speed};
}

}  // namespace

bool is_unit_of_speed(const std::string& unit) {
  static const std::string length =
      "(m|dm|cm|mm|km|(deci|centi|milli|kilo)?met(er|re)s?|in|inch(es)?|ft|f(oo|ee)t)";
  static const std::string time = "(s|secs?|seconds?|min|minutes?|h|hrs?|hours?)";
  static const std::regex over(length + "(/|per)" + time);
  static const std::regex inverse(length + "(·|-)?" + time + "(\\^?-1|⁻¹)");
  const std::string text = bare(unit);
  return std::regex_match(text, over) || std::regex_match(text, inverse);
}

bool is_no_unit(const std::string& unit) {
  static const std::set<std::string> none = {"",
                                             "-",
                                             "?",
                                             "na",
                                             "n/a",
                                             "au",
                                             "none",
                                             "unknown",
                                             "unspecified",
                                             "unit",
                                             "units",
                                             "arbitrary",
                                             "arbitraryunit",
                                             "arbitraryunits",
                                             "nounit",
                                             "notavailable",
                                             "tbd"};
  return none.contains(bare(unit));
}

std::optional<std::string> nwb_treadmill(const NwbImport& import,
                                         const std::vector<NwbObject>& series) {
  std::optional<Candidate> best;
  for (const NwbObject& object : series) {
    const auto next = candidate(import, object);
    if (next && (!best || next->rank() < best->rank())) { best = next; }
  }
  return best ? std::optional(best->place) : std::nullopt;
}

}  // namespace enigma::recordings::importer::nwb
