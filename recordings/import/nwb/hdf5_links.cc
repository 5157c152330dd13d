#include "recordings/import/nwb/hdf5_links.h"

#include "recordings/import/nwb/hdf5_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <system_error>

namespace enigma::recordings::importer::nwb {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFilesMax = 64;
constexpr size_t kLinksMax = 32;  // in one place; more is a circle

herr_t take_last(unsigned, const H5E_error2_t* error, void* text) {
  if (error->desc != nullptr) { *static_cast<std::string*>(text) = error->desc; }
  return 0;
}

// One name of a path, and the link that asks for it (−1: the place itself).
struct Step {
  std::string name;
  int link;
};

std::deque<Step> steps_of(const std::string& path, int link) {
  std::deque<Step> steps;
  for (size_t from = 0; from < path.size();) {
    const size_t to = std::min(path.find('/', from), path.size());
    const std::string name = path.substr(from, to - from);
    if (!name.empty() && name != ".") { steps.push_back({name, link}); }
    from = to + 1;
  }
  return steps;
}

struct Link {
  std::string place;  ///< where it stands
  std::string file;   ///< that it leads into; empty = its own
  std::string path;
  std::string end() const { return file.empty() ? path : file + ":" + path; }
};

// Nothing where the link is hard.
std::optional<Link> link_at(hid_t file, const std::string& path, const std::string& place) {
  H5L_info_t info;
  if (::H5Lget_info(file, path.c_str(), &info, H5P_DEFAULT) < 0) {
    throw Hdf5Error(place, "link cannot be read", "", hdf5_reason());
  }
  if (info.type == H5L_TYPE_HARD) { return std::nullopt; }
  std::vector<char> value(info.u.val_size + 1, '\0');
  if (::H5Lget_val(file, path.c_str(), value.data(), info.u.val_size, H5P_DEFAULT) < 0) {
    throw Hdf5Error(place, "link cannot be read", "", hdf5_reason());
  }
  if (info.type == H5L_TYPE_SOFT) { return Link{place, "", value.data()}; }
  unsigned flags = 0;
  const char *name = nullptr, *inside = nullptr;
  if (info.type != H5L_TYPE_EXTERNAL ||
      ::H5Lunpack_elink_val(value.data(), info.u.val_size, &flags, &name, &inside) < 0) {
    throw Hdf5Error(place, "link is of a kind that is not read", "a hard, soft or external link");
  }
  return Link{place, name, inside};
}

std::unique_ptr<Hdf5Links::File> opened(const fs::path& path, std::string name) {
  std::error_code error;
  const auto bytes = fs::file_size(path, error);
  if (error) { throw Hdf5Error("", "cannot be opened", "an HDF5 file", error.message()); }
  Hdf5Id id(::H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), ::H5Fclose);
  if (!id.good()) {
    const std::string why = hdf5_reason();
    const bool is_hdf5 = ::H5Fis_hdf5(path.c_str()) > 0;
    ::H5Eclear2(H5E_DEFAULT);
    throw Hdf5Error("", is_hdf5 ? "HDF5 file is damaged or truncated" : "is no HDF5 file",
                    "an HDF5 file", why);
  }
  return std::make_unique<Hdf5Links::File>(
      Hdf5Links::File{path, std::move(name), static_cast<int64_t>(bytes), std::move(id)});
}

}  // namespace

std::string hdf5_reason() {
  std::string text;
  ::H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, take_last, &text);
  ::H5Eclear2(H5E_DEFAULT);
  return text;
}

Hdf5Links::Hdf5Links(const fs::path& path) {
  files_.push_back(opened(fs::absolute(path).lexically_normal(), ""));
}

std::string Hdf5Links::place_of(const End& end) {
  return end.file->name.empty() ? end.path : end.file->name + ":" + end.path;
}

