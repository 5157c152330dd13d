#include "recordings/import/sensorium/whole_array.h"

#include "files/mapped_file.h"
#include "recordings/format/problem.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <regex>
#include <span>
#include <system_error>
#include <utility>

namespace enigma::recordings::importer::sensorium {
namespace {

constexpr size_t kHeaderBytesMax = 4096;
constexpr size_t kAxesMax = 8;
constexpr size_t kTextBytesMax = 4096;  // of one element

struct Layout {
  WholeArray array;
  size_t element_bytes = 0;
  char kind = 'f';  // numpy's letter
  bool swapped = false;
  bool fortran = false;
  size_t data_at = 0;
};

using Bytes = std::span<const std::byte>;

std::optional<std::string> header_of(Bytes bytes, size_t& data_at) {
  if (bytes.size() < 12 || std::memcmp(bytes.data(), "\x93NUMPY", 6) != 0) { return std::nullopt; }
  const size_t width = std::to_integer<int>(bytes[6]) >= 2 ? 4 : 2;
  size_t length = 0;
  for (size_t i = width; i > 0; --i) {
    length = length << 8 | std::to_integer<size_t>(bytes[7 + i]);
  }
  data_at = 8 + width + length;
  if (length > kHeaderBytesMax || data_at > bytes.size()) { return std::nullopt; }
  return std::string(reinterpret_cast<const char*>(bytes.data()) + 8 + width, length);
}

std::string field_of(const std::string& header, const char* pattern) {
  std::smatch match;
  return std::regex_search(header, match, std::regex(pattern)) ? match[1].str() : "";
}

// "<f4" → kind, size, byte order; false where it is nothing that can be read.
bool take_type(Layout& layout, const std::string& descr) {
  static const std::regex form("([<>|=]?)([a-zA-Z])([0-9]{1,4})");
  std::smatch match;
  if (!std::regex_match(descr, match, form)) { return false; }
  layout.kind = match[2].str()[0];
  layout.element_bytes = std::stoul(match[3]);
  layout.swapped = match[1] == ">";
  if (layout.element_bytes == 0) { return false; }
  layout.array.is_text = layout.kind == 'U' || layout.kind == 'S';
  if (layout.kind == 'U') { layout.element_bytes *= 4; }
  if (layout.array.is_text) { return layout.element_bytes <= kTextBytesMax; }
  const auto stored = stored_type_of_descr(descr);
  if (stored) { layout.array.type = stored->type; }
  return stored.has_value();
}

bool take_shape(Layout& layout, const std::string& text) {
  WholeArray& array = layout.array;
  array.elements = 1;
  for (size_t at = 0; (at = text.find_first_not_of(" ,", at)) != std::string::npos;) {
    int64_t side = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), side);
    if (error != std::errc() || side < 0 || array.shape.size() == kAxesMax ||
        __builtin_mul_overflow(array.elements, side, &array.elements)) {
      return false;
    }
    array.shape.push_back(side);
    at = static_cast<size_t>(end - text.data());
  }
  int64_t bytes = 0;
  return !__builtin_mul_overflow(array.elements, int64_t(layout.element_bytes), &bytes);
}

Parsed<Layout> layout_of(Bytes bytes, const std::filesystem::path& path) {
  Layout layout;
  const auto refuse = [&](const char* field, const char* message, const char* expected,
                          std::string found) {
    return Parsed<Layout>{std::nullopt,
                          {problem_in(path, field, message, expected, std::move(found))}};
  };
  const auto header = header_of(bytes, layout.data_at);
  if (!header) {
    return refuse("header", "not a whole .npy header", "numpy format 1 to 3",
                  std::to_string(bytes.size()) + " bytes");
  }
  const std::string descr = field_of(*header, "'descr':\\s*'([^']*)'");
  if (!take_type(layout, descr)) {
    return refuse("descr", "array holds neither numbers nor text", "a number or text type", descr);
  }
  const std::string order = field_of(*header, "'fortran_order':\\s*(True|False)");
  if (order.empty()) { return refuse("fortran_order", "is missing", "True or False", *header); }
  layout.fortran = order == "True";
  const std::string shape = field_of(*header, "'shape':\\s*\\(([^)]*)\\)");
  if (!take_shape(layout, shape)) {
    return refuse("shape", "shape cannot be read", "a tuple of sizes", shape);
  }
  const size_t need = static_cast<size_t>(layout.array.elements) * layout.element_bytes;
  if (bytes.size() - layout.data_at < need) {
    return refuse("data", "file is truncated", (std::to_string(need) + " bytes").c_str(),
                  std::to_string(bytes.size() - layout.data_at));
  }
  return {std::move(layout), {}};
}

