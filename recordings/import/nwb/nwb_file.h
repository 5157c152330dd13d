// An NWB file under import: its objects by type, its texts, and where what is read goes.
#pragma once

#include "diagnostics/diagnostic.h"
#include "recordings/import/nwb/hdf5_file.h"
#include "recordings/import/read_request.h"
#include "recordings/import/session_record.h"
#include "recordings/import/time_span.h"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace enigma::recordings::importer::nwb {

struct NwbObject {
  std::string place;  ///< "/acquisition/EyeTracking/eye_position"
  std::string type;   ///< its neurodata_type

  std::string name() const;
  std::string parent() const;  ///< place of the group that it lies in
};

/// Everything that the parts of the NWB reader share.
struct NwbImport {
  const Hdf5File& file;
  const ReadRequest& request;
  std::vector<NwbObject> objects;  ///< every typed group, each once, in the order of their places
  SessionRecord record;
  std::vector<Diagnostic> wrong;
  std::set<std::string> names;               ///< of modalities, taken
  std::vector<TimeSpan> invalid_times = {};  ///< joined: what is measured there counts for nothing

  /// Runs a part; what is wrong there does not keep the others from being looked at.
  void attempt(const std::function<void()>& part);
  /// A free name for a modality: what stands in `wish`, as a folder's name.
  std::string free_name(const std::string& wish);
  std::vector<NwbObject> of_types(const std::set<std::string>& types) const;
  /// The type of the container that a series lies in, or "".
  std::string container_type(const NwbObject& series) const;
};

/// Typed groups under acquisition, processing, stimulus, intervals and units. `broken` takes every
/// link under them that has no end.
std::vector<NwbObject> nwb_objects(const Hdf5File& file, std::vector<Hdf5Error>& broken);

/// A text dataset of one value; "" where there is none.
std::string nwb_text(const Hdf5File& file, const std::string& place);

Diagnostic problem_of(const std::filesystem::path& path, const Hdf5Error& error);

}  // namespace enigma::recordings::importer::nwb
