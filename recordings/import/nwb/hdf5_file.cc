#include "recordings/import/nwb/hdf5_file.h"

#include "recordings/import/nwb/hdf5_links.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <hdf5.h>
#include <utility>

namespace enigma::recordings::importer::nwb {
namespace {

constexpr int64_t kWholeBytesMax = int64_t{1} << 30;
constexpr hsize_t kAxesMax = 8;
constexpr hsize_t kChildrenMax = 1'000'000;
// What a filter can make of its input: deflate's densest stream is 1032 to 1.
constexpr int64_t kDensestFilter = 2000;
constexpr int64_t kAlwaysBelieved = 64 << 20;
constexpr size_t kTextBytesMax = 1 << 20;
constexpr double kExactInDouble = 9007199254740992;  // integers up to 2^53 are

using Id = Hdf5Id;

[[noreturn]] void refuse(const std::string& place, const std::string& message) {
  throw Hdf5Error(place, message, "", hdf5_reason());
}

NumberType integer_type(hid_t type) {
  const bool is_signed = ::H5Tget_sign(type) == H5T_SGN_2;
  switch (::H5Tget_size(type)) {
    case 1:
      return is_signed ? NumberType::i8 : NumberType::u8;
    case 2:
      return is_signed ? NumberType::i16 : NumberType::u16;
    case 4:
      return is_signed ? NumberType::i32 : NumberType::u32;
    default:
      return is_signed ? NumberType::i64 : NumberType::u64;
  }
}

// The enumeration FALSE = 0, TRUE = 1 is how h5py stores booleans.
bool is_boolean(hid_t type) {
  if (::H5Tget_class(type) != H5T_ENUM || ::H5Tget_size(type) != 1) { return false; }
  int8_t value = -1;
  const bool named = ::H5Tenum_valueof(type, "TRUE", &value) >= 0 && value == 1;
  ::H5Eclear2(H5E_DEFAULT);
  return named;
}

void take_content(Hdf5Shape& shape, hid_t type) {
  shape.content = Hdf5Content::number;
  switch (::H5Tget_class(type)) {
    case H5T_INTEGER:
      shape.type = integer_type(type);
      if (::H5Tget_size(type) > sizeof(int64_t)) { shape.content = Hdf5Content::other; }
      return;
    case H5T_FLOAT:  // half precision is widened: the library has no such type of the machine
      shape.type = ::H5Tget_size(type) <= 4 ? NumberType::f32 : NumberType::f64;
      if (::H5Tget_size(type) > sizeof(double)) { shape.content = Hdf5Content::other; }
      return;
    case H5T_ENUM:
      shape.type = NumberType::boolean;
      if (!is_boolean(type)) { shape.content = Hdf5Content::other; }
      return;
    case H5T_STRING:
      shape.content = Hdf5Content::text;
      return;
    case H5T_REFERENCE:
      shape.content =
          ::H5Tequal(type, H5T_STD_REF_OBJ) > 0 ? Hdf5Content::reference : Hdf5Content::other;
      return;
    default:
      shape.content = Hdf5Content::other;
  }
}

// Exactly, or not at all.
std::optional<int64_t> integer_at(const std::byte* bytes, NumberType type, size_t index) {
  int64_t integer = 0;
  if (type == NumberType::i64 || type == NumberType::u64) {
    std::memcpy(&integer, bytes + index * sizeof integer, sizeof integer);
    if (type == NumberType::u64 && integer < 0) { return std::nullopt; }
    return integer;
  }
  const double number = number_at(bytes, type, index);
  if (number != std::floor(number) || std::abs(number) > kExactInDouble) { return std::nullopt; }
  return static_cast<int64_t>(number);
}

std::string digits_of(const std::byte* bytes, NumberType type, size_t index) {
  if (type != NumberType::u64) { return std::to_string(number_at(bytes, type, index)); }
  uint64_t natural = 0;
  std::memcpy(&natural, bytes + index * sizeof natural, sizeof natural);
  return std::to_string(natural);
}

hid_t memory_type(NumberType type) {
  switch (type) {
    case NumberType::f32:
      return H5T_NATIVE_FLOAT;
    case NumberType::i8:
      return H5T_NATIVE_INT8;
    case NumberType::u8:
      return H5T_NATIVE_UINT8;
    case NumberType::i16:
      return H5T_NATIVE_INT16;
    case NumberType::u16:
      return H5T_NATIVE_UINT16;
    case NumberType::i32:
      return H5T_NATIVE_INT32;
    case NumberType::u32:
      return H5T_NATIVE_UINT32;
    case NumberType::i64:
      return H5T_NATIVE_INT64;
    case NumberType::u64:
      return H5T_NATIVE_UINT64;
    default:
      return H5T_NATIVE_DOUBLE;
  }
}

Hdf5Shape shape_of(hid_t space, hid_t type, const std::string& place) {
  Hdf5Shape shape;
  take_content(shape, type);
  const int axes = ::H5Sget_simple_extent_ndims(space);
  if (axes < 0 || axes > static_cast<int>(kAxesMax)) {
    throw Hdf5Error(place, "has too many axes");
  }
  std::vector<hsize_t> sides(static_cast<size_t>(axes));
  ::H5Sget_simple_extent_dims(space, sides.data(), nullptr);
  shape.elements = ::H5Sget_simple_extent_type(space) == H5S_NULL ? 0 : 1;
  for (const hsize_t side : sides) {
    int64_t elements = 0;
    if (side > static_cast<hsize_t>(INT64_MAX) ||
        __builtin_mul_overflow(shape.elements, static_cast<int64_t>(side), &elements)) {
      throw Hdf5Error(place, "claims more elements than can be counted");
    }
    shape.elements = elements;
    shape.sides.push_back(static_cast<int64_t>(side));
  }
  return shape;
}

std::vector<std::string> read_texts(hid_t type, int64_t count, auto read, hid_t space) {
  std::vector<std::string> texts;
  const auto elements = static_cast<size_t>(count);
  if (::H5Tis_variable_str(type) > 0) {
    const Id memory(::H5Tcopy(H5T_C_S1), ::H5Tclose);
    ::H5Tset_size(memory.get(), H5T_VARIABLE);
    ::H5Tset_cset(memory.get(), ::H5Tget_cset(type));
    std::vector<char*> pointers(elements, nullptr);
    if (read(memory.get(), pointers.data()) < 0) { return texts; }
    for (const char* text : pointers) { texts.emplace_back(text == nullptr ? "" : text); }
    ::H5Dvlen_reclaim(memory.get(), space, H5P_DEFAULT, pointers.data());
    return texts;
  }
  const size_t size = ::H5Tget_size(type);
  if (size == 0 || size > kTextBytesMax) { return texts; }
  std::vector<char> bytes(elements * size);
  const Id memory(::H5Tcopy(type), ::H5Tclose);
  if (read(memory.get(), bytes.data()) < 0) { return texts; }
  for (size_t i = 0; i < elements; ++i) {
    texts.emplace_back(bytes.data() + i * size, ::strnlen(bytes.data() + i * size, size));
  }
  return texts;
}

std::string name_of_reference(hid_t file, hobj_ref_t reference) {
  const ssize_t length = ::H5Rget_name(file, H5R_OBJECT, &reference, nullptr, 0);
  if (length <= 0 || length > static_cast<ssize_t>(kTextBytesMax)) {
    ::H5Eclear2(H5E_DEFAULT);
    return "";
  }
  std::string name(static_cast<size_t>(length) + 1, '\0');
  ::H5Rget_name(file, H5R_OBJECT, &reference, name.data(), name.size());
  name.resize(static_cast<size_t>(length));
  return name;
}

}  // namespace

Hdf5Error::Hdf5Error(std::string place, const std::string& message, std::string expected,
                     std::string found)
    : std::runtime_error(message),
      place_(std::move(place)),
      expected_(std::move(expected)),
      found_(std::move(found)) {}

struct Hdf5File::Handles {
  Hdf5Links links;

