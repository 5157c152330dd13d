// How a row is named to people: the id of its run, or its place in a file.
#pragma once

#include "sweeps/law/table/label.h"

#include <cstdint>
#include <ostream>
#include <string>
#include <tuple>

namespace enigma::law {

/// Says "row K" without a text of its own, which a table of millions of rows could not hold.
class RowId {
 public:
  RowId() = default;
  explicit RowId(uint32_t number) : number_(number) {}
  RowId(Label name) : name_(std::move(name)) {}
  RowId(std::string name) : name_(std::move(name)) {}
  RowId(const char* name) : name_(name) {}

  std::string text() const { return number_ > 0 ? "row " + std::to_string(number_) : name_.text(); }
  operator std::string() const { return text(); }
  friend bool operator==(const RowId& a, const RowId& b) { return a.text() == b.text(); }
  friend bool operator<(const RowId& a, const RowId& b) {
    return std::tie(a.number_, a.name_.text()) < std::tie(b.number_, b.name_.text());
  }
  friend std::ostream& operator<<(std::ostream& stream, const RowId& id) {
    return stream << id.text();
  }

 private:
  Label name_;
  uint32_t number_ = 0;  ///< of the row in its file, from 1; 0: it has a name
};

}  // namespace enigma::law
