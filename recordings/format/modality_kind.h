// The kinds of modalities that a session can have: how their files are laid out.
#pragma once

#include "diagnostics/diagnostic.h"

#include <filesystem>
#include <optional>
#include <string>

namespace enigma::recordings {

enum class ModalityKind { sequence, screen, spikes, time_interval };

/// The word of `modality` in meta.yml.
const char* name_of(ModalityKind kind);

/// Nothing where no kind has this name.
std::optional<ModalityKind> modality_kind_of(const std::string& name);

/// `found` stands in the meta.yml of `folder`.
Diagnostic unknown_kind(const std::filesystem::path& folder, const std::string& found);

}  // namespace enigma::recordings
