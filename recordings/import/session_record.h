// What is known of an imported session: the content of its import.json, and of its entry in the
// manifest beside it.
#pragma once

#include "recordings/format/modality_kind.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enigma::recordings::importer {

struct ImportedModality {
  std::string name;
  ModalityKind kind = ModalityKind::sequence;
  std::string quantity;  ///< what the numbers are: "raw fluorescence", "spike counts", …
  std::string source;    ///< where they stood in the source
  std::string type;      ///< numpy's name of the stored type
  int64_t signals = 0;
  double native_rate_hz = 0;  ///< 0 = unknown or irregular
  double stored_rate_hz = 0;  ///< 0 = irregular
};

struct ImportedTier {
  int64_t trials = 0;
  double seconds = 0;
};

/// Another file that the source's links led into.
struct LinkedFile {
  std::string name;                 ///< relative to the folder of the source
  nlohmann::ordered_json identity;  ///< as identity_of() has it
};

/// What of the responses nobody observed, and is NaN.
struct ImportedGaps {
  double seconds = 0;    ///< in which at least one neuron was not observed: no window holds them
  double invalid_s = 0;  ///< that the source calls invalid, for all neurons
  int64_t neurons = 0;   ///< that the source says it observed in part alone
  double neuron_s = 0;   ///< outside their observation, over these neurons
};

struct SessionRecord {
  std::string data_key, species, animal;  ///< empty = the source does not say
  int64_t neurons = 0;
  double seconds = 0;  ///< recorded: without what was put between trials
  std::map<std::string, ImportedTier> tiers;
  std::vector<ImportedModality> modalities;
  std::vector<std::string> notes;  ///< what a reader of the numbers must know
  std::vector<std::pair<std::string, std::string>> left_out;  ///< (where, why)
  std::vector<LinkedFile> linked_files;
  std::optional<ImportedGaps> unobserved;  ///< nothing = the source cannot say
};

nlohmann::ordered_json to_json(const SessionRecord& record);

/// meta.json: data_key, animal and species, by the keys that the reader looks for.
void write_identity(const SessionRecord& record, const std::filesystem::path& session);

}  // namespace enigma::recordings::importer