  Hdf5Links::End end_of(const std::string& place) {
    const auto end = links.end_of(place);
    if (!end) { throw Hdf5Error(place, "is missing"); }
    return *end;
  }
  Id open(const std::string& place) {
    const Hdf5Links::End end = end_of(place);
    Id object(::H5Oopen(end.file->id.get(), end.path.c_str(), H5P_DEFAULT), ::H5Oclose);
    if (!object.good()) { refuse(place, "cannot be opened"); }
    return object;
  }
  Id dataset(const std::string& place) {
    Id object = open(place);
    if (::H5Iget_type(object.get()) != H5I_DATASET) {
      throw Hdf5Error(place, "is no dataset", "a dataset", "a group");
    }
    Hdf5Links::check_own_data(object.get(), place);
    return object;
  }
  // A reference counts places of the file that it stands in.
  std::string place_of(const std::string& holder, hobj_ref_t reference) {
    Hdf5Links::End end = end_of(holder);
    end.path = name_of_reference(end.file->id.get(), reference);
    return end.path.empty() ? "" : Hdf5Links::place_of(end);
  }
  // An attribute, or an identifier that is not good.
  Id attribute(const std::string& place, const std::string& name) {
    const Id object = open(place);
    const bool there = ::H5Aexists(object.get(), name.c_str()) > 0;
    return Id(there ? ::H5Aopen(object.get(), name.c_str(), H5P_DEFAULT) : H5I_INVALID_HID,
              ::H5Aclose);
  }
  // Compressed, a dataset can hold much more than its bytes in the file, but not without bound.
  void check_size(const Hdf5Shape& shape, hid_t dataset, const std::string& place) {
    const auto element = static_cast<int64_t>(
        shape.content == Hdf5Content::number ? bytes_of(shape.type) : sizeof(char*));
    int64_t claimed = 0;
    const bool overflow = __builtin_mul_overflow(shape.elements, element, &claimed);
    const auto stored = static_cast<int64_t>(std::min<hsize_t>(
        ::H5Dget_storage_size(dataset), static_cast<hsize_t>(end_of(place).file->bytes)));
    if (!overflow && (claimed <= kAlwaysBelieved || claimed / kDensestFilter <= stored)) { return; }
    throw Hdf5Error(place, "claims more than the file can hold",
                    "at most " + std::to_string(stored) + " stored bytes unpacked",
                    std::to_string(shape.elements) + " elements");
  }
};

Hdf5File::Hdf5File(const std::filesystem::path& path) {
  ::H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  handles_ = std::make_unique<Handles>(Handles{Hdf5Links(path)});
}

Hdf5File::~Hdf5File() = default;

bool Hdf5File::exists(const std::string& place) const {
  return handles_->links.end_of(place).has_value();
}

std::string Hdf5File::end_of(const std::string& place) const {
  return Hdf5Links::place_of(handles_->end_of(place));
}

std::vector<std::string> Hdf5File::linked_files() const {
  return handles_->links.linked_files();
}

Hdf5Kind Hdf5File::kind(const std::string& place) const {
  const Id object = handles_->open(place);
  const H5I_type_t type = ::H5Iget_type(object.get());
  return type == H5I_GROUP     ? Hdf5Kind::group
         : type == H5I_DATASET ? Hdf5Kind::dataset
                               : Hdf5Kind::other;
}

std::vector<std::string> Hdf5File::children(const std::string& group) const {
  const Id object = handles_->open(group);
  H5G_info_t info;
  if (::H5Gget_info(object.get(), &info) < 0) { refuse(group, "cannot be listed"); }
  if (info.nlinks > kChildrenMax) { throw Hdf5Error(group, "has too many members"); }
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const auto get = [&](char* name, size_t size) {
      return ::H5Lget_name_by_idx(object.get(), ".", H5_INDEX_NAME, H5_ITER_INC, i, name, size,
                                  H5P_DEFAULT);
    };
    const ssize_t length = get(nullptr, 0);
    if (length <= 0 || length > static_cast<ssize_t>(kTextBytesMax)) {
      refuse(group, "cannot be listed");
    }
    std::string name(static_cast<size_t>(length) + 1, '\0');
    get(name.data(), name.size());
    name.resize(static_cast<size_t>(length));
    names.push_back(std::move(name));
  }
  return names;
}

