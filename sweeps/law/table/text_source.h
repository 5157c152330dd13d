// The text of a file, a piece at a time, as UTF-8 with '\n' at the end of each line, however it was
// written: UTF-8 or UTF-16 with a byte order mark, lines that end in LF, CR LF or CR.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace enigma::law {

class TextSource {
 public:
  /// Text in memory, which must outlive the source.
  explicit TextSource(std::string_view text);
  /// Throws std::system_error where the file cannot be opened; reading throws it where it fails.
  explicit TextSource(const std::filesystem::path& file);

  /// The byte that is read next; −1 at the end.
  int peek() {
    if (at_ == buffer_.size() && !refill()) { return -1; }
    return static_cast<unsigned char>(buffer_[at_]);
  }
  /// Past that byte, which must be there.
  void advance() {
    if (buffer_[at_++] != '\n') { return; }
    ++line_;
    line_begin_ = passed_ + at_;
  }
  int line() const { return line_; }
  int column() const { return static_cast<int>(passed_ + at_ - line_begin_) + 1; }
  /// What has been read ahead from here on: some hundred kilobytes, or all there is.
  std::string_view ahead();
  /// To the beginning again.
  void rewind();
  uint64_t bytes() const { return bytes_; }
  /// About that part of the file lies behind, 0 to 1.
  double share_read() const {
    return bytes_ > 0 ? static_cast<double>(raw_read_) / static_cast<double>(bytes_) : 1;
  }

 private:
  enum class Encoding { utf8, utf16_little, utf16_big };

  bool refill();
  size_t read_raw(char* into, size_t most);
  void take_mark(std::string_view& raw);
  void decode(std::string_view raw, bool last);
  void put_utf16(uint32_t unit);
  void put_code_point(uint32_t point);
  void put(char byte);

  std::string_view memory_;
  std::ifstream file_;
  std::string name_;
  uint64_t bytes_ = 0, raw_read_ = 0;
  Encoding encoding_ = Encoding::utf8;
  std::string buffer_;
  size_t at_ = 0;
  uint64_t passed_ = 0;  ///< bytes of the buffers before this one
  uint64_t line_begin_ = 0;
  int line_ = 1;
  bool after_cr_ = false;
  int half_unit_ = -1;  ///< first byte of a unit of two whose second is not read yet
  uint32_t high_surrogate_ = 0;
};

}  // namespace enigma::law