void append_utf8(std::string& text, uint32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0 | code >> 6);
    text += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xe0 | code >> 12);
    text += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    text += static_cast<char>(0xf0 | (code >> 18 & 7));
    text += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    text += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (code & 0x3f));
  }
}

// Text is padded with zeros up to the type's length.
std::string text_at(const Layout& layout, const std::byte* element) {
  std::string text;
  if (layout.kind == 'S') {
    text.assign(reinterpret_cast<const char*>(element), layout.element_bytes);
    text.resize(std::min(text.size(), std::strlen(text.c_str())));
    return text;
  }
  for (size_t at = 0; at < layout.element_bytes; at += 4) {
    uint32_t code = 0;
    std::memcpy(&code, element + at, 4);
    if (layout.swapped) { code = __builtin_bswap32(code); }
    if (code == 0) { break; }
    append_utf8(text, code);
  }
  return text;
}

// Column-major to row-major: walks the indices of the result and steps through the source.
std::vector<size_t> sources_of(const Layout& layout) {
  const auto& shape = layout.array.shape;
  std::vector<size_t> sources(static_cast<size_t>(layout.array.elements));
  std::vector<int64_t> index(shape.size(), 0);
  for (size_t& source : sources) {
    size_t stride = 1;
    source = 0;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      source += static_cast<size_t>(index[axis]) * stride;
      stride *= static_cast<size_t>(shape[axis]);
    }
    for (size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis]) { break; }
      index[axis] = 0;
    }
  }
  return sources;
}

void take_elements(Layout& layout, const std::byte* data) {
  WholeArray& array = layout.array;
  const size_t size = layout.element_bytes;
  const bool moved = layout.fortran && array.shape.size() > 1;
  const std::vector<size_t> sources = moved ? sources_of(layout) : std::vector<size_t>();
  if (!array.is_text) { array.bytes.resize(static_cast<size_t>(array.elements) * size); }
  if (!array.is_text && !moved) {
    std::memcpy(array.bytes.data(), data, array.bytes.size());
  } else {
    for (size_t i = 0; i < static_cast<size_t>(array.elements); ++i) {
      const std::byte* element = data + (moved ? sources[i] : i) * size;
      if (array.is_text) {
        array.texts.push_back(text_at(layout, element));
      } else {
        std::memcpy(array.bytes.data() + i * size, element, size);
      }
    }
  }
  if (layout.swapped) {
    for (size_t at = 0; at < array.bytes.size(); at += size) {
      std::reverse(array.bytes.begin() + static_cast<std::ptrdiff_t>(at),
                   array.bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
    }
  }
}

Parsed<WholeArray> read(const std::filesystem::path& path, bool with_elements) {
  try {
    const MappedFile mapping(path);
    Parsed<Layout> layout = layout_of(mapping.bytes(), path);
    if (!layout.ok()) { return {std::nullopt, std::move(layout.diagnostics)}; }
    if (with_elements) {
      take_elements(*layout.value, mapping.bytes().data() + layout.value->data_at);
    }
    return {std::move(layout.value->array), {}};
  } catch (const std::system_error& error) {
    return {std::nullopt, {unopened(path, "a .npy file", error.code().message())}};
  }
}

}  // namespace

Parsed<WholeArray> read_whole_array(const std::filesystem::path& path) {
  return read(path, true);
}

Parsed<WholeArray> read_array_header(const std::filesystem::path& path) {
  return read(path, false);
}

}  // namespace enigma::recordings::importer::sensorium
