// Text that many rows share: a row of a large table holds one pointer where it would hold a copy.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace enigma::law {

/// An immutable value behind one counted pointer; a null pointer is the empty value.
template <typename T>
class Shared {
 public:
  Shared() = default;
  explicit Shared(T value) : box_(new Box(std::move(value))) {}

  const T& value() const {
    static const T kEmpty;
    return box_ ? box_->value : kEmpty;
  }

 private:
  struct Box : boost::intrusive_ref_counter<Box, boost::thread_safe_counter> {
    explicit Box(T given) : value(std::move(given)) {}
    T value;
  };
  boost::intrusive_ptr<const Box> box_;
};

/// A name of a row or of a group of rows.
class Label {
 public:
  Label() = default;
  Label(std::string text) : text_(text.empty() ? decltype(text_)() : Shared(std::move(text))) {}
  Label(const char* text) : Label(std::string(text)) {}

  const std::string& text() const { return text_.value(); }
  bool empty() const { return text().empty(); }
  operator const std::string&() const { return text(); }
  friend bool operator==(const Label& a, const Label& b) { return a.text() == b.text(); }
  friend bool operator==(const Label& a, const std::string& b) { return a.text() == b; }
  friend bool operator==(const Label& a, const char* b) { return a.text() == b; }

 private:
  Shared<std::string> text_;
};

/// What a row says in the columns that are kept as text.
class Texts {
 public:
  using Pairs = std::vector<std::pair<std::string, std::string>>;  ///< column, cell

  Texts() = default;
  explicit Texts(Pairs pairs) : pairs_(std::move(pairs)) {}

  /// The cell of a column; null where the column was not kept.
  const std::string* find(const std::string& column) const {
    const Pairs& pairs = pairs_.value();
    const auto found = std::find_if(pairs.begin(), pairs.end(),
                                    [&](const auto& pair) { return pair.first == column; });
    return found == pairs.end() ? nullptr : &found->second;
  }

 private:
  Shared<Pairs> pairs_;
};

}  // namespace enigma::law
