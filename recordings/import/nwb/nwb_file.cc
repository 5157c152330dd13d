#include "recordings/import/nwb/nwb_file.h"

#include "recordings/format/problem.h"

#include <cctype>

namespace enigma::recordings::importer::nwb {
namespace {

constexpr int kDepthMax = 16;
constexpr size_t kObjectsMax = 100'000;

struct Visit {
  const Hdf5File& file;
  std::vector<Hdf5Error>& broken;
  std::set<Hdf5Address> seen;
  std::vector<NwbObject> objects;

  void at(const std::string& place, int depth) {
    if (depth > kDepthMax || objects.size() >= kObjectsMax || !leads_on(place)) { return; }
    if (file.kind(place) != Hdf5Kind::group || !seen.insert(file.address(place)).second) { return; }
    const std::string type = file.text_attribute(place, "neurodata_type");
    if (!type.empty()) { objects.push_back({place, type}); }
    for (const std::string& child : file.children(place)) { at(place + "/" + child, depth + 1); }
  }
  // What a link without an end would have been is not known, so it cannot be done without.
  bool leads_on(const std::string& place) {
    try {
      return file.exists(place);
    } catch (const Hdf5Error& error) {
      broken.push_back(error);
      return false;
    }
  }
};

}  // namespace

std::string NwbObject::name() const {
  return place.substr(place.rfind('/') + 1);
}

std::string NwbObject::parent() const {
  return place.substr(0, place.rfind('/'));
}

void NwbImport::attempt(const std::function<void()>& part) {
  try {
    part();
  } catch (const Hdf5Error& error) {
    wrong.push_back(problem_of(request.source, error));
  } catch (const InputError& error) {
    wrong.insert(wrong.end(), error.diagnostics().begin(), error.diagnostics().end());
  }
}

std::string NwbImport::free_name(const std::string& wish) {
  std::string name;
  for (const char c : wish) {
    name += std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' ? c : '_';
  }
  if (name.empty()) { name = "series"; }
  std::string free = name;
  for (int i = 2; !names.insert(free).second; ++i) { free = name + "_" + std::to_string(i); }
  return free;
}

std::vector<NwbObject> NwbImport::of_types(const std::set<std::string>& types) const {
  std::vector<NwbObject> found;
  for (const NwbObject& object : objects) {
    if (types.contains(object.type)) { found.push_back(object); }
  }
  return found;
}

std::string NwbImport::container_type(const NwbObject& series) const {
  for (const NwbObject& object : objects) {
    if (object.place == series.parent()) { return object.type; }
  }
  return "";
}

std::vector<NwbObject> nwb_objects(const Hdf5File& file, std::vector<Hdf5Error>& broken) {
  Visit visit{file, broken, {}, {}};
  for (const char* root : {"/acquisition", "/intervals", "/processing", "/stimulus", "/units"}) {
    visit.at(root, 0);
  }
  return std::move(visit.objects);
}

std::string nwb_text(const Hdf5File& file, const std::string& place) {
  if (!file.exists(place) || file.kind(place) != Hdf5Kind::dataset) { return ""; }
  if (file.shape(place).content != Hdf5Content::text) { return ""; }
  const std::vector<std::string> texts = file.texts(place);
  return texts.empty() ? "" : texts[0];
}

Diagnostic problem_of(const std::filesystem::path& path, const Hdf5Error& error) {
  return problem_in(path, error.place(), error.what(), error.expected(), error.found());
}

}  // namespace enigma::recordings::importer::nwb
