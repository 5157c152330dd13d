#include "recordings/import/nwb/nwb_table.h"

#include <cstring>

namespace enigma::recordings::importer::nwb {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kElementsMax = 4'000'000;  // of a column that goes into a JSON file

// As it is stored: ids have more digits than a float64 holds.
Json number_json(const std::vector<std::byte>& bytes, NumberType type, size_t index) {
  int64_t integer = 0;
  uint64_t natural = 0;
  switch (type) {
    case NumberType::f32:
    case NumberType::f64:
      return number_at(bytes.data(), type, index);
    case NumberType::boolean:
      return number_at(bytes.data(), type, index) != 0;
    case NumberType::i64:
      std::memcpy(&integer, bytes.data() + index * sizeof integer, sizeof integer);
      return integer;
    case NumberType::u64:
      std::memcpy(&natural, bytes.data() + index * sizeof natural, sizeof natural);
      return natural;
    default:  // 32 bits at most
      return static_cast<int64_t>(number_at(bytes.data(), type, index));
  }
}

std::vector<Json> elements_of(const Hdf5File& file, const std::string& place,
                              const Hdf5Shape& shape) {
  std::vector<Json> elements;
  if (shape.content == Hdf5Content::number) {
    const auto bytes = file.rows(place, 0, shape.rows());
    for (int64_t i = 0; i < shape.elements; ++i) {
      elements.push_back(number_json(bytes, shape.type, static_cast<size_t>(i)));
    }
  } else {
    for (auto& text :
         shape.content == Hdf5Content::text ? file.texts(place) : file.references(place)) {
      elements.push_back(std::move(text));
    }
  }
  return elements;
}

// One entry a row of the dataset: a value, or the list of the values of its other axes.
std::vector<Json> entries_of(const Hdf5File& file, const std::string& place,
                             const Hdf5Shape& shape) {
  std::vector<Json> elements = elements_of(file, place, shape);
  if (shape.sides.size() <= 1) { return elements; }
  std::vector<Json> entries;
  const auto width = static_cast<size_t>(shape.row_elements());
  for (size_t row = 0; row < static_cast<size_t>(shape.rows()); ++row) {
    entries.push_back(
        Json(std::vector<Json>(elements.begin() + static_cast<std::ptrdiff_t>(row * width),
                               elements.begin() + static_cast<std::ptrdiff_t>((row + 1) * width))));
  }
  return entries;
}

std::vector<Json> grouped(std::vector<Json> entries, const std::vector<int64_t>& ends) {
  std::vector<Json> lists;
  int64_t at = 0;
  for (const int64_t end : ends) {
    Json list = Json::array();
    for (; at < end; ++at) { list.push_back(std::move(entries[static_cast<size_t>(at)])); }
    lists.push_back(std::move(list));
  }
  return lists;
}

// False where the column is of no kind, or too large, for a table.
bool take_column(NwbTable& table, const Hdf5File& file, const std::string& name) {
  std::string place = table.place + "/" + name;
  if (!file.exists(place) || file.kind(place) != Hdf5Kind::dataset) { return false; }
  const Hdf5Shape shape = file.shape(place);
  if (shape.content == Hdf5Content::other || shape.elements > kElementsMax) { return false; }
  if (shape.content != Hdf5Content::number && shape.sides.size() > 1) { return false; }
  std::vector<Json> entries = entries_of(file, place, shape);
  while (file.exists(place + "_index")) {
    place += "_index";
    const auto ends = nwb_index(file, place, static_cast<int64_t>(entries.size()));
    entries = grouped(std::move(entries), ends);
  }
  if (static_cast<int64_t>(entries.size()) != table.rows) {
    throw Hdf5Error(place, "column is not as long as its table",
                    std::to_string(table.rows) + " rows", std::to_string(entries.size()));
  }
  table.columns[name] = std::move(entries);
  return true;
}

}  // namespace

const Json* NwbTable::column(const std::string& name) const {
  const auto found = columns.find(name);
  return found == columns.end() ? nullptr : &*found;
}

std::vector<int64_t> nwb_index(const Hdf5File& file, const std::string& index, int64_t elements) {
  std::vector<int64_t> ends;
  int64_t last = 0;
  for (const int64_t end : file.integers(index)) {
    if (end < last || end > elements) {
      throw Hdf5Error(index + "[" + std::to_string(ends.size()) + "]",
                      "index does not rise within what it points into",
                      std::to_string(last) + " to " + std::to_string(elements),
                      std::to_string(end));
    }
    last = end;
    ends.push_back(last);
  }
  if (last != elements) {
    throw Hdf5Error(index, "index does not end where what it points into ends",
                    std::to_string(elements), std::to_string(last));
  }
  return ends;
}

NwbTable read_nwb_table(const Hdf5File& file, const std::string& place,
                        const std::set<std::string>& skip) {
  NwbTable table;
  table.place = place;
  const std::string id = place + "/id";
  if (!file.exists(id)) { throw Hdf5Error(id, "table has no ids", "one id a row"); }
  const Hdf5Shape shape = file.shape(id);
  if (shape.elements > kElementsMax) {
    throw Hdf5Error(id, "table is too long", "up to 4 million rows",
                    std::to_string(shape.elements));
  }
  table.rows = shape.elements;
  take_column(table, file, "id");
  for (const std::string& name : file.texts_attribute(place, "colnames")) {
    if (!skip.contains(name) && !take_column(table, file, name)) { table.left_out.push_back(name); }
  }
  return table;
}

}  // namespace enigma::recordings::importer::nwb