Hdf5Address Hdf5File::address(const std::string& place) const {
  const Id object = handles_->open(place);
  H5O_info_t info;
  if (::H5Oget_info2(object.get(), &info, H5O_INFO_BASIC) < 0) {
    refuse(place, "cannot be opened");
  }
  return {handles_->end_of(place).file->name, info.addr};
}

std::vector<std::string> Hdf5File::texts_attribute(const std::string& place,
                                                   const std::string& name) const {
  const Id attribute = handles_->attribute(place, name);
  if (!attribute.good()) { return {}; }
  const Id type(::H5Aget_type(attribute.get()), ::H5Tclose);
  const Id space(::H5Aget_space(attribute.get()), ::H5Sclose);
  const Hdf5Shape shape = shape_of(space.get(), type.get(), place + "@" + name);
  if (shape.content != Hdf5Content::text || shape.elements > 100'000) { return {}; }
  return read_texts(
      type.get(), shape.elements,
      [&](hid_t memory, void* out) { return ::H5Aread(attribute.get(), memory, out); },
      space.get());
}

std::string Hdf5File::text_attribute(const std::string& place, const std::string& name) const {
  const std::vector<std::string> texts = texts_attribute(place, name);
  return texts.empty() ? "" : texts[0];
}

std::optional<double> Hdf5File::number_attribute(const std::string& place,
                                                 const std::string& name) const {
  const Id attribute = handles_->attribute(place, name);
  if (!attribute.good()) { return std::nullopt; }
  const Id type(::H5Aget_type(attribute.get()), ::H5Tclose);
  const Id space(::H5Aget_space(attribute.get()), ::H5Sclose);
  const Hdf5Shape shape = shape_of(space.get(), type.get(), place + "@" + name);
  double number = 0;
  if (shape.content != Hdf5Content::number || shape.type == NumberType::boolean ||
      shape.elements != 1 || ::H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, &number) < 0) {
    throw Hdf5Error(place + "@" + name, "attribute cannot be read", "one number", "");
  }
  return number;
}

