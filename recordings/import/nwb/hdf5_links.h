// Where a place of an HDF5 file leads: link by link, into other files too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <hdf5.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace enigma::recordings::importer::nwb {

/// An HDF5 identifier that closes itself.
class Hdf5Id {
 public:
  using Close = herr_t (*)(hid_t);
  Hdf5Id(hid_t id, Close close) : id_(id), close_(close) {}
  Hdf5Id(Hdf5Id&& other) noexcept
      : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Hdf5Id& operator=(Hdf5Id&&) = delete;
  ~Hdf5Id() {
    if (id_ >= 0) { close_(id_); }
  }
  hid_t get() const { return id_; }
  bool good() const { return id_ >= 0; }

 private:
  hid_t id_;
  Close close_;
};

/// The innermost reason that the library gives for what just failed.
std::string hdf5_reason();

/// The file that is read, and those that its links lead into. A link is followed into files that
/// stand in the folder of the file that is read, or below it, and into no others.
class Hdf5Links {
 public:
  struct File {
    std::filesystem::path path;
    std::string name;  ///< relative to the folder of the file that is read; of that one empty
    int64_t bytes;
    Hdf5Id id;
  };
  /// An object by hard links alone.
  struct End {
    const File* file;
    std::string path;
  };

  /// Throws Hdf5Error where this is no HDF5 file, or one that ends early.
  explicit Hdf5Links(const std::filesystem::path& path);

  /// Follows every link of a place: "/path" of the file that is read, "NAME:/path" of another.
  /// Nothing where a name is not there; throws Hdf5Error, with the link and where it leads, where a
  /// link has no end.
  std::optional<End> end_of(const std::string& place);
  static std::string place_of(const End& end);
  /// Throws Hdf5Error where a dataset's numbers lie in another file than the dataset.
  static void check_own_data(hid_t dataset, const std::string& place);
  /// Names of the other files that were read.
  std::vector<std::string> linked_files() const;

 private:
  const File* linked_file(const File& from, const std::string& name, const std::string& link);

  std::vector<std::unique_ptr<File>> files_;
};

}  // namespace enigma::recordings::importer::nwb