const Hdf5Links::File* Hdf5Links::linked_file(const File& from, const std::string& name,
                                              const std::string& link) {
  const fs::path root = files_[0]->path.parent_path();
  const fs::path path = (from.path.parent_path() / name).lexically_normal();
  const std::string relative = path.lexically_relative(root).generic_string();
  if (relative.empty() || relative == "." || relative == ".." || relative.starts_with("../")) {
    throw Hdf5Error(link, fmt::format("link leads into {}, outside the folder of the file", name),
                    "a file in " + root.string() + " or below", path.string());
  }
  for (const auto& file : files_) {
    if (file->path == path) { return file.get(); }
  }
  if (!fs::is_regular_file(path)) {
    throw Hdf5Error(link, fmt::format("link leads into another file, {}, that is not there", name),
                    "the file that the link names", path.string());
  }
  if (files_.size() >= kFilesMax) {
    throw Hdf5Error(link, "links lead into too many files", fmt::format("up to {}", kFilesMax),
                    name);
  }
  try {
    files_.push_back(opened(path, relative));
  } catch (const Hdf5Error& error) {
    throw Hdf5Error(link, fmt::format("link leads into {}, which {}", name, error.what()),
                    error.expected(), error.found());
  }
  return files_.back().get();
}

std::optional<Hdf5Links::End> Hdf5Links::end_of(const std::string& place) {
  End at{files_[0].get(), ""};
  std::string path = place;
  for (const auto& file : files_) {
    if (!file->name.empty() && place.starts_with(file->name + ":/")) {
      at.file = file.get();
      path = place.substr(file->name.size() + 1);
    }
  }
  std::vector<Link> links;
  for (std::deque<Step> steps = steps_of(path, -1); !steps.empty();) {
    const Step step = steps.front();
    steps.pop_front();
    const std::string here = at.path + "/" + step.name;
    if (::H5Lexists(at.file->id.get(), here.c_str(), H5P_DEFAULT) <= 0) {
      ::H5Eclear2(H5E_DEFAULT);
      if (step.link < 0) { return std::nullopt; }
      const Link& link = links[static_cast<size_t>(step.link)];
      throw Hdf5Error(link.place, fmt::format("link leads to {}, which is not there", link.end()),
                      "an object at the end of the link", place_of({at.file, here}));
    }
    const auto link = link_at(at.file->id.get(), here, place_of({at.file, here}));
    if (!link) {
      at.path = here;
      continue;
    }
    if (links.size() >= kLinksMax) {
      throw Hdf5Error(link->place, fmt::format("link to {} leads in a circle", link->end()),
                      "an object at the end of the link", link->end());
    }
    std::deque<Step> target = steps_of(link->path, static_cast<int>(links.size()));
    steps.insert(steps.begin(), target.begin(), target.end());
    if (!link->file.empty()) { at.file = linked_file(*at.file, link->file, link->place); }
    if (!link->file.empty() || link->path.starts_with("/")) { at.path.clear(); }
    links.push_back(*link);
  }
  if (at.path.empty()) { at.path = "/"; }
  return at;
}

void Hdf5Links::check_own_data(hid_t dataset, const std::string& place) {
  const Hdf5Id plan(::H5Dget_create_plist(dataset), ::H5Pclose);
  std::vector<char> name(4096, '\0');
  std::string file;
  if (::H5Pget_external_count(plan.get()) > 0) {
    ::H5Pget_external(plan.get(), 0, name.size() - 1, name.data(), nullptr, nullptr);
    file = name.data();
  }
  size_t sources = 0;
  if (::H5Pget_layout(plan.get()) == H5D_VIRTUAL) { ::H5Pget_virtual_count(plan.get(), &sources); }
  for (size_t i = 0; i < sources && (file.empty() || file == "."); ++i) {
    ::H5Pget_virtual_filename(plan.get(), i, name.data(), name.size() - 1);
    file = name.data();
  }
  ::H5Eclear2(H5E_DEFAULT);
  if (!file.empty() && file != ".") {
    throw Hdf5Error(place, fmt::format("its numbers lie in another file, {}", file),
                    "numbers in the file itself, or behind an external link", file);
  }
}

std::vector<std::string> Hdf5Links::linked_files() const {
  std::vector<std::string> names;
  for (size_t i = 1; i < files_.size(); ++i) { names.push_back(files_[i]->name); }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace enigma::recordings::importer::nwb