std::string Hdf5File::reference_attribute(const std::string& place, const std::string& name) const {
  const Id attribute = handles_->attribute(place, name);
  if (!attribute.good()) { return ""; }
  const Id type(::H5Aget_type(attribute.get()), ::H5Tclose);
  const Id space(::H5Aget_space(attribute.get()), ::H5Sclose);
  const Hdf5Shape shape = shape_of(space.get(), type.get(), place + "@" + name);
  hobj_ref_t reference = 0;
  if (shape.content != Hdf5Content::reference || shape.elements != 1 ||
      ::H5Aread(attribute.get(), H5T_STD_REF_OBJ, &reference) < 0) {
    return "";
  }
  return handles_->place_of(place, reference);
}

Hdf5Shape Hdf5File::shape(const std::string& dataset) const {
  const Id object = handles_->dataset(dataset);
  const Id type(::H5Dget_type(object.get()), ::H5Tclose);
  const Id space(::H5Dget_space(object.get()), ::H5Sclose);
  Hdf5Shape shape = shape_of(space.get(), type.get(), dataset);
  handles_->check_size(shape, object.get(), dataset);
  const Id plan(::H5Dget_create_plist(object.get()), ::H5Pclose);
  std::vector<hsize_t> chunk(kAxesMax, 1);
  if (::H5Pget_layout(plan.get()) == H5D_CHUNKED &&
      ::H5Pget_chunk(plan.get(), static_cast<int>(kAxesMax), chunk.data()) > 0) {
    shape.chunk_rows = static_cast<int64_t>(std::min<hsize_t>(chunk[0], INT64_MAX));
  }
  return shape;
}

std::vector<std::byte> Hdf5File::rows(const std::string& dataset, int64_t first,
                                      int64_t count) const {
  const Hdf5Shape shape = this->shape(dataset);
  if (shape.content != Hdf5Content::number) {
    throw Hdf5Error(dataset, "holds no numbers", "numbers", "something else");
  }
  const Id object = handles_->dataset(dataset);
  const Id space(::H5Dget_space(object.get()), ::H5Sclose);
  const int64_t elements = shape.sides.empty() ? 1 : count * shape.row_elements();
  std::vector<std::byte> out(static_cast<size_t>(elements) * bytes_of(shape.type));
  if (elements == 0) { return out; }
  const hsize_t length[] = {static_cast<hsize_t>(elements)};
  const Id memory(::H5Screate_simple(1, length, nullptr), ::H5Sclose);
  if (!shape.sides.empty()) {
    std::vector<hsize_t> start(shape.sides.size(), 0),
        block(shape.sides.begin(), shape.sides.end());
    start[0] = static_cast<hsize_t>(first);
    block[0] = static_cast<hsize_t>(count);
    ::H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, block.data(),
                          nullptr);
  }
  const Id stored(::H5Dget_type(object.get()), ::H5Tclose);
  const bool as_stored = shape.type == NumberType::boolean;  // an enumeration of one byte
  if (::H5Dread(object.get(), as_stored ? stored.get() : memory_type(shape.type), memory.get(),
                space.get(), H5P_DEFAULT, out.data()) < 0) {
    refuse(dataset, "cannot be read: damaged, truncated, or a filter that is not there");
  }
  return out;
}

