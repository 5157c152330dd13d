#include "recordings/format/npy.h"

#include "recordings/format/problem.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace enigma::recordings {
namespace {

constexpr size_t kMagicBytes = 8;
constexpr size_t kHeaderBytesMax = 1 << 16;
constexpr size_t kAxesMax = 32;

struct Header {
  std::string descr;
  std::string fortran_order;
  std::string shape;
};

// The header is a Python literal of three known keys: the text after `'key':` up to its end.
std::optional<std::string> value_of(std::string_view header, std::string_view key) {
  const std::string quoted = "'" + std::string(key) + "'";
  size_t at = header.find(quoted);
  if (at == std::string_view::npos) { return std::nullopt; }
  at = header.find_first_not_of(" :", at + quoted.size());
  if (at == std::string_view::npos) { return std::nullopt; }
  const char first = header[at];
  const size_t end = first == '('    ? header.find(')', at)
                     : first == '\'' ? header.find('\'', at + 1)
                                     : header.find_first_of(",}", at);
  if (end == std::string_view::npos) { return std::nullopt; }
  if (first == '(' || first == '\'') { return std::string(header.substr(at + 1, end - at - 1)); }
  const size_t last = header.find_last_not_of(' ', end - 1);
  return std::string(header.substr(at, last + 1 - at));
}

std::optional<std::vector<int64_t>> parse_shape(std::string_view text) {
  std::vector<int64_t> shape;
  size_t at = 0;
  while ((at = text.find_first_not_of(" ,", at)) != std::string_view::npos) {
    int64_t side = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), side);
    if (error != std::errc() || side < 0 || shape.size() == kAxesMax) { return std::nullopt; }
    shape.push_back(side);
    at = static_cast<size_t>(end - text.data());
    if (at < text.size() && text[at] != ',' && text[at] != ' ') { return std::nullopt; }
  }
  return shape;
}

std::optional<int64_t> product(const std::vector<int64_t>& shape, size_t element_bytes) {
  int64_t count = 1;
  int64_t bytes = 0;
  for (int64_t side : shape) {
    if (__builtin_mul_overflow(count, side, &count)) { return std::nullopt; }
  }
  if (__builtin_mul_overflow(count, static_cast<int64_t>(element_bytes), &bytes)) {
    return std::nullopt;
  }
  return count;
}

// Where the header's text lies, or nothing where the file is no .npy or ends inside its header.
std::optional<std::pair<size_t, size_t>> header_span(std::span<const std::byte> bytes) {
  if (bytes.size() < kMagicBytes + 2 || std::memcmp(bytes.data(), "\x93NUMPY", 6) != 0) {
    return std::nullopt;
  }
  const bool wide = std::to_integer<int>(bytes[6]) >= 2;
  const size_t begin = kMagicBytes + (wide ? 4 : 2);
  if (bytes.size() < begin) { return std::nullopt; }
  size_t length = 0;
  for (size_t i = begin; i > kMagicBytes; --i) {
    length = length << 8 | std::to_integer<size_t>(bytes[i - 1]);
  }
  if (length > kHeaderBytesMax || bytes.size() - begin < length) { return std::nullopt; }
  return std::pair{begin, length};
}

struct Layout {
  bool reversed = false, column_major = false;
};

// The places in a column-major array of the numbers of a row-major one, in its order.
std::vector<size_t> column_major_places(const std::vector<int64_t>& shape, size_t elements) {
  std::vector<size_t> strides(shape.size(), 1), index(shape.size(), 0), places(elements);
  for (size_t axis = 1; axis < shape.size(); ++axis) {
    strides[axis] = strides[axis - 1] * static_cast<size_t>(shape[axis - 1]);
  }
  size_t at = 0;
  for (size_t& place : places) {
    place = at;
    for (size_t axis = shape.size(); axis-- > 0;) {
      at += strides[axis];
      if (++index[axis] < static_cast<size_t>(shape[axis])) { break; }
      at -= index[axis] * strides[axis];
      index[axis] = 0;
    }
  }
  return places;
}

void rearrange(NpyArray& array, const Layout& layout) {
  const size_t size = bytes_of(array.type), elements = static_cast<size_t>(array.elements);
  std::vector<std::byte> bytes(elements * size);
  const auto places =
      layout.column_major ? column_major_places(array.shape, elements) : std::vector<size_t>();
  for (size_t i = 0; i < elements; ++i) {
    const std::byte* from = array.data + (layout.column_major ? places[i] : i) * size;
    std::byte* to = bytes.data() + i * size;
    if (layout.reversed) {
      std::reverse_copy(from, from + size, to);
    } else {
      std::copy(from, from + size, to);
    }
  }
  array.mapping = MappedFile(std::move(bytes));
  array.data = array.mapping.bytes().data();
}

