// A video file as a native session that has a screen and nothing else.
#pragma once

#include "recordings/import/read_request.h"
#include "recordings/import/session_record.h"

namespace enigma::recordings::importer::video {

/// Reads the best video stream of a file in any container that FFmpeg knows: each frame at its own
/// presentation time, as 8-bit grey [H, W] or RGB [H, W, 3] of options.size. A blank frame closes
/// the screen one frame's duration after the last. Throws InputError where the file is no video, is
/// truncated or damaged; std::system_error where the disk refuses.
SessionRecord read_video_file(const ReadRequest& request);

}  // namespace enigma::recordings::importer::video
