// What one attempt of a worker on trial left: its spool line by line, and how it ended.
#pragma once

#include "worker/protocol/report.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace enigma::trial {

struct Line {
  int64_t number = 0;  ///< from 1
  std::optional<protocol::Report> report;
  std::string why;  ///< it is none, or not all of it could be read
};

struct Ended {
  int code = 0, signal = 0;
  std::string log_line;  ///< the last that it printed
};

struct Record {
  std::string run;
  std::filesystem::path folder;  ///< of the attempt
  std::vector<Line> lines;
  std::optional<Ended> ended;  ///< nothing: it had to be killed when its time was over
};

/// The lines of a spool. One without its newline is the last, and counts: its worker has ended.
std::vector<Line> lines_of(const std::string& spool);

/// The reports of one kind, in their order.
template <typename Body>
std::vector<const Body*> said(const Record& record) {
  std::vector<const Body*> bodies;
  for (const Line& line : record.lines) {
    const Body* body = line.report ? std::get_if<Body>(&line.report->body) : nullptr;
    if (body != nullptr) { bodies.push_back(body); }
  }
  return bodies;
}

}  // namespace enigma::trial