Parsed<NpyArray> fill(NpyArray array, std::string_view header, size_t data_at,
                      const std::filesystem::path& path, Layout& layout) {
  const auto refuse = [&](std::string field, std::string message, std::string expected,
                          std::string found) {
    return Parsed<NpyArray>{std::nullopt,
                            {problem_in(path, std::move(field), std::move(message),
                                        std::move(expected), std::move(found))}};
  };
  const std::string descr = value_of(header, "descr").value_or("");
  const std::optional<StoredType> type = stored_type_of_descr(descr);
  if (!type) { return refuse("descr", "number type cannot be read", "a number", descr); }
  const std::string order = value_of(header, "fortran_order").value_or("");
  if (order != "False" && order != "True") {
    return refuse("fortran_order", "order of the axes cannot be read", "True or False", order);
  }
  const std::string shape_text = value_of(header, "shape").value_or("?");
  const auto shape = parse_shape(shape_text);
  const auto elements = shape ? product(*shape, bytes_of(type->type)) : std::nullopt;
  if (!elements) { return refuse("shape", "shape cannot be read", "a tuple of sizes", shape_text); }
  const size_t have = array.mapping.bytes().size() - data_at;
  const size_t need = static_cast<size_t>(*elements) * bytes_of(type->type);
  if (have < need) {
    return refuse("data", "file is truncated", std::to_string(need) + " bytes of numbers",
                  std::to_string(have));
  }
  array.type = type->type;
  array.shape = *shape;
  array.elements = *elements;
  array.data = array.mapping.bytes().data() + data_at;
  layout = {type->reversed, order == "True" && shape->size() > 1};
  array.rearranged = layout.reversed || layout.column_major;
  return {std::move(array), {}};
}

Parsed<NpyArray> opened(const std::filesystem::path& path, Layout& layout) {
  NpyArray array;
  try {
    array.mapping = MappedFile(path);
  } catch (const std::system_error& error) {
    return {std::nullopt, {unopened(path, "a .npy file", error.code().message())}};
  }
  const auto bytes = array.mapping.bytes();
  const auto span = header_span(bytes);
  if (!span) {
    return {std::nullopt,
            {problem_in(path, "header", "not a whole .npy header", "numpy format 1 to 3",
                        std::to_string(bytes.size()) + " bytes")}};
  }
  const std::string header(reinterpret_cast<const char*>(bytes.data()) + span->first, span->second);
  return fill(std::move(array), header, span->first + span->second, path, layout);
}

}  // namespace

Parsed<NpyArray> open_npy(const std::filesystem::path& path) {
  Layout layout;
  Parsed<NpyArray> array = opened(path, layout);
  if (array.ok() && array.value->rearranged) { rearrange(*array.value, layout); }
  return array;
}

Parsed<NpyArray> open_npy_header(const std::filesystem::path& path) {
  Layout layout;
  Parsed<NpyArray> array = opened(path, layout);
  if (array.ok() && array.value->rearranged) {
    array.value->mapping = {};
    array.value->data = nullptr;
  }
  return array;
}

std::string npy_bytes(NumberType type, const std::vector<int64_t>& shape, const void* numbers) {
  std::string sides;
  size_t elements = 1;
  for (int64_t side : shape) {
    sides += std::to_string(side) + ",";
    elements *= static_cast<size_t>(side);
  }
  if (shape.size() > 1) { sides.pop_back(); }
  const std::string order = bytes_of(type) == 1 ? "|" : "<";
  const char kind = type == NumberType::boolean ? 'b' : name_of(type).front();
  std::string header = "{'descr': '" + order + kind + std::to_string(bytes_of(type)) +
                       "', 'fortran_order': False, 'shape': (" + sides + "), }";
  header.append((64 - (kMagicBytes + 2 + header.size() + 1) % 64) % 64, ' ');
  header += '\n';
  std::string file("\x93NUMPY\x01\x00", kMagicBytes);
  file += static_cast<char>(header.size() & 0xff);
  file += static_cast<char>(header.size() >> 8);
  file += header;
  file.append(static_cast<const char*>(numbers), elements * bytes_of(type));
  return file;
}

}  // namespace enigma::recordings
