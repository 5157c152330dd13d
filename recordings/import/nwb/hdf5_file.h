// The part of HDF5 that the NWB reader needs, as C++: a file's tree, its attributes, its arrays.
// Every size is bounded by what the file holds before it is believed.
#pragma once

#include "recordings/format/number_type.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace enigma::recordings::importer::nwb {

/// What is wrong at a place of the file (empty = the file itself). The reader of a format turns it
/// into a diagnostic.
class Hdf5Error : public std::runtime_error {
 public:
  Hdf5Error(std::string place, const std::string& message, std::string expected = "",
            std::string found = "");
  const std::string& place() const { return place_; }
  const std::string& expected() const { return expected_; }
  const std::string& found() const { return found_; }

 private:
  std::string place_, expected_, found_;
};

enum class Hdf5Kind { group, dataset, other };

/// What the elements of a dataset are to us. Numbers are converted to this machine's own.
enum class Hdf5Content { number, text, reference, other };

struct Hdf5Shape {
  Hdf5Content content = Hdf5Content::other;
  NumberType type = NumberType::f64;  ///< of numbers
  std::vector<int64_t> sides;         ///< empty = one value
  int64_t elements = 0;
  int64_t chunk_rows = 1;  ///< rows that are stored, and unpacked, together
  int64_t rows() const { return sides.empty() ? 1 : sides[0]; }
  int64_t row_elements() const { return rows() == 0 ? 0 : elements / rows(); }
};

/// The file's name (empty = the one that is read) and the place of an object's header in it.
using Hdf5Address = std::pair<std::string, uint64_t>;

class Hdf5File {
 public:
  /// Throws Hdf5Error where this is no HDF5 file, or one that ends early.
  explicit Hdf5File(const std::filesystem::path& path);
  ~Hdf5File();
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;

  /// Every place may be behind links, soft ones and those into other files (see Hdf5Links).
  /// False where a name is not there; throws Hdf5Error where a link of the place has no end, or
  /// leads outside the folder of the file.
  bool exists(const std::string& place) const;
  /// The place without links: "/path", or "FILE:/path" where it lies in another file.
  std::string end_of(const std::string& place) const;
  /// Names of the other files that were read, relative to the folder of this one.
  std::vector<std::string> linked_files() const;
  Hdf5Kind kind(const std::string& place) const;
  /// Names in a group, sorted.
  std::vector<std::string> children(const std::string& group) const;
  /// Where the object itself lies: two places with one address are one object.
  Hdf5Address address(const std::string& place) const;

  /// "" and nothing where there is no such attribute; a number that is none is an Hdf5Error.
  std::string text_attribute(const std::string& place, const std::string& name) const;
  std::optional<double> number_attribute(const std::string& place, const std::string& name) const;
  std::vector<std::string> texts_attribute(const std::string& place, const std::string& name) const;
  /// The place that an attribute refers to, or "".
  std::string reference_attribute(const std::string& place, const std::string& name) const;

  /// Throws Hdf5Error where there is no dataset, or it claims more than the file can hold.
  Hdf5Shape shape(const std::string& dataset) const;
  /// Rows [first, first + count) of a dataset of numbers, row-major.
  std::vector<std::byte> rows(const std::string& dataset, int64_t first, int64_t count) const;
  /// All of a dataset, which must not be larger than 1 GiB.
  std::vector<double> numbers(const std::string& dataset) const;
  /// The same of integers, exactly; throws Hdf5Error at a number that is none of 64 bits.
  std::vector<int64_t> integers(const std::string& dataset) const;
  std::vector<std::string> texts(const std::string& dataset) const;
  /// The places that a dataset of object references refers to.
  std::vector<std::string> references(const std::string& dataset) const;

 private:
  struct Handles;
  std::unique_ptr<Handles> handles_;
};

}  // namespace enigma::recordings::importer::nwb
