#include "sweeps/law/table/text_source.h"

#include "sweeps/law/table/utf8.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace enigma::law {

namespace {

constexpr size_t kPieceBytes = size_t{256} << 10;
constexpr uint32_t kReplacement = 0xfffd;

}  // namespace

TextSource::TextSource(std::string_view text) : memory_(text), bytes_(text.size()) {}

TextSource::TextSource(const std::filesystem::path& file)
    : file_(file, std::ios::binary), name_(file.string()) {
  if (!file_) { throw std::system_error(errno, std::generic_category(), "cannot read " + name_); }
  bytes_ = std::filesystem::file_size(file);
}

std::string_view TextSource::ahead() {
  peek();
  return std::string_view(buffer_).substr(at_);
}

void TextSource::rewind() {
  if (file_.is_open()) {
    file_.clear();
    file_.seekg(0);
  }
  raw_read_ = passed_ = line_begin_ = 0;
  buffer_.clear();
  at_ = 0;
  line_ = 1;
  after_cr_ = false;
  half_unit_ = -1;
  high_surrogate_ = 0;
}

size_t TextSource::read_raw(char* into, size_t most) {
  if (!file_.is_open()) {
    const std::string_view piece = memory_.substr(raw_read_, most);
    std::copy(piece.begin(), piece.end(), into);
    return piece.size();
  }
  file_.read(into, static_cast<std::streamsize>(most));
  if (file_.bad()) {
    throw std::system_error(EIO, std::generic_category(), "cannot read " + name_);
  }
  return static_cast<size_t>(file_.gcount());
}

bool TextSource::refill() {
  passed_ += buffer_.size();
  buffer_.clear();
  at_ = 0;
  std::string raw;
  while (buffer_.empty()) {
    raw.resize(kPieceBytes);
    raw.resize(read_raw(raw.data(), raw.size()));
    std::string_view piece = raw;
    if (raw_read_ == 0) { take_mark(piece); }
    raw_read_ += raw.size();
    decode(piece, raw.empty());
    if (raw.empty()) { break; }
  }
  return !buffer_.empty();
}

void TextSource::take_mark(std::string_view& raw) {
  encoding_ = Encoding::utf8;
  if (raw.starts_with("\xef\xbb\xbf")) {
    raw.remove_prefix(3);
  } else if (raw.starts_with("\xff\xfe") || raw.starts_with("\xfe\xff")) {
    encoding_ = raw[0] == '\xff' ? Encoding::utf16_little : Encoding::utf16_big;
    raw.remove_prefix(2);
  }
}

void TextSource::decode(std::string_view raw, bool last) {
  if (encoding_ == Encoding::utf8) {
    for (const char byte : raw) { put(byte); }
    return;
  }
  for (const char byte : raw) {
    const auto value = static_cast<unsigned char>(byte);
    if (half_unit_ < 0) {
      half_unit_ = value;
      continue;
    }
    const auto first = static_cast<uint32_t>(half_unit_);
    half_unit_ = -1;
    put_utf16(encoding_ == Encoding::utf16_little ? first | uint32_t{value} << 8
                                                  : first << 8 | value);
  }
  if (last && (half_unit_ >= 0 || high_surrogate_ > 0)) {
    half_unit_ = -1;
    high_surrogate_ = 0;
    put_code_point(kReplacement);
  }
}

void TextSource::put_utf16(uint32_t unit) {
  const bool low = unit >= 0xdc00 && unit < 0xe000;
  if (high_surrogate_ > 0) {
    const uint32_t high = std::exchange(high_surrogate_, 0);
    if (low) { return put_code_point(0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00)); }
    put_code_point(kReplacement);
  }
  if (unit >= 0xd800 && unit < 0xdc00) {
    high_surrogate_ = unit;
  } else {
    put_code_point(low ? kReplacement : unit);
  }
}

void TextSource::put_code_point(uint32_t point) {
  append_utf8(point, [this](char byte) { put(byte); });
}

void TextSource::put(char byte) {
  const bool second_of_two = after_cr_ && byte == '\n';
  after_cr_ = byte == '\r';
  if (!second_of_two) { buffer_ += byte == '\r' ? '\n' : byte; }
}

}  // namespace enigma::law
