#include "recordings/import/nwb/nwb.h"

#include "recordings/format/native_files.h"
#include "recordings/format/problem.h"
#include "recordings/import/nwb/nwb_file.h"
#include "recordings/import/nwb/nwb_fluorescence.h"
#include "recordings/import/nwb/nwb_observed.h"
#include "recordings/import/nwb/nwb_screen.h"
#include "recordings/import/nwb/nwb_series.h"
#include "recordings/import/nwb/nwb_trials.h"
#include "recordings/import/nwb/nwb_units.h"
#include "recordings/import/source.h"

#include <fmt/format.h>

namespace enigma::recordings::importer::nwb {
namespace {

void take_identity(NwbImport& import) {
  SessionRecord& record = import.record;
  record.data_key = import.request.name;
  record.species = nwb_text(import.file, "/general/subject/species");
  record.animal = nwb_text(import.file, "/general/subject/subject_id");
}

void check_is_nwb(const Hdf5File& file) {
  const std::string version = file.text_attribute("/", "nwb_version");
  if (version.empty()) {
    throw Hdf5Error("/@nwb_version", "is HDF5, but no NWB file", "an NWB 2 file");
  }
  if (!version.starts_with("2.")) {
    throw Hdf5Error("/@nwb_version", "this version of NWB is not read", "2.*", version);
  }
}

// What the importer has no use for (raw frames, voltages, …), so that nobody thinks it was
// overlooked.
void list_left_out(NwbImport& import) {
  static const std::set<std::string> read = {"ImageSeries",       "IndexSeries",   "OpticalSeries",
                                             "RoiResponseSeries", "SpatialSeries", "TimeSeries"};
  const std::set<std::string> templates = nwb_templates(import);
  for (const NwbObject& object : import.objects) {
    const bool is_presented = (object.type == "TimeSeries" || object.type == "SpatialSeries") &&
                              object.place.starts_with("/stimulus") &&
                              !templates.contains(import.file.end_of(object.place));
    if (is_presented || (object.type.ends_with("Series") && !read.contains(object.type))) {
      import.record.left_out.emplace_back(object.place, object.type + " is not imported here");
    }
  }
}

// All of them at once: whoever copies files together does it once.
void refuse_broken(const ReadRequest& request, const std::vector<Hdf5Error>& broken) {
  std::vector<Diagnostic> wrong;
  for (const Hdf5Error& error : broken) {
    wrong.push_back(problem_of(request.source, error));
    wrong.back().suggestion =
        "put the file that the link names where it leads, or import a copy "
        "without the link";
  }
  if (!wrong.empty()) { throw InputError(std::move(wrong)); }
}

void note_linked_files(NwbImport& import) {
  const auto folder = import.request.source.parent_path();
  for (const std::string& name : import.file.linked_files()) {
    import.record.linked_files.push_back({name, identity_of(folder / name)});
  }
}

void tell_unobserved(NwbImport& import) {
  const auto& gaps = import.record.unobserved;
  if (!import.invalid_times.empty()) {
    import.record.notes.push_back("times that the file calls invalid are NaN in every sequence");
  }
  if (gaps && gaps->seconds > 0) {
    import.record.notes.push_back(
        fmt::format("responses are NaN, and in no window, for {:g} s: {:g} s invalid, {} neurons "
                    "not observed throughout",
                    gaps->seconds, gaps->invalid_s, gaps->neurons));
  }
}

void import_all(NwbImport& import) {
  import.attempt([&] { take_identity(import); });
  std::vector<NwbTrial> trials;
  import.attempt([&] { trials = import_nwb_intervals(import); });
  import.attempt([&] { import.invalid_times = invalid_times_of(trials); });
  import_nwb_fluorescence(import);
  import.attempt([&] { import_nwb_units(import, trials); });
  import_nwb_behaviour(import);
  import_nwb_screen(import, trials);
  list_left_out(import);
  tell_unobserved(import);
  if (import.record.seconds == 0) {  // no responses: what was shown tells how long
    for (const auto& [name, tier] : import.record.tiers) { import.record.seconds += tier.seconds; }
  }
}

}  // namespace

SessionRecord read_nwb(const ReadRequest& request) {
  try {
    const Hdf5File file(request.source);
    check_is_nwb(file);
    std::vector<Hdf5Error> broken;
    NwbImport import{file, request, nwb_objects(file, broken),
                     {},   {},      {"intervals", "responses", "rois", "screen", "spikes"}};
    refuse_broken(request, broken);
    import_all(import);
    note_linked_files(import);
    if (import.wrong.empty() && import.record.modalities.empty()) {
      import.wrong.push_back(problem_in(request.source, "/", "holds nothing that is imported",
                                        "units, fluorescence, behaviour, intervals or images", ""));
    }
    if (!import.wrong.empty()) { throw InputError(std::move(import.wrong)); }
    write_identity(import.record, request.session);
    return std::move(import.record);
  } catch (const Hdf5Error& error) { throw InputError({problem_of(request.source, error)}); }
}

}  // namespace enigma::recordings::importer::nwb
