// The words behind '?': read with their bounds. What is wrong is told together, as a 400; nothing
// is cut to fit.
#pragma once

#include "diagnostics/diagnostic.h"
#include "http/message.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace enigma::answers {

class Query {
 public:
  explicit Query(const http::Request& request) : query_(request.query) {}

  /// A whole number from 0 to `most`; nothing where it is absent or empty.
  std::optional<int64_t> number(const std::string& key, int64_t most);
  /// A text of at most `most` bytes; nothing where it is absent.
  std::optional<std::string> word(const std::string& key, size_t most = kWordBytesMax);
  /// Words between commas, at most `most` of them; nothing where it is absent.
  std::optional<std::vector<std::string>> words(const std::string& key, size_t most);
  /// A mistake that is found elsewhere, told with the others.
  void refuse(const std::string& key, const std::string& expected, const std::string& found);

  /// Throws InputError where something was wrong.
  void check() const;

  static constexpr size_t kWordBytesMax = 1000;

 private:
  std::string query_;
  std::vector<Diagnostic> wrong_;
};

}  // namespace enigma::answers
