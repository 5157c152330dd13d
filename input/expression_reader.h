// What the two languages of expressions read alike: tokens, numbers, quoted text, and where a fault
// is. Conditions (condition.h) and formulas (formula.h) are written over it.
#pragma once

#include "input/document.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace enigma {

/// Where and why an expression cannot be read.
struct ExpressionFault {
  size_t offset = 0;  ///< bytes from its beginning
  std::string expected, found, suggestion;
};

/// The fault of the expression that stands at `pointer`.
Diagnostic unreadable(const Document& document, const std::string& pointer,
                      const ExpressionFault& fault);

/// Nesting beyond this is refused, so that no expression can exhaust the stack.
inline constexpr int kExpressionDepthMax = 64;

class ExpressionReader {
 public:
  ExpressionReader(std::string_view text, const std::vector<std::string>& known)
      : text_(text), known_(known) {}

  /// Names used so far, each once; name() gives an index into them.
  std::vector<std::string> names;

 protected:
  /// Throws ExpressionFault at what comes next.
  [[noreturn]] void fail(std::string expected, std::string suggestion = {}) const;
  /// The same at byte `from`.
  [[noreturn]] void fail_at(size_t from, std::string expected, std::string suggestion = {});
  /// The next character that is no blank; NUL at the end.
  char peek();
  bool take(std::string_view token);
  /// Fails where anything is left.
  void finish();
  /// A new level of nesting; fails where there are too many.
  void enter();
  void leave() { --depth_; }

  double number();
  /// What stands between quotes of the kind that comes next.
  std::string quoted();
  /// Letters, digits and what of '_', './' and the like `signs` holds; empty where none comes next.
  std::string word(std::string_view signs);
  /// The index of a name that began at byte `from`; fails where it is not known.
  size_t index_of(const std::string& name, size_t from);
  size_t here() const { return at_; }

 private:
  std::string_view text_;
  const std::vector<std::string>& known_;
  size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace enigma