std::vector<double> Hdf5File::numbers(const std::string& dataset) const {
  const Hdf5Shape shape = this->shape(dataset);
  if (shape.elements > kWholeBytesMax / static_cast<int64_t>(sizeof(double))) {
    throw Hdf5Error(dataset, "is too long to be read whole", "up to 1 GiB",
                    std::to_string(shape.elements) + " numbers");
  }
  const std::vector<std::byte> bytes = rows(dataset, 0, shape.rows());
  std::vector<double> numbers(static_cast<size_t>(shape.elements));
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = number_at(bytes.data(), shape.type, i);
  }
  return numbers;
}

std::vector<int64_t> Hdf5File::integers(const std::string& dataset) const {
  const Hdf5Shape shape = this->shape(dataset);
  if (shape.elements > kWholeBytesMax / static_cast<int64_t>(sizeof(int64_t))) {
    throw Hdf5Error(dataset, "is too long to be read whole", "up to 1 GiB",
                    std::to_string(shape.elements) + " numbers");
  }
  const std::vector<std::byte> bytes = rows(dataset, 0, shape.rows());
  std::vector<int64_t> integers(static_cast<size_t>(shape.elements));
  for (size_t i = 0; i < integers.size(); ++i) {
    const std::optional<int64_t> integer = integer_at(bytes.data(), shape.type, i);
    if (!integer) {
      throw Hdf5Error(dataset + "[" + std::to_string(i) + "]", "is no integer of 64 bits",
                      "an integer", digits_of(bytes.data(), shape.type, i));
    }
    integers[i] = *integer;
  }
  return integers;
}

std::vector<std::string> Hdf5File::texts(const std::string& dataset) const {
  const Hdf5Shape shape = this->shape(dataset);
  const Id object = handles_->dataset(dataset);
  const Id type(::H5Dget_type(object.get()), ::H5Tclose);
  const Id space(::H5Dget_space(object.get()), ::H5Sclose);
  const auto element = static_cast<int64_t>(std::max<size_t>(::H5Tget_size(type.get()), 1));
  if (shape.content != Hdf5Content::text || shape.elements > kWholeBytesMax / element) {
    throw Hdf5Error(dataset, "cannot be read as text", "text of up to 1 GiB", "");
  }
  std::vector<std::string> texts = read_texts(
      type.get(), shape.elements,
      [&](hid_t memory, void* out) {
        return ::H5Dread(object.get(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, out);
      },
      space.get());
  if (static_cast<int64_t>(texts.size()) != shape.elements) {
    refuse(dataset, "text cannot be read: damaged or truncated");
  }
  return texts;
}

std::vector<std::string> Hdf5File::references(const std::string& dataset) const {
  const Hdf5Shape shape = this->shape(dataset);
  if (shape.content != Hdf5Content::reference ||
      shape.elements > kWholeBytesMax / static_cast<int64_t>(sizeof(hobj_ref_t))) {
    throw Hdf5Error(dataset, "holds no references to objects");
  }
  const Id object = handles_->dataset(dataset);
  std::vector<hobj_ref_t> stored(static_cast<size_t>(shape.elements));
  if (!stored.empty() &&
      ::H5Dread(object.get(), H5T_STD_REF_OBJ, H5S_ALL, H5S_ALL, H5P_DEFAULT, stored.data()) < 0) {
    refuse(dataset, "cannot be read: damaged or truncated");
  }
  std::vector<std::string> places;
  for (const hobj_ref_t reference : stored) {
    places.push_back(handles_->place_of(dataset, reference));
  }
  return places;
}

}  // namespace enigma::recordings::importer::nwb
