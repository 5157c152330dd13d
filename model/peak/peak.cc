#include "model/peak/peak.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace enigma::model {
namespace {

/// A device, and what the names of it hold that drivers tell: all of `words`, none of `without`.
struct Device {
  const char* name;
  std::array<const char*, 2> words;
  std::array<const char*, 3> without;
  double float32, bfloat16;  ///< FLOP/s
  const char* source;
};

// Data sheets state tensor rates with sparsity, twice the dense ones that stand here. A part of
// another board has another peak: the words tell SXM, PCIe and NVL apart.
constexpr const char* kAmpere = "NVIDIA A100 data sheet (2021)";
constexpr const char* kHopper = "NVIDIA H100 data sheet (2024), halved where it counts sparsity";
constexpr const char* kHopperBoard =
    "NVIDIA H100 white paper (2023), table of the PCIe board, without sparsity";
constexpr const char* kHopper141 = "NVIDIA H200 data sheet (2024), halved where it counts sparsity";
constexpr Device kTable[] = {
    {"A100", {"a100", ""}, {"", "", ""}, 19.5e12, 312e12, kAmpere},
    {"H100", {"h100", ""}, {"pcie", "nvl", "mig"}, 67e12, 989e12, kHopper},
    {"H100 PCIe", {"h100", "pcie"}, {"mig", "", ""}, 51e12, 756e12, kHopperBoard},
    {"H200", {"h200", ""}, {"nvl", "mig", ""}, 67e12, 989e12, kHopper141},
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// Whether a name holds a word by itself: "GH200" is another device than "H200".
bool holds(const std::string& name, std::string_view word) {
  const auto is_letter = [&](size_t at) {
    return at < name.size() && std::isalnum(static_cast<unsigned char>(name[at])) != 0;
  };
  for (size_t at = name.find(word); at != std::string::npos; at = name.find(word, at + 1)) {
    if ((at == 0 || !is_letter(at - 1)) && !is_letter(at + word.size())) { return true; }
  }
  return false;
}

bool is_called(const Device& device, const std::string& name) {
  const auto there = [&](const char* word) { return *word != '\0' && holds(name, word); };
  const auto absent = [&](const char* word) { return *word != '\0' && !holds(name, word); };
  return std::none_of(device.words.begin(), device.words.end(), absent) &&
         std::none_of(device.without.begin(), device.without.end(), there);
}

}  // namespace

const char* name_of(DataType type) {
  return type == DataType::float32 ? "float32" : "bfloat16";
}

std::optional<Peak> peak_of(const std::string& device, DataType type) {
  const std::string name = lower(device);
  for (const Device& known : kTable) {
    if (!is_called(known, name)) { continue; }
    return Peak{type == DataType::float32 ? known.float32 : known.bfloat16, known.source};
  }
  return std::nullopt;
}

std::vector<std::string> known_devices() {
  std::vector<std::string> names;
  for (const Device& known : kTable) { names.emplace_back(known.name); }
  return names;
}

std::string no_peak(const std::string& device, DataType type) {
  return "no peak of '" + device + "' in " + name_of(type) + " is known, and none is guessed";
}

}  // namespace enigma::model
