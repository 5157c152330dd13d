// A screen asked for its frames as the published reader is asked: as stored, or rescaled.
#pragma once

#include "recordings/format/screen.h"
#include "recordings/gather/area_resize.h"
#include "recordings/query/answer.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <vector>

namespace enigma::recordings::query {

struct ScreenDevice {
  std::filesystem::path folder;
  Screen screen;  ///< without pictures: a question opens those it needs
  bool by_name = false;
  std::optional<gather::PictureSize> rescale;  ///< [H, W] to answer in

  std::vector<int64_t> image_size() const;  ///< of an answered frame
};

/// Options of `config`: use_stimuli_names (else meta.yml's), rescale with rescale_size [H, W]
/// (pictures of one channel), normalize (which only checks the stored statistics); others mean
/// nothing here.
Parsed<ScreenDevice> open_screen_device(const std::filesystem::path& folder,
                                        const nlohmann::json& meta, const nlohmann::json& config);

Clock clock_of(const ScreenDevice& device);

/// Frames as float32, (times, height, width) or (times, height, width, channels). Times inside must
/// rise strictly; a frame that no trial or picture has, or of another size, is refused.
Parsed<Answer> ask(const ScreenDevice& device, const std::vector<double>& times_s);

}  // namespace enigma::recordings::query
