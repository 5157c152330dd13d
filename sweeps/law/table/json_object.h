// One flat JSON object in one line, member by member, as programs write them: with NaN and Infinity
// among the numbers. Numbers keep their spelling; objects and lists are passed over whole.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace enigma::law {

struct JsonMember {
  std::string key;
  std::string text;  ///< of a string its characters; of null nothing; of anything else its spelling
  size_t offset = 0;  ///< of the value in the line
};

/// Where a line stops being an object, and why.
struct JsonFault {
  size_t offset = 0;
  std::string message, expected, suggestion;
};

/// Gives each member of the line's one object to `take` (which may keep the member's texts) until
/// it returns false. Spelling of an object or list: its first `most_bytes`.
std::optional<JsonFault> walk_json_object(std::string_view line, size_t most_bytes,
                                          const std::function<bool(JsonMember&)>& take);

}  // namespace enigma::law
